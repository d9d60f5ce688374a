//! Events as somebody sends them.

use super::messages;
use crate::domain::event_input::MAX_API_CALLS;
use crate::domain::{EventBody, EventInput, EventKind, NaiveDate, NewEvent, Priority, ReadingValue, Source};
use chrono::{DateTime, TimeZone, Utc};
use leptos::serde_json::{self, Value, json};

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 6, 30, 12, 0, 0).unwrap()
}

fn parse(input: Value) -> Result<NewEvent, Vec<String>> {
    let input: EventInput = serde_json::from_value(input).map_err(|error| vec![error.to_string()])?;
    input.parse(now()).map_err(|errors| messages(&errors))
}

#[track_caller]
fn accepts(input: Value, expected: EventBody) {
    assert_eq!(parse(input).unwrap().body, expected);
}

#[track_caller]
fn refuses(input: Value, expected: &[&str]) {
    assert_eq!(parse(input.clone()).unwrap_err(), expected, "{input}");
}

fn due(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

#[test]
fn every_kind_is_accepted_with_its_own_fields() {
    accepts(json!({"kind": "login"}), EventBody::Login { user: None });
    accepts(json!({"kind": "login", "user": " ada "}), EventBody::Login { user: Some("ada".into()) });
    accepts(
        json!({"kind": "feature_use", "feature": "  Report-Builder ", "user": ""}),
        EventBody::FeatureUse { feature: "report-builder".into(), user: None },
    );
    accepts(json!({"kind": "api_call"}), EventBody::ApiCall { count: 1 });
    accepts(json!({"kind": "api_call", "count": MAX_API_CALLS}), EventBody::ApiCall { count: MAX_API_CALLS });
    accepts(json!({"kind": "support_ticket"}), EventBody::SupportTicket { priority: Priority::Normal, subject: None });
    accepts(
        json!({"kind": "support_ticket", "priority": "urgent", "subject": "It is down"}),
        EventBody::SupportTicket { priority: Priority::Urgent, subject: Some("It is down".into()) },
    );
    accepts(
        json!({"kind": "invoice_issued", "number": "A-1", "amountCents": 0, "currency": "eur", "dueDate": "2026-07-01"}),
        EventBody::InvoiceIssued { number: "A-1".into(), amount_cents: 0, currency: "EUR".into(), due_date: due(2026, 7, 1) },
    );
    accepts(json!({"kind": "invoice_paid", "number": "A-1"}), EventBody::InvoicePaid { number: "A-1".into() });
    accepts(json!({"kind": "invoice_voided", "number": "A-1"}), EventBody::InvoiceVoided { number: "A-1".into() });
    accepts(
        json!({"kind": "reading", "name": "  Seats USED ", "value": "42.50"}),
        EventBody::Reading { name: "seats used".into(), value: ReadingValue::of_thousandths(42_500).unwrap() },
    );
}

#[test]
fn a_leap_second_belongs_to_the_day_that_it_ends() {
    let event = parse(json!({"kind": "login", "occurredAt": "2026-06-29T23:59:60Z"})).unwrap();
    assert_eq!(event.day(), due(2026, 6, 29));
    assert_eq!(DateTime::from_timestamp_micros(event.occurred_at.timestamp_micros()).unwrap().date_naive(), event.day());
}

#[test]
fn a_missing_or_unknown_kind_is_refused_with_the_choices() {
    let choices =
        "kind must be one of login, feature_use, api_call, support_ticket, invoice_issued, invoice_paid, invoice_voided, reading";
    for input in [json!({}), json!({"kind": ""}), json!({"kind": "Login"}), json!({"kind": "logout", "count": 3})] {
        refuses(input, &[choices]);
    }
}

#[test]
fn every_broken_rule_is_named_at_once() {
    refuses(json!({"kind": "feature_use"}), &["feature is required"]);
    refuses(json!({"kind": "feature_use", "feature": " "}), &["feature is required"]);
    refuses(json!({"kind": "feature_use", "feature": "x".repeat(101)}), &["feature must be at most 100 characters"]);
    refuses(json!({"kind": "login", "user": "a\u{7}b"}), &["user must not contain control characters"]);
    for count in [0, -1, MAX_API_CALLS + 1] {
        refuses(json!({"kind": "api_call", "count": count}), &["count must be between 1 and 1000000000"]);
    }
    refuses(json!({"kind": "support_ticket", "priority": "High"}), &["priority must be one of low, normal, high, urgent"]);
    refuses(json!({"kind": "invoice_paid"}), &["number is required"]);
    refuses(
        json!({"kind": "invoice_issued", "amountCents": -1, "currency": "EURO", "dueDate": "2026-02-30"}),
        &[
            "amountCents must be between 0 and 1000000000000000",
            "currency must be three letters, for example USD",
            "dueDate must be a date in the form YYYY-MM-DD",
            "number is required",
        ],
    );
    refuses(json!({"kind": "invoice_issued", "number": "A", "amountCents": 1, "currency": "EUR"}), &["dueDate is required"]);
    let absent = ["amountCents is required", "currency is required", "dueDate is required", "number is required"];
    refuses(json!({"kind": "invoice_issued"}), &absent);
    // Upper case makes two letters of ß.
    let input = json!({"kind": "invoice_issued", "number": "A", "amountCents": 1, "currency": "ßA", "dueDate": "2026-04-01"});
    refuses(input, &["currency must be three letters, for example USD"]);
}

#[test]
fn fields_of_another_kind_are_refused() {
    refuses(
        json!({"kind": "login", "feature": "a", "count": 1, "number": "A"}),
        &[
            "feature does not belong to an event of kind login",
            "count does not belong to an event of kind login",
            "number does not belong to an event of kind login",
        ],
    );
}

#[test]
fn unknown_fields_and_wrong_types_do_not_parse() {
    for (input, expected) in [
        (json!({"kind": "login", "usr": "ada"}), "unknown field `usr`"),
        (json!({"kind": 3}), "invalid type: integer `3`"),
        (json!({"kind": "api_call", "count": "3"}), "invalid type: string \"3\""),
        (json!({"kind": "api_call", "count": 1.5}), "invalid type: floating point"),
    ] {
        let messages = parse(input).unwrap_err();
        assert!(messages[0].starts_with(expected), "{messages:?}");
    }
}

#[test]
fn times_are_read_with_their_offset_and_as_utc_without_one() {
    for (text, expected) in [
        ("2026-06-30T10:00:00Z", "2026-06-30 10:00:00 UTC"),
        ("2026-06-30T12:00:00+02:00", "2026-06-30 10:00:00 UTC"),
        ("2026-06-30T01:30:00+02:00", "2026-06-29 23:30:00 UTC"),
        ("2026-06-30T10:00", "2026-06-30 10:00:00 UTC"),
        (" 2026-06-30T10:00:05 ", "2026-06-30 10:00:05 UTC"),
        ("2026-06-30T10:00:00.1234567Z", "2026-06-30 10:00:00.123456 UTC"),
        ("2026-06-30T12:05:00Z", "2026-06-30 12:05:00 UTC"),
        ("2000-01-01T00:00:00Z", "2000-01-01 00:00:00 UTC"),
        ("", "2026-06-30 12:00:00 UTC"),
    ] {
        let event = parse(json!({"kind": "login", "occurredAt": text})).unwrap();
        assert_eq!(event.occurred_at.to_string(), expected, "{text}");
    }
    assert_eq!(parse(json!({"kind": "login"})).unwrap().occurred_at, now());
}

#[test]
fn times_out_of_range_or_unreadable_are_refused() {
    let form = "occurredAt must be a time like 2026-01-31T09:30:00Z or 2026-01-31T09:30:00+02:00";
    for (text, expected) in [
        ("2026-06-30T12:05:01Z", "occurredAt must not be more than 5 minutes in the future"),
        ("2027-01-01T00:00", "occurredAt must not be more than 5 minutes in the future"),
        ("1999-12-31T23:59:59Z", "occurredAt must not be before 2000-01-01"),
        ("2026-06-30", form),
        ("yesterday", form),
        ("1782820800", form),
    ] {
        refuses(json!({"kind": "login", "occurredAt": text}), &[expected]);
    }
}

#[test]
fn source_and_message_id_are_trimmed_and_the_content_leaves_them_out() {
    let plain = parse(json!({"kind": "login"})).unwrap();
    assert_eq!((plain.source.as_str(), plain.message_id), ("api", None));
    let sent = parse(json!({"kind": "login", "user": " ada ", "source": " crm ", "messageId": " m1 "})).unwrap();
    assert_eq!((sent.source.as_str(), sent.message_id.as_deref()), ("crm", Some("m1")));
    let content = EventInput { kind: Some("login".into()), user: Some(" ada ".into()), ..EventInput::default() };
    assert_eq!(sent.content, content, "as sent, before trimming and defaults");
    refuses(json!({"kind": "login", "source": "s".repeat(51)}), &["source must be at most 50 characters"]);
    refuses(json!({"kind": "login", "messageId": "m".repeat(201)}), &["messageId must be at most 200 characters"]);
}

#[test]
fn every_kind_has_a_name_a_source_and_an_activity() {
    for kind in EventKind::ALL {
        assert_eq!(EventKind::parse(kind.name()), Some(kind));
        assert_eq!(Source::of(kind) == Some(Source::Invoices), kind.is_invoice());
    }
    let feature = EventBody::FeatureUse { feature: "reports".into(), user: None };
    assert_eq!(feature.activity(), ("reports", 1));
    assert_eq!(EventBody::ApiCall { count: 7 }.activity(), ("", 7));
    assert_eq!(EventBody::Login { user: None }.activity(), ("", 1));
}
