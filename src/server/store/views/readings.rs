//! A customer's readings: the latest value of each name.

use crate::domain::{AsOf, CustomerId, Reading};
use crate::server::store::tables::readings::load_latest_readings;
use crate::server::store::{Store, StoreResult};

impl Store {
    /// Returns the latest reading of each name as of a day, by name, as known now, or at the end of a day.
    pub async fn list_readings(&self, customer: CustomerId, at: AsOf) -> StoreResult<Vec<Reading>> {
        load_latest_readings(&mut self.read().await?, customer, at).await
    }
}
