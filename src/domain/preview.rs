//! A preview of other rules: their effect on the active customers today.

use super::{Band, CustomerId, Points};
use serde::{Deserialize, Serialize};

/// The effect of other rules on the active customers today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScorecardPreview {
    /// The changes of the rules, in words; empty when they are the current ones.
    pub changes: Vec<String>,
    pub customers: i64,
    /// How many customers each band has: now, and under the other rules.
    pub bands: Vec<(Band, i64, i64)>,
    /// How many would go from one band to another, most first.
    pub moves: Vec<(Band, Band, i64)>,
    /// Over the customers that have a score; now, and under the other rules.
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
