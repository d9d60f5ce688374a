//! A preview of other rules: their effect on the active customers today.

use super::{Band, CustomerId, Points};
use serde::{Deserialize, Serialize};

/// The effect of other rules on the active customers today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScorecardPreview {
    /// The changes of the rules in words; empty when the rules are the current ones.
    pub changes: Vec<String>,
    pub customers: i64,
    /// The number of customers that each of the other rules' scorecards would score, in their order.
    pub scored: Vec<i64>,
    /// The number of customers in each band, as (band, now, under the other rules).
    pub bands: Vec<(Band, i64, i64)>,
    /// The number of customers that would move from one band to another, as (from, to, number), largest number first.
    pub moves: Vec<(Band, Band, i64)>,
    /// The mean score now, over the customers that have one.
    pub mean_before: Option<Points>,
    pub mean_after: Option<Points>,
    /// The customers whose score would change most, at most ten.
    pub movers: Vec<ScoreMove>,
}

/// One customer's score under two scorecards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScoreMove {
    pub id: CustomerId,
    pub name: String,
    pub before: Points,
    pub after: Points,
    pub band_before: Band,
    pub band_after: Band,
}
