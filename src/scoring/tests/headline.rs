//! The sentence that a customer's page says first. Today is 30 June 2026.

use super::given::*;
use crate::domain::NaiveDate;
use crate::scoring::{Invoice, Subject, headline};

/// Checks the headline of a customer that renews so many days from now.
#[track_caller]
fn check(given: &Given, renews_in: Option<i64>, is_new: bool, expected: &str) {
    let health = given.health();
    let renewal: Option<NaiveDate> = renews_in.map(|days| day(-days));
    let subject = Subject { facts: &given.facts, health: &health, scorecard: &given.scorecard, renewal, is_new };
    assert_eq!(headline(&subject), expected);
}

/// One login on each of five days, the last one so many days ago; and five features used yesterday.
fn logged_in_until(ago: i64) -> Given {
    (ago..ago + 5).fold(given().features(1, 5), |given, ago| given.logins(ago, 1))
}

fn owed(cents: i64, currency: &str) -> Invoice {
    Invoice { amount_cents: cents, currency: currency.into(), ..issued(60).due(5) }
}

#[test]
fn logins_that_stopped_come_first_then_what_is_owed_and_the_renewal() {
    let given = logged_in_until(20).invoice(owed(20_000_00, "USD")).invoice(owed(7_000_00, "USD"));
    check(&given, Some(19), false, "Logins stopped on 10 Jun 2026; $27k overdue; renews in 19 days.");
    let two = logged_in_until(20).invoice(owed(500_00, "EUR")).invoice(owed(1_250_00, "USD"));
    check(&two, None, false, "Logins stopped on 10 Jun 2026; €500 overdue; $1.3k overdue.");
}

#[test]
fn use_is_stopped_after_14_days_and_only_where_it_was_a_habit() {
    check(&logged_in_until(14), None, false, "Logins stopped on 16 Jun 2026.");
    check(&logged_in_until(13), None, false, "5 logins in the last 30 days, target 20.");
    // Two days are no habit.
    let twice = given().features(1, 5).logins(20, 1).logins(21, 1);
    check(&twice, None, false, "2 logins in the last 30 days, target 20.");
}

#[test]
fn who_does_nothing_at_all_is_silent() {
    let given = logged_in_until(20);
    let given = Given { facts: crate::scoring::Facts { daily: given.facts.daily[5..].to_vec(), ..given.facts }, ..given };
    check(&given, Some(-5), false, "Silent since 10 Jun 2026; renewal 5 days overdue.");
}

#[test]
fn a_fall_to_half_or_less_is_told_with_both_counts() {
    check(&given().logins(40, 34).logins(3, 4), None, false, "Logins 34 → 4 in 30 days.");
    check(&given().logins(40, 6).logins(3, 3), None, false, "Logins 6 → 3 in 30 days.");
    // Of 5 nobody can say that they fell.
    check(&given().features(3, 5).logins(40, 5).logins(3, 1), None, false, "1 login in the last 30 days, target 20.");
    let calls = given().logins(3, 20).features(3, 5).api_calls(40, 12_000).api_calls(3, 5_000);
    check(&calls, None, false, "API calls 12,000 → 5,000 in 30 days.");
}

#[test]
fn many_tickets_are_told() {
    check(&given().logins(3, 20).features(3, 5).tickets(3, 4), None, false, "4 tickets in 90 days.");
}

#[test]
fn of_a_healthy_customer_the_good_facts_are_told() {
    let fine = given().logins(3, 20).features(3, 5).invoices(2, 0, 0, 0);
    check(&fine, Some(200), false, "20 logins in 30 days; no invoice overdue; renews on 16 Jan 2027.");
    check(&fine, Some(0), false, "20 logins in 30 days; no invoice overdue; renews today.");
    check(&fine, Some(1), false, "20 logins in 30 days; no invoice overdue; renews tomorrow.");
}

#[test]
fn a_new_customer_is_told_by_what_it_did_since_it_began() {
    let mut new = given().logins(3, 1).logins(2, 1).feature(2, "reports").tickets(1, 1);
    new.facts.first_fact_on = Some(day(3));
    check(&new, None, true, "New since 27 Jun 2026: 2 logins, 1 feature, 1 ticket.");
    new.facts.start_date = Some(day(10));
    check(&new, Some(80), true, "New since 20 Jun 2026: 2 logins, 1 feature, 1 ticket; renews in 80 days.");
}

#[test]
fn without_facts_there_is_only_the_renewal() {
    let mut nothing = given();
    nothing.facts.first_fact_on = None;
    check(&nothing, None, false, "Nothing received yet.");
    check(&nothing, Some(19), false, "Nothing received yet; renews in 19 days.");
    nothing.facts.start_date = Some(day(-5));
    check(&nothing, None, false, "Starts on 5 Jul 2026.");
}
