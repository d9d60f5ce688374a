//! The score over time: a line over the bands' zones, broken where there was no data, with a link for each day.

use super::days::walk;
use super::history_marks::{Falls, HistoryMarks};
use super::scorecard_marks::{ScorecardMarks, ScorecardNote};
use crate::app::components::band_attribute;
use crate::app::format;
use crate::domain::scorecard::BandLimits;
use crate::domain::{Band, Fall, HistoryPoint, NaiveDate, OutcomeKind, Points, ScorecardMark};
use leptos::prelude::*;

/// Returns the line as path data. Each day is 2 wide and drawn in its middle; the height is the score in tenths.
fn line(points: &[HistoryPoint]) -> String {
    let mut path = String::new();
    let mut drawing = false;
    for (index, point) in points.iter().enumerate() {
        let Some(score) = point.shown_score() else {
            drawing = false;
            continue;
        };
        let command = if drawing { 'L' } else { 'M' };
        path += &format!("{command}{} {}", 2 * index + 1, Points::MAX.0 - score.0);
        let alone = !drawing && points.get(index + 1).is_none_or(|next| next.shown_score().is_none());
        if alone {
            path += "h0";
        }
        drawing = true;
    }
    path
}

const TOO_LITTLE: &str = "There is too little data to score any of these days.";

/// Describes the line in words.
fn summary(points: &[HistoryPoint]) -> String {
    let scored = || points.iter().filter_map(|point| Some((point.day, point.shown_score()?)));
    let (Some(first), Some(last)) = (scored().next(), scored().next_back()) else {
        return TOO_LITTLE.into();
    };
    let say = |(day, score): (NaiveDate, Points)| format!("{score} on {}", format::day(day));
    let lowest = scored().min_by_key(|(_, score)| *score).unwrap_or(first);
    let highest = scored().max_by_key(|(_, score)| *score).unwrap_or(last);
    let missing = match points.len() - scored().count() {
        0 => String::new(),
        days => format!(" {days} of {} days have no data.", points.len()),
    };
    format!("From {} to {}; lowest {}, highest {}.{missing}", say(first), say(last), say(lowest), say(highest))
}

/// Returns a day's label: "5 Nov 2026, 72.4, Healthy".
fn label(point: &HistoryPoint) -> (String, String) {
    let score = point.shown_score().map_or_else(|| "–".to_owned(), |score| score.to_string());
    (format::day(point.day), format!("{score} {}", point.band.label()))
}

/// Draws the line, its zones and one link for each day. `href` returns the address of a day.
#[component]
pub fn HistoryChart(
    points: Vec<HistoryPoint>,
    limits: BandLimits,
    /// The days on which newer scorecards came into force.
    marks: Vec<ScorecardMark>,
    /// The version of the scorecard that scored the points.
    scorecard: i64,
    falls: Vec<Fall>,
    /// The days of notes, latest first.
    noted: Vec<NaiveDate>,
    /// The days of outcomes that stand.
    outcomes: Vec<(NaiveDate, OutcomeKind)>,
    selected: NaiveDate,
    href: impl Fn(NaiveDate) -> String + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let count = points.len();
    let width = 2 * count;
    let nothing = points.iter().all(|point| point.shown_score().is_none());
    // Only one day can be reached with Tab. The arrow keys move on from there.
    let entry = points.iter().position(|point| point.day == selected).unwrap_or(count.saturating_sub(1));
    let days = points
        .iter()
        .enumerate()
        .map(|(index, point)| {
            let (text, standing) = label(point);
            let noted = if noted.contains(&point.day) { ", noted" } else { "" };
            let ended = outcomes.iter().filter(|(day, _)| *day == point.day);
            let ended: String = ended.map(|(_, kind)| format!(", {}", kind.name())).collect();
            let (href, day) = (href.clone(), point.day);
            let side = if index < count / 2 { "start" } else { "end" };
            let current = (point.day == selected).then_some("date");
            let tabindex = if index == entry { "0" } else { "-1" };
            let score = point.shown_score().map(|score| format!("--score: {score}"));
            view! {
                <a
                    class="history__day" href=move || href(day) data-noscroll="true" data-band=band_attribute(point.band) data-side=side
                    aria-current=current tabindex=tabindex style=score
                >
                    <span class="history__tip"><b>{text}</b>" "{standing}{noted}{ended}</span>
                </a>
            }
        })
        .collect_view();
    let from_top = |score: Points| Points::MAX.0 - score.0;
    let zone = |band: Band, top: Points, bottom: Points| {
        view! {
            <rect class="history__band" data-band=band_attribute(band) x="0" y=from_top(top) width=width height=(top - bottom).0 />
        }
    };
    let zones = [
        zone(Band::Healthy, Points::MAX, limits.healthy),
        zone(Band::AtRisk, limits.healthy, limits.at_risk),
        zone(Band::ChurnRisk, limits.at_risk, Points::ZERO),
    ];
    view! {
        <figure class="history">
            <div class="history__frame">
                <svg class="history__plot" viewBox=format!("0 0 {width} 1000") preserveAspectRatio="none" role="img" aria-label="Score per day">
                    <desc>{summary(&points)}</desc>
                    {zones}
                    <path class="history__line" d=line(&points) />
                </svg>
                <ScorecardMarks points=points.clone() marks=marks.clone() />
                <HistoryMarks points=points.clone() falls=falls.clone() notes=noted.clone() outcomes=outcomes.clone() />
                <div class="history__days" role="group" aria-label="Pick a day: the arrow keys move, Enter opens it" on:keydown=walk>
                    {days}
                </div>
                <Scale limits />
                {nothing.then(|| view! { <p class="history__nothing">{TOO_LITTLE}</p> })}
            </div>
            <Axis points=points.clone() />
            <Falls falls href />
            <ScorecardNote points marks scorecard />
        </figure>
    }
}

