//! Numbers that a measure gave, and the exact value that they stand for.

use super::facts::LastSeen;
use crate::domain::measure::Measure;
use crate::domain::scale::Value;
use crate::domain::{EventBody, EventKind, InvoiceStatus, NaiveDate};
use serde::{Deserialize, Serialize};

/// The number of invoices with each status on the as-of day. Voided invoices and those issued later are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceCounts {
    pub on_time: i64,
    pub late: i64,
    pub overdue: i64,
    /// Invoices that are not due yet. They do not affect the score.
    pub open: i64,
}

impl InvoiceCounts {
    /// Counts one invoice.
    pub(super) fn of(status: InvoiceStatus) -> Self {
        let mut counts = Self::default();
        match status {
            InvoiceStatus::PaidOnTime => counts.on_time = 1,
            InvoiceStatus::PaidLate => counts.late = 1,
            InvoiceStatus::Overdue => counts.overdue = 1,
            InvoiceStatus::Open => counts.open = 1,
            InvoiceStatus::Voided => {}
        }
        counts
    }

    /// Returns the number of invoices that can be judged: paid and overdue ones.
    pub fn judged(self) -> i64 {
        self.on_time + self.late + self.overdue
    }
}

impl std::ops::Add for InvoiceCounts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            on_time: self.on_time + other.on_time,
            late: self.late + other.late,
            overdue: self.overdue + other.overdue,
            open: self.open + other.open,
        }
    }
}

impl std::ops::Sub for InvoiceCounts {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            on_time: self.on_time - other.on_time,
            late: self.late - other.late,
            overdue: self.overdue - other.overdue,
            open: self.open - other.open,
        }
    }
}

/// The value measured of a customer for a factor, as far as its score needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeasuredValue {
    /// The value that the factor's scale turns into a score; `None` where there is nothing to measure.
    pub value: Option<Value>,
    /// True when a fact supports it.
    pub is_measured: bool,
}

/// The numbers of one factor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// True when the factor's source was connected by the day.
    pub connected: bool,
    pub counted: Counted,
}

/// The numbers that a measure gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Counted {
    Facts(i64),
    /// Facts, and the days that they were counted over: fewer than the window's for a younger customer.
    Scaled {
        number: i64,
        of: i64,
    },
    /// The number of different features, and their names, sorted. There are no names where there are more than [`MOST_NAMES`].
    Features(i64, Vec<String>),
    /// The number of different users.
    Users(i64),
    Invoices(InvoiceCounts),
    /// Facts in the window, and in the window before.
    Trend(i64, i64),
    /// Days with a fact, the days that they were counted over, and whether the as-of day is one of them.
    ActiveDays {
        number: i64,
        of: i64,
        today: bool,
    },
    /// The days since the last fact; none in the window when absent.
    Since(Option<i64>),
    /// Facts in the window, and in the days before it.
    Pace(i64, i64),
    /// The days that the oldest open invoice is overdue; absent where no invoice is known.
    Overdue(Option<i64>),
    /// The latest value in the window, in thousandths.
    Latest(Option<i64>),
    /// The sum of the values in the window, in thousandths, and their number.
    Mean {
        sum: i128,
        number: i64,
    },
    /// The latest values of two readings, in thousandths.
    Ratio(Option<i64>, Option<i64>),
}

impl Default for Counted {
    fn default() -> Self {
        Self::Facts(0)
    }
}

/// The most names of features that are kept.
pub const MOST_NAMES: usize = 50;

impl Measured {
    /// The numbers of a factor that was not measured yet.
    pub(super) const NOTHING: Self = Self { connected: false, counted: Counted::Facts(0) };

    /// Returns whether a fact supports the value.
    pub fn is_measured(&self) -> bool {
        self.connected
            && match self.counted {
                Counted::Facts(_)
                | Counted::Scaled { .. }
                | Counted::Features(..)
                | Counted::Users(_)
                | Counted::ActiveDays { .. }
                | Counted::Since(_) => true,
                Counted::Invoices(invoices) => invoices.judged() > 0,
                Counted::Trend(now, before) | Counted::Pace(now, before) => now > 0 || before > 0,
                Counted::Overdue(days) => days.is_some(),
                Counted::Latest(value) => value.is_some(),
                Counted::Mean { number, .. } => number > 0,
                Counted::Ratio(value, over) => value.is_some() && over.is_some_and(|over| over != 0),
            }
    }

