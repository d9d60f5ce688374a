//! How well values tell who left from who stayed: a dot for each, with its interval, on the way from 0 to 100 of 100 pairs.

use crate::domain::backtest::Auc;
use crate::domain::{Figure, Share};
use leptos::prelude::*;

/// A value that was tested.
#[derive(Clone, Debug)]
pub struct Rank {
    pub label: String,
    /// Words beside the label.
    pub note: &'static str,
    pub auc: Option<Auc>,
    /// `None` for the score, which is made of all factors.
    pub measured: Option<Share>,
    /// True for the score, which is drawn stronger.
    pub is_score: bool,
}

/// Draws a dot with its interval, in ten thousandths of the axis.
pub(super) fn mark(value: i64, low: i64, high: i64) -> impl IntoView {
    view! {
        <span class="ranks__mark" style=format!("--value: {value}; --low: {low}; --high: {high}")>
            <span class="ranks__interval"></span>
            <span class="ranks__dot"></span>
        </span>
    }
}

/// Draws one row for each value.
#[component]
pub fn RanksChart(ranks: Vec<Rank>) -> impl IntoView {
    let rows = ranks.into_iter().map(|Rank { label, note, auc, measured, is_score }| {
        let is_backwards = auc.is_some_and(|auc| auc.high < Figure::HALF);
        let plot = auc.map(|auc| {
            let [value, low, high] = [auc.value, auc.low, auc.high].map(|figure| figure.0);
            mark(value, low, high)
        });
        let told = auc.map_or_else(|| "–".to_owned(), |auc| auc.value.of_hundred().to_string());
        let interval = auc.map(|auc| format!("{} to {}", auc.low.of_hundred(), auc.high.of_hundred()));
        let measured = measured.filter(|measured| *measured < Share::ALL).map(|measured| format!("{measured} measured"));
        let equal = auc.is_none().then(|| "the same for all".to_owned());
        let notes: Vec<_> = [(!note.is_empty()).then(|| note.to_owned()), measured, equal].into_iter().flatten().collect();
        let backwards = is_backwards.then(|| view! { <span class="ranks__backwards">"backwards"</span> });
        view! {
            <tr data-score=is_score.then_some("")>
                <th scope="row">
                    {label}
                    <span class="ranks__small">{notes.join(", ")}</span>
                </th>
                <td class="ranks__cell"><span class="ranks__plot" aria-hidden="true">{plot}</span></td>
                <td class="ranks__figure"><b>{told}</b> <span class="ranks__small">{interval}</span> {backwards}</td>
            </tr>
        }
    });
    view! {
        <table class="ranks">
            <thead>
                <tr>
                    <th scope="col"><span class="sr-only">"Ranked by"</span></th>
                    <td class="ranks__cell"><span class="ranks__axis" aria-hidden="true"><span>"0"</span><span>"50: chance"</span><span>"100"</span></span></td>
                    <th scope="col">"of 100 pairs"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}
