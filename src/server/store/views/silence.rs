//! The days by which silent sources are recognised.

use crate::domain::{AsOf, EventKind, NaiveDate, Window};
use crate::scoring::SOURCE_MEMORY_DAYS;
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::fact_days::load_fact_days;
use crate::server::store::{Store, StoreResult};

impl Store {
    /// Returns the kinds of facts that anybody had on the days up to the asked one, as far back as scoring remembers sources.
    pub async fn list_recent_fact_days(&self, at: AsOf) -> StoreResult<Vec<(EventKind, NaiveDate)>> {
        load_recent_fact_days(&mut self.read().await?, at).await
    }
}

pub async fn load_recent_fact_days(tx: &mut Tx, at: AsOf) -> StoreResult<Vec<(EventKind, NaiveDate)>> {
    load_fact_days(tx, Window::ending(at.day, SOURCE_MEMORY_DAYS), at).await
}
