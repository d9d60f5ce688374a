//! The sentences that CS staff read.

use super::given::*;
use crate::domain::FactorKey;
use crate::domain::MissingPolicy;
use crate::domain::Scorecard;

#[track_caller]
fn check(key: FactorKey, given: Given, expected: &str) {
    assert_eq!(given.factor(key).explanation, expected);
}

#[test]
fn logins_are_counted_against_the_target() {
    check(FactorKey::LOGIN_FREQUENCY, given(), "No logins in the last 30 days, target 20");
    check(FactorKey::LOGIN_FREQUENCY, given().logins(1, 1), "1 login in the last 30 days, target 20");
    check(FactorKey::LOGIN_FREQUENCY, given().logins(1, 14), "14 logins in the last 30 days, target 20");
    check(FactorKey::LOGIN_FREQUENCY, given().logins(1, 1234), "1,234 logins in the last 30 days, target 20");
    let daily =
        given().logins(0, 2).rule(FactorKey::LOGIN_FREQUENCY, |rule| (rule.window_days, rule.target) = (Some(1), Some(3)));
    check(FactorKey::LOGIN_FREQUENCY, daily, "2 logins in the last day, target 3");
    let for_ever = given().logins(900, 2).rule(FactorKey::LOGIN_FREQUENCY, |rule| rule.window_days = None);
    check(FactorKey::LOGIN_FREQUENCY, for_ever, "2 logins so far, target 20");
}

#[test]
fn features_say_whether_only_key_features_count() {
    check(FactorKey::FEATURE_ADOPTION, given(), "No features used in the last 90 days, target 5");
    check(FactorKey::FEATURE_ADOPTION, given().features(1, 1), "1 feature used in the last 90 days, target 5");
    check(FactorKey::FEATURE_ADOPTION, given().features(1, 3), "3 features used in the last 90 days, target 5");
    let named =
        given().feature(1, "reports").rule(FactorKey::FEATURE_ADOPTION, |rule| rule.key_features = vec!["reports".into()]);
    check(FactorKey::FEATURE_ADOPTION, named, "1 key feature used in the last 90 days, target 5");
}

#[test]
fn tickets_tell_the_limit_only_where_there_are_some() {
    check(FactorKey::SUPPORT_LOAD, given(), "No support tickets in the last 90 days");
    check(FactorKey::SUPPORT_LOAD, given().tickets(1, 1), "1 support ticket in the last 90 days, 10 or more score 0");
    check(FactorKey::SUPPORT_LOAD, given().tickets(1, 12), "12 support tickets in the last 90 days, 10 or more score 0");
}

#[test]
fn invoices_tell_what_went_wrong() {
    for ((on_time, late, overdue, open), expected) in [
        ((1, 0, 0, 0), "1 of 1 invoice paid on time"),
        ((6, 0, 0, 0), "6 of 6 invoices paid on time"),
        ((3, 1, 0, 0), "3 of 4 invoices paid on time, 1 paid late"),
        ((3, 0, 2, 1), "3 of 5 invoices paid on time, 2 overdue, 1 not due yet"),
        ((0, 1, 1, 0), "0 of 2 invoices paid on time, 1 paid late, 1 overdue"),
        ((0, 0, 0, 0), "No invoices to judge yet, so this score is assumed"),
        ((0, 0, 0, 1), "The only open invoice is not due yet, so this score is assumed"),
        ((0, 0, 0, 3), "None of the 3 open invoices is due yet, so this score is assumed"),
    ] {
        check(FactorKey::INVOICE_TIMELINESS, given().invoices(on_time, late, overdue, open), expected);
    }
}

#[test]
fn the_api_trend_names_both_windows() {
    for ((before, now), expected) in [
        ((0, 0), "No API calls in the last 60 days, so this score is assumed"),
        ((0, 1), "1 API call in the last 30 days, none in the 30 days before"),
        ((1200, 0), "No API calls in the last 30 days, down from 1,200 in the 30 days before"),
        ((1000, 1200), "1,200 API calls in the last 30 days, up 20 % from 1,000 in the 30 days before"),
        ((1000, 800), "800 API calls in the last 30 days, down 20 % from 1,000 in the 30 days before"),
        ((1000, 1000), "1,000 API calls in the last 30 days, about as many as in the 30 days before (steady is 50)"),
        ((1000, 1004), "1,004 API calls in the last 30 days, about as many as in the 30 days before (steady is 50)"),
        ((1, 50), "50 API calls in the last 30 days, up 4,900 % from 1 in the 30 days before"),
        ((1000, 1), "1 API call in the last 30 days, down more than 99 % from 1,000 in the 30 days before"),
    ] {
        check(FactorKey::API_TREND, given().api_calls(40, before).api_calls(10, now), expected);
    }
}

#[test]
fn a_source_that_is_not_connected_is_named() {
    for (key, expected) in [
        (FactorKey::LOGIN_FREQUENCY, "Logins are not connected yet, so this score is assumed"),
        (FactorKey::FEATURE_ADOPTION, "Feature uses are not connected yet, so this score is assumed"),
        (FactorKey::SUPPORT_LOAD, "Support tickets are not connected yet, so this score is assumed"),
        (FactorKey::INVOICE_TIMELINESS, "Invoices are not connected yet, so this score is assumed"),
        (FactorKey::API_TREND, "API calls are not connected yet, so this score is assumed"),
    ] {
        check(key, given().connected_since(key, None), expected);
    }
}

#[test]
fn the_exclude_policy_says_left_out() {
    let given = given().policy(MissingPolicy::Exclude);
    check(FactorKey::API_TREND, given, "No API calls in the last 60 days, so this score is left out");
}

#[test]
fn every_factor_has_a_rationale_and_a_next_step() {
    for (key, rule) in Scorecard::default().factors.iter() {
        assert!(rule.why.ends_with('.'), "{key:?}");
        assert!(!crate::scoring::next_step(rule, None).ends_with('.'), "{key:?}: a label, not a sentence");
    }
}

#[test]
fn nobody_is_asked_what_changed_when_nothing_did() {
    let rules = Scorecard::default();
    let step = |change| crate::scoring::next_step(&rules.factors[FactorKey::API_TREND], Some(change));
    assert!(step(-40).contains("what changed"));
    assert!(!step(-2).contains("what changed") && !step(30).contains("what changed"));
}
