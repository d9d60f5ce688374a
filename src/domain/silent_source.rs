//! Sources that have fallen silent.

use super::{NaiveDate, Source};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A kind of fact that has stopped coming, of any customer: more likely its source is broken than all customers have left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SilentSource {
    pub source: Source,
    /// The day of the latest such fact of any customer.
    pub last_day: NaiveDate,
    /// The number of days since then.
    pub days: i64,
    /// The 95th percentile of the gaps, in days, between days with such facts. The source counts as silent because `days` is more
    /// than three times that.
    pub usual_gap_days: i64,
    /// The silence in words: "No login of anybody for 12 days".
    pub sentence: String,
}
