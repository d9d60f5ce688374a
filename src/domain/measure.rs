//! Measures: what is counted of a customer's facts, and over which days.

use super::phrases::{listed, uncapitalised};
use super::{EventKind, NaiveDate, Source, Window};

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

    /// Returns whether events of a kind are measured.
    pub fn measures(self, asked: EventKind) -> bool {
        match self {
            Self::Count { kind, .. } | Self::Trend { kind, .. } => asked == kind,
            Self::DistinctFeatures { .. } => asked == EventKind::FeatureUse,
            Self::OnTimeShare { .. } => asked.is_invoice(),
        }
    }

    /// Returns the kinds of events that are measured.
    pub fn kinds(self) -> impl Iterator<Item = EventKind> {
        EventKind::ALL.into_iter().filter(move |kind| self.measures(*kind))
    }

    /// Returns the sources of what is measured.
    pub fn sources(self) -> impl Iterator<Item = Source> {
        Source::ALL.into_iter().filter(move |source| source.kinds().any(|kind| self.measures(kind)))
    }

    /// Returns the sources in words: "Logins", "Logins and API calls".
    pub fn source_words(self) -> String {
        let labels: Vec<_> = self.sources().map(Source::label).collect();
        let labels: Vec<_> = labels
            .iter()
            .enumerate()
            .map(|(place, label)| if place == 0 { (*label).to_owned() } else { uncapitalised(label) })
            .collect();
        listed(&labels)
    }

    /// Returns the counted thing in the singular: "login".
    pub fn noun(self) -> &'static str {
        match self {
            Self::Count { kind, .. } | Self::Trend { kind, .. } => kind.noun(),
            Self::DistinctFeatures { .. } => "feature",
            Self::OnTimeShare { .. } => "invoice",
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
