//! The rows of the customer list, and pages of rows.

use crate::domain::{Customer, FactorKey, Health, NaiveDate, Points, Segments};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One page of a longer list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    pub items: Vec<T>,
    /// The number of items on all pages.
    pub total: i64,
    /// The page's number, from 1.
    pub page: i64,
    pub page_size: i64,
}

impl<T> Page<T> {
    pub fn pages(&self) -> i64 {
        (self.total + self.page_size - 1) / self.page_size
    }
}

/// The measured factor that could add the most points to the score, and the usual next step to improve it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Weakest {
    pub factor: FactorKey,
    pub next_step: String,
}

/// A row of the customer list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerRow {
    pub customer: Customer,
    pub health: Health,
    /// The day since which the customer is in its band. The search goes back 365 days, so a day that far back means that day
    /// or earlier.
    pub band_since: NaiveDate,
    /// The score's change over 7 days; null when either day has no data.
    pub change7: Option<Points>,
    pub change30: Option<Points>,
    pub change90: Option<Points>,
    /// The scores of 14 days, a week apart, the last one the as-of day; null where there was no data.
    pub trend: Vec<Option<Points>>,
    /// The time of the latest counted event that the customer performed, so not of an invoice issued or voided.
    pub last_activity_at: Option<DateTime<Utc>>,
    /// Null when nothing was measured, or when every measured factor has its best score.
    pub weakest: Option<Weakest>,
    /// The facts behind a score that is not healthy, at most two, the one that costs most first: "5 of 20 logins in 30 days".
    pub reasons: Vec<String>,
    /// True when the customer started less than 30 days ago.
    pub is_new: bool,
}

/// A page of the customer list, with the choices for its filters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerList {
    #[serde(flatten)]
    pub page: Page<CustomerRow>,
    pub as_of: NaiveDate,
    /// The day at whose end knowledge was cut; null for everything known now.
    pub known_at: Option<NaiveDate>,
    /// The day since which earlier segments and start dates are kept, where `knownAt` is before it: then those of that day count. Null
    /// otherwise.
    pub history_from: Option<NaiveDate>,
    /// The owners of all customers, sorted.
    pub owners: Vec<String>,
    /// The segments that the rules have, in their order.
    pub segments: Segments,
}
