//! How much a group of customers is: their number and their ARR.

use super::Band;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A number of customers and the sum of their known ARR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    pub customers: i64,
    pub arr_cents: i64,
    /// The number of customers whose ARR is unknown, so not in the sum.
    pub arr_unknown: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BandTally {
    pub band: Band,
    #[serde(flatten)]
    pub tally: Tally,
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

/// The measure of a group of customers: their ARR together, or their number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measure {
    #[default]
    Arr,
    Customers,
}

impl Measure {
    /// Returns the name used in query strings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Arr => "arr",
            Self::Customers => "customers",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Arr, Self::Customers].into_iter().find(|measure| measure.name() == text)
    }
}
