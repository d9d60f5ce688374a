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
    /// The number of facts of these kinds. Scaled by age, a younger customer's count is carried on to the whole window.
    Count {
        kinds: Vec<EventKind>,
        days: Option<i64>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        scaled_by_age: bool,
    },
    /// The number of different features in use; of those named only, where any is.
    DistinctFeatures { features: Vec<String>, days: Option<i64> },
    /// The number of different users whom facts of these kinds name.
    DistinctUsers { kinds: Vec<EventKind>, days: i64 },
    /// The invoices that were paid on time, in percent of those that can be judged. The window is about their days of issue.
    OnTimeShare { days: Option<i64> },
    /// The change of the number of facts of these kinds against the window before, in percent.
    Trend { kinds: Vec<EventKind>, days: Option<i64> },
    /// The number of days with at least one fact of these kinds, scaled by age like a count.
    ActiveDays {
        kinds: Vec<EventKind>,
        days: i64,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        scaled_by_age: bool,
    },
    /// The days since the last fact of these kinds: the window's length where it has none.
    DaysSince { kinds: Vec<EventKind>, days: i64 },
    /// The facts of these kinds a day in the window, against those a day in so many days before it, in percent.
    Pace { kinds: Vec<EventKind>, days: i64, before_days: i64 },
    /// The days since the oldest open invoice was due; 0 when none is overdue.
    DaysOverdue,
    /// The latest value of a reading.
    Latest { reading: String, days: i64 },
    /// The mean of a reading's values.
    Mean { reading: String, days: i64 },
    /// The latest value of a reading, in percent of the latest value of another.
    Ratio { reading: String, over: String, days: i64 },
}

/// The days that stand for "all history": longer than any history, yet small enough for day arithmetic.
const ALL_HISTORY_DAYS: i64 = 100_000;

impl Measure {
    /// Returns the window's length in days; `None` for all history.
    pub fn window_days(&self) -> Option<i64> {
        match self {
            Self::Count { days, .. }
            | Self::DistinctFeatures { days, .. }
            | Self::OnTimeShare { days }
            | Self::Trend { days, .. } => *days,
            Self::DistinctUsers { days, .. }
            | Self::ActiveDays { days, .. }
            | Self::DaysSince { days, .. }
            | Self::Pace { days, .. }
            | Self::Latest { days, .. }
            | Self::Mean { days, .. }
            | Self::Ratio { days, .. } => Some(*days),
            Self::DaysOverdue => None,
        }
    }

    /// Returns the window's length in days. All history has a length too.
    pub fn days(&self) -> i64 {
        self.window_days().unwrap_or(ALL_HISTORY_DAYS)
    }

    /// Returns the window that ends on a day.
    pub fn window(&self, as_of: NaiveDate) -> Window {
        Window::ending(as_of, self.days())
    }

    /// Returns the number of days up to the as-of day whose daily activity and readings can count. Invoices are kept whole, so their window does not matter.
    pub fn lookback_days(&self) -> i64 {
        match self {
            Self::Count { .. }
            | Self::DistinctFeatures { .. }
            | Self::DistinctUsers { .. }
            | Self::ActiveDays { .. }
            | Self::DaysSince { .. }
            | Self::Latest { .. }
            | Self::Mean { .. }
            | Self::Ratio { .. } => self.days(),
            Self::Trend { .. } => 2 * self.days(),
            Self::Pace { before_days, .. } => self.days() + before_days,
            Self::OnTimeShare { .. } | Self::DaysOverdue => 1,
        }
    }

    /// Returns whether events of a kind are measured.
    pub fn measures(&self, asked: EventKind) -> bool {
        match self {
            Self::Count { kinds, .. }
            | Self::DistinctUsers { kinds, .. }
            | Self::Trend { kinds, .. }
            | Self::ActiveDays { kinds, .. }
            | Self::DaysSince { kinds, .. }
            | Self::Pace { kinds, .. } => kinds.contains(&asked),
            Self::DistinctFeatures { .. } => asked == EventKind::FeatureUse,
            Self::OnTimeShare { .. } | Self::DaysOverdue => asked.is_invoice(),
            Self::Latest { .. } | Self::Mean { .. } | Self::Ratio { .. } => asked == EventKind::Reading,
        }
    }

