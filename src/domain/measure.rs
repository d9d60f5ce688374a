//! Measures: what is counted of a customer's facts, and over which days.

use super::{EventKind, NaiveDate, Window};

/// A way to measure facts. A window of so many days ends on the as-of day; `None` is all history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure<'a> {
    /// The number of facts of a kind.
    Count { kind: EventKind, days: Option<i64> },
    /// The number of different features in use; of those named only, where any is.
    DistinctFeatures { features: &'a [String], days: Option<i64> },
    /// The invoices that were paid on time, in percent of those that can be judged. The window is about their days of issue.
    OnTimeShare { days: Option<i64> },
    /// The change of the number of facts of a kind against the window before, in percent.
    Trend { kind: EventKind, days: Option<i64> },
}

/// The days that stand for "all history": longer than any history, yet small enough for day arithmetic.
const ALL_HISTORY_DAYS: i64 = 100_000;

impl Measure<'_> {
    /// Returns the window's length in days; `None` for all history.
    pub fn window_days(self) -> Option<i64> {
        let (Self::Count { days, .. }
        | Self::DistinctFeatures { days, .. }
        | Self::OnTimeShare { days }
        | Self::Trend { days, .. }) = self;
        days
    }

    /// Returns the window's length in days. All history has a length too.
    pub fn days(self) -> i64 {
        self.window_days().unwrap_or(ALL_HISTORY_DAYS)
    }

    /// Returns the window that ends on a day.
    pub fn window(self, as_of: NaiveDate) -> Window {
        Window::ending(as_of, self.days())
    }

    /// Returns the number of days up to the as-of day whose daily activity can count. Invoices are kept whole, so their window does not matter.
    pub fn lookback_days(self) -> i64 {
        match self {
            Self::Count { .. } | Self::DistinctFeatures { .. } => self.days(),
            Self::Trend { .. } => 2 * self.days(),
            Self::OnTimeShare { .. } => 1,
        }
    }

    /// Returns whether a feature counts, where features are measured.
    pub fn counts_feature(self, feature: &str) -> bool {
        match self {
            Self::DistinctFeatures { features, .. } => features.is_empty() || features.iter().any(|name| name == feature),
            _ => false,
        }
    }
}
