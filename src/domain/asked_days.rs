//! Spans of days that somebody asks for: what is meant where nothing is said, and how far they may reach.

use super::customer::parse_date;
use super::{AsOf, AskedDay, FieldErrors, NaiveDate};
use chrono::Duration;

/// The days of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryDays {
    pub from: NaiveDate,
    /// The last day, and what is known of every day.
    pub to: AsOf,
}

/// The length of a history unless something else is asked for, and the greatest one, in days.
const HISTORY_DAYS: i64 = 90;
const MAX_HISTORY_DAYS: i64 = 3660;

impl HistoryDays {
    /// Reads the values of `from`, `to` and `known_at`.
    pub fn parse(from: Option<&str>, to: Option<&str>, known_at: Option<&str>, today: NaiveDate) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let from = parse_past_day(&mut errors, "from", from, today);
        let AskedDay { as_of: to, known_at } =
            AskedDay { as_of: parse_past_day(&mut errors, "to", to, today), ..AskedDay::parse(&mut errors, None, known_at) };
        errors.or(|| ())?;
        let to = AskedDay { as_of: to, known_at }.resolve(today)?;
        let from = from.unwrap_or(to.day - Duration::days(HISTORY_DAYS - 1));
        if from > to.day {
            return Err(FieldErrors::one("from", format!("must not be after the last day ({})", to.day)));
        }
        if (to.day - from).num_days() >= MAX_HISTORY_DAYS {
            let message = format!("must be less than {MAX_HISTORY_DAYS} days before the last day ({})", to.day);
            return Err(FieldErrors::one("from", message));
        }
        Ok(Self { from, to })
    }
}

/// Two days to be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeDays {
    /// The first day: as it was known at its end, or as it is known now.
    pub from: AsOf,
    /// The second day, of which everything counts that is known now.
    pub to: NaiveDate,
}

/// The days that a change reaches back by default.
const CHANGE_DAYS: i64 = 30;

impl ChangeDays {
    /// Reads the values of `from`, `to` and `known`, which is `then` (when absent) or `now`.
    pub fn parse(from: Option<&str>, to: Option<&str>, known: Option<&str>, today: NaiveDate) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        if !matches!(known, None | Some("then" | "now")) {
            errors.add("known", "must be one of then, now");
        }
        let mut day = |name, text| parse_past_day(&mut errors, name, text, today);
        let (from, to) = (day("from", from), day("to", to).unwrap_or(today));
        let from = from.unwrap_or(to - Duration::days(CHANGE_DAYS));
        if errors.0.is_empty() && from > to {
            errors.add("from", format!("must not be after the day it is compared with ({to})"));
        }
        let from = if known == Some("now") { AsOf::from(from) } else { AsOf::known_then(from) };
        errors.or(|| Self { from, to })
    }
}

/// The spans that a customer's page shows, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageDays {
    /// The length of the history.
    pub history: i64,
    /// The days over which a change is explained.
    pub change: i64,
}

impl PageDays {
    /// Takes the values of `days` and `since`.
    pub fn new(history: i64, change: i64) -> Result<Self, FieldErrors> {
        if ![30, 90, 180].contains(&history) {
            return Err(FieldErrors::one("days", "must be one of 30, 90, 180"));
        }
        if ![7, 30, 90].contains(&change) {
            return Err(FieldErrors::one("since", "must be one of 7, 30, 90"));
        }
        Ok(Self { history, change })
    }
}

/// Reads a day that is not in the future.
fn parse_past_day(errors: &mut FieldErrors, field: &str, text: Option<&str>, today: NaiveDate) -> Option<NaiveDate> {
    let day = text.filter(|text| !text.is_empty()).and_then(|text| parse_date(errors, field, text));
    if day.is_some_and(|day| day > today) {
        errors.add(field, format!("must not be in the future (today is {today}, UTC)"));
    }
    day
}
