//! Creates, edits and archives customers, and rescores them. Every edit names the version that it changes.

use crate::domain::band_change::BandChangeCause;
use crate::domain::{Archive, Customer, CustomerFields, CustomerId};
use crate::server::store::ledger::health::{Occasion, rescore_customer};
use crate::server::store::ledger::rules::load_rules;
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::customers::{
    get_customer_record, insert_customer, lock_customer, set_customer_archive, set_customer_fields,
};
use crate::server::store::{Store, StoreError, StoreResult};
use chrono::{DateTime, Utc};

impl Store {
    pub async fn create_customer(&self, fields: &CustomerFields, now: DateTime<Utc>) -> StoreResult<Customer> {
        let mut tx = self.write().await?;
        let id = insert_customer(&mut tx, fields, now, false).await?;
        let customer = rescored(&mut tx, id, now).await?;
        tx.commit().await?;
        Ok(customer)
    }

    /// Changes a customer and rescores it, since its start date counts. Conflict when `version` is not the stored one.
    pub async fn update_customer(
        &self,
        id: CustomerId,
        version: i64,
        fields: &CustomerFields,
        now: DateTime<Utc>,
    ) -> StoreResult<Customer> {
        let mut tx = self.write().await?;
        if lock_customer(&mut tx, id).await?.version != version {
            return Err(StoreError::Conflict(format!("customer {id} was changed meanwhile: read it again, then change it")));
        }
        set_customer_fields(&mut tx, id, fields).await?;
        let customer = rescored(&mut tx, id, now).await?;
        tx.commit().await?;
        Ok(customer)
    }

    /// Archives a customer, or makes it active again (`None`). Conflict when it is so already.
    pub async fn archive_customer(&self, id: CustomerId, archive: Option<Archive>) -> StoreResult<Customer> {
        let mut tx = self.write().await?;
        if lock_customer(&mut tx, id).await?.archived_day.is_some() == archive.is_some() {
            let state = if archive.is_some() { "archived" } else { "active" };
            return Err(StoreError::Conflict(format!("customer {id} is {state} already")));
        }
        set_customer_archive(&mut tx, id, archive).await?;
        let customer = get_customer_record(&mut tx, id).await?.customer()?;
        tx.commit().await?;
        Ok(customer)
    }
}

/// Rescores a customer whose fields were written in this transaction, and returns it.
async fn rescored(tx: &mut Tx, id: CustomerId, now: DateTime<Utc>) -> StoreResult<Customer> {
    let rules = load_rules(tx).await?;
    let row = get_customer_record(tx, id).await?;
    rescore_customer(tx, row.known(), &rules, Occasion { cause: BandChangeCause::Facts, now }).await?;
    row.customer()
}
