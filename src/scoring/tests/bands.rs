//! Where the bands begin and where there is no data.

use super::given::*;
use crate::domain::Band::{self, *};
use crate::domain::FactorKey;
use crate::domain::Share;

/// Only logins weigh, and each is worth a hundredth of a point.
fn fine_grained(logins: i64) -> Given {
    given().weights([1, 0, 0, 0, 0]).rule(FactorKey::LOGIN_FREQUENCY, |rule| rule.target = Some(10_000)).logins(1, logins)
}

#[test]
fn a_band_begins_at_its_limit_of_the_score_as_shown() {
    for (logins, shown, band) in [
        (10_000, "100.0", Healthy),
        (7000, "70.0", Healthy),
        (6995, "70.0", Healthy),
        (6994, "69.9", AtRisk),
        (6990, "69.9", AtRisk),
        (4000, "40.0", AtRisk),
        (3995, "40.0", AtRisk),
        (3994, "39.9", ChurnRisk),
        (3990, "39.9", ChurnRisk),
        (0, "0.0", ChurnRisk),
    ] {
        let health = fine_grained(logins).health();
        assert_eq!((health.score.to_string().as_str(), health.band), (shown, band), "{logins} logins");
    }
}

#[track_caller]
fn check(given: Given, expected: Band) {
    let health = given.health();
    assert_eq!(health.band, expected);
    assert_eq!(health.shown_score().is_none(), expected == NoData);
}

#[test]
fn a_customer_has_no_data_before_its_first_fact() {
    for (first_fact, expected) in [(Some(1), Healthy), (Some(0), Healthy), (Some(-1), NoData), (None, NoData)] {
        let mut given = fine_grained(8000);
        given.facts.first_fact_on = first_fact.map(day);
        check(given, expected);
    }
}

#[test]
fn a_customer_has_no_data_before_its_start() {
    for (start, expected) in [(Some(1), Healthy), (Some(0), Healthy), (Some(-1), NoData), (None, Healthy)] {
        let mut given = fine_grained(8000);
        given.facts.start_date = start.map(day);
        check(given, expected);
    }
}

#[test]
fn a_customer_has_no_data_below_the_coverage_floor() {
    let only_logins = |weights, floor| {
        let given = FactorKey::FIVE[1..].iter().fold(given().logins(1, 20), |given, key| given.connected_since(*key, None));
        let mut given = given.weights(weights);
        given.scorecard.coverage_floor = Share(floor);
        given
    };
    check(only_logins([25, 25, 20, 20, 10], 250), AtRisk);
    check(only_logins([24, 26, 20, 20, 10], 250), NoData);
    check(only_logins([249, 251, 200, 200, 100], 250), NoData);
    check(only_logins([25, 25, 20, 20, 10], 251), NoData);
    check(only_logins([0, 25, 25, 25, 25], 0), AtRisk);
}

#[test]
fn the_score_is_given_even_where_there_is_no_data() {
    let mut given = fine_grained(8000);
    given.facts.first_fact_on = None;
    assert_eq!(given.health().score.to_string(), "80.0");
}

#[test]
fn the_weakest_factor_is_the_measured_one_that_costs_most() {
    let weakest = |given: Given| crate::scoring::weakest(&given.health(), &given.scorecard).map(|weakest| weakest.factor);
    let good = || given().logins(1, 20).features(1, 5).invoices(1, 0, 0, 0).api_calls(40, 1).api_calls(1, 2);
    assert_eq!(weakest(good()), None);
    assert_eq!(weakest(good().tickets(1, 1)), Some(FactorKey::SUPPORT_LOAD));
    // 20 of 100 points at 20 % cost less than 20 of 100 points at 25 %.
    assert_eq!(
        weakest(given().logins(1, 16).features(1, 5).tickets(1, 2).invoices(1, 0, 0, 0)),
        Some(FactorKey::LOGIN_FREQUENCY)
    );
    // On a tie the first in the fixed order.
    assert_eq!(weakest(given().logins(1, 16).features(1, 4).invoices(1, 0, 0, 0)), Some(FactorKey::LOGIN_FREQUENCY));
    // What is assumed is not a weakness of the customer.
    assert_eq!(weakest(given().features(1, 5).connected_since(FactorKey::LOGIN_FREQUENCY, None)), None);
}
