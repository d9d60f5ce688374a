//! Measures as they are sent: what is accepted, and what is refused by the name of its field.

use super::messages;
use crate::domain::FieldErrors;
use crate::domain::measure::Measure;
use crate::domain::measure_input::MeasureInput;
use leptos::serde_json::{self, Value, json};

fn parse(sent: Value) -> Result<Measure, Vec<String>> {
    let input: MeasureInput = serde_json::from_value(sent).unwrap();
    let mut errors = FieldErrors::default();
    input.parse(&mut errors, "measure").ok_or_else(|| messages(&errors))
}

#[test]
fn every_type_is_accepted_and_written_as_it_is_sent() {
    for sent in [
        json!({ "type": "count", "kinds": ["login"], "days": 30, "scaledByAge": true }),
        json!({ "type": "distinctFeatures", "features": ["alerts", "export"], "days": 90 }),
        json!({ "type": "distinctUsers", "kinds": ["login", "feature_use"], "days": 30 }),
        json!({ "type": "onTimeShare", "days": 365 }),
        json!({ "type": "trend", "kinds": ["api_call"], "days": 30 }),
        json!({ "type": "activeDays", "kinds": ["login", "feature_use"], "days": 28, "scaledByAge": true }),
        json!({ "type": "daysSince", "kinds": ["login", "feature_use"], "days": 90 }),
        json!({ "type": "pace", "kinds": ["login"], "days": 7, "beforeDays": 28 }),
        json!({ "type": "daysOverdue" }),
        json!({ "type": "latest", "reading": "seats", "days": 30 }),
        json!({ "type": "mean", "reading": "nps", "days": 365 }),
        json!({ "type": "ratio", "reading": "seats used", "over": "seats", "days": 1 }),
    ] {
        assert_eq!(serde_json::to_value(parse(sent.clone()).unwrap()).unwrap(), sent);
    }
}

#[test]
fn names_are_spelled_as_in_events_and_kinds_come_once_in_one_order() {
    let kinds = json!({ "type": "daysSince", "kinds": ["feature_use", " login ", "login"], "days": 90 });
    assert_eq!(serde_json::to_value(parse(kinds).unwrap()).unwrap()["kinds"], json!(["login", "feature_use"]));
    let reading = parse(json!({ "type": "latest", "reading": " Seats ", "days": 30 })).unwrap();
    assert_eq!(reading, Measure::Latest { reading: "seats".into(), days: 30 });
    let features = parse(json!({ "type": "distinctFeatures", "features": ["Export", "alerts"] })).unwrap();
    assert_eq!(features, Measure::DistinctFeatures { features: vec!["alerts".into(), "export".into()], days: None });
}

#[test]
fn a_broken_rule_is_told_of_its_field() {
    let kinds = "login, feature_use, api_call, support_ticket, invoice_issued, invoice_paid, invoice_voided";
    for (sent, expected) in [
        (json!({}), vec!["measure.type is required".to_owned()]),
        (json!({ "type": "count", "kinds": [] }), vec!["measure.kinds must have at least one kind of event".into()]),
        (
            json!({ "type": "count", "kinds": ["login", "reading"] }),
            vec![format!("measure.kinds has reading, which is not one of {kinds}")],
        ),
        (
            json!({ "type": "distinctUsers", "kinds": ["login", "api_call"] }),
            vec!["measure.kinds has api_call, which is not one of login, feature_use".into(), "measure.days is required".into()],
        ),
        (json!({ "type": "daysSince", "kinds": ["login"] }), vec!["measure.days is required".into()]),
        (
            json!({ "type": "pace", "kinds": ["login"], "days": 0, "beforeDays": 366 }),
            vec!["measure.days must be between 1 and 365".into(), "measure.beforeDays must be between 1 and 365".into()],
        ),
        (
            json!({ "type": "count", "kinds": ["login"], "scaledByAge": true }),
            vec!["measure.days is required where a count is scaled by age".into()],
        ),
        (json!({ "type": "latest", "reading": " ", "days": 30 }), vec!["measure.reading is required".into()]),
        (
            json!({ "type": "ratio", "reading": "seats", "over": "Seats", "days": 30 }),
            vec!["measure.over must be another reading".into()],
        ),
        (
            json!({ "type": "daysOverdue", "days": 30, "kinds": ["login"] }),
            vec!["measure.kinds is not a field of this measure".into(), "measure.days is not a field of this measure".into()],
        ),
    ] {
        assert_eq!(parse(sent.clone()).unwrap_err(), expected, "{sent}");
    }
    let unknown = parse(json!({ "type": "sum" })).unwrap_err();
    assert!(unknown[0].starts_with("measure.type must be one of count, distinctFeatures"), "{unknown:?}");
}
