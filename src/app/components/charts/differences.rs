//! Differences of two AUCs on the same customers: a dot for each with its interval, left and right of the line where nothing differs.

use super::ranks::mark;
use crate::domain::Figure;
use crate::domain::backtest::AucDifference;
use leptos::prelude::*;

/// A difference that was tested.
#[derive(Clone, Debug)]
pub struct Difference {
    pub label: &'static str,
    /// Words under the label.
    pub note: &'static str,
    pub difference: Option<AucDifference>,
    /// True for the sum of the others, which is drawn stronger.
    pub is_sum: bool,
}

/// The narrowest axis, in pairs of 100 to either side.
const LEAST: i64 = 10;

/// Draws one row for each difference.
#[component]
pub fn DifferencesChart(differences: Vec<Difference>) -> impl IntoView {
    let ends = differences.iter().filter_map(|row| row.difference).flat_map(|difference| [difference.low, difference.high]);
    let widest = ends.map(|end| end.0.abs()).fold(0, i64::max);
    // The axis ends at a whole number of fives.
    let side = ((widest + 499) / 500 * 5).max(LEAST);
    let place = move |figure: Figure| (5_000 + figure.0 * 50 / side).clamp(0, 10_000);
    let rows = differences.into_iter().map(|Difference { label, note, difference, is_sum }| {
        let plot = difference.map(|difference| {
            let [value, low, high] = [difference.value, difference.low, difference.high].map(place);
            mark(value, low, high)
        });
        let told = difference.map_or_else(|| "–".to_owned(), |difference| signed(difference.value));
        let interval = difference.map(|difference| format!("{} to {}", signed(difference.low), signed(difference.high)));
        view! {
            <tr data-score=is_sum.then_some("")>
                <th scope="row">{label}<span class="ranks__small">{note}</span></th>
                <td class="ranks__cell"><span class="ranks__plot" aria-hidden="true">{plot}</span></td>
                <td class="ranks__figure"><b>{told}</b> <span class="ranks__small">{interval}</span></td>
            </tr>
        }
    });
    view! {
        <table class="ranks differences">
            <thead>
                <tr>
                    <th scope="col"><span class="sr-only">"Step"</span></th>
                    <td class="ranks__cell">
                        <span class="ranks__axis" aria-hidden="true">
                            <span>{format!("−{side}")}</span>
                            <span>"0"</span>
                            <span>{format!("+{side}")}</span>
                        </span>
                    </td>
                    <th scope="col">"of 100 pairs"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

/// "+7", "−3", "0"
fn signed(figure: Figure) -> String {
    match figure.of_hundred() {
        0 => "0".to_owned(),
        pairs if pairs < 0 => format!("−{}", -pairs),
        pairs => format!("+{pairs}"),
    }
}
