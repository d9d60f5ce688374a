//! The distribution of scores, by customers or by their ARR.

use super::links::Links;
use crate::app::components::band_attribute;
use crate::app::format::{count, money_short};
use crate::domain::list::Measure;
use crate::domain::scorecard::BandLimits;
use crate::domain::{Band, Points, Portfolio};
use leptos::prelude::*;

/// Draws ten bars, each a link to the customers that it counts.
#[component]
pub fn Histogram(portfolio: Portfolio, by: Measure, links: Links) -> impl IntoView {
    let Portfolio { distribution, distribution_arr_cents, band_limits: limits, currency, .. } = portfolio;
    let figures = if by == Measure::Arr { &distribution_arr_cents } else { &distribution };
    let most = figures.iter().copied().max().unwrap_or_default().max(1);
    let bars = figures.iter().zip(&distribution).zip(&distribution_arr_cents).enumerate().map(|(bucket, ((figure, customers), arr))| {
        let from = 10 * bucket;
        let range = if bucket == 9 { "90 to 100".to_owned() } else { format!("{from} to below {}", from + 10) };
        let label = format!("{} with a score of {range}, {} ARR", count(*customers, "customer"), money_short(*arr, &currency));
        // A bar has a least height, so that one customer among thousands is still visible.
        let height = if *figure == 0 { 0.0 } else { (*figure as f64 / most as f64 * 100.0).max(3.0) };
        let bar = view! {
            <svg viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true" data-band=band_attribute(bucket_band(bucket, &limits))>
                <rect x="0" width="10" y=format!("{:.1}", 100.0 - height) height=format!("{height:.1}") />
            </svg>
            {from}
        };
        match links.bucket(bucket) {
            Some(href) => view! { <li><a href=href aria-label=label.clone() title=label>{bar}</a></li> }.into_any(),
            None => view! { <li>{bar}</li> }.into_any(),
        }
    });
    view! {
        <ol class="histogram" aria-label="Customers by score">
            {bars.collect_view()}
        </ol>
    }
}

/// Returns the band of a bar's lowest score, for its colour.
fn bucket_band(bucket: usize, limits: &BandLimits) -> Band {
    match Points(100 * bucket as i64) {
        score if score >= limits.healthy => Band::Healthy,
        score if score >= limits.at_risk => Band::AtRisk,
        _ => Band::ChurnRisk,
    }
}
