//! Histories, changes, the day a band began, and activity in the shapes that pages draw.

use super::given::*;
use crate::domain::{Band, EventKind, Points, Window};
use crate::domain::{DayCount, HistoryPoint};
use crate::scoring::{band_since, change, daily_totals, feature_uses, history};

fn points(given: &Given, from: i64, to: i64) -> Vec<HistoryPoint> {
    history(&given.facts, &given.rulebook(), &given.connections, day(from), day(to))
}

#[test]
fn a_history_has_one_point_a_day_both_ends_included() {
    let days: Vec<_> = points(&given(), 3, 1).iter().map(|point| point.day).collect();
    assert_eq!(days, [day(3), day(2), day(1)]);
    assert_eq!(points(&given(), 0, 0).len(), 1);
    assert_eq!(points(&given(), 0, 1), []);
}

#[test]
fn activity_moves_the_score_while_it_is_in_the_window() {
    // Without facts 0.2 * 100 + 0.2 * 50 + 0.1 * 50 = 35; 20 logins add 25 for thirty days.
    let history = points(&given().logins(40, 20), 41, 10);
    let scores: Vec<_> = history.iter().map(|point| point.score.to_string()).collect();
    assert_eq!(scores[0], "35.0");
    assert_eq!(scores[1..=30].iter().filter(|score| *score == "60.0").count(), 30);
    assert_eq!(scores[31], "35.0");
    assert_eq!(band_since(&history), Some(day(10)));
    assert_eq!(band_since(&history[..31]), Some(day(40)));
    assert_eq!(band_since(&[]), None);
}

#[test]
fn a_change_needs_data_on_both_days() {
    let point = |score, band| HistoryPoint { day: day(0), score: Points(score), band };
    for (earlier, later, expected) in [
        (point(700, Band::Healthy), point(655, Band::AtRisk), Some(Points(-45))),
        (point(655, Band::AtRisk), point(655, Band::AtRisk), Some(Points(0))),
        (point(350, Band::NoData), point(655, Band::AtRisk), None),
        (point(655, Band::AtRisk), point(350, Band::NoData), None),
    ] {
        assert_eq!(change(earlier, later), expected);
    }
}

#[test]
fn a_history_has_no_data_before_the_start_and_the_first_fact() {
    let mut given = given();
    given.facts.first_fact_on = Some(day(5));
    given.facts.start_date = Some(day(3));
    let shown: Vec<_> = points(&given, 6, 2).iter().map(|point| point.shown_score().is_some()).collect();
    assert_eq!(shown, [false, false, false, true, true]);
}

#[test]
fn daily_totals_sum_the_kinds_and_leave_quiet_days_out() {
    let given = given().feature(2, "a").feature(2, "b").logins(2, 5).feature(0, "a").feature(9, "a").feature(-1, "a");
    let window = Window { from: day(5), to: day(0) };
    let expected = [DayCount { day: day(2), count: 2 }, DayCount { day: day(0), count: 1 }];
    assert_eq!(daily_totals(&given.facts, &[EventKind::FeatureUse], window), expected);
}

#[test]
fn features_in_use_come_with_the_most_used_first() {
    let given = given().feature(2, "b").feature(1, "b").feature(3, "c").feature(0, "a").feature(90, "old").feature(-1, "new");
    let expected = [("b", 2), ("a", 1), ("c", 1)].map(|(feature, uses)| (feature.to_owned(), uses));
    assert_eq!(feature_uses(&given.facts, Window::ending(day(0), 90)), expected);
}
