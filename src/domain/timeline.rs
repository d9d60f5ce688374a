//! The entries of a customer's timeline: events, the API calls of a day, notes, outcomes.

use super::{Event, NaiveDate, Note, Outcome};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An entry of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Entry {
    Event(Event),
    /// The API calls of a day, without retracted ones.
    Calls {
        day: NaiveDate,
        calls: i64,
    },
    Note(Note),
    Outcome(Outcome),
}

impl Entry {
    /// Returns the day under which the entry is listed.
    pub fn day(&self) -> NaiveDate {
        let day = |time: DateTime<Utc>| time.date_naive();
        match self {
            Self::Event(event) => day(event.occurred_at),
            Self::Calls { day, .. } => *day,
            Self::Note(note) => day(note.created_at),
            Self::Outcome(outcome) => outcome.facts.day,
        }
    }
}