    /// Returns all that the factor's score needs.
    pub fn measured_value(&self, measure: &Measure) -> MeasuredValue {
        MeasuredValue { value: self.value(measure), is_measured: self.is_measured() }
    }

    /// Returns the value that the factor's scale turns into a score; `None` where there is nothing to measure.
    pub(super) fn value(&self, measure: &Measure) -> Option<Value> {
        let days = measure.days();
        match self.counted {
            Counted::Facts(0)
            | Counted::Features(0, _)
            | Counted::Users(_)
            | Counted::Scaled { number: 0, .. }
            | Counted::ActiveDays { number: 0, .. }
            | Counted::Since(None)
                if !self.connected =>
            {
                None
            }
            Counted::Facts(number) | Counted::Features(number, _) | Counted::Users(number) => Some(Value::whole(number)),
            Counted::Scaled { number, of } | Counted::ActiveDays { number, of, .. } => {
                Some(Value::Fraction { over: i128::from(number) * i128::from(days), under: of.into() })
            }
            Counted::Since(since) => Some(Value::whole(since.unwrap_or(days))),
            Counted::Invoices(invoices) => percent(invoices.on_time.into(), invoices.judged().into()),
            Counted::Trend(0, 0) | Counted::Pace(0, 0) => None,
            Counted::Trend(_, 0) | Counted::Pace(_, 0) => Some(Value::Boundless),
            Counted::Trend(now, before) => percent(i128::from(now) - i128::from(before), before.into()),
            Counted::Pace(now, before) => {
                let before_days = if let Measure::Pace { before_days, .. } = measure { *before_days } else { days };
                percent(i128::from(now) * i128::from(before_days), i128::from(before) * i128::from(days))
            }
            Counted::Overdue(days) => days.map(Value::whole),
            Counted::Latest(value) => value.map(|value| Value::Fraction { over: value.into(), under: 1000 }),
            Counted::Mean { number: 0, .. } => None,
            Counted::Mean { sum, number } => Some(Value::Fraction { over: sum, under: 1000 * i128::from(number) }),
            Counted::Ratio(value, over) => percent(value?.into(), over?.into()),
        }
    }
}

/// Returns the percentage `over / under`; `None` over 0.
fn percent(over: i128, under: i128) -> Option<Value> {
    (under != 0).then(|| Value::Fraction { over: 100 * over * under.signum(), under: under.abs() })
}

impl Counted {
    /// Returns the number of things in the window, where such are counted.
    pub(super) fn number(&self) -> Option<i64> {
        match self {
            Self::Facts(number)
            | Self::Features(number, _)
            | Self::Users(number)
            | Self::Scaled { number, .. }
            | Self::ActiveDays { number, .. } => Some(*number),
            _ => None,
        }
    }

    /// Adds an event of the as-of day itself, which is neither about an invoice nor a reading.
    pub(super) fn add(&mut self, body: &EventBody, measure: &Measure, seen: &LastSeen, today: NaiveDate) {
        let (feature, count) = body.activity();
        if !measure.measures(body.kind()) {
            return;
        }
        match self {
            Self::Facts(number) | Self::Scaled { number, .. } | Self::Trend(number, _) | Self::Pace(number, _) => {
                *number += count;
            }
            Self::ActiveDays { number, today, .. } => {
                *number += i64::from(!*today);
                *today = true;
            }
            Self::Since(since) => *since = Some(0),
            Self::Features(number, names) if body.kind() == EventKind::FeatureUse && measure.counts_feature(feature) => {
                if let Err(place) = names.binary_search_by(|name| name.as_str().cmp(feature)) {
                    names.insert(place, feature.to_owned());
                    *number += 1;
                    forget_many(names);
                }
            }
            Self::Users(number) if body.user().is_some() && !seen.counts_for(measure, today) => *number += 1,
            _ => {}
        }
    }
}

pub(super) fn forget_many(names: &mut Vec<String>) {
    if names.len() > MOST_NAMES {
        names.clear();
    }
}
