//! The event log over the years. PostgreSQL keeps each month of receipt in a partition of its own. Raw events that are old
//! enough can be dropped; what is derived from them stays: daily activity, invoices, retractions, message ids. Readings stay whole.

use crate::domain::NaiveDate;
use crate::server::store::sql::bind::{binds, day};
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::locks::AdvisoryLock;
use crate::server::store::{Store, StoreResult};
use chrono::{Datelike, Months};
use sqlx::AssertSqlSafe;

/// Says in SQL which raw events may be dropped. All that was ever said about an invoice is needed to derive it, and readings are
/// kept whole.
const MAY_GO: &str = "invoice_number IS NULL AND kind <> 'reading'";
/// The most raw events that one transaction deletes from SQLite: others want to write as well.
const EVENTS_DELETED_TOGETHER: i64 = 5000;

impl Store {
    /// Makes room in the log for events that are received on the days `from..=to`.
    pub async fn prepare_log(&self, from: NaiveDate, to: NaiveDate) -> StoreResult<()> {
        let mut missing = Vec::new();
        let mut tx = self.read().await?;
        if !tx.has_locks() {
            return Ok(());
        }
        for month in first_of_month(from).iter_days().take_while(|month| *month <= to).filter(|day| day.day() == 1) {
            let (exists,): (bool,) = tx.one("SELECT to_regclass($1) IS NOT NULL", binds![partition(month)]).await?;
            missing.extend((!exists).then_some(month));
        }
        drop(tx);
        for month in missing {
            self.create_month(month).await?;
        }
        Ok(())
    }

    async fn create_month(&self, month: NaiveDate) -> StoreResult<()> {
        let (name, from, to) = (partition(month), month.to_epoch_days(), (month + Months::new(1)).to_epoch_days());
        let mut tx = self.write().await?;
        tx.lock(AdvisoryLock::EventLog).await?;
        // Events that have come before their month had a partition stay where they are.
        let sql =
            "SELECT COUNT(*) FROM (SELECT 1 FROM events_other WHERE received_day >= $1 AND received_day < $2 LIMIT 1) AS early";
        let (early,): (i64,) = tx.one(sql, binds![month, month + Months::new(1)]).await?;
        if early == 0 {
            let sql = format!("CREATE TABLE IF NOT EXISTS {name} PARTITION OF events FOR VALUES FROM ({from}) TO ({to})");
            tx.execute(AssertSqlSafe(sql), binds![]).await?;
        }
        tx.commit().await
    }

    /// Drops raw events that were received before the month of `day`, except those about invoices, and
    /// readings. Work that is cut off goes on the next time.
    pub async fn drop_events_before(&self, day: NaiveDate) -> StoreResult<()> {
        let month = first_of_month(day);
        if dropped_to(&mut self.read().await?).await?.is_some_and(|done| done >= month) {
            return Ok(());
        }
        let mut tx = self.write().await?;
        // Before the first event goes: from now on some may be missing.
        let sql = "UPDATE event_log SET kept_from_day = $1 WHERE kept_from_day IS NULL OR kept_from_day < $1";
        tx.execute(sql, binds![month]).await?;
        if tx.has_locks() {
            tx.lock(AdvisoryLock::EventLog).await?;
            for name in old_partitions(&mut tx, month).await? {
                tx.execute(AssertSqlSafe(format!("ALTER TABLE events DETACH PARTITION {name}")), binds![]).await?;
                let kept = format!("INSERT INTO events SELECT * FROM {name} WHERE NOT ({MAY_GO})");
                tx.execute(AssertSqlSafe(kept), binds![]).await?;
                tx.execute(AssertSqlSafe(format!("DROP TABLE {name}")), binds![]).await?;
            }
        }
        tx.commit().await?;
        // SQLite's, and on PostgreSQL those that are in no month's partition.
        let next = format!(
            "SELECT MAX(id) FROM (SELECT id FROM events WHERE id > $1 AND received_day < $2 AND {MAY_GO} ORDER BY id LIMIT $3) AS next"
        );
        let delete = format!("DELETE FROM events WHERE id > $1 AND received_day < $2 AND {MAY_GO} AND id <= $3");
        // Those that stay, which may be many, are passed once.
        let mut passed = 0;
        loop {
            let mut tx = self.write().await?;
            let binds = binds![passed, month, EVENTS_DELETED_TOGETHER];
            let (Some(last),): (Option<i64>,) = tx.one(AssertSqlSafe(next.clone()), binds).await? else {
                tx.execute("UPDATE event_log SET dropped_to_day = $1", binds![month]).await?;
                return tx.commit().await;
            };
            tx.execute(AssertSqlSafe(delete.clone()), binds![passed, month, last]).await?;
            tx.commit().await?;
            passed = last;
        }
    }

    /// Returns the day of receipt before which raw events may have been dropped.
    pub async fn events_kept_from(&self) -> StoreResult<Option<NaiveDate>> {
        events_kept_from(&mut self.read().await?).await
    }
}

pub async fn events_kept_from(tx: &mut Tx) -> StoreResult<Option<NaiveDate>> {
    let (number,): (Option<i32>,) = tx.one("SELECT kept_from_day FROM event_log WHERE id = 1", binds![]).await?;
    Ok(number.map(day))
}

/// Returns the day of receipt before which all raw events that may go are dropped.
pub async fn dropped_to(tx: &mut Tx) -> StoreResult<Option<NaiveDate>> {
    let (number,): (Option<i32>,) = tx.one("SELECT dropped_to_day FROM event_log WHERE id = 1", binds![]).await?;
    Ok(number.map(day))
}

pub fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn partition(month: NaiveDate) -> String {
    month.format("events_%Y_%m").to_string()
}

/// Returns the names of the partitions of earlier months.
async fn old_partitions(tx: &mut Tx, month: NaiveDate) -> StoreResult<Vec<String>> {
    let sql = "SELECT CAST(inhrelid::regclass AS TEXT) FROM pg_inherits WHERE inhparent = 'events'::regclass";
    let names: Vec<(String,)> = tx.all(sql, binds![]).await?;
    // Years have four digits, so that names sort like months.
    Ok(names.into_iter().map(|(name,)| name).filter(|name| name != "events_other" && *name < partition(month)).collect())
}
