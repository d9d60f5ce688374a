//! The split of a change into causes.

use super::given::*;
use crate::domain::{Cause, FactorKey, HealthChange, Points};
use crate::scoring::{Facts, ScoreInputs, explain_change};

/// From `days` before the as-of day to it, as everything is known now.
fn change_over(given: &Given, days: i64) -> HealthChange {
    change_between(given, &given.facts, days)
}

/// Explains the change when only `known` was known on the first day.
fn change_between(given: &Given, known: &Facts, days: i64) -> HealthChange {
    let rulebook = &given.rulebook();
    let before = ScoreInputs { facts: known, rulebook, connections: &given.connections, day: day(days) };
    let after = ScoreInputs { facts: &given.facts, rulebook, connections: &given.connections, day: day(0) };
    explain_change(CUSTOMER, before, after)
}

/// Cause, change in tenths, and what happened.
fn parts(change: &HealthChange) -> Vec<(Cause, i64, Vec<&str>)> {
    change
        .causes
        .iter()
        .map(|part| (part.cause, part.change.0, part.facts.iter().map(|fact| fact.sentence.as_str()).collect()))
        .collect()
}

#[test]
fn what_left_the_window_is_told_from_what_is_new() {
    // Twelve logins on the first day that leave the window, then two new ones and a ticket.
    let given = given().logins(35, 12).logins(3, 2).tickets(4, 1);
    let change = change_over(&given, 10);
    assert_eq!(
        parts(&change),
        [
            (Cause::LeftWindow, -150, vec!["12 logins from before 1 Jun 2026 no longer count"]),
            (Cause::NewEvents, 5, vec!["2 new logins", "1 new ticket"]),
        ]
    );
    assert_eq!(change.change, Points(-145));
    assert_eq!(change.factors[FactorKey::LOGIN_FREQUENCY], Points(-125));
    assert_eq!(
        change.sentence,
        "-14.5 since 20 Jun 2026: login frequency -12.5 (12 → 2 logins), support load -2.0 (1 new ticket)"
    );
}

#[test]
fn what_left_a_window_and_what_entered_it_is_told_as_one() {
    let net = |given: Given| change_over(&given, 10).net.into_iter().map(|net| (net.sentence, net.change.0)).collect::<Vec<_>>();
    let told = |sentence: &str, change| vec![(sentence.to_owned(), change)];
    assert_eq!(net(given().logins(35, 12).logins(3, 2)), told("12 → 2 logins", -125));
    assert_eq!(net(given().logins(35, 57).logins(3, 57)), told("57 logins, as before", 0));
    assert_eq!(net(given().logins(35, 1).logins(25, 3).logins(3, 1)), told("4 logins, as before", 0));
    assert_eq!(net(given().feature(95, "a").feature(2, "b").feature(3, "c")), told("1 → 2 features", 50));
    assert_eq!(net(given().logins(35, 12)), vec![], "nothing entered");
    assert_eq!(net(given().logins(3, 12)), vec![], "nothing left");
    assert_eq!(net(given().api_calls(35, 9).api_calls(3, 9)), vec![], "a trend is no count");
    // The same number of logins leaves the sentence, too.
    let change = change_over(&given().logins(35, 57).logins(3, 57).tickets(4, 1), 10);
    assert_eq!(change.sentence, "-2.0 since 20 Jun 2026: support load -2.0 (1 new ticket)");
    assert_eq!(change.facts_of(FactorKey::LOGIN_FREQUENCY), "57 logins, as before");
}

#[test]
fn an_invoice_falls_overdue_by_time_and_is_settled_by_an_event() {
    let overdue = given().invoice(issued(40).due(5));
    assert_eq!(parts(&change_over(&overdue, 10)), [(Cause::TimePassed, -100, vec!["1 invoice fell overdue"])]);
    let paid = given().invoice(issued(40).due(5).paid(3));
    assert_eq!(
        parts(&change_over(&paid, 10)),
        [
            (Cause::TimePassed, -100, vec!["1 invoice fell overdue"]),
            (Cause::NewEvents, 0, vec!["1 invoice paid late, 1 invoice no longer overdue"]),
        ]
    );
}

