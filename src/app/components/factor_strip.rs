//! The five factors as five cells in fixed places: colour and height are the score, a hatch marks an assumed one.
//! Hover or focus opens the numbers; plain CSS does it, so it works without JavaScript.

use crate::domain::{Factor, FactorKey, Factors, Points};
use leptos::prelude::*;

/// 0 to 4, for the five steps of the heat scale.
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

/// In the place of the strip where nothing was received: scores would be of sources that others have connected.
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

/// Two elements a line: a page of the list has hundreds of them. The swatch and the number are drawn from attributes.
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