    /// Returns the names of the readings that are measured.
    pub fn readings(&self) -> Vec<&str> {
        match self {
            Self::Latest { reading, .. } | Self::Mean { reading, .. } => vec![reading],
            Self::Ratio { reading, over, .. } => vec![reading, over],
            _ => Vec::new(),
        }
    }

    /// Returns the kinds of events whose users are measured.
    pub fn user_kinds(&self) -> &[EventKind] {
        if let Self::DistinctUsers { kinds, .. } = self { kinds } else { &[] }
    }

    /// Returns whether both measure the same, over windows and with features that may differ.
    pub fn is_like(&self, other: &Self) -> bool {
        let before_days = |measure: &Self| if let Self::Pace { before_days, .. } = measure { Some(*before_days) } else { None };
        std::mem::discriminant(self) == std::mem::discriminant(other)
            && self.kinds().eq(other.kinds())
            && self.readings() == other.readings()
            && self.is_scaled_by_age() == other.is_scaled_by_age()
            && before_days(self) == before_days(other)
    }

    /// Returns whether a count of a younger customer is carried on to the whole window.
    pub fn is_scaled_by_age(&self) -> bool {
        matches!(self, Self::Count { scaled_by_age: true, .. } | Self::ActiveDays { scaled_by_age: true, .. })
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
        let label = |(place, source): (usize, Source)| match place {
            0 => source.label().to_owned(),
            _ => uncapitalised(source.label()),
        };
        let labels: Vec<_> = self.sources().enumerate().map(label).collect();
        listed(&labels)
    }

    /// Returns what is measured in words: "logins in 30 days".
    pub fn words(&self) -> String {
        let mut period = self.window_days().map(|days| format!(" in {}", count(days, "day"))).unwrap_or_default();
        if self.is_scaled_by_age() {
            period += ", scaled by age";
        }
        match self {
            Self::Count { .. } => format!("{}s{period}", self.noun()),
            Self::DistinctFeatures { .. } => format!("different features{period}"),
            Self::DistinctUsers { kinds, .. } => match kinds.as_slice() {
                [kind] => format!("different users with {}s{period}", kind.noun()),
                _ => format!("different users{period}"),
            },
            Self::OnTimeShare { .. } => format!("invoices paid on time{period}"),
            Self::Trend { .. } => format!("change of {}s{period}", self.noun()),
            Self::ActiveDays { .. } => format!("days with {}s{period}", self.noun()),
            Self::DaysSince { .. } => format!("days since the last {}", self.noun()),
            Self::Pace { before_days, .. } => format!("pace of {}s{period} against {before_days} before", self.noun()),
            Self::DaysOverdue => "days that the oldest invoice is overdue".to_owned(),
            Self::Latest { reading, .. } => format!("latest {reading}{period}"),
            Self::Mean { reading, .. } => format!("mean {reading}{period}"),
            Self::Ratio { reading, over, .. } => format!("{reading} in percent of {over}{period}"),
        }
    }

    /// Returns the counted thing in the singular: "login".
    pub fn noun(&self) -> &'static str {
        self.noun_by(EventKind::noun)
    }

    /// Returns the counted thing in few letters: "ticket".
    pub fn short_noun(&self) -> &'static str {
        self.noun_by(EventKind::short_noun)
    }

    fn noun_by(&self, of_kind: fn(EventKind) -> &'static str) -> &'static str {
        match self {
            Self::Count { kinds, .. }
            | Self::Trend { kinds, .. }
            | Self::ActiveDays { kinds, .. }
            | Self::DaysSince { kinds, .. }
            | Self::Pace { kinds, .. } => match kinds.as_slice() {
                [kind] => of_kind(*kind),
                _ => "event",
            },
            Self::DistinctFeatures { .. } => "feature",
            Self::DistinctUsers { .. } => "user",
            Self::OnTimeShare { .. } | Self::DaysOverdue => "invoice",
            Self::Latest { .. } | Self::Mean { .. } | Self::Ratio { .. } => "reading",
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
