//! The table `quarantine`: refused items, kept until somebody corrects or discards them, at most for some months. Their number
//! and size are bounded.

use crate::domain::quarantine::{KEPT_DAYS, MAX_CONTENT_BYTES, QuarantineUse};
use crate::domain::{ItemVerdict, Page, QuarantineId, QuarantinedItem};
use crate::server::store::sql::bind::{Row, binds, row, storable, time};
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::locks::AdvisoryLock;
use crate::server::store::{RefusedItem, Store, StoreError, StoreResult};
use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;
use std::collections::{BTreeMap, BTreeSet};

/// The most items that one transaction deletes for their age: others want to write as well.
const ITEMS_DELETED_TOGETHER: i64 = 1000;

impl Store {
    /// Keeps refused items while there is room for their source. Returns for each whether it is kept. An item that is there
    /// already takes no more room, and gets the new verdict.
    pub async fn quarantine(&self, refused: &[RefusedItem], now: DateTime<Utc>) -> StoreResult<Vec<bool>> {
        let hashes: Vec<_> = refused.iter().map(|item| format!("{:x}", Sha256::digest(&item.content))).collect();
        let mut tx = self.write().await?;
        tx.lock(AdvisoryLock::Quarantine).await?;
        let mut room = Room::load(&mut tx).await?;
        let known = known_hashes(&mut tx, &hashes).await?;
        let (mut rows, mut kept) = (BTreeMap::<&str, Kept>::new(), Vec::with_capacity(refused.len()));
        for (item, hash) in refused.iter().zip(&hashes) {
            if let Some(same) = rows.get_mut(hash.as_str()) {
                same.times += 1;
                kept.push(true);
                continue;
            }
            let row = Kept::of(item)?;
            let fits = known.contains(hash) || room.take(&item.source, row.bytes());
            kept.push(fits);
            if fits {
                rows.insert(hash, row);
            }
        }
        let again = "ON CONFLICT (content_hash) DO UPDATE SET verdict = excluded.verdict, errors = excluded.errors,
                     bytes = excluded.bytes, last_received_at = excluded.last_received_at,
                     times = quarantine.times + excluded.times";
        tx.insert_rows("quarantine", rows.iter().map(|(hash, kept)| kept.row(hash, storable(now))).collect(), again).await?;
        tx.commit().await?;
        Ok(kept)
    }

    /// Returns a page of items, the latest first.
    pub async fn list_quarantine(&self, page: i64, page_size: i64) -> StoreResult<Page<QuarantinedItem>> {
        let mut tx = self.read().await?;
        let (total,): (i64,) = tx.one("SELECT COUNT(*) FROM quarantine", binds![]).await?;
        let sql = select_items!("ORDER BY id DESC LIMIT $1 OFFSET $2");
        let rows: Vec<QuarantineRow> = tx.all(sql, binds![page_size, (page - 1) * page_size]).await?;
        let items = rows.into_iter().map(QuarantineRow::item).collect::<StoreResult<_>>()?;
        Ok(Page { items, total, page, page_size })
    }

    pub async fn count_quarantine(&self) -> StoreResult<i64> {
        let (total,): (i64,) = self.read_once().await?.one("SELECT COUNT(*) FROM quarantine", binds![]).await?;
        Ok(total)
    }

    /// Returns the use of each source's quota, in the order of the sources' names.
    pub async fn quarantine_uses(&self) -> StoreResult<BTreeMap<String, QuarantineUse>> {
        Ok(Room::load(&mut self.read().await?).await?.of_sources)
    }

    /// Deletes the items up to this one. Returns how many there were.
    pub async fn discard_quarantine(&self, up_to: QuarantineId) -> StoreResult<u64> {
        let mut tx = self.write().await?;
        let deleted = tx.execute("DELETE FROM quarantine WHERE id <= $1", binds![up_to.0]).await?;
        tx.commit().await?;
        Ok(deleted)
    }

    /// Deletes the items that were last sent too long ago. Returns how many there were.
    pub async fn discard_old_quarantine(&self, now: DateTime<Utc>) -> StoreResult<u64> {
        let sql = "DELETE FROM quarantine WHERE id IN
                   (SELECT id FROM quarantine WHERE last_received_at < $1 ORDER BY id LIMIT $2)";
        let mut discarded = 0;
        loop {
            let mut tx = self.write().await?;
            let deleted = tx.execute(sql, binds![now - Duration::days(KEPT_DAYS), ITEMS_DELETED_TOGETHER]).await?;
            tx.commit().await?;
            discarded += deleted;
            if deleted == 0 {
                return Ok(discarded);
            }
        }
    }

