//! The rows of the customer list, and pages of rows.

use crate::domain::{Customer, FactorKey, Health, NaiveDate, Points};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One page of a longer list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    pub items: Vec<T>,
    /// How many there are on all pages.
    pub total: i64,
    /// From 1.
    pub page: i64,
    pub page_size: i64,
}

impl<T> Page<T> {
    pub fn pages(&self) -> i64 {
        (self.total + self.page_size - 1) / self.page_size
    }
}

/// The measured factor that could add the most points, by its score and its weight, and the standard next step for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Weakest {
    pub factor: FactorKey,
    pub next_step: String,
}

/// One customer in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerRow {
    pub customer: Customer,
    pub health: Health,
    /// Since when the customer is in its band. It is looked for over 180 days: a day that far back means then or earlier.
    pub band_since: NaiveDate,
    /// Points over 7, 30 and 90 days; null where one of the two days has no data.
    pub change7: Option<Points>,
    pub change30: Option<Points>,
    pub change90: Option<Points>,
    /// Scores on 14 days, a week apart, the last one the as-of day; null where there was no data.
    pub trend: Vec<Option<Points>>,
    /// The time of the latest event that counts and is the customer's doing: all but invoices issued and voided.
    pub last_activity_at: Option<DateTime<Utc>>,
    /// Null when nothing was measured or every measured factor is at its best.
    pub weakest: Option<Weakest>,
    /// Started less than 30 days ago.
    pub is_new: bool,
}

/// The list of customers, and what its filters can offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerList {
    #[serde(flatten)]
    pub page: Page<CustomerRow>,
    pub as_of: NaiveDate,
    /// The day at whose end knowledge was cut; null for everything known now.
    pub known_at: Option<NaiveDate>,
    /// The owners of all customers, in order.
    pub owners: Vec<String>,
}
