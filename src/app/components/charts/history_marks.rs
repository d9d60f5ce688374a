//! Marks over a score's history: where it fell and why, the days of notes, and what became of the customer.

use crate::app::format;
use crate::domain::{Fall, HistoryPoint, NaiveDate, OutcomeKind, Points};
use leptos::prelude::*;

/// A mark's place in the chart, in tenths of a percent of its width.
fn across(points: &[HistoryPoint], day: NaiveDate) -> Option<usize> {
    let index = points.iter().position(|point| point.day == day)?;
    Some(1000 * (2 * index + 1) / (2 * points.len()))
}

fn at(tenths: usize) -> String {
    format!("--at: {}.{}%", tenths / 10, tenths % 10)
}

/// Draws a number at the foot of each fall, a sign over each day that has notes, and a line on each day of an outcome.
#[component]
pub fn HistoryMarks(
    points: Vec<HistoryPoint>,
    falls: Vec<Fall>,
    notes: Vec<NaiveDate>,
    outcomes: Vec<(NaiveDate, OutcomeKind)>,
) -> impl IntoView {
    let score = |day: NaiveDate| points.iter().find(|point| point.day == day).and_then(HistoryPoint::shown_score);
    let falls = falls.iter().zip(1..).filter_map(|(fall, number)| {
        let style = format!("{}; --score: {}", at(across(&points, fall.to)?), score(fall.to)?);
        Some(view! { <li class="history__fall" style=style>{number}</li> })
    });
    let falls = falls.collect_view();
    let mut days = notes;
    days.dedup();
    let notes =
        days.into_iter().filter_map(|day| Some(view! { <li class="history__noted" style=at(across(&points, day)?)></li> }));
    let outcomes = outcomes.into_iter().filter_map(|(day, kind)| {
        let place = across(&points, day)?;
        let side = if place < 500 { "start" } else { "end" };
        let label = view! { <span class="outcome" data-kind=kind.name()>{kind.label()}</span> };
        Some(view! { <li class="history__outcome" data-side=side style=at(place)>{label}</li> })
    });
    let outcomes = outcomes.collect_view();
    view! { <ul class="history__marks" aria-hidden="true">{outcomes} {falls} {notes.collect_view()}</ul> }
}

/// Lists the falls with their causes, by the numbers in the chart. `href` returns the address of a day.
#[component]
pub fn Falls(falls: Vec<Fall>, href: impl Fn(NaiveDate) -> String + Clone + Send + Sync + 'static) -> impl IntoView {
    let row = |fall: Fall| {
        let (href, to) = (href.clone(), fall.to);
        view! {
            <li>
                <a href=move || href(to) data-noscroll="true">{days(&fall)}</a>
                " "
                <b class="numeric">{format::signed(fall.change)}</b>
                " "
                {format::capitalised(&fall.sentence)}
            </li>
        }
    };
    let any = falls.iter().any(|fall| fall.change < Points::ZERO);
    let rows = falls.into_iter().map(row).collect_view();
    any.then(|| view! { <ol class="falls" aria-label="Where the score fell, and why">{rows}</ol> })
}

/// Writes the days on which the score fell: those after the first day of the fall.
fn days(fall: &Fall) -> String {
    format::days(fall.from.succ_opt().unwrap_or(fall.from), fall.to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fall_is_told_by_the_days_on_which_the_score_fell() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        let fall = |from, to| Fall { from: day(from), to: day(to), change: Points(-80), sentence: String::new() };
        assert_eq!(days(&fall(4, 5)), "5 Mar 2026");
        assert_eq!(days(&fall(4, 9)), "5 – 9 Mar 2026");
    }
}
