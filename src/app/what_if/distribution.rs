//! The distribution of scores: bars for the tried rules, an outline for the scores of today.

use crate::app::components::band_attribute;
use crate::app::format::group;
use crate::domain::scorecard::BandLimits;
use crate::domain::{Band, Points};
use crate::scoring::trial::Standing;
use leptos::prelude::*;
use std::fmt::Write;

/// The height of the drawing, and the width of a column.
const HEIGHT: i64 = 100;
const COLUMN: i64 = 10;

/// Returns the outline of columns with these heights.
fn outline(heights: &[i64]) -> String {
    let mut path = format!("M0 {HEIGHT}");
    for (place, height) in heights.iter().enumerate() {
        let _ = write!(path, "V{}H{}", HEIGHT - height, COLUMN * (place as i64 + 1));
    }
    path + &format!("V{HEIGHT}")
}

fn heights(standing: &Standing, most: i64) -> Vec<i64> {
    // One customer among thousands stays visible.
    let height = |customers: &i64| if *customers == 0 { 0 } else { (HEIGHT * customers / most).max(3) };
    standing.distribution.iter().map(height).collect()
}

fn band_of(limits: &BandLimits, score: Points) -> Band {
    match score {
        score if score >= limits.healthy => Band::Healthy,
        score if score >= limits.at_risk => Band::AtRisk,
        _ => Band::ChurnRisk,
    }
}

#[component]
pub fn Distribution(before: Standing, after: Standing, limits: BandLimits) -> impl IntoView {
    let most = before.distribution.iter().chain(&after.distribution).copied().max().unwrap_or_default().max(1);
    let columns = after.distribution.len() as i64;
    let bars = heights(&after, most).into_iter().enumerate().filter(|(_, height)| *height > 0).map(|(place, height)| {
        let x = COLUMN * place as i64;
        let band = band_attribute(band_of(&limits, Points(50 * place as i64)));
        view! { <rect x=x + 1 y=HEIGHT - height width=COLUMN - 2 height=height data-band=band /> }
    });
    let bars = bars.collect_view();
    let told = |standing: &Standing| {
        let columns = standing.distribution.chunks(4).enumerate();
        let span = |(place, four): (usize, &[i64])| format!("{} from {}", group(four.iter().sum()), 20 * place);
        columns.map(span).collect::<Vec<_>>().join(", ")
    };
    let description = format!("Then: {}. Now: {}.", told(&after), told(&before));
    view! {
        <figure class="what-if__distribution">
            <svg viewBox=format!("0 0 {} {HEIGHT}", columns * COLUMN) preserveAspectRatio="none" role="img" aria-label="Customers by score">
                <desc>{description}</desc>
                {bars}
                <path d=outline(&heights(&before, most)) />
            </svg>
            <p aria-hidden="true">{["0", "20", "40", "60", "80", "100"].map(|mark| view! { <span>{mark}</span> })}</p>
            <figcaption>"Customers by score; the line is today"</figcaption>
        </figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outline_walks_over_every_column() {
        assert_eq!(outline(&[0, 50, 100]), "M0 100V100H10V50H20V0H30V100");
        let mut standing = Standing::default();
        standing.distribution[0] = 1;
        standing.distribution[19] = 2_000;
        let heights = heights(&standing, 2_000);
        assert_eq!((heights[0], heights[1], heights[19]), (3, 0, 100));
    }
}
