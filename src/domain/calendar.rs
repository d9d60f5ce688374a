//! Calendar months and quarters: their names, their days, and those before and after them.

use super::NaiveDate;
use chrono::{Datelike, Duration};
use serde::{Deserialize, Serialize};

/// The years of which a month or a quarter can be asked for.
const YEARS: std::ops::Range<i32> = 1970..2200;

/// The rule for the text of a period, as it reads after the field's name.
pub const PERIOD_RULE: &str = "must be a month such as 2026-10, or a quarter such as 2026-Q3, of the years 1970 to 2199";

/// A month or a quarter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CalendarPeriod {
    /// The first month, counted from January of the year 0.
    first_month: i32,
    length: Length,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Length {
    Month,
    Quarter,
}

impl Length {
    fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
        }
    }

    /// Returns the noun: "month".
    pub fn noun(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
        }
    }
}

impl CalendarPeriod {
    /// Returns the month or quarter that a day belongs to.
    pub fn of(day: NaiveDate, length: Length) -> Self {
        let month = 12 * day.year() + day.month0() as i32;
        Self { first_month: month - month.rem_euclid(length.months()), length }
    }

    pub fn length(self) -> Length {
        self.length
    }

    pub fn first(self) -> NaiveDate {
        let month = self.first_month.rem_euclid(12) as u32 + 1;
        NaiveDate::from_ymd_opt(self.first_month.div_euclid(12), month, 1).unwrap_or_default()
    }

    pub fn last(self) -> NaiveDate {
        self.next().first() - Duration::days(1)
    }

    /// Returns the period of the same length after this one.
    pub fn next(self) -> Self {
        Self { first_month: self.first_month + self.length.months(), ..self }
    }

    /// Returns the period of the same length before this one.
    pub fn previous(self) -> Self {
        Self { first_month: self.first_month - self.length.months(), ..self }
    }

    /// Returns the name used in addresses: `2026-10`, `2026-Q3`.
    pub fn name(self) -> String {
        let (year, month) = (self.first_month.div_euclid(12), self.first_month.rem_euclid(12));
        match self.length {
            Length::Month => format!("{year}-{:02}", month + 1),
            Length::Quarter => format!("{year}-Q{}", month / 3 + 1),
        }
    }

    /// Returns the name for people: "October 2026", "Q3 2026".
    pub fn label(self) -> String {
        match self.length {
            Length::Month => self.first().format("%B %Y").to_string(),
            Length::Quarter => format!("Q{} {}", self.first().month0() / 3 + 1, self.first().year()),
        }
    }

    /// Reads the text that [`Self::name`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, part) = text.split_once('-')?;
        let year: i32 = year.parse().ok().filter(|year| YEARS.contains(year))?;
        let (length, number) = match part.strip_prefix('Q') {
            Some(quarter) => (Length::Quarter, quarter.parse::<i32>().ok().filter(|quarter| (1..=4).contains(quarter))?),
            None => (Length::Month, part.parse::<i32>().ok().filter(|month| (1..=12).contains(month))?),
        };
        let period = Self { first_month: 12 * year + (number - 1) * length.months(), length };
        // Numbers are read in more forms than they are written in.
        (period.name() == text).then_some(period)
    }
}

impl TryFrom<String> for CalendarPeriod {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text} {PERIOD_RULE}"))
    }
}

impl From<CalendarPeriod> for String {
    fn from(period: CalendarPeriod) -> Self {
        period.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn months_and_quarters_have_their_days_and_neighbours() {
        for (text, first, last, previous, next, label) in [
            ("2026-10", day(2026, 10, 1), day(2026, 10, 31), "2026-09", "2026-11", "October 2026"),
            ("2024-02", day(2024, 2, 1), day(2024, 2, 29), "2024-01", "2024-03", "February 2024"),
            ("2026-01", day(2026, 1, 1), day(2026, 1, 31), "2025-12", "2026-02", "January 2026"),
            ("2026-Q3", day(2026, 7, 1), day(2026, 9, 30), "2026-Q2", "2026-Q4", "Q3 2026"),
            ("2026-Q1", day(2026, 1, 1), day(2026, 3, 31), "2025-Q4", "2026-Q2", "Q1 2026"),
        ] {
            let period = CalendarPeriod::parse(text).unwrap();
            assert_eq!((period.first(), period.last(), period.name(), period.label()), (first, last, text.into(), label.into()));
            assert_eq!((period.previous().name(), period.next().name()), (previous.into(), next.into()));
            assert_eq!(CalendarPeriod::of(first, period.length()), period);
            assert_eq!(CalendarPeriod::of(last, period.length()), period);
        }
    }

    #[test]
    fn only_the_written_form_is_read() {
        for text in [
            "",
            "2026",
            "2026-1",
            "2026-13",
            "2026-00",
            "2026-Q0",
            "2026-Q5",
            "2026-q3",
            "2026-Q03",
            "+2026-10",
            "1969-12",
            "2200-01",
            "2026-10-01",
        ] {
            assert_eq!(CalendarPeriod::parse(text), None, "{text}");
        }
    }
}
