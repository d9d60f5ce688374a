//! The five factors as five cells in fixed places, drawn by one element: a cell's height is its score, its colour says
//! whether somebody must act, and an assumed one is empty. Hover or focus opens the numbers; plain CSS does it.

use crate::domain::scorecard::BandLimits;
use crate::domain::{Factor, Factors, Points};
use leptos::prelude::*;

/// Returns the name for `data-stands`, which stylesheets select on: how a factor stands by the scores from which bands begin.
pub fn stands(factor: &Factor, limits: &BandLimits) -> &'static str {
    match factor.score {
        _ if !factor.measured => "assumed",
        score if score >= limits.healthy => "fine",
        score if score >= limits.at_risk => "wary",
        _ => "poor",
    }
}

#[component]
pub fn FactorStrip(
    factors: Factors<Factor>,
    limits: BandLimits,
    /// True when nobody must act on them yet.
    #[prop(optional)]
    quiet: bool,
) -> impl IntoView {
    let limits = if quiet { BandLimits { at_risk: Points::ZERO, healthy: Points::ZERO } } else { limits };
    view! { <button type="button" class="factor-strip tip" aria-label=words(&factors) style=drawing(&factors, &limits)></button> }
}

/// Replaces the strip of a customer of whom nothing was received. Scores would rest only on sources that other customers
/// have connected.
#[component]
pub fn NothingReceived() -> impl IntoView {
    view! { <span class="factor-strip" data-empty=""></span> }
}

/// The factors with their scores and what was measured, one a line: the button's name and the text of its tip.
fn words(factors: &Factors<Factor>) -> String {
    let line = |factor: &Factor| format!("{} {}: {}", factor.label, factor.score, factor.explanation);
    factors.values().map(line).collect::<Vec<_>>().join("\n")
}

/// The score and the colour of each cell.
fn drawing(factors: &Factors<Factor>, limits: &BandLimits) -> String {
    let cell = |(index, factor): (usize, &Factor)| {
        let place = index + 1;
        match stands(factor, limits) {
            "assumed" => format!("--score-{place}:0"),
            "fine" => format!("--score-{place}:{}", factor.score),
            "wary" => format!("--score-{place}:{};--cell-{place}:var(--wary)", factor.score),
            _ => format!("--score-{place}:{};--cell-{place}:var(--poor);--rest-{place}:var(--poor-rest)", factor.score),
        }
    };
    let cells: Vec<_> = factors.values().enumerate().map(cell).collect();
    format!("--cells:{};{}", cells.len(), cells.join(";"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FactorKey;
    use crate::domain::{CustomerId, NaiveDate, Scorecard};
    use crate::scoring::score;
    use crate::scoring::tests::Five;

    #[test]
    fn only_cells_below_a_limit_have_a_colour_and_assumed_ones_are_empty() {
        let card = Scorecard::default();
        let measured = Five {
            logins: 20,
            features: 3,
            tickets: 9,
            connected: Factors::from_fn(|key| key != FactorKey::API_TREND),
            ..Five::default()
        }
        .measured();
        let factors = score(CustomerId(1), &measured, &card, NaiveDate::default()).factors;
        assert_eq!(
            drawing(&factors, &card.bands),
            "--cells:5;--score-1:100.0;--score-2:60.0;--cell-2:var(--wary);--score-3:10.0;--cell-3:var(--poor);--rest-3:var(--poor-rest);--score-4:0;--score-5:0"
        );
        assert!(
            words(&factors)
                .starts_with("Login frequency 100.0: 20 logins in the last 30 days, target 20\nFeature adoption 60.0: ")
        );
    }
}
