//! The change of a score: an arrow, the signed number, and a word for screen readers.

use super::icon::{Icon, IconName};
use crate::app::format::signed;
use crate::domain::{Band, Points};
use leptos::prelude::*;

/// Smaller changes are told in grey.
const NOTABLE: Points = Points(10);

/// Where a score went, as far as that is worth a colour: the name in `data-direction`.
pub fn direction(change: Option<Points>) -> &'static str {
    match change {
        Some(change) if change >= NOTABLE => "up",
        Some(Points(tenths)) if tenths <= -NOTABLE.0 => "down",
        _ => "flat",
    }
}

/// Returns the change as text: signed, or why there is none. `band` is that of today.
pub fn change_words(change: Option<Points>, band: Band) -> String {
    match change {
        Some(change) => signed(change),
        None if band == Band::NoData => "–".to_owned(),
        None => "first score".to_owned(),
    }
}

/// Without a number it is the first score, or a dash where there is no data to compare.
#[component]
pub fn ChangeFigure(
    #[prop(into)] change: Option<Points>,
    /// Today's band.
    band: Band,
) -> impl IntoView {
    let (icon, words) = match change {
        None if band == Band::NoData => (None, "no data"),
        None => (None, ""),
        Some(change) if change > Points::ZERO => (Some(IconName::Up), "points up"),
        Some(change) if change < Points::ZERO => (Some(IconName::Down), "points down"),
        Some(_) => return view! { <span class="change" data-direction="flat">"unchanged"</span> }.into_any(),
    };
    view! {
        <span class="change" data-direction=direction(change)>
            {icon.map(|name| view! { <Icon name /> })}
            {change_words(change, band)}
            <span class="sr-only">" " {words}</span>
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_below_one_point_has_no_colour() {
        for (tenths, name) in [(10, "up"), (9, "flat"), (0, "flat"), (-9, "flat"), (-10, "down")] {
            assert_eq!(direction(Some(Points(tenths))), name, "{tenths} tenths");
        }
        assert_eq!(direction(None), "flat");
    }
}
