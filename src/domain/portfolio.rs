//! The portfolio: how all active customers stand together.

use super::change::MainCause;
use super::list::OwnerFilter;
use super::scorecard::BandLimits;
use super::{Band, CustomerId, FactorKey, NaiveDate, Points, Segment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A number of customers and the sum of their known ARR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    pub customers: i64,
    pub arr_cents: i64,
    /// How many of them have an unknown ARR, which the sum leaves out.
    pub arr_unknown: i64,
}

impl std::iter::Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |sum, tally| Self {
            customers: sum.customers + tally.customers,
            arr_cents: sum.arr_cents.saturating_add(tally.arr_cents),
            arr_unknown: sum.arr_unknown + tally.arr_unknown,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BandTally {
    pub band: Band,
    #[serde(flatten)]
    pub tally: Tally,
}

/// The mean score today and how it changed, over the customers scored on both days.
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
    /// The points of the change that the list is about (7 days unless it says otherwise); null where there is none.
    pub change: Option<Points>,
    pub arr_cents: Option<i64>,
    pub renewal_date: Option<NaiveDate>,
    pub is_new: bool,
    /// The factor that moved most along with the change, and what happened to it. Only where a change is told.
    pub cause: Option<MainCause>,
}

/// The whole number of customers that a summary shows the first few of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Mentions {
    #[serde(flatten)]
    pub tally: Tally,
    /// The first five.
    pub items: Vec<Mention>,
}

/// Customers whose score moved by 2.0 points or more, biggest moves first.
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
    /// The UTC day it is now.
    pub today: NaiveDate,
    pub as_of: NaiveDate,
    /// The day at whose end knowledge was cut; null for everything known now.
    pub known_at: Option<NaiveDate>,
    /// The day of the earliest fact of any customer, as known now; null before there is one.
    pub first_fact_on: Option<NaiveDate>,
    /// Only the customers of this owner, or with `none` those without one, when given.
    #[schema(value_type = Option<String>)]
    pub owner: Option<OwnerFilter>,
    /// ISO 4217.
    pub currency: String,
    pub all: Tally,
    /// The four bands in fixed order.
    pub bands: Vec<BandTally>,
    /// The scores from which they begin.
    pub band_limits: BandLimits,
    pub mean: MeanScore,
    /// Customers with a score in [0, 10), [10, 20) ... [90, 100].
    pub distribution: Vec<i64>,
    pub movers7: Movers,
    pub movers30: Movers,
    pub new_churn_risks: Mentions,
    /// Renewals from today to 90 days from now whose band is not healthy, the earliest first.
    pub renewals_at_risk: Mentions,
    /// Renewal dates before today, the earliest first.
    pub renewals_overdue: Mentions,
    pub archived: i64,
    /// Factors for which no customer has ever had a fact.
    pub unconnected: Vec<FactorKey>,
    /// True when demo customers are among them.
    pub has_demo: bool,
}
