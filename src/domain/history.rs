//! The scores of one customer day by day, and what belongs on the same axis.

use super::{Band, CustomerId, NaiveDate, Points};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The score of one past day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HistoryPoint {
    pub day: NaiveDate,
    pub score: Points,
    pub band: Band,
}

impl HistoryPoint {
    /// The score, unless there was too little data to show one.
    pub fn shown_score(&self) -> Option<Points> {
        (self.band != Band::NoData).then_some(self.score)
    }
}

/// The scores of one customer, day by day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthHistory {
    pub customer_id: CustomerId,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// The day at whose end knowledge was cut, for every day of the history; null when it is restated: each day scored from
    /// everything known now, under the current scorecard.
    pub known_at: Option<NaiveDate>,
    /// The scorecard that every day was scored with.
    pub scorecard_version: i64,
    /// One for each day, the earliest first.
    pub days: Vec<HistoryPoint>,
}

/// How much of a factor's raw activity fell on one day: logins, feature uses, tickets, API calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayCount {
    pub day: NaiveDate,
    pub count: i64,
}

/// A day on which a newer scorecard came into force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScorecardMark {
    pub version: i64,
    pub day: NaiveDate,
}