    pub async fn get_quarantined(&self, id: QuarantineId) -> StoreResult<QuarantinedItem> {
        let row: Option<QuarantineRow> = self.read_once().await?.optional(select_items!("WHERE id = $1"), binds![id.0]).await?;
        row.ok_or_else(|| no_item(id))?.item()
    }

    /// Deletes an item.
    pub async fn discard_quarantined(&self, id: QuarantineId) -> StoreResult<()> {
        let mut tx = self.write().await?;
        let deleted = tx.execute("DELETE FROM quarantine WHERE id = $1", binds![id.0]).await?;
        tx.commit().await?;
        if deleted == 0 { Err(no_item(id)) } else { Ok(()) }
    }
}

macro_rules! select_items {
    ($rest:expr) => {
        concat!(
            "SELECT id, source, content, is_cut, verdict, errors, first_received_at, last_received_at, times FROM quarantine ",
            $rest
        )
    };
}
use select_items;

fn no_item(id: QuarantineId) -> StoreError {
    StoreError::NotFound(format!("item {id} in the quarantine"))
}

async fn known_hashes(tx: &mut Tx, hashes: &[String]) -> StoreResult<BTreeSet<String>> {
    let sql = format!("SELECT content_hash FROM quarantine WHERE content_hash {}", tx.one_of());
    let rows: Vec<(String,)> = tx.all(AssertSqlSafe(sql), binds![hashes.to_vec()]).await?;
    Ok(rows.into_iter().map(|(hash,)| hash).collect())
}

/// The room that is taken, by source and in all.
struct Room {
    of_sources: BTreeMap<String, QuarantineUse>,
    of_all: QuarantineUse,
}

impl Room {
    async fn load(tx: &mut Tx) -> StoreResult<Self> {
        let sql = "SELECT source, COUNT(*), CAST(SUM(bytes) AS BIGINT) FROM quarantine GROUP BY source";
        let rows: Vec<(String, i64, i64)> = tx.all(sql, binds![]).await?;
        let mut room = Self { of_sources: BTreeMap::new(), of_all: QuarantineUse::default() };
        for (source, items, bytes) in rows {
            room.of_all = QuarantineUse { items: room.of_all.items + items, bytes: room.of_all.bytes + bytes };
            room.of_sources.insert(source, QuarantineUse { items, bytes });
        }
        Ok(room)
    }

    /// Takes room for an item. Returns whether there was enough.
    fn take(&mut self, source: &str, bytes: i64) -> bool {
        let of_source = self.of_sources.entry(source.to_owned()).or_default();
        let fits = of_source.has_room_of_source(bytes) && self.of_all.has_room(bytes);
        if fits {
            of_source.add(bytes);
            self.of_all.add(bytes);
        }
        fits
    }
}

/// An item as it is kept.
struct Kept<'a> {
    item: &'a RefusedItem,
    /// The content, or its beginning when it is long.
    content: &'a str,
    /// The errors as JSON.
    errors: String,
    times: i64,
}

impl<'a> Kept<'a> {
    fn of(item: &'a RefusedItem) -> StoreResult<Self> {
        let end = item.content.floor_char_boundary(MAX_CONTENT_BYTES);
        let errors = serde_json::to_string(&item.errors).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        Ok(Self { item, content: &item.content[..end], errors, times: 1 })
    }

    fn bytes(&self) -> i64 {
        (self.content.len() + self.errors.len()) as i64
    }

    fn row(&self, hash: &str, now: DateTime<Utc>) -> Row {
        let RefusedItem { source, content, verdict, .. } = self.item;
        row! {
            source: source,
            content: self.content,
            is_cut: self.content.len() < content.len(),
            content_hash: hash,
            verdict: verdict.name(),
            errors: &self.errors,
            bytes: self.bytes(),
            first_received_at: now,
            last_received_at: now,
            times: self.times,
        }
    }
}

#[derive(sqlx_macros::FromRow)]
struct QuarantineRow {
    id: i64,
    source: String,
    content: String,
    is_cut: bool,
    verdict: String,
    errors: String,
    first_received_at: i64,
    last_received_at: i64,
    times: i64,
}

impl QuarantineRow {
    fn item(self) -> StoreResult<QuarantinedItem> {
        let corrupt = |column| StoreError::Corrupt(format!("quarantined item {}, {column}", self.id));
        Ok(QuarantinedItem {
            id: QuarantineId(self.id),
            verdict: ItemVerdict::parse(&self.verdict).ok_or_else(|| corrupt("verdict"))?,
            errors: serde_json::from_str(&self.errors).map_err(|_| corrupt("errors"))?,
            first_received_at: time(self.first_received_at),
            last_received_at: time(self.last_received_at),
            times: self.times,
            source: self.source,
            content: self.content,
            is_cut: self.is_cut,
        })
    }
}
