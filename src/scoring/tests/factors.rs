//! The normalisation of the counted factors, and the edges of their windows.

use super::given::*;
use crate::domain::{EventKind, FactorKey, Window};

#[track_caller]
fn check(key: FactorKey, given: Given, expected: &str) {
    assert_eq!(given.factor(key).score.to_string(), expected, "{key:?} of {:?}", given.facts);
}

#[test]
fn logins_rise_to_the_target_and_stay_there() {
    for (logins, expected) in
        [(0, "0.0"), (1, "5.0"), (10, "50.0"), (19, "95.0"), (20, "100.0"), (21, "100.0"), (1_000_000_000, "100.0")]
    {
        check(FactorKey::LOGIN_FREQUENCY, given().logins(3, logins), expected);
    }
}

#[test]
fn distinct_features_rise_to_the_target_and_stay_there() {
    for (features, expected) in [(0, "0.0"), (1, "20.0"), (4, "80.0"), (5, "100.0"), (6, "100.0"), (40, "100.0")] {
        check(FactorKey::FEATURE_ADOPTION, given().features(3, features), expected);
    }
    check(FactorKey::FEATURE_ADOPTION, given().feature(0, "reports").feature(0, "reports").feature(80, "reports"), "20.0");
}

#[test]
fn only_key_features_count_where_the_scorecard_names_some() {
    let named = |given: Given| {
        given.rule(FactorKey::FEATURE_ADOPTION, |rule| rule.key_features = vec!["reports".into(), "alerts".into()])
    };
    check(FactorKey::FEATURE_ADOPTION, named(given().feature(1, "reports").feature(1, "search").feature(1, "export")), "20.0");
    check(FactorKey::FEATURE_ADOPTION, named(given().feature(1, "reports").feature(1, "alerts")), "40.0");
    check(FactorKey::FEATURE_ADOPTION, named(given().feature(1, "search")), "0.0");
}

#[test]
fn tickets_fall_from_full_to_nothing_at_the_limit() {
    for (tickets, expected) in
        [(0, "100.0"), (1, "90.0"), (5, "50.0"), (9, "10.0"), (10, "0.0"), (11, "0.0"), (1_000_000_000, "0.0")]
    {
        check(FactorKey::SUPPORT_LOAD, given().tickets(3, tickets), expected);
    }
}

#[test]
fn api_calls_are_held_against_the_window_before() {
    for ((before, now), expected) in [
        ((0, 0), "50.0"),
        ((0, 1), "100.0"),
        ((0, 1_000_000_000), "100.0"),
        ((1, 0), "0.0"),
        ((100, 0), "0.0"),
        ((100, 50), "25.0"),
        ((100, 99), "49.5"),
        ((100, 100), "50.0"),
        ((100, 101), "50.5"),
        ((100, 150), "75.0"),
        ((100, 199), "99.5"),
        ((100, 200), "100.0"),
        ((100, 201), "100.0"),
        ((1, 1_000_000_000), "100.0"),
        ((1_000_000_000, 1), "0.0"),
        ((3, 1), "16.7"),
    ] {
        check(FactorKey::API_TREND, given().api_calls(40, before).api_calls(10, now), expected);
    }
}

#[test]
fn the_change_of_api_calls_is_unknown_when_there_were_none_before() {
    for ((before, now), expected) in
        [((0, 0), None), ((0, 5), None), ((5, 0), Some(-100)), ((5, 5), Some(0)), ((3, 4), Some(33)), ((3, 2), Some(-33))]
    {
        assert_eq!(
            given().api_calls(40, before).api_calls(10, now).factor(FactorKey::API_TREND).value,
            expected,
            "{before} -> {now}"
        );
    }
}

#[test]
fn factor_scores_are_rounded_half_up() {
    for (target, logins, expected) in [(3, 1, "33.3"), (3, 2, "66.7"), (16, 1, "6.3"), (2000, 1, "0.1"), (2001, 1, "0.0")] {
        check(
            FactorKey::LOGIN_FREQUENCY,
            given().logins(0, logins).rule(FactorKey::LOGIN_FREQUENCY, |rule| rule.target = Some(target)),
            expected,
        );
    }
}

