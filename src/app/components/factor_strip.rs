//! The five factors as five cells in fixed places. Colour and height show the score, a hatch marks an assumed one. Hover or
//! focus shows the numbers, by CSS alone, so it works without JavaScript.

use crate::domain::{Factor, FactorKey, Factors, Points};
use leptos::prelude::*;

/// Returns the step of the heat scale for a score, 0 to 4.
pub fn heat_level(score: Points) -> i64 {
    (score.0 / 200).clamp(0, 4)
}

#[component]
pub fn FactorStrip(
    factors: Factors<Factor>,
    /// Unique on the page.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let words: Vec<_> = factors.iter().map(|(key, factor)| words(key, factor)).collect();
    let cells: Vec<_> = factors.iter().map(|(_, factor)| cell(factor)).collect();
    let lines: Vec<_> = factors.iter().map(|(key, factor)| line(key, factor)).collect();
    view! {
        <span class="factor-strip tip">
            <button type="button" class="factor-strip__cells" aria-describedby=id.clone()>
                {cells}
                <span class="sr-only">{format!("Factors: {}", words.join(", "))}</span>
            </button>
            <span class="tip__panel factor-strip__panel" role="tooltip" id=id>
                {lines}
            </span>
        </span>
    }
}

/// Replaces the strip of a customer of whom nothing was received. Scores would rest only on sources that other customers
/// have connected.
#[component]
pub fn NothingReceived() -> impl IntoView {
    let cells = FactorKey::ALL.map(|_| view! { <span class="factor-cell" data-assumed="" /> });
    view! { <span class="factor-strip__cells" data-empty="" aria-hidden="true">{cells}</span> }
}

fn words(key: FactorKey, factor: &Factor) -> String {
    let assumed = if factor.measured { "" } else { " (assumed)" };
    format!("{} {}{assumed}", key.short_label(), factor.score)
}

fn cell(factor: &Factor) -> impl IntoView + use<> {
    let height = format!("--score: {}", factor.score);
    view! {
        <span class="factor-cell" data-heat=heat_level(factor.score) data-assumed=(!factor.measured).then_some("") style=height />
    }
}

/// Renders a line with only two elements, since a page of the list has hundreds. Swatch and number are drawn from
/// attributes.
fn line(key: FactorKey, factor: &Factor) -> impl IntoView + use<> {
    let assumed = if factor.measured { "" } else { " (assumed)" };
    view! {
        <span
            class="factor-strip__line"
            data-heat=heat_level(factor.score)
            data-assumed=(!factor.measured).then_some("")
            data-score=factor.score.to_string()
        >
            <b>{key.label()} {assumed}</b>
            {factor.explanation.clone()}
        </span>
    }
}
