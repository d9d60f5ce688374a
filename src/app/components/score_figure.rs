//! A score as a figure in its band; a dash where there is too little data.

use super::band_badge::band_attribute;
use crate::domain::{Band, Points};
use leptos::prelude::*;

#[component]
pub fn ScoreFigure(
    score: Points,
    band: Band,
    /// True when it is the page's main figure, rather than one of a row.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let text = if band == Band::NoData { "–".to_owned() } else { score.to_string() };
    view! {
        <span class="score" data-band=band_attribute(band) data-size=large.then_some("large")>
            {text}
            {(band == Band::NoData).then(|| view! { <span class="sr-only">"no score yet"</span> })}
        </span>
    }
}
