//! What came in with others and was refused, until somebody has corrected or discarded it.

use super::bind::{binds, storable, time};
use super::{RefusedItem, Store, StoreError, StoreResult};
use crate::domain::{ItemVerdict, Page, QuarantineId, QuarantinedItem};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

impl Store {
    /// Keeps refused items. What is there already is kept once, with its latest verdict.
    pub async fn quarantine(&self, refused: &[RefusedItem], now: DateTime<Utc>) -> StoreResult<()> {
        let mut items = BTreeMap::<String, (&RefusedItem, i64)>::new();
        for item in refused {
            items.entry(format!("{:x}", Sha256::digest(&item.content))).or_insert((item, 0)).1 += 1;
        }
        let mut rows = Vec::with_capacity(items.len());
        for (hash, (item, times)) in items {
            let errors = serde_json::to_string(&item.errors).map_err(|error| StoreError::Corrupt(error.to_string()))?;
            let now = storable(now);
            rows.push(binds![&item.content, hash, item.verdict.name(), errors, now, now, times]);
        }
        let mut tx = self.write().await?;
        let into = "INSERT INTO quarantine (content, content_hash, verdict, errors, first_received_at, last_received_at, times)";
        let again = "ON CONFLICT (content_hash) DO UPDATE SET verdict = excluded.verdict, errors = excluded.errors,
                     last_received_at = excluded.last_received_at, times = quarantine.times + excluded.times";
        tx.insert_rows(into, rows, again).await?;
        tx.commit().await
    }

    /// The latest first.
    pub async fn list_quarantine(&self, page: i64, page_size: i64) -> StoreResult<Page<QuarantinedItem>> {
        let mut tx = self.read().await?;
        let (total,): (i64,) = tx.one("SELECT COUNT(*) FROM quarantine", binds![]).await?;
        let sql = "SELECT id, content, verdict, errors, first_received_at, last_received_at, times FROM quarantine
                   ORDER BY id DESC LIMIT $1 OFFSET $2";
        let rows: Vec<Row> = tx.all(sql, binds![page_size, (page - 1) * page_size]).await?;
        let items = rows.into_iter().map(Row::item).collect::<StoreResult<_>>()?;
        Ok(Page { items, total, page, page_size })
    }

    pub async fn count_quarantine(&self) -> StoreResult<i64> {
        let (total,): (i64,) = self.read().await?.one("SELECT COUNT(*) FROM quarantine", binds![]).await?;
        Ok(total)
    }

    /// Takes out for good what was there up to this item; how many that were.
    pub async fn discard_quarantine(&self, up_to: QuarantineId) -> StoreResult<u64> {
        let mut tx = self.write().await?;
        let deleted = tx.execute("DELETE FROM quarantine WHERE id <= $1", binds![up_to.0]).await?;
        tx.commit().await?;
        Ok(deleted)
    }

    pub async fn get_quarantined(&self, id: QuarantineId) -> StoreResult<QuarantinedItem> {
        let sql = "SELECT id, content, verdict, errors, first_received_at, last_received_at, times FROM quarantine
                   WHERE id = $1";
        let row: Option<Row> = self.read().await?.optional(sql, binds![id.0]).await?;
        row.ok_or_else(|| no_item(id))?.item()
    }

    /// Takes an item out for good.
    pub async fn discard_quarantined(&self, id: QuarantineId) -> StoreResult<()> {
        let mut tx = self.write().await?;
        let deleted = tx.execute("DELETE FROM quarantine WHERE id = $1", binds![id.0]).await?;
        tx.commit().await?;
        if deleted == 0 { Err(no_item(id)) } else { Ok(()) }
    }
}

fn no_item(id: QuarantineId) -> StoreError {
    StoreError::NotFound(format!("item {id} in the quarantine"))
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    content: String,
    verdict: String,
    errors: String,
    first_received_at: i64,
    last_received_at: i64,
    times: i64,
}

impl Row {
    fn item(self) -> StoreResult<QuarantinedItem> {
        let corrupt = |column| StoreError::Corrupt(format!("quarantined item {}, {column}", self.id));
        Ok(QuarantinedItem {
            id: QuarantineId(self.id),
            verdict: ItemVerdict::parse(&self.verdict).ok_or_else(|| corrupt("verdict"))?,
            errors: serde_json::from_str(&self.errors).map_err(|_| corrupt("errors"))?,
            first_received_at: time(self.first_received_at),
            last_received_at: time(self.last_received_at),
            times: self.times,
            content: self.content,
        })
    }
}