#[test]
fn a_window_is_the_as_of_day_and_the_days_before_it() {
    for (kind, key, days) in [
        (EventKind::Login, FactorKey::LOGIN_FREQUENCY, 30),
        (EventKind::FeatureUse, FactorKey::FEATURE_ADOPTION, 90),
        (EventKind::SupportTicket, FactorKey::SUPPORT_LOAD, 90),
    ] {
        for (ago, counts) in [(-1, false), (0, true), (1, true), (days - 1, true), (days, false), (days + 1, false)] {
            let factor = given().activity(kind, "", ago, 1).factor(key);
            assert_eq!(factor.value, Some(i64::from(counts)), "{kind:?} {ago} days ago");
            assert_eq!(factor.window, Some(Window { from: day(days - 1), to: day(0) }));
        }
    }
}

#[test]
fn the_two_windows_of_the_api_trend_meet_without_a_gap() {
    for (ago, expected) in [(-1, "50.0"), (0, "100.0"), (29, "100.0"), (30, "0.0"), (59, "0.0"), (60, "50.0")] {
        check(FactorKey::API_TREND, given().api_calls(ago, 8), expected);
    }
}

#[test]
fn a_window_without_a_length_is_all_history() {
    let for_ever = |given: Given| given.rule(FactorKey::LOGIN_FREQUENCY, |rule| rule.window_days = None);
    check(FactorKey::LOGIN_FREQUENCY, for_ever(given().logins(9000, 4)), "20.0");
    check(FactorKey::LOGIN_FREQUENCY, for_ever(given().logins(-1, 4)), "0.0");
    assert_eq!(for_ever(given()).factor(FactorKey::LOGIN_FREQUENCY).window, None);
}

#[test]
fn value_and_target_are_what_was_counted_and_what_it_is_held_against() {
    let given = given().logins(1, 14).features(1, 3).tickets(1, 2).invoices(3, 1, 2, 4).api_calls(40, 80).api_calls(1, 100);
    for (key, value, target) in [
        (FactorKey::LOGIN_FREQUENCY, 14, 20),
        (FactorKey::FEATURE_ADOPTION, 3, 5),
        (FactorKey::SUPPORT_LOAD, 2, 10),
        (FactorKey::INVOICE_TIMELINESS, 3, 6),
        (FactorKey::API_TREND, 25, 100),
    ] {
        let factor = given.factor(key);
        assert_eq!((factor.value, factor.target), (Some(value), Some(target)), "{key:?}");
    }
}

#[test]
fn the_score_is_the_weighted_mean_and_contributions_sum_to_it() {
    let given = given().logins(1, 14).features(1, 3).tickets(1, 2).invoices(3, 1, 0, 0).api_calls(40, 80).api_calls(1, 100);
    let health = given.health();
    // 0.25 * 70 + 0.25 * 60 + 0.2 * 80 + 0.2 * 75 + 0.1 * 62.5 = 69.75
    assert_eq!(health.score.to_string(), "69.8");
    let parts: Vec<_> = health.factors.iter().map(|(_, factor)| (factor.contribution.to_string(), factor.weight.0)).collect();
    let expected = [("17.5", 250), ("15.0", 250), ("16.0", 200), ("15.0", 200), ("6.3", 100)];
    assert_eq!(parts, expected.map(|(points, weight)| (points.to_owned(), weight)));
}

#[test]
fn weights_are_shares_of_their_sum() {
    let shares =
        |weights| given().weights(weights).health().factors.iter().map(|(_, factor)| factor.weight.0).collect::<Vec<_>>();
    assert_eq!(shares([1, 1, 1, 0, 0]), [334, 333, 333, 0, 0]);
    assert_eq!(shares([0, 0, 0, 0, 3]), [0, 0, 0, 0, 1000]);
    assert_eq!(shares([50, 50, 40, 40, 20]), [250, 250, 200, 200, 100]);
}
