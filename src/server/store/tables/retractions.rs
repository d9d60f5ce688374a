//! Retractions: which events count no more, since when and why. A retraction may outlive its event.

use crate::domain::{CustomerId, EventId, EventKind, NaiveDate};
use crate::server::store::StoreResult;
use crate::server::store::sql::bind::{Row, row, storable};
use crate::server::store::sql::db::Tx;
use chrono::{DateTime, Utc};

/// Returns the row of a retraction. It keeps the fact that was taken back, since a retraction may outlive its event.
pub fn retraction_row(
    id: EventId,
    reason: &str,
    now: DateTime<Utc>,
    (customer, kind, day, received_on): (CustomerId, EventKind, NaiveDate, NaiveDate),
) -> Row {
    row! {
        event_id: id,
        reason: reason,
        retracted_at: storable(now),
        fact_customer_id: customer,
        fact_kind: kind.name(),
        fact_day: day,
        fact_received_day: received_on,
    }
}

pub async fn store_retractions(tx: &mut Tx, rows: Vec<Row>) -> StoreResult<()> {
    tx.insert_rows("retractions", rows, "").await?;
    Ok(())
}
