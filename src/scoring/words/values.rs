//! Measured values in words, where a value is no plain count.

use crate::domain::counts::group;
use crate::domain::measure::Measure;
use crate::domain::numbers::round_div;
use crate::domain::{ReadingValue, reading};
use crate::scoring::measure::{Counted, Measured};

/// The noun of a day with facts.
pub const ACTIVE_DAY: &str = "active day";

/// The name of the time that a younger customer's facts are counted over.
pub const AGE: &str = "days as a customer";

/// Returns what a value is, for the middle of a sentence: "days since the last login", "seats".
pub fn value_name(measure: &Measure) -> String {
    match measure {
        Measure::DaysSince { .. } => format!("days since the last {}", measure.short_noun()),
        Measure::DaysOverdue => "days overdue".to_owned(),
        Measure::Latest { reading, .. } => reading.clone(),
        Measure::Mean { reading, .. } => format!("mean {reading}"),
        Measure::Ratio { reading, over, .. } => format!("{reading} in % of {over}"),
        _ => measure.words(),
    }
}

/// Returns the value; `None` where there was nothing to measure.
pub fn value_words(measured: &Measured, measure: &Measure) -> Option<String> {
    match measured.counted {
        Counted::Since(None) => Some(format!("over {}", group(measure.days()))),
        Counted::Since(days) | Counted::Overdue(days) => days.map(group),
        Counted::Latest(value) => value.map(thousandths),
        Counted::Mean { sum, number } => mean(sum, number),
        _ => measured.value(measure)?.rounded().map(group),
    }
}

/// "12.5"
pub fn thousandths(value: i64) -> String {
    ReadingValue::of_thousandths(value).unwrap_or_default().grouped()
}

/// Returns the mean of values whose sum is in thousandths, rounded to one.
pub fn mean(sum: i128, number: i64) -> Option<String> {
    (number > 0).then(|| thousandths(round_div(sum, number.into()) as i64))
}

/// Returns a reading's name as it begins a sentence: "Seats used".
pub fn reading_label(name: &str) -> String {
    reading::label(name)
}