/// Draws the bands' names, each at its lower limit.
#[component]
fn Scale(limits: BandLimits) -> impl IntoView {
    let mark = |score: Points, band: Option<Band>| {
        view! {
            <li style=format!("--score: {score}")>
                {band.map(|band| view! { <span class="history__zone" data-band=band_attribute(band)>{band.label()}</span> })}
                <span class="history__mark">{score.short()}</span>
            </li>
        }
    };
    view! {
        <ul class="history__scale" aria-hidden="true">
            {mark(Points::MAX, None)}
            {mark(limits.healthy, Some(Band::Healthy))}
            {mark(limits.at_risk, Some(Band::AtRisk))}
            {mark(Points::ZERO, Some(Band::ChurnRisk))}
        </ul>
    }
}

/// Shows four dates under the line: the first, two between, the last.
#[component]
fn Axis(points: Vec<HistoryPoint>) -> impl IntoView {
    let last = points.len().saturating_sub(1);
    let dates = [0, last / 3, 2 * last / 3, last].map(|index| points.get(index).map(|point| format::day(point.day)));
    view! { <p class="history__axis" aria-hidden="true">{dates.map(|date| view! { <span>{date}</span> })}</p> }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(scores: &[Option<i64>]) -> Vec<HistoryPoint> {
        let first = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let point = |(day, score): (NaiveDate, &Option<i64>)| HistoryPoint {
            day,
            score: Points(score.unwrap_or(500)),
            band: if score.is_some() { Band::Healthy } else { Band::NoData },
        };
        first.iter_days().zip(scores).map(point).collect()
    }

    #[test]
    fn the_line_breaks_where_there_is_no_data_and_a_day_alone_is_a_dot() {
        let cases: [(&[Option<i64>], &str); 4] = [
            (&[Some(1000), Some(724)], "M1 0L3 276"),
            (&[None, Some(700), Some(710), None], "M3 300L5 290"),
            (&[Some(400), None, Some(0)], "M1 600h0M5 1000h0"),
            (&[None, None], ""),
        ];
        for (scores, path) in cases {
            assert_eq!(line(&points(scores)), path, "{scores:?}");
        }
    }

    #[test]
    fn the_summary_names_the_ends_the_extremes_and_the_gaps() {
        assert_eq!(
            summary(&points(&[Some(500), Some(300), None, Some(720)])),
            "From 50.0 on 1 Mar 2026 to 72.0 on 4 Mar 2026; lowest 30.0 on 2 Mar 2026, highest 72.0 on 4 Mar 2026. \
             1 of 4 days have no data."
        );
        assert_eq!(summary(&points(&[None])), "There is too little data to score any of these days.");
    }
}
