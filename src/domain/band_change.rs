//! A change of a customer's band, as it is noted where health is written.

use super::{Band, CustomerId, NaiveDate, Points};
use chrono::{DateTime, Utc};

/// A customer's move from one band to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BandChange {
    pub customer_id: CustomerId,
    /// The first day of the new band, also when the change was noted later because nothing ran on that day.
    pub day: NaiveDate,
    pub before: Standing,
    pub after: Standing,
    /// The version of the scorecard that gave the new band.
    pub scorecard_version: i64,
    pub cause: BandChangeCause,
    /// True of days before changes were noted: they were worked out later, from what was known then.
    pub is_restated: bool,
    pub noted_at: DateTime<Utc>,
}

/// A band with its score; no score without data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub band: Band,
    pub score: Option<Points>,
}

/// The reason for which health was written when a band changed. `Rules` and `Connections` change everybody at
/// once, and tell nothing about the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BandChangeCause {
    /// Events, their retraction, or an edit of the start date.
    Facts,
    /// A day went by: facts entered or left a window.
    Time,
    /// Another scorecard came into force.
    Rules,
    /// A source was connected, or connected earlier than was known.
    Connections,
    Import,
}

impl BandChangeCause {
    pub const ALL: [Self; 5] = [Self::Facts, Self::Time, Self::Rules, Self::Connections, Self::Import];

    /// Returns the name that is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Time => "time",
            Self::Rules => "rules",
            Self::Connections => "connections",
            Self::Import => "import",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.name() == text)
    }
}
