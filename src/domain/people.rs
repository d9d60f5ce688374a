//! The people at a customer, as far as raw events name them: when they were last seen, what they use, who has stopped.

use super::{CustomerId, NaiveDate};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The days of raw events in which people are looked for.
pub const PEOPLE_DAYS: i64 = 90;
/// The most people that are told.
pub const MOST_PEOPLE: usize = 200;
/// Somebody has stopped who was seen on at least so many days, and not for [`GONE_DAYS`].
pub const SEEN_DAYS: i64 = 3;
pub const GONE_DAYS: i64 = 14;

/// Somebody who logged in or used a feature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The user, as events name them.
    pub user: String,
    pub last_seen_at: DateTime<Utc>,
    /// The number of days with a login or a use of a feature.
    pub days_seen: i64,
    pub logins: i64,
    /// The features used, most used first.
    pub features: Vec<FeatureUses>,
    /// The last day of somebody who has stopped: seen on 3 days or more, and not within the last 14. Null for all others.
    pub stopped_on: Option<NaiveDate>,
}

/// A feature, and how often somebody used it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeatureUses {
    pub feature: String,
    pub uses: i64,
}

/// The people at a customer, those who have stopped first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct People {
    pub customer_id: CustomerId,
    pub as_of: NaiveDate,
    /// The first day that was looked at: 90 days up to the as-of day, or fewer where there are very many events.
    pub from: NaiveDate,
    /// The day before which received events may have been dropped, with the people that they name; null when none were.
    pub kept_from: Option<NaiveDate>,
    /// The number of people, of whom the first 200 are listed.
    pub total: usize,
    /// The number of those who have stopped.
    pub stopped: usize,
    pub items: Vec<Person>,
}

impl Person {
    /// Returns the last day of somebody who has stopped by the end of a day.
    pub fn stopped_on(last_seen_at: DateTime<Utc>, days_seen: i64, as_of: NaiveDate) -> Option<NaiveDate> {
        let last = last_seen_at.date_naive();
        let is_gone = (as_of - last).num_days() >= GONE_DAYS;
        (days_seen >= SEEN_DAYS && is_gone).then_some(last)
    }
}
