//! A customer's scores day by day, and the marks on the same time axis.

use super::{Band, CustomerId, NaiveDate, Points};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The score of a past day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HistoryPoint {
    pub day: NaiveDate,
    pub score: Points,
    pub band: Band,
}

impl HistoryPoint {
    /// Returns the score, or `None` when there was too little data to show one.
    pub fn shown_score(&self) -> Option<Points> {
        (self.band != Band::NoData).then_some(self.score)
    }
}

/// A customer's scores day by day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthHistory {
    pub customer_id: CustomerId,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// The day at whose end knowledge was cut, for every point alike. Null when the history is restated: each day is then
    /// scored from everything known now, under the current scorecard.
    pub known_at: Option<NaiveDate>,
    /// The version of the scorecard that scored every day.
    pub scorecard_version: i64,
    /// One point for each day, earliest first.
    pub days: Vec<HistoryPoint>,
}

/// The amount of a factor's raw activity on one day, as a number of logins, feature uses, tickets or API calls.
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
