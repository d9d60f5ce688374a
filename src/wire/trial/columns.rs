//! Measured values as text, a column for each measure: the whole portfolio's values travel to the browser in it.
//!
//! A column has one word for each customer: `12` is 12, `-5/3` a fraction in lowest terms, `x` nothing to measure, `i` more than any
//! number. A value that no fact supports, or nothing that one does, ends in `?`. So five customers may be `12 0 0? 250/3 x`.

use crate::domain::scale::Value;
use crate::scoring::MeasuredValue;
use std::fmt::Write;

/// Writes the values of a measure.
pub fn write_column(values: &[MeasuredValue]) -> String {
    let mut text = String::with_capacity(3 * values.len());
    for (place, MeasuredValue { value, is_measured }) in values.iter().enumerate() {
        let space = if place > 0 { " " } else { "" };
        let usual = if value.is_some() == *is_measured { "" } else { "?" };
        let _ = match value.map(in_lowest_terms) {
            None => write!(text, "{space}x{usual}"),
            Some(Value::Boundless) => write!(text, "{space}i{usual}"),
            Some(Value::Fraction { over, under: 1 }) => write!(text, "{space}{over}{usual}"),
            Some(Value::Fraction { over, under }) => write!(text, "{space}{over}/{under}{usual}"),
        };
    }
    text
}

/// Reads the values of a measure; `None` for a text that is not a column.
pub fn read_column(text: &str) -> Option<Vec<MeasuredValue>> {
    if text.is_empty() { Some(Vec::new()) } else { text.split(' ').map(read_value).collect() }
}

fn read_value(word: &str) -> Option<MeasuredValue> {
    let (word, is_usual) = word.strip_suffix('?').map_or((word, true), |word| (word, false));
    let value = match word {
        "x" => None,
        "i" => Some(Value::Boundless),
        _ => {
            let (over, under) = word.split_once('/').unwrap_or((word, "1"));
            let (over, under) = (number(over)?, number(under)?);
            (under > 0).then_some(Some(Value::Fraction { over, under }))?
        }
    };
    Some(MeasuredValue { value, is_measured: value.is_some() == is_usual })
}

/// Reads an integer. Nearly all are small, and those are read many times as fast.
fn number(text: &str) -> Option<i128> {
    if text.len() < 18 { text.parse::<i64>().ok().map(i128::from) } else { text.parse().ok() }
}

fn in_lowest_terms(value: Value) -> Value {
    match value {
        Value::Fraction { over, under } => {
            let divisor = greatest_common_divisor(over.unsigned_abs(), under.unsigned_abs()).max(1) as i128;
            Value::Fraction { over: over / divisor, under: under / divisor }
        }
        Value::Boundless => value,
    }
}

fn greatest_common_divisor(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Points;
    use crate::domain::scale::Scale;
    use proptest::prelude::*;

    fn value(over: i128, under: i128) -> MeasuredValue {
        MeasuredValue { value: Some(Value::Fraction { over, under }), is_measured: true }
    }

    #[test]
    fn a_column_is_short_and_names_each_kind_of_value() {
        let boundless = MeasuredValue { value: Some(Value::Boundless), is_measured: true };
        let nothing = MeasuredValue { value: None, is_measured: false };
        let unsupported = MeasuredValue { is_measured: false, ..value(0, 1) };
        let column = [value(12, 1), unsupported, value(500, 6), value(-20, 4), nothing, boundless];
        let text = write_column(&column);
        assert_eq!(text, "12 0? 250/3 -5 x i");
        assert_eq!(write_column(&read_column(&text).unwrap()), text);
        assert_eq!(read_column(""), Some(Vec::new()));
        for broken in ["1  2", "a", "1/0", "1/-2", "/", "x x y"] {
            assert_eq!(read_column(broken), None, "{broken}");
        }
    }

    proptest! {
        #[test]
        fn a_value_that_travelled_has_the_same_score(over in -3_000_000_000_000_i128..3_000_000_000_000, under in 1_i128..400_000, is_measured: bool) {
            let sent = MeasuredValue { is_measured, ..value(over, under) };
            let read = read_column(&write_column(&[sent])).unwrap();
            let scale = Scale::straight((-3, Points(0)), (7_000_000, Points(1000)), Points(500));
            prop_assert_eq!(read[0].is_measured, sent.is_measured);
            prop_assert_eq!(scale.score(read[0].value), scale.score(sent.value));
        }
    }
}
