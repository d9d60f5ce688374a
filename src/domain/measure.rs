//! Measures: what is counted of a customer's facts, and over which days.

use super::counts::count;
use super::phrases::{listed, uncapitalised};
use super::{EventKind, NaiveDate, Source, Window};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A way to measure facts. A window of so many days ends on the as-of day; null is all history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Measure {
    /// The number of facts of these kinds.
    Count { kinds: Vec<EventKind>, days: Option<i64> },
    /// The number of different features in use; of those named only, where any is.
    DistinctFeatures { features: Vec<String>, days: Option<i64> },
    /// The invoices that were paid on time, in percent of those that can be judged. The window is about their days of issue.
    OnTimeShare { days: Option<i64> },
    /// The change of the number of facts of these kinds against the window before, in percent.
    Trend { kinds: Vec<EventKind>, days: Option<i64> },
}

/// The days that stand for "all history": longer than any history, yet small enough for day arithmetic.
const ALL_HISTORY_DAYS: i64 = 100_000;

impl Measure {
    /// Returns the window's length in days; `None` for all history.
    pub fn window_days(&self) -> Option<i64> {
        let (Self::Count { days, .. }
        | Self::DistinctFeatures { days, .. }
        | Self::OnTimeShare { days }
        | Self::Trend { days, .. }) = self;
        *days
    }

    /// Returns the window's length in days. All history has a length too.
    pub fn days(&self) -> i64 {
        self.window_days().unwrap_or(ALL_HISTORY_DAYS)
    }

    /// Returns the window that ends on a day.
    pub fn window(&self, as_of: NaiveDate) -> Window {
        Window::ending(as_of, self.days())
    }

    /// Returns the number of days up to the as-of day whose daily activity can count. Invoices are kept whole, so their window does not matter.
    pub fn lookback_days(&self) -> i64 {
        match self {
            Self::Count { .. } | Self::DistinctFeatures { .. } => self.days(),
            Self::Trend { .. } => 2 * self.days(),
            Self::OnTimeShare { .. } => 1,
        }
    }

    /// Returns whether events of a kind are measured.
    pub fn measures(&self, asked: EventKind) -> bool {
        match self {
            Self::Count { kinds, .. } | Self::Trend { kinds, .. } => kinds.contains(&asked),
            Self::DistinctFeatures { .. } => asked == EventKind::FeatureUse,
            Self::OnTimeShare { .. } => asked.is_invoice(),
        }
    }

    /// Returns whether the facts of this kind alone are counted.
    pub fn is_count_of(&self, kind: EventKind) -> bool {
        matches!(self, Self::Count { kinds, .. } if kinds.as_slice() == [kind])
    }

    /// Returns the kinds of events that are measured.
    pub fn kinds(&self) -> impl Iterator<Item = EventKind> + '_ {
        EventKind::ALL.into_iter().filter(move |kind| self.measures(*kind))
    }

    /// Returns the sources of what is measured.
    pub fn sources(&self) -> impl Iterator<Item = Source> + '_ {
        Source::ALL.into_iter().filter(move |source| source.kinds().any(|kind| self.measures(kind)))
    }

    /// Returns the sources in words: "Logins", "Logins and API calls".
    pub fn source_words(&self) -> String {
        let labels: Vec<_> = self.sources().map(Source::label).collect();
        let labels: Vec<_> = labels
            .iter()
            .enumerate()
            .map(|(place, label)| if place == 0 { (*label).to_owned() } else { uncapitalised(label) })
            .collect();
        listed(&labels)
    }

    /// Returns what is measured in words: "logins in 30 days".
    pub fn words(&self) -> String {
        let period = self.window_days().map(|days| format!(" in {}", count(days, "day"))).unwrap_or_default();
        match self {
            Self::Count { .. } => format!("{}s{period}", self.noun()),
            Self::DistinctFeatures { .. } => format!("different features{period}"),
            Self::OnTimeShare { .. } => format!("invoices paid on time{period}"),
            Self::Trend { .. } => format!("change of {}s{period}", self.noun()),
        }
    }

    /// Returns the counted thing in the singular: "login".
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Count { kinds, .. } | Self::Trend { kinds, .. } => match kinds.as_slice() {
                [kind] => kind.noun(),
                _ => "event",
            },
            Self::DistinctFeatures { .. } => "feature",
            Self::OnTimeShare { .. } => "invoice",
        }
    }

    /// Returns the counted thing in few letters: "ticket".
    pub fn short_noun(&self) -> &'static str {
        match self.noun() {
            "support ticket" => "ticket",
            noun => noun,
        }
    }

    /// Returns whether a feature counts, where features are measured.
    pub fn counts_feature(&self, feature: &str) -> bool {
        match self {
            Self::DistinctFeatures { features, .. } => features.is_empty() || features.iter().any(|name| name == feature),
            _ => false,
        }
    }
}
