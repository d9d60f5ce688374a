//! Where a score fell most.

use super::given::*;
use crate::domain::{Band, HistoryPoint, Points};
use crate::scoring::{Invoice, ScoreInputs};
use crate::scoring::{explain_change, fall_sentence, falls, history};

/// Finds falls in scores of days, the last one of which is today; 0 stands for a day without data. Days are told by their
/// distance to today.
fn found(scores: &[i64]) -> Vec<(i64, i64)> {
    let last = scores.len() as i64 - 1;
    let point = |(place, score): (usize, &i64)| HistoryPoint {
        day: day(last - place as i64),
        score: Points(*score),
        band: if *score == 0 { Band::NoData } else { Band::AtRisk },
    };
    let points: Vec<_> = scores.iter().enumerate().map(point).collect();
    falls(&points).into_iter().map(|(from, to)| ((day(0) - from).num_days(), (day(0) - to).num_days())).collect()
}

#[test]
fn a_fall_reaches_from_the_last_day_before_it_to_the_day_on_which_the_score_had_fallen() {
    assert_eq!(found(&[700, 700, 600, 600]), [(2, 1)]);
    assert_eq!(found(&[700, 700, 680, 640, 600, 610]), [(4, 1)]);
    assert_eq!(found(&[700, 651]), [], "49 tenths are too little");
    assert_eq!(found(&[700, 0, 0]), [], "a day without data is not low");
    assert_eq!(found(&[500, 600, 700]), []);
    assert_eq!(found(&[]), []);
}

#[test]
fn the_three_steepest_are_told_and_do_not_overlap() {
    let scores = [900, 840, 840, 760, 760, 690, 690, 600];
    // One long fall of 300 takes the whole time.
    assert_eq!(found(&scores), [(7, 0)]);
    let apart: Vec<_> = [900, 840, 760, 690, 600].iter().flat_map(|score| [*score; 15]).collect();
    assert_eq!(found(&apart), [(45, 44), (30, 29), (15, 14)]);
}

#[test]
fn a_fall_names_the_causes_that_cost_most() {
    // Eight of ten logins leave the window of 30 days today; an invoice fell overdue yesterday.
    let given =
        given().logins(30, 8).logins(5, 2).invoices(1, 0, 0, 0).invoice(Invoice { number: "INV-2".into(), ..issued(40).due(2) });
    let rulebook = &given.rulebook();
    let points = history(&given.facts, rulebook, &given.connections, day(20), day(0));
    let found = falls(&points);
    assert_eq!(found, [(day(2), day(0))]);
    let standing = |day| ScoreInputs { facts: &given.facts, rulebook, connections: &given.connections, day };
    let change = explain_change(CUSTOMER, standing(found[0].0), standing(found[0].1));
    // Logins fall from 50.0 to 10.0, a quarter of which is 10.0; invoices from 100.0 to 50.0, a fifth of which is 10.0.
    assert_eq!(change.change, Points(-200));
    assert_eq!(fall_sentence(&change), "8 logins from before 1 Jun 2026 no longer count, 1 invoice fell overdue");
}

#[test]
fn what_left_a_window_is_no_cause_of_a_fall_when_as_much_entered_it() {
    let given = given().logins(30, 8).logins(0, 8).tickets(0, 6);
    let rulebook = &given.rulebook();
    let standing = |day| ScoreInputs { facts: &given.facts, rulebook, connections: &given.connections, day };
    let change = explain_change(CUSTOMER, standing(day(1)), standing(day(0)));
    assert_eq!(fall_sentence(&change), "6 new tickets");
}
