//! The mean score, its changes, and the distribution of scores.

use super::links::Links;
use crate::app::components::{ChangeFigure, band_attribute};
use crate::app::format::count;
use crate::domain::portfolio::MeanScore;
use crate::domain::scorecard::BandLimits;
use crate::domain::{Band, Points, Sort};
use leptos::prelude::*;

#[component]
pub fn ScorePanel(mean: MeanScore, distribution: Vec<i64>, limits: BandLimits, links: Links) -> impl IntoView {
    let scored = distribution.iter().sum::<i64>();
    let score = mean.score.map_or("–".to_owned(), |score| score.to_string());
    let changes = [(7, mean.change7, Sort::Change7), (30, mean.change30, Sort::Change)].map(|(days, change, sort)| {
        let href = links.scored(sort);
        view! {
            <li>
                <a href=href>
                    <ChangeFigure change band=Band::NoData />
                    {format!(" in {days} days")}
                </a>
            </li>
        }
    });
    view! {
        <div class="panel summary__panel">
            <h2 class="summary__title">"Mean score"</h2>
            <div class="mean">
                <a class="mean__score" href=links.scored(Sort::Score)>
                    {score}
                </a>
                <ul class="mean__changes" title="Over the customers scored on both days">
                    {changes.collect_view()}
                </ul>
            </div>
            <Histogram distribution limits links />
            <p class="summary__note">{count(scored, "customer")} " by score"</p>
        </div>
    }
}

/// Draws ten bars, each a link to the customers that it counts.
#[component]
fn Histogram(distribution: Vec<i64>, limits: BandLimits, links: Links) -> impl IntoView {
    let most = distribution.iter().copied().max().unwrap_or_default().max(1);
    let bars = distribution.into_iter().enumerate().map(|(bucket, customers)| {
        let from = 10 * bucket;
        let range = if bucket == 9 { "90 to 100".to_owned() } else { format!("{from} to below {}", from + 10) };
        let label = format!("{} with a score of {range}", count(customers, "customer"));
        // A bar has a least height, so that one customer among thousands is still visible.
        let height = if customers == 0 { 0.0 } else { (customers as f64 / most as f64 * 100.0).max(3.0) };
        view! {
            <li>
                <a href=links.bucket(bucket) aria-label=label.clone() title=label>
                    <svg viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true" data-band=band_attribute(bucket_band(bucket, &limits))>
                        <rect x="0" width="10" y=format!("{:.1}", 100.0 - height) height=format!("{height:.1}") />
                    </svg>
                    <span class="histogram__from" aria-hidden="true">
                        {from}
                    </span>
                </a>
            </li>
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
