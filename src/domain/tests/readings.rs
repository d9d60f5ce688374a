//! Values of readings: exact decimals, as text and in JSON.

use crate::domain::reading::label;
use crate::domain::{EventInput, ReadingValue};
use chrono::DateTime;
use leptos::serde_json::{self, Value, json};
use proptest::prelude::*;

fn value(thousandths: i64) -> ReadingValue {
    ReadingValue::of_thousandths(thousandths).unwrap()
}

#[test]
fn a_value_is_a_decimal_of_at_most_three_places_within_bounds() {
    let (no_number, places) = ("must be a number, such as 42.5", "must have at most 3 decimal places");
    let bounds = "must be between -999999999999.999 and 999999999999.999";
    for (text, expected) in [
        ("42.5", Ok(42_500)),
        (" -0.125\n", Ok(-125)),
        ("0", Ok(0)),
        ("-0.000", Ok(0)),
        ("007", Ok(7_000)),
        ("1.2000000", Ok(1_200)),
        ("999999999999.999", Ok(999_999_999_999_999)),
        ("-999999999999.999", Ok(-999_999_999_999_999)),
        ("1.2345", Err(places)),
        ("0.0001", Err(places)),
        ("1000000000000", Err(bounds)),
        ("-1000000000000", Err(bounds)),
        ("99999999999999999999999999", Err(bounds)),
        ("", Err(no_number)),
        ("-", Err(no_number)),
        ("1.", Err(no_number)),
        (".5", Err(no_number)),
        ("--1", Err(no_number)),
        ("+1", Err(no_number)),
        ("1,5", Err(no_number)),
        ("1e3", Err(no_number)),
        ("NaN", Err(no_number)),
        ("inf", Err(no_number)),
        ("٣", Err(no_number)),
        ("many", Err(no_number)),
    ] {
        assert_eq!(ReadingValue::parse(text).map(ReadingValue::thousandths), expected.map_err(str::to_owned), "{text}");
    }
    assert_eq!(ReadingValue::of_thousandths(1_000_000_000_000_000), None);
}

#[test]
fn a_value_is_sent_as_a_number_or_a_text_and_comes_back_as_a_number() {
    let sent = |value: Value| {
        let input: EventInput = serde_json::from_value(json!({"kind": "reading", "name": "mrr", "value": value})).unwrap();
        serde_json::to_string(&input.parse(DateTime::UNIX_EPOCH).unwrap().body).unwrap()
    };
    for (given, written) in [
        (json!(42), "42"),
        (json!(42.0), "42"),
        (json!("42.50"), "42.5"),
        (json!(0.1), "0.1"),
        (json!(-0.0), "0"),
        (json!(1e3), "1000"),
        (json!(1.005), "1.005"),
        (json!(-123_456_789_012.345), "-123456789012.345"),
    ] {
        assert_eq!(sent(given.clone()), format!("{{\"kind\":\"reading\",\"name\":\"mrr\",\"value\":{written}}}"), "{given}");
    }
    for refused in [json!(1e-4), json!(1e12), json!(1e300), json!(-1e300), json!(u64::MAX), json!("1e3")] {
        let input: EventInput = serde_json::from_value(json!({"kind": "reading", "name": "mrr", "value": refused})).unwrap();
        let errors = input.parse(DateTime::UNIX_EPOCH).unwrap_err();
        assert_eq!(errors.0[0].field, "value", "{refused}");
    }
    for refused in [json!(true), json!([1]), json!({"value": 1})] {
        let error = serde_json::from_value::<EventInput>(json!({"kind": "reading", "value": refused})).unwrap_err().to_string();
        assert!(error.contains("expected a number, or a text with one"), "{error}");
    }
}

#[test]
fn people_see_groups_of_digits_and_abbreviations_in_capitals() {
    assert_eq!(["seats used", "nps", "émile", ""].map(label), ["Seats used", "NPS", "Émile", ""]);
    for (thousandths, shown) in [(0, "0"), (42_500, "42.5"), (-1_234_567_050, "-1,234,567.05"), (-1, "-0.001"), (1_000, "1")] {
        assert_eq!(value(thousandths).grouped(), shown);
    }
}

proptest! {
    #[test]
    fn values_survive_text_and_json(thousandths in -999_999_999_999_999..=999_999_999_999_999i64) {
        let given = value(thousandths);
        prop_assert_eq!(ReadingValue::parse(&given.to_string()), Ok(given));
        let json = serde_json::to_string(&given).unwrap();
        prop_assert_eq!(&json, &given.to_string());
        prop_assert_eq!(serde_json::from_str::<ReadingValue>(&json).unwrap(), given);
    }

    #[test]
    fn no_text_makes_a_panic_and_what_is_read_is_what_was_written(text in "-?[0-9]{0,14}(\\.[0-9]{0,5})?") {
        if let Ok(read) = ReadingValue::parse(&text) {
            let exact = |text: &str| {
                let (whole, fraction) = text.trim_start_matches('-').split_once('.').unwrap_or((text.trim_start_matches('-'), ""));
                let digits = format!("{:0>14}{:0<5}", whole, fraction);
                (text.starts_with('-') && digits.bytes().any(|digit| digit != b'0'), digits)
            };
            prop_assert_eq!(exact(&read.to_string()), exact(&text));
        }
    }
}
