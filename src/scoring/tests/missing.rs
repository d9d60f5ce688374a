//! What is measured, what is assumed, and what either policy makes of it.

use super::given::*;
use crate::domain::{FactorKey, Health, MissingPolicy};

fn measured(health: &Health) -> Vec<FactorKey> {
    health.factors.iter().filter(|(_, factor)| factor.measured).map(|(key, _)| key).collect()
}

/// Something of everything, up to today.
fn busy() -> Given {
    given().logins(1, 10).features(1, 5).tickets(1, 2).invoices(1, 0, 0, 0).api_calls(40, 10).api_calls(1, 10)
}

#[test]
fn a_connected_source_without_facts_is_measured_but_for_invoices_and_api_calls() {
    assert_eq!(measured(&given().health()), [FactorKey::LOGIN_FREQUENCY, FactorKey::FEATURE_ADOPTION, FactorKey::SUPPORT_LOAD]);
    assert_eq!(given().health().coverage.to_string(), "70 %");
}

#[test]
fn a_fact_in_either_api_window_makes_the_trend_measured() {
    for (ago, expected) in [(-1, false), (0, true), (29, true), (30, true), (59, true), (60, false)] {
        assert_eq!(given().api_calls(ago, 1).factor(FactorKey::API_TREND).measured, expected, "{ago} days ago");
    }
}

#[test]
fn a_source_is_connected_from_the_day_of_its_earliest_event() {
    for key in FactorKey::FIVE {
        for (since, connected) in [(Some(1), true), (Some(0), true), (Some(-1), false), (None, false)] {
            let factor = busy().connected_since(key, since).factor(key);
            assert_eq!(factor.measured, connected, "{key:?} since {since:?}");
            assert_eq!(factor.value.is_some(), connected, "{key:?} since {since:?}");
        }
    }
}

#[test]
fn the_past_knows_only_the_sources_connected_by_then() {
    let given = busy().connected_since(FactorKey::SUPPORT_LOAD, Some(10));
    for (ago, expected) in [(11, false), (10, true), (9, true)] {
        assert_eq!(given.health_on(ago).factors[FactorKey::SUPPORT_LOAD].measured, expected, "{ago} days ago");
    }
}

#[test]
fn coverage_is_the_weight_of_the_measured_factors() {
    for (unconnected, expected) in [
        (&[][..], "100 %"),
        (&[FactorKey::API_TREND], "90 %"),
        (&[FactorKey::SUPPORT_LOAD, FactorKey::INVOICE_TIMELINESS], "60 %"),
        (
            &[FactorKey::LOGIN_FREQUENCY, FactorKey::FEATURE_ADOPTION, FactorKey::SUPPORT_LOAD, FactorKey::INVOICE_TIMELINESS],
            "10 %",
        ),
        (&FactorKey::FIVE, "0 %"),
    ] {
        let given = unconnected.iter().fold(busy(), |given, key| given.connected_since(*key, None));
        assert_eq!(given.health().coverage.to_string(), expected, "without {unconnected:?}");
    }
}

#[test]
fn the_neutral_policy_counts_what_is_assumed_as_in_the_table() {
    for (key, expected) in [
        (FactorKey::LOGIN_FREQUENCY, "0.0"),
        (FactorKey::FEATURE_ADOPTION, "0.0"),
        (FactorKey::SUPPORT_LOAD, "100.0"),
        (FactorKey::INVOICE_TIMELINESS, "50.0"),
        (FactorKey::API_TREND, "50.0"),
    ] {
        let factor = given().connected_since(key, None).factor(key);
        assert_eq!(factor.score.to_string(), expected, "{key:?}");
        assert_eq!(factor.weight.0, given().scorecard.factors[key].weight * 10, "{key:?}");
    }
}

#[test]
fn the_exclude_policy_spreads_the_weight_of_what_is_assumed() {
    // Without API calls: 0.25 * 50 + 0.25 * 100 + 0.2 * 80 + 0.2 * 100 = 73.5, over 0.9 = 81.67
    let quiet = given().logins(1, 10).features(1, 5).tickets(1, 2).invoices(1, 0, 0, 0);
    assert_eq!(quiet.health().score.to_string(), "78.5");
    let health = quiet.policy(MissingPolicy::Exclude).health();
    assert_eq!(health.score.to_string(), "81.7");
    assert_eq!(health.coverage.to_string(), "90 %");
    let parts: Vec<_> = health.factors.iter().map(|(_, factor)| (factor.weight.0, factor.contribution.0)).collect();
    assert_eq!(parts, [(278, 139), (278, 278), (222, 178), (222, 222), (0, 0)]);
}

#[test]
fn both_policies_agree_where_everything_is_measured() {
    assert_eq!(busy().health(), busy().policy(MissingPolicy::Exclude).health());
}

#[test]
fn excluding_everything_falls_back_to_all_weights() {
    let given = FactorKey::FIVE.into_iter().fold(given(), |given, key| given.connected_since(key, None));
    let neutral = given.clone().health();
    let exclude = given.policy(MissingPolicy::Exclude).health();
    assert_eq!((exclude.score, exclude.band, exclude.coverage), (neutral.score, neutral.band, neutral.coverage));
}
