//! Retractions: which events count no more, since when and why. A retraction may outlive its event.

use crate::domain::{CustomerId, EventId, EventKind, NaiveDate};
use crate::server::store::StoreResult;
use crate::server::store::sql::bind::{Bind, binds, storable};
use crate::server::store::sql::db::Tx;
use chrono::{DateTime, Utc};

/// A row for [`store_retractions`]: also which fact it is, since a retraction may outlive its event.
pub fn retraction_row(
    id: EventId,
    reason: &str,
    now: DateTime<Utc>,
    (customer, kind, day, received_on): (CustomerId, EventKind, NaiveDate, NaiveDate),
) -> Vec<Bind> {
    binds![id, reason, storable(now), customer, kind.name(), day, received_on]
}

pub async fn store_retractions(tx: &mut Tx, rows: Vec<Vec<Bind>>) -> StoreResult<()> {
    let into = "INSERT INTO retractions
                (event_id, reason, retracted_at, fact_customer_id, fact_kind, fact_day, fact_received_day)";
    tx.insert_rows(into, rows, "").await?;
    Ok(())
}
