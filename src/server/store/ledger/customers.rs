//! Creates, edits and archives customers, and rescores them. Every edit names the version that it changes.

use crate::domain::band_change::BandChangeCause;
use crate::domain::{Archive, ArchiveReason, Customer, CustomerFields, CustomerId, NaiveDate};
use crate::server::store::ledger::health::{Occasion, rescore_customer};
use crate::server::store::ledger::outcomes::note_churn;
use crate::server::store::ledger::rules::{load_rules, require_segment, write_segments};
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::customers::{
    Life, get_customer_record, insert_customer, lock_customer, set_customer_archive, set_customer_fields, set_customer_life,
};
use crate::server::store::{Store, StoreError, StoreResult};
use chrono::{DateTime, Utc};

impl Store {
    pub async fn create_customer(&self, fields: &CustomerFields, now: DateTime<Utc>) -> StoreResult<Customer> {
        let (mut tx, segments) = write_segments(&self.db).await?;
        require_segment(&segments, fields.segment)?;
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
        let (mut tx, segments) = write_segments(&self.db).await?;
        let stored = lock_customer(&mut tx, id).await?.customer()?;
        if stored.version != version {
            return Err(StoreError::Conflict(format!("customer {id} was changed meanwhile: read it again, then change it")));
        }
        if fields.segment != stored.fields.segment {
            require_segment(&segments, fields.segment)?;
        }
        set_customer_fields(&mut tx, id, fields, now).await?;
        let customer = rescored(&mut tx, id, now).await?;
        tx.commit().await?;
        Ok(customer)
    }

    /// Archives a customer. As churned it gets the outcome too, with the ARR that it has. Conflict when it is archived already.
    pub async fn archive_customer(&self, id: CustomerId, archive: Archive, now: DateTime<Utc>) -> StoreResult<Customer> {
        let mut tx = self.write().await?;
        let customer = lock_customer(&mut tx, id).await?.customer()?;
        if customer.archived.is_some() {
            return Err(StoreError::Conflict(format!("customer {id} is archived already")));
        }
        set_archive(&mut tx, &customer, archive, now).await?;
        let customer = get_customer_record(&mut tx, id).await?.customer()?;
        tx.commit().await?;
        Ok(customer)
    }

    /// Makes an archived customer active again. Who had churned starts anew, on the day `came_back` or today, and its earlier facts
    /// count no more. Conflict when it is active already.
    pub async fn restore_customer(
        &self,
        id: CustomerId,
        came_back: Option<NaiveDate>,
        now: DateTime<Utc>,
    ) -> StoreResult<Customer> {
        let mut tx = self.write().await?;
        let customer = lock_customer(&mut tx, id).await?.customer()?;
        let Some(archive) = customer.archived else {
            return Err(StoreError::Conflict(format!("customer {id} is active already")));
        };
        restore(&mut tx, &customer, archive, came_back.unwrap_or(now.date_naive()), now).await?;
        let customer = rescored(&mut tx, id, now).await?;
        tx.commit().await?;
        Ok(customer)
    }
}

/// Archives a locked customer that is active. As churned it gets the outcome too.
pub async fn set_archive(tx: &mut Tx, customer: &Customer, archive: Archive, now: DateTime<Utc>) -> StoreResult<()> {
    if archive.reason == ArchiveReason::Churned {
        note_churn(tx, customer, archive.date, now).await?;
    }
    set_customer_archive(tx, customer.id, Some(archive)).await
}

/// Makes a locked customer active that is archived. Who had churned starts anew on the day `came_back`.
pub async fn restore(
    tx: &mut Tx,
    customer: &Customer,
    archive: Archive,
    came_back: NaiveDate,
    now: DateTime<Utc>,
) -> StoreResult<()> {
    if archive.reason != ArchiveReason::Churned {
        return set_customer_archive(tx, customer.id, None).await;
    }
    if came_back < archive.date {
        return Err(StoreError::Rule("startDate", format!("must not be before {}, when the customer churned", archive.date)));
    }
    let life = Life { archive: None, start: Some(came_back), came_back: true };
    set_customer_life(tx, customer.id, life, now).await
}

/// Rescores a customer whose fields were written in this transaction, and returns it.
async fn rescored(tx: &mut Tx, id: CustomerId, now: DateTime<Utc>) -> StoreResult<Customer> {
    let rules = load_rules(tx).await?;
    let row = get_customer_record(tx, id).await?;
    rescore_customer(tx, row.known(), &rules, Occasion { cause: BandChangeCause::Facts, now }).await?;
    row.customer()
}
