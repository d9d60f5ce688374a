//! The change of a score: an arrow, the signed number, and a word for screen readers.

use super::icon::{Icon, IconName};
use crate::domain::{Band, Points};
use leptos::prelude::*;

/// Shows the change. Without a number it is "new", or a dash where there is no data to compare.
#[component]
pub fn ChangeFigure(
    #[prop(into)] change: Option<Points>,
    /// Today's band.
    band: Band,
) -> impl IntoView {
    let (direction, icon, text, words) = match change {
        None if band == Band::NoData => ("none", None, "–".to_owned(), "no data"),
        None => ("none", None, "new".to_owned(), ""),
        Some(change) if change > Points::ZERO => ("up", Some(IconName::Up), change.signed(), "points up"),
        Some(change) if change < Points::ZERO => ("down", Some(IconName::Down), change.signed(), "points down"),
        Some(_) => ("flat", None, "0.0".to_owned(), "points, unchanged"),
    };
    view! {
        <span class="change" data-direction=direction>
            {icon.map(|name| view! { <Icon name /> })}
            {text}
            <span class="sr-only">" " {words}</span>
        </span>
    }
}
