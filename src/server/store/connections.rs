//! Since when each factor's source is connected, and the lock that lets this change safely.
//!
//! The stored day is the minimum of the customers' first days. Facts that cannot move it share a lock; a fact that
//! may move it holds it alone, so that no earlier fact is in flight, unseen, while the minimum is taken.
//! (SQLite needs no such lock: it has one writer.)

use super::db::{Db, Tx, binds, day};
use super::{Changed, Store, StoreResult};
use crate::domain::{FactorKey, Factors, NaiveDate};
use crate::scoring::{BAND_MEMORY_DAYS, Connections};
use chrono::Duration;

/// An arbitrary number that means "connections" among the database's advisory locks.
const LOCK_SHARED: &str = "SELECT pg_advisory_xact_lock_shared(7100917) IS NULL";
const LOCK_ALONE: &str = "SELECT pg_advisory_xact_lock(7100917) IS NULL";

impl Store {
    pub async fn connections(&self) -> StoreResult<Connections> {
        Ok(load(&mut self.read().await?).await?.0)
    }

    /// Begins a transaction that may change any connection.
    pub(super) async fn write_connections(&self) -> StoreResult<Tx> {
        write_connections(&self.db).await
    }
}

/// Begins a transaction that adds or takes back facts. `moves` tells from the connections whether that may change
/// them; the answer comes back, and after it [`settle`] is due.
pub(super) async fn write_facts(db: &Db, moves: impl Fn(&Connections) -> bool) -> StoreResult<(Tx, bool)> {
    let mut tx = db.write().await?;
    lock(&mut tx, LOCK_SHARED).await?;
    let (connections, _) = load(&mut tx).await?;
    if !moves(&connections) {
        return Ok((tx, false));
    }
    if tx.has_locks() {
        // Two that hold the shared lock and both wait for the other to let go would never end.
        tx.rollback().await?;
        tx = write_connections(db).await?;
    }
    Ok((tx, true))
}

async fn write_connections(db: &Db) -> StoreResult<Tx> {
    let mut tx = db.write().await?;
    lock(&mut tx, LOCK_ALONE).await?;
    Ok(tx)
}

async fn lock(tx: &mut Tx, sql: &'static str) -> StoreResult<()> {
    if tx.has_locks() {
        tx.one::<(bool,)>(sql, binds![]).await?;
    }
    Ok(())
}

type FirstDays = (Option<i32>, Option<i32>, Option<i32>, Option<i32>, Option<i32>);

/// In the order of [`FactorKey::ALL`], and of the columns everywhere in the store.
pub(super) fn factors((logins, features, tickets, invoices, api): FirstDays) -> Factors<Option<NaiveDate>> {
    Factors {
        login_frequency: logins.map(day),
        feature_adoption: features.map(day),
        support_load: tickets.map(day),
        invoice_timeliness: invoices.map(day),
        api_trend: api.map(day),
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    version: i64,
    login_day: Option<i32>,
    feature_day: Option<i32>,
    ticket_day: Option<i32>,
    invoice_day: Option<i32>,
    api_day: Option<i32>,
}

/// The connections with their version.
pub(super) async fn load(tx: &mut Tx) -> StoreResult<(Connections, i64)> {
    let sql = "SELECT version, login_day, feature_day, ticket_day, invoice_day, api_day FROM connections WHERE id = 1";
    let row: Row = tx.one(sql, binds![]).await?;
    let days = factors((row.login_day, row.feature_day, row.ticket_day, row.invoice_day, row.api_day));
    Ok((Connections(days), row.version))
}

/// Takes the minimum over all customers anew. When that changes a day that stored health was scored for, the version
/// grows, which makes every row stale; the roll-over then scores them anew.
pub(super) async fn settle(tx: &mut Tx, today: NaiveDate) -> StoreResult<()> {
    let (before, version) = load(tx).await?;
    let sql =
        "SELECT MIN(first_login_day), MIN(first_feature_day), MIN(first_ticket_day), MIN(first_invoice_day), MIN(first_api_day)
               FROM customers";
    let after = Connections(factors(tx.one::<FirstDays>(sql, binds![]).await?));
    if after == before {
        return Ok(());
    }
    let earliest = today - Duration::days(BAND_MEMORY_DAYS);
    let counted = |first: &Option<NaiveDate>| first.map(|first| first.max(earliest)).filter(|first| *first <= today);
    let matters = FactorKey::ALL.into_iter().any(|key| counted(before.0.get(key)) != counted(after.0.get(key)));
    let version = version + i64::from(matters);
    let sql =
        "UPDATE connections SET version = $1, login_day = $2, feature_day = $3, ticket_day = $4, invoice_day = $5, api_day = $6
               WHERE id = 1";
    let mut binds = binds![version];
    binds.extend(after.0.iter().map(|(_, first)| (*first).into()));
    tx.execute(sql, binds).await?;
    tx.changed(Changed::EVERYTHING);
    Ok(())
}
