//! The portfolio: figures about all active customers together.

use super::change::MainCause;
use super::list::OwnerFilter;
use super::scorecard::BandLimits;
use super::scorecard::FactorName;
pub use super::tally::{BandTally, Tally};
use super::{Band, CustomerId, FactorKey, NaiveDate, Points, Segment, SilentSource};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The mean score today and its changes. A change is over the customers scored on both days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeanScore {
    /// Null when no customer has a score.
    pub score: Option<Points>,
    pub change7: Option<Points>,
    pub change30: Option<Points>,
}

/// A customer named in a summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Mention {
    pub id: CustomerId,
    pub name: String,
    pub segment: Segment,
    /// Null when there is too little data.
    pub score: Option<Points>,
    pub band: Band,
    /// The points by which the score changed, over 7 days unless the list says otherwise; null when either day has no data.
    pub change: Option<Points>,
    pub arr_cents: Option<i64>,
    pub renewal_date: Option<NaiveDate>,
    pub is_new: bool,
    /// The factor that explains most of the change, with its facts. Only in lists of changes.
    pub cause: Option<MainCause>,
}

/// The first customers of a summary, and the number of all that it covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Mentions {
    #[serde(flatten)]
    pub tally: Tally,
    /// The first five customers.
    pub items: Vec<Mention>,
}

/// Customers whose score moved by 2.0 points or more, largest moves first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Movers {
    pub days: i64,
    pub up: Mentions,
    pub down: Mentions,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Portfolio {
    /// The current UTC day.
    pub today: NaiveDate,
    pub as_of: NaiveDate,
    /// The day at whose end knowledge was cut; null for everything known now.
    pub known_at: Option<NaiveDate>,
    /// The day since which earlier segments and start dates are kept, where `knownAt` is before it: then those of that day count. Null
    /// otherwise.
    pub history_from: Option<NaiveDate>,
    /// The day of the earliest fact of any customer, as known now; null before there is one.
    pub first_fact_on: Option<NaiveDate>,
    /// The owner whose customers these figures cover; `none` stands for customers without an owner. Null where the filters name
    /// none.
    #[schema(value_type = Option<String>)]
    pub owner: Option<OwnerFilter>,
    /// The currency's code (ISO 4217).
    pub currency: String,
    pub all: Tally,
    /// The four bands, in fixed order.
    pub bands: Vec<BandTally>,
    /// The scores at which bands begin.
    pub band_limits: BandLimits,
    pub mean: MeanScore,
    /// The number of customers with a score in each of [0, 10), [10, 20) ... [90, 100].
    pub distribution: Vec<i64>,
    /// The known ARR of these customers.
    pub distribution_arr_cents: Vec<i64>,
    pub movers7: Movers,
    pub movers30: Movers,
    pub new_churn_risks: Mentions,
    /// Customers that renew within 90 days from today and are not healthy, earliest renewal first.
    pub renewals_at_risk: Mentions,
    /// Customers whose renewal date is before today, earliest first.
    pub renewals_overdue: Mentions,
    /// The number of customers that need somebody: those of `GET /api/today`.
    pub needed: i64,
    pub archived: i64,
    /// The factors of the rules that the figures follow.
    pub factors: Vec<FactorName>,
    /// Factors that are assumed because no customer has ever had a fact for them.
    pub unconnected: Vec<FactorKey>,
    /// Kinds of facts that have stopped coming, whoever owns the customers.
    pub silent_sources: Vec<SilentSource>,
    /// True when some of the customers are demo customers.
    pub has_demo: bool,
}
