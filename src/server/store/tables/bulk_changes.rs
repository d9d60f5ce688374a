//! Changes of many customers at once, kept for a while so that they can be undone.

use crate::domain::{Archive, BulkChangeId, NaiveDate, Segment};
use crate::server::store::sql::bind::{binds, row, storable};
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::json::{json, read_json};
use crate::server::store::{StoreError, StoreResult};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A customer as it was before a change, and the version that the change gave it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FormerCustomer {
    pub id: i64,
    pub version: i64,
    pub state: FormerState,
}

/// The part of a customer that a change has replaced.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum FormerState {
    Owner(Option<String>),
    Segment(Segment),
    Archived(Option<Archive>),
    /// Archived, with the start date that a customer who comes back has no more.
    Left(Archive, Option<NaiveDate>),
}

/// Keeps a change, and forgets those before `forget_before`.
pub async fn insert_bulk_change(
    tx: &mut Tx,
    former: &[FormerCustomer],
    now: DateTime<Utc>,
    forget_before: DateTime<Utc>,
) -> StoreResult<BulkChangeId> {
    tx.execute("DELETE FROM bulk_changes WHERE changed_at < $1", binds![forget_before]).await?;
    let row = row! { changed_at: storable(now), former: json(&former)? };
    let (id,): (i64,) = tx.insert_row("bulk_changes", row, "id").await?;
    Ok(BulkChangeId(id))
}

/// Marks a change as undone, and returns the customers as they were before it. Conflict when it is undone already.
pub async fn take_bulk_change(tx: &mut Tx, id: BulkChangeId, now: DateTime<Utc>) -> StoreResult<Vec<FormerCustomer>> {
    let sql = "UPDATE bulk_changes SET undone_at = $1 WHERE id = $2 AND undone_at IS NULL RETURNING former";
    let taken: Option<(String,)> = tx.optional(sql, binds![storable(now), id.0]).await?;
    if let Some((former,)) = taken {
        return read_json(&former, "a change of many customers");
    }
    let known: Option<(i64,)> = tx.optional("SELECT id FROM bulk_changes WHERE id = $1", binds![id.0]).await?;
    Err(match known {
        Some(_) => StoreError::Conflict(format!("change {id} is undone already")),
        None => StoreError::NotFound(format!("change {id}; a change can be undone for {} days", crate::domain::bulk::UNDO_DAYS)),
    })
}
