//! The message ids of events that were accepted, with a hash of the content: what came before is recognised by them.

use crate::domain::{CustomerId, EventId, NewEvent};
use crate::server::store::sql::bind::{Row, binds, row};
use crate::server::store::sql::db::Tx;
use crate::server::store::{Incoming, StoreError, StoreResult};
use std::collections::{BTreeSet, HashMap};

use sha2::{Digest, Sha256};

pub async fn load_keys(tx: &mut Tx, incoming: &[&Incoming]) -> StoreResult<UsedKeys> {
    let mut sources = BTreeSet::new();
    let mut message_ids = Vec::new();
    for event in incoming.iter().map(|one| &one.event) {
        if let Some(message_id) = &event.message_id {
            sources.insert(event.source.clone());
            message_ids.push(message_id.clone());
        }
    }
    if message_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT source, message_id, event_id, content_hash FROM event_keys WHERE source {} AND message_id {}",
        tx.one_of(),
        tx.one_of_second()
    );
    let sources: Vec<_> = sources.into_iter().collect();
    let rows: Vec<(String, String, i64, String)> =
        tx.all_planned_anew(sqlx::AssertSqlSafe(sql), binds![sources, message_ids]).await?;
    Ok(rows.into_iter().map(|(source, message_id, id, hash)| ((source, message_id), (EventId(id), hash))).collect())
}

/// Returns the row of a message id that an event has used. `hash` is of the event's content.
pub fn key_row(source: &str, message_id: &str, event: EventId, hash: String) -> Row {
    row! { source: source, message_id: message_id, event_id: event, content_hash: hash }
}

/// Inserts message ids. Fails when one is taken.
pub async fn insert_keys(tx: &mut Tx, rows: Vec<Row>) -> StoreResult<()> {
    tx.insert_rows("event_keys", rows, "").await?;
    Ok(())
}

/// Inserts message ids, except those that are taken. Returns true when none was.
pub async fn claim_keys(tx: &mut Tx, rows: Vec<Row>) -> StoreResult<bool> {
    let wanted = rows.len() as u64;
    Ok(tx.insert_rows("event_keys", rows, "ON CONFLICT (source, message_id) DO NOTHING").await? == wanted)
}

pub type UsedKeys = HashMap<(String, String), (EventId, String)>;

/// Returns the hash that a repeat must equal, of the customer and the content as sent.
pub fn content_hash(customer: CustomerId, event: &NewEvent) -> StoreResult<String> {
    let content = serde_json::to_string(&event.content).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let digest = Sha256::digest(format!("{customer}\n{content}"));
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}
