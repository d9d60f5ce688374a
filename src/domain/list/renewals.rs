//! Renewal dates as a filter: the next days, a calendar month or quarter, or from one day to another; and their totals.

use super::super::calendar::{CalendarPeriod, Length};
use super::super::customer::parse_date;
use super::super::tally::{BandTally, Tally};
use super::super::{FieldErrors, NaiveDate, phrases};
use chrono::{Datelike, Duration, Months};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Selects customers by their renewal date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RenewalFilter {
    /// From today to 30 days from now.
    Next30,
    Next60,
    Next90,
    /// Before today.
    Overdue,
    /// A calendar month or quarter.
    Period(CalendarPeriod),
    /// From one day to another, both included. At least one of them is there.
    Between(Option<NaiveDate>, Option<NaiveDate>),
}

impl RenewalFilter {
    pub const NAMED: [(Self, &str); 4] =
        [(Self::Next30, "next_30"), (Self::Next60, "next_60"), (Self::Next90, "next_90"), (Self::Overdue, "overdue")];
    /// The rule for its text.
    pub const RULE: &str = "must be next_30, next_60, next_90, overdue, a quarter such as 2026-Q4, a month such as 2027-01, or \
                            days such as 2026-12-01..2027-01-15 of which one may be absent, in order, between 1970 and 2199";

    /// Returns the text in query strings.
    pub fn name(self) -> String {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        match self {
            Self::Period(period) => period.name(),
            Self::Between(from, to) => format!("{}..{}", day(from), day(to)),
            named => {
                Self::NAMED.iter().find(|(filter, _)| *filter == named).map(|(_, name)| (*name).to_owned()).unwrap_or_default()
            }
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        if let Some((named, _)) = Self::NAMED.iter().find(|(_, name)| *name == text) {
            return Some(*named);
        }
        let day = |text: &str| {
            parse_date(&mut FieldErrors::default(), "renewal", text).filter(|day| (1970..2200).contains(&day.year()))
        };
        if let Some((from, to)) = text.split_once("..") {
            let (start, end) = (day(from), day(to));
            let is_read = (from.is_empty() || start.is_some()) && (to.is_empty() || end.is_some());
            let in_order = start.zip(end).is_none_or(|(start, end)| start <= end);
            return (is_read && in_order && (start.is_some() || end.is_some())).then_some(Self::Between(start, end));
        }
        CalendarPeriod::parse(text).map(Self::Period)
    }

    /// Returns the month in which a day lies.
    pub fn month_of(day: NaiveDate) -> Self {
        Self::Period(CalendarPeriod::of(day, Length::Month))
    }

    /// Returns the quarter that begins so many months after the month of a day.
    pub fn quarter_of(day: NaiveDate, months: u32) -> Self {
        let day = day.checked_add_months(Months::new(months)).unwrap_or(day);
        Self::Period(CalendarPeriod::of(day, Length::Quarter))
    }

    /// Returns the first and the last day that it selects.
    pub fn days(self, today: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let next = |days| (Some(today), Some(today + Duration::days(days)));
        match self {
            Self::Next30 => next(30),
            Self::Next60 => next(60),
            Self::Next90 => next(90),
            Self::Overdue => (None, today.pred_opt()),
            Self::Period(period) => (Some(period.first()), Some(period.last())),
            Self::Between(from, to) => (from, to),
        }
    }

    /// "the next 90 days", "Q4 2026", "Jan 2027", "1 Dec 2026 to 15 Jan 2027"
    pub fn label(self) -> String {
        match self {
            Self::Next30 => "in the next 30 days".to_owned(),
            Self::Next60 => "in the next 60 days".to_owned(),
            Self::Next90 => "in the next 90 days".to_owned(),
            Self::Overdue => "overdue".to_owned(),
            Self::Period(period) if period.length() == Length::Month => format!("in {}", period.first().format("%b %Y")),
            Self::Period(quarter) => format!("in {}", quarter.label()),
            Self::Between(Some(from), Some(to)) => format!("{} to {}", phrases::day(from), phrases::day(to)),
            Self::Between(Some(from), None) => format!("from {}", phrases::day(from)),
            Self::Between(None, to) => format!("to {}", to.map(phrases::day).unwrap_or_default()),
        }
    }
}

impl TryFrom<String> for RenewalFilter {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or(Self::RULE)
    }
}

impl From<RenewalFilter> for String {
    fn from(filter: RenewalFilter) -> Self {
        filter.name()
    }
}

/// The renewals of the customers that filters select, by month and by the band that the customers are in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenewalTotals {
    pub as_of: NaiveDate,
    /// The day at whose end knowledge was cut; null for everything known now.
    pub known_at: Option<NaiveDate>,
    pub currency: String,
    pub all: Tally,
    /// Every month with a renewal, earliest first.
    pub months: Vec<MonthOfRenewals>,
}

/// The renewals of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MonthOfRenewals {
    /// The first day of the month.
    pub month: NaiveDate,
    pub all: Tally,
    /// Every band, also without customers.
    pub bands: Vec<BandTally>,
}
