//! Today: the customers that need somebody, who is first, and why each stands where it does.

use super::{Band, Customer, CustomerFields, Driver, Multiple, NaiveDate, Page, Points, Segment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The customers that need somebody, most urgent first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Today {
    #[serde(flatten)]
    pub page: Page<NeededCustomer>,
    pub as_of: NaiveDate,
    /// The day at whose end knowledge was cut; null for everything known now.
    pub known_at: Option<NaiveDate>,
    /// The currency of every ARR (ISO 4217).
    pub currency: String,
}

/// A customer that needs somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NeededCustomer {
    /// The customer's place, from 1.
    pub place: i64,
    pub customer: Customer,
    pub score: Points,
    pub band: Band,
    /// The day since which the customer is in its band, at most 180 days back.
    pub band_since: NaiveDate,
    /// The day of the latest fall of the band that was not made good, at most 180 days back; null without one.
    pub band_fell_on: Option<NaiveDate>,
    /// The ARR that counts, in cents. Null when no ARR is known, not even another customer's.
    pub arr_cents: Option<i64>,
    /// True when the customer's own ARR is unknown. Then the median of its segment counts, or else that of all customers.
    pub arr_assumed: bool,
    pub renewal_date: Option<NaiveDate>,
    /// The ARR in cents, multiplied by the three parts and rounded down. The customer with the highest is first.
    pub rank: i64,
    pub parts: UrgencyParts,
    /// The facts behind it: "Logins 34 → 4, none since 30 Oct; invoice of $27k 5 days overdue".
    pub reason: String,
    /// The step that would raise the score most; null when there is none.
    pub help: Option<Driver>,
}

/// The parts by which the ARR is multiplied. None of them is ever 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UrgencyParts {
    /// The points that the score lacks, over 100.
    pub risk: Multiple,
    /// The nearness of the renewal: 1 from 90 days before it on, and without one, growing to 2 on its day and after it.
    pub nearness: Multiple,
    /// The newness of the fall of the band: 2 on its day, shrinking to 1 in 14 days, and 1 without one.
    pub newness: Multiple,
}

impl UrgencyParts {
    /// Returns the product in thousandths, at least one of them.
    pub fn urgency(self) -> i64 {
        (self.risk.0 * self.nearness.0 * self.newness.0 / 1_000_000).max(1)
    }
}

/// The least ARR that counts, in cents: an ARR of 0, and one of which nothing is known, must not hide a customer.
pub const LEAST_ARR_CENTS: i64 = 100;

/// The ARR, in cents, that counts where a customer's own is unknown, by segment. `None` when no customer's is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MedianArr {
    /// The medians of the segments in which somebody's is known.
    pub by_segment: Vec<(Segment, i64)>,
    /// The median of all customers, for the other segments.
    pub of_all: Option<i64>,
}

impl MedianArr {
    pub fn of(&self, segment: Segment) -> Option<i64> {
        self.by_segment.iter().find(|(other, _)| *other == segment).map(|(_, cents)| *cents).or(self.of_all)
    }

    /// Returns the ARR of a customer, or the one that is assumed.
    pub fn arr_cents(&self, fields: &CustomerFields) -> Option<i64> {
        fields.arr_cents.or_else(|| self.of(fields.segment))
    }
}

/// Returns the rank of a customer with this ARR, by which who needs somebody is ordered.
pub fn rank(arr_cents: Option<i64>, parts: UrgencyParts) -> i64 {
    // At most ten trillion, in cents, times 4,000: that fits.
    arr_cents.unwrap_or_default().max(LEAST_ARR_CENTS) * parts.urgency() / 1000
}
