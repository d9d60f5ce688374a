//! What would raise a score most.

use super::given::*;
use crate::domain::{Driver, FactorKey, Points};
use crate::scoring::{drivers, measure};

fn drivers_of(given: &Given) -> Vec<Driver> {
    drivers(&measure(&given.facts, &given.scorecard, &given.connections, day(0)), &given.scorecard)
}

fn sentences(given: &Given) -> Vec<(String, Points)> {
    drivers_of(given).into_iter().map(|driver| (driver.sentence, driver.gain)).collect()
}

#[test]
fn each_factor_says_what_it_takes_and_what_it_brings() {
    let given = given().logins(3, 13).features(3, 3).tickets(3, 2).invoices(1, 1, 0, 0).api_calls(3, 50).api_calls(40, 100);
    let expected = [
        ("2 more features", 100),
        ("7 more logins within 30 days", 87),
        ("The next invoice paid on time", 33),
        ("As many API calls as in the 30 days before", 25),
    ];
    assert_eq!(sentences(&given), expected.map(|(sentence, gain)| (sentence.to_owned(), Points(gain))));
}

#[test]
fn nobody_is_told_to_wait_until_tickets_are_old_or_to_pay_what_is_late_already() {
    let late = given().logins(3, 20).features(3, 5).tickets(3, 9).invoices(1, 0, 2, 0).api_calls(3, 100).api_calls(40, 50);
    assert_eq!(sentences(&late), [("The next invoice paid on time".to_owned(), Points(33))]);
    let open = given().logins(3, 20).features(3, 5).tickets(3, 9).invoices(1, 0, 1, 2).api_calls(3, 100).api_calls(40, 50);
    assert_eq!(sentences(&open), [("The 2 open invoices paid by their due days".to_owned(), Points(50))]);
}

#[test]
fn unused_key_features_are_named() {
    let sentence = |names: &str| {
        let names = names.split(' ').map(str::to_owned).collect();
        let given =
            given().feature(3, "b").rule(FactorKey::FEATURE_ADOPTION, |rule| (rule.key_features, rule.target) = (names, Some(2)));
        drivers_of(&given).into_iter().find(|driver| driver.factor == FactorKey::FEATURE_ADOPTION).unwrap().sentence
    };
    assert_eq!(sentence("a b c"), "1 more key feature: a, c");
    assert_eq!(sentence("a b c d e f g"), "1 more key feature: a, c, d, e, f, ...");
}

#[test]
fn what_is_at_its_best_or_not_connected_raises_nothing() {
    let best = given().logins(3, 20).features(3, 5).invoices(2, 0, 0, 0).api_calls(3, 100).api_calls(40, 50);
    assert_eq!(sentences(&best), []);
    let unconnected = given().connected_since(FactorKey::FEATURE_ADOPTION, None).logins(3, 19);
    assert_eq!(sentences(&unconnected)[1], ("1 more login within 30 days".to_owned(), Points(12)));
}
