//! Points, shares and rounding.

use crate::domain::numbers::{round_div, whole};
use crate::domain::{Points, Share};
use leptos::serde_json;
use proptest::prelude::*;

#[test]
fn points_show_one_decimal_and_a_sign_where_asked() {
    for (tenths, plain, signed) in [
        (0, "0.0", "0.0"),
        (4, "0.4", "+0.4"),
        (-4, "-0.4", "-0.4"),
        (724, "72.4", "+72.4"),
        (-1000, "-100.0", "-100.0"),
        (1000, "100.0", "+100.0"),
    ] {
        assert_eq!((Points(tenths).to_string(), Points(tenths).signed()), (plain.into(), signed.into()));
    }
}

#[test]
fn shares_show_a_decimal_only_where_there_is_one() {
    for (thousandths, expected) in [(0, "0 %"), (1, "0.1 %"), (250, "25 %"), (333, "33.3 %"), (1000, "100 %")] {
        assert_eq!(Share(thousandths).to_string(), expected);
    }
}

#[test]
fn quotients_round_half_up() {
    for ((numerator, denominator), expected) in [
        ((1, 2), 1),
        ((-1, 2), 0),
        ((-3, 2), -1),
        ((1, 3), 0),
        ((2, 3), 1),
        ((-2, 3), -1),
        ((7, 7), 1),
        ((0, 5), 0),
        ((5, 10), 1),
    ] {
        assert_eq!(round_div(numerator, denominator), expected, "{numerator} / {denominator}");
    }
}

#[test]
fn ratios_and_shares_are_clamped_and_defined_for_nothing() {
    for ((numerator, denominator), expected) in
        [((0, 1), 0), ((1, 1), 1000), ((2, 1), 1000), ((-1, 1), 0), ((1, 3), 333), ((i64::MAX, 1), 1000), ((1, i64::MAX), 0)]
    {
        assert_eq!(Points::ratio(numerator, denominator), Points(expected), "{numerator} / {denominator}");
    }
    for ((part, whole), expected) in [((0, 0), 0), ((0, 7), 0), ((1, 3), 333), ((2, 3), 667), ((7, 7), 1000)] {
        assert_eq!(Share::of(part, whole), Share(expected), "{part} of {whole}");
    }
}

#[test]
fn json_shows_points_as_points_and_shares_as_fractions() {
    for (tenths, json) in [(0, "0.0"), (698, "69.8"), (-20, "-2.0"), (1000, "100.0")] {
        assert_eq!(serde_json::to_string(&Points(tenths)).unwrap(), json);
    }
    for (thousandths, json) in [(0, "0.0"), (250, "0.25"), (333, "0.333"), (1000, "1.0")] {
        assert_eq!(serde_json::to_string(&Share(thousandths)).unwrap(), json);
    }
    assert_eq!(serde_json::from_str::<Points>("70").unwrap(), Points(700));
    assert!(serde_json::from_str::<Points>("\"70\"").is_err());
}

proptest! {
    #[test]
    fn numbers_survive_json(tenths in -100_000..100_000i64) {
        let json = serde_json::to_string(&(Points(tenths), Share(tenths))).unwrap();
        prop_assert_eq!(serde_json::from_str::<(Points, Share)>(&json).unwrap(), (Points(tenths), Share(tenths)));
    }
}

#[test]
fn whole_numbers_may_have_a_point_and_nothing_behind_it() {
    #[derive(serde::Deserialize)]
    #[serde(transparent)]
    struct Number(#[serde(deserialize_with = "whole")] Option<i64>);
    let read = |text: &str| serde_json::from_str::<Number>(text).map(|Number(number)| number).map_err(|error| error.to_string());
    let cases = [
        ("5", Some(5)),
        ("5.0", Some(5)),
        ("-5.0", Some(-5)),
        ("5e2", Some(500)),
        ("-0.0", Some(0)),
        ("null", None),
        ("9223372036854775807", Some(i64::MAX)),
        ("1000000000000000.0", Some(1_000_000_000_000_000)),
        ("999999999999999.0", Some(999_999_999_999_999)),
    ];
    for (text, number) in cases {
        assert_eq!(read(text), Ok(number), "{text}");
    }
    for text in ["5.5", "1e300", "9007199254740993.0", "9223372036854775808", "\"5\"", "true"] {
        let refused = read(text).unwrap_err();
        assert!(refused.contains("expected a whole number"), "{text}: {refused}");
    }
}
