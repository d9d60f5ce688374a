//! Scorecards as somebody sends them, and what differs between two.

use super::messages;
use crate::domain::five::FiveRules;
use crate::domain::{MissingPolicy, NewRulebook, Points, Scorecard, ScorecardInput, Share};
use leptos::serde_json::{self, Value, json};

/// The default scorecard as it is read, signed.
fn sent() -> Value {
    let mut sent = serde_json::to_value(FiveRules::default()).unwrap();
    sent["author"] = json!(" Ada ");
    sent["note"] = json!("Try it");
    sent
}

/// Returns the input with one value changed; a path such as `/bands/healthy`.
fn with(path: &str, value: Value) -> Value {
    let mut sent = sent();
    *sent.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = value;
    sent
}

fn parse(sent: Value) -> Result<NewRulebook, Vec<String>> {
    let input: ScorecardInput = serde_json::from_value(sent).map_err(|error| vec![error.to_string()])?;
    input.parse().map_err(|errors| messages(&errors))
}

#[test]
fn a_scorecard_can_be_sent_back_as_it_was_read_and_is_the_next_version() {
    let new = parse(sent()).unwrap();
    assert_eq!((new.author.as_str(), new.note.as_str(), new.rulebook.version), ("Ada", "Try it", 2));
    assert!(new.rulebook.has_rules_of(&Scorecard::default().into()));
}

#[test]
fn everything_can_be_changed() {
    let mut sent = sent();
    sent["factors"]["loginFrequency"] = json!({"weight": 0, "windowDays": 365, "target": 1});
    sent["factors"]["featureAdoption"]["keyFeatures"] = json!(["Reports ", "EXPORT"]);
    sent["factors"]["invoiceTimeliness"]["windowDays"] = json!(1);
    sent["bands"] = json!({"healthy": 100, "atRisk": 0.1});
    sent["missingPolicy"] = json!("exclude");
    sent["coverageFloor"] = json!(0.333);
    let scorecard = parse(sent).unwrap().rulebook.rest().clone();
    let FiveRules { factors, bands, missing_policy, coverage_floor, .. } = FiveRules::of(&scorecard).unwrap();
    let logins = factors.login_frequency;
    assert_eq!((logins.weight, logins.window_days, logins.target), (0, Some(365), Some(1)));
    assert_eq!(factors.feature_adoption.key_features, ["export", "reports"]);
    assert_eq!(factors.invoice_timeliness.window_days, Some(1));
    assert_eq!((bands.healthy, bands.at_risk), (Points(1000), Points(1)));
    assert_eq!((missing_policy, coverage_floor), (MissingPolicy::Exclude, Share(333)));
}

#[test]
fn key_features_are_written_as_events_write_them() {
    let path = "/factors/featureAdoption/keyFeatures";
    let new = parse(with(path, json!(["Cafe\u{301}"]))).unwrap();
    assert_eq!(FiveRules::of(new.rulebook.rest()).unwrap().factors.feature_adoption.key_features, ["caf\u{e9}"]);
    let twice = parse(with(path, json!(["cafe\u{301}", "caf\u{e9}"]))).unwrap_err();
    assert!(twice[0].contains("once"), "{twice:?}");
}