#[test]
fn an_invoice_that_was_settled_in_time_never_fell_overdue() {
    let paid = given().invoice(issued(40).due(5).paid(6));
    assert_eq!(parts(&change_over(&paid, 10)), [(Cause::NewEvents, 100, vec!["1 invoice paid on time"])]);
    let voided = given().invoice(issued(40).due(5).voided(5));
    assert_eq!(parts(&change_over(&voided, 10)), []);
}

#[test]
fn what_was_not_known_then_arrived_late_and_what_is_gone_was_retracted() {
    let known = given().logins(20, 5).tickets(15, 2);
    let now = given().logins(20, 3).tickets(15, 2).feature(12, "export");
    assert_eq!(
        parts(&change_between(&now, &known.facts, 10)),
        [(Cause::Retracted, -25, vec!["2 logins retracted"]), (Cause::LateArrived, 50, vec!["1 feature arrived late"]),]
    );
}

#[test]
fn a_payment_that_was_retracted_or_arrived_late_is_told_from_a_new_one() {
    let unpaid = given().invoice(issued(60).due(30));
    let paid = given().invoice(issued(60).due(30).paid(31));
    assert_eq!(
        parts(&change_between(&unpaid, &paid.facts, 10)),
        [(Cause::Retracted, -200, vec!["1 invoice paid on time no longer counts, 1 invoice overdue after a retraction"])]
    );
    assert_eq!(
        parts(&change_between(&paid, &unpaid.facts, 10)),
        [(Cause::LateArrived, 200, vec!["1 invoice paid on time, 1 invoice no longer overdue by facts that arrived late"])]
    );
}

#[test]
fn a_source_that_was_connected_meanwhile_is_a_cause_of_its_own() {
    let given = given().connected_since(FactorKey::SUPPORT_LOAD, Some(5)).tickets(5, 1).logins(50, 1).logins(2, 20);
    let change = change_over(&given, 10);
    assert_eq!(change.causes[0].cause, Cause::SourceConnected);
    assert_eq!(change.causes[0].facts[0].sentence, "support tickets connected");
    assert_eq!(change.causes[0].change, Points::ZERO);
}

#[test]
fn events_behind_a_cause_are_found_by_their_days() {
    let change = change_over(&given().logins(35, 12).logins(3, 2), 10);
    let days = |cause: Cause| {
        let part = change.causes.iter().find(|part| part.cause == cause).unwrap();
        part.facts[0].days.map(|days| (days.from, days.to)).unwrap()
    };
    assert_eq!(days(Cause::LeftWindow), (day(39), day(30)));
    assert_eq!(days(Cause::NewEvents), (day(9), day(0)));
}

#[test]
fn calls_that_leave_the_window_before_are_told() {
    let change = change_over(&given().api_calls(65, 100).api_calls(35, 100).api_calls(3, 100), 10);
    assert_eq!(
        change.causes.iter().flat_map(|part| &part.facts).map(|fact| fact.sentence.as_str()).collect::<Vec<_>>(),
        ["100 API calls from before 1 Jun 2026 no longer count", "100 new API calls"]
    );
    let change = change_over(&given().api_calls(65, 100).api_calls(5, 100), 10);
    assert_eq!(change.causes[0].facts[0].sentence, "100 earlier API calls are no longer compared with");
}

#[test]
fn without_data_on_one_of_the_days_the_sentence_says_so() {
    let mut new = given().logins(2, 4).feature(2, "export");
    new.facts.first_fact_on = Some(day(2));
    assert!(change_over(&new, 10).sentence.starts_with("First score since 20 Jun 2026: "), "{}", change_over(&new, 10).sentence);
}

#[test]
fn nothing_changes_within_a_day() {
    let change = change_over(&given().logins(3, 2), 0);
    assert_eq!((change.causes, change.change, change.sentence.as_str()), (vec![], Points::ZERO, "Unchanged since 30 Jun 2026"));
}

#[test]
fn an_invoice_that_leaves_its_window_is_told() {
    let given = given().invoice(issued(45).due(41)).rule(FactorKey::INVOICE_TIMELINESS, |rule| rule.window_days = Some(40));
    let change = change_over(&given, 10);
    assert_eq!(parts(&change), [(Cause::LeftWindow, 100, vec!["1 invoice from before 22 May 2026 no longer counts"])]);
}
