//! Generated customers: stored in bulk, and taken out again.

use super::{DemoCustomer, Store, StoreResult};
use crate::domain::NaiveDate;
use chrono::{DateTime, Utc};

#[allow(unused_variables, clippy::todo)]
impl Store {
    /// Deletes every demo customer with all its facts; how many there were.
    pub async fn remove_demo(&self, today: NaiveDate) -> StoreResult<u64> {
        todo!()
    }
    /// Writes one generated customer, all its events included, in bulk (no key check, one transaction for many customers).
    pub async fn load_demo(&self, customers: &[DemoCustomer], now: DateTime<Utc>) -> StoreResult<()> {
        todo!()
    }
}
