//! Marks over a score's history, on the days when newer scorecards came into force.

use crate::app::format;
use crate::domain::NaiveDate;
use crate::domain::{HistoryPoint, ScorecardMark};
use leptos::prelude::*;

/// A marked day of the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mark {
    /// The day's place among the points.
    index: usize,
    day: NaiveDate,
    /// The mark's text: "Scorecard 2", or "Scorecards 2, 3" when both came on one day.
    label: String,
}

/// Returns the marks within the chart, one for each day.
fn marks_within(points: &[HistoryPoint], marks: &[ScorecardMark]) -> Vec<Mark> {
    let of_day = |(index, point): (usize, &HistoryPoint)| {
        let versions: Vec<_> = marks.iter().filter(|mark| mark.day == point.day).map(|mark| mark.version.to_string()).collect();
        let noun = if versions.len() == 1 { "Scorecard" } else { "Scorecards" };
        (!versions.is_empty()).then(|| Mark { index, day: point.day, label: format!("{noun} {}", versions.join(", ")) })
    };
    points.iter().enumerate().filter_map(of_day).collect()
}

/// Describes the marks in a sentence: "Scorecard 2 came into force on 5 Nov 2026."
fn said(marks: &[Mark]) -> String {
    let said = |mark: &Mark| format!("{} came into force on {}.", mark.label, format::day(mark.day));
    marks.iter().map(said).collect::<Vec<_>>().join(" ")
}

/// Draws a thin line and a label for each mark, to be laid over the plot. Where two labels would overlap, only the newer one
/// is shown.
#[component]
pub fn ScorecardMarks(points: Vec<HistoryPoint>, marks: Vec<ScorecardMark>) -> impl IntoView {
    let marks = marks_within(&points, &marks);
    let rows = marks.iter().enumerate().map(|(place, mark)| {
        let tenths = 1000 * (2 * mark.index + 1) / (2 * points.len());
        let side = if mark.index < points.len() / 2 { "start" } else { "end" };
        let has_room = marks.get(place + 1).is_none_or(|next| next.index - mark.index > points.len() / 5);
        view! {
            <li style=format!("--at: {}.{}%", tenths / 10, tenths % 10) data-side=side>
                {has_room.then(|| view! { <span>{mark.label.clone()}</span> })}
            </li>
        }
    });
    let rows = rows.collect_view();
    view! { <ul class="history__scorecards" aria-hidden="true">{rows}</ul> }
}

/// Describes the marks in words, with the scorecard that scored the points. Shows nothing when there are no marks.
#[component]
pub fn ScorecardNote(points: Vec<HistoryPoint>, marks: Vec<ScorecardMark>, scorecard: i64) -> impl IntoView {
    let is_latest = marks.last().is_none_or(|mark| mark.version == scorecard);
    let marks = marks_within(&points, &marks);
    let in_force = if is_latest { "which is in force" } else { "which was in force then" };
    (!marks.is_empty()).then(|| {
        view! {
            <p class="history__note muted">
                {said(&marks)} " The whole line is computed under scorecard " {scorecard} ", " {in_force} ". "
                <a href="/scorecard">"Versions"</a>
            </p>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Band, Points};

    #[test]
    fn marks_outside_the_chart_are_left_out_and_those_of_one_day_share_a_line() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        let points: Vec<_> = (10..20).map(|d| HistoryPoint { day: day(d), score: Points(500), band: Band::AtRisk }).collect();
        let mark = |version, d| ScorecardMark { version, day: day(d) };
        let marks = marks_within(&points, &[mark(2, 9), mark(3, 10), mark(4, 14), mark(5, 14), mark(6, 20)]);
        assert_eq!(marks.iter().map(|mark| mark.index).collect::<Vec<_>>(), [0, 4]);
        assert_eq!(said(&marks), "Scorecard 3 came into force on 10 Mar 2026. Scorecards 4, 5 came into force on 14 Mar 2026.");
        assert!(marks_within(&points, &[]).is_empty());
    }
}