#[test]
fn each_broken_rule_is_named_by_its_field() {
    let weight = "/factors/apiTrend/weight";
    let window = "/factors/loginFrequency/windowDays";
    let target = "/factors/supportLoad/target";
    let keys = "/factors/featureAdoption/keyFeatures";
    for (path, value, expected) in [
        ("/version", json!(null), "version is required: send the version that you read"),
        ("/author", json!("  "), "author is required"),
        ("/author", json!("x".repeat(101)), "author must be at most 100 characters"),
        ("/note", json!(null), "note is required"),
        ("/note", json!("x".repeat(201)), "note must be at most 200 characters"),
        ("/note", json!("two\nlines"), "note must not contain control characters"),
        (weight, json!(null), "factors.apiTrend.weight is required"),
        (weight, json!(-1), "factors.apiTrend.weight must be between 0 and 10000"),
        (weight, json!(i64::MAX), "factors.apiTrend.weight must be between 0 and 10000"),
        (window, json!(null), "factors.loginFrequency.windowDays is required"),
        (window, json!(0), "factors.loginFrequency.windowDays must be between 1 and 365"),
        (window, json!(366), "factors.loginFrequency.windowDays must be between 1 and 365"),
        ("/factors/invoiceTimeliness/windowDays", json!(0), "factors.invoiceTimeliness.windowDays must be between 1 and 365"),
        (target, json!(null), "factors.supportLoad.target is required"),
        (target, json!(0), "factors.supportLoad.target must be between 1 and 1000000"),
        ("/factors/apiTrend/target", json!(5), "factors.apiTrend.target is not a field of this factor"),
        ("/factors/apiTrend/keyFeatures", json!(["a"]), "factors.apiTrend.keyFeatures is not a field of this factor"),
        (keys, json!(["a", " "]), "factors.featureAdoption.keyFeatures must not have a blank feature"),
        (keys, json!(["x".repeat(101)]), "factors.featureAdoption.keyFeatures must be at most 100 characters"),
        (keys, json!(["nul\u{0}"]), "factors.featureAdoption.keyFeatures must not contain control characters"),
        (
            keys,
            json!(["Export", "a", "export "]),
            "factors.featureAdoption.keyFeatures must name each feature once (export is there twice)",
        ),
        (
            keys,
            json!((0..101).map(|n| n.to_string()).collect::<Vec<_>>()),
            "factors.featureAdoption.keyFeatures must be at most 100 features",
        ),
        ("/bands/healthy", json!(null), "bands.healthy is required"),
        ("/bands/healthy", json!(100.1), "bands.healthy must be between 0 and 100"),
        ("/bands/healthy", json!(70.05), "bands.healthy must have at most one decimal"),
        ("/bands/healthy", json!(40.0), "bands.healthy must be above the limit of At risk (40.0)"),
        ("/bands/atRisk", json!(-0.1), "bands.atRisk must be between 0 and 100"),
        ("/bands/atRisk", json!(1e300), "bands.atRisk must be between 0 and 100"),
        ("/missingPolicy", json!("Neutral"), "missingPolicy must be one of neutral, exclude"),
        ("/missingPolicy", json!(null), "missingPolicy must be one of neutral, exclude"),
        ("/coverageFloor", json!(null), "coverageFloor is required"),
        ("/coverageFloor", json!(1.001), "coverageFloor must be between 0 and 1"),
        ("/coverageFloor", json!(0.2505), "coverageFloor must have at most three decimals"),
    ] {
        assert_eq!(parse(with(path, value.clone())).unwrap_err(), [expected], "{path} {value}");
    }
    let mut weightless = sent();
    for key in ["loginFrequency", "featureAdoption", "supportLoad", "invoiceTimeliness", "apiTrend"] {
        weightless["factors"][key]["weight"] = json!(0);
    }
    assert_eq!(parse(weightless).unwrap_err(), ["factors must have at least one weight above 0"]);
}

#[test]
fn all_broken_rules_are_told_at_once() {
    let errors = ScorecardInput::default().parse().unwrap_err();
    assert_eq!(errors.0.len(), 3 + 5 + 4 + 3 + 2 + 2, "{:?}", messages(&errors));
}

#[test]
fn the_rules_can_be_tried_without_a_signature() {
    let unsigned = ScorecardInput { version: None, author: None, note: None, ..serde_json::from_value(sent()).unwrap() };
    assert!(unsigned.parse_rules().unwrap().has_rules_of(&Scorecard::default()));
}

#[test]
fn what_changed_is_told_in_words() {
    let later = Scorecard::default().with(|later| {
        later.version = 2;
        later.factors.login_frequency.weight = 30;
        later.factors.support_load.target = Some(8);
        later.factors.feature_adoption.key_features = vec!["export".into(), "reports".into()];
        later.factors.invoice_timeliness.window_days = Some(365);
        later.bands.healthy = Points(725);
        later.missing_policy = MissingPolicy::Exclude;
        later.coverage_floor = Share(300);
    });
    assert!(Scorecard { version: 2, ..Scorecard::default() }.changes_since(&Scorecard::default()).is_empty());
    assert_eq!(
        later.changes_since(&Scorecard::default()),
        [
            "Login frequency weight 25 → 30",
            "Key features every feature → export, reports",
            "Support load limit 10 → 8",
            "Invoice timeliness window all history → 365 days",
            "Healthy from 70.0 → 72.5",
            "Assumed factors count as neutral → are left out",
            "Coverage floor 25 % → 30 %",
        ]
    );
}
