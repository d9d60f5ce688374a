//! Sliders beside fields. They have no value of their own: they type into their field, and follow what is typed there.

use super::{WhatIf, type_into};
use crate::domain::FactorKey;
use crate::wire::rules::factor_field;
use leptos::prelude::*;

/// Shows a slider for the field with this id and name, which holds a number.
#[component]
pub fn FieldSlider(
    id: String,
    name: String,
    /// Its name for screen readers, other than the field's.
    label: String,
    /// The largest value, unless a larger one is typed.
    #[prop(default = 100)]
    max: i64,
) -> impl IntoView {
    let Some(what_if) = use_context::<WhatIf>() else { return ().into_any() };
    let value = Memo::new(move |_| what_if.texts.with(|texts| texts.get(&name).to_owned()));
    let max = move || round_up(value.with(|value| value.parse::<f64>().unwrap_or_default()), max);
    let type_value = move |event| type_into(&id, &event_target_value(&event));
    view! {
        <input
            class="what-if__slider"
            type="range"
            min="0"
            max=max
            value=value.get_untracked()
            prop:value=move || value.get()
            aria-label=label
            on:input=type_value
        />
    }
    .into_any()
}

/// Returns a round number that is no less than a value and `least`.
fn round_up(value: f64, least: i64) -> i64 {
    let mut round = least;
    while (round as f64) < value && round < 1_000_000_000 {
        round = if round.to_string().starts_with('2') { round / 2 * 5 } else { round * 2 };
    }
    round
}

/// Shows a slider for a factor's weight, and the weight's part of the whole.
#[component]
pub fn WeightSlider(key_: FactorKey, id: String) -> impl IntoView {
    let Some(what_if) = use_context::<WhatIf>() else { return ().into_any() };
    let name = factor_field(key_, "weight");
    let label = what_if.texts.with_untracked(|texts| format!("How much {} counts", texts.get(&factor_field(key_, "label"))));
    let share =
        Memo::new(move |_| what_if.shares.with(|shares| shares.iter().find(|(key, _)| *key == key_).map(|(_, share)| *share)));
    let words = move || share.get().map_or_else(|| "not counted".to_owned(), |share| format!("{share} of the score"));
    view! {
        <FieldSlider id name label />
        <p class="what-if__share">{words}</p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slider_reaches_to_a_round_number_above_what_is_typed() {
        for (value, max) in [(0.0, 100), (100.0, 100), (101.0, 200), (425.0, 500), (9_999.0, 10_000), (-5.0, 100)] {
            assert_eq!(round_up(value, 100), max, "{value}");
        }
    }
}
