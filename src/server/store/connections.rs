//! Since when each factor's source is connected, and the lock that lets this change safely.
//!
//! The stored day is the minimum of the customers' first days. Facts that cannot move it share a lock; a fact that
//! may move it holds it alone, so that no earlier fact is in flight, unseen, while the minimum is taken.
//! (SQLite needs no such lock: it has one writer.)

use super::bind::{binds, day, end};
use super::db::{Db, Tx};
use super::health::{self, Rules};
use super::{Changed, Store, StoreError, StoreResult};
use crate::domain::{CustomerId, EventKind, FactorKey, Factors, NaiveDate};
use crate::scoring::{BAND_MEMORY_DAYS, Connections};
use chrono::Duration;
use sqlx::AssertSqlSafe;

/// An arbitrary number that means "connections" among the database's advisory locks.
const LOCK_SHARED: &str = "SELECT pg_advisory_xact_lock_shared(7100917) IS NULL";
const LOCK_ALONE: &str = "SELECT pg_advisory_xact_lock(7100917) IS NULL";

impl Store {
    pub async fn connections(&self) -> StoreResult<Connections> {
        Ok(load(&mut self.read().await?).await?.0)
    }

    /// The connections as they were known at the end of a day: from facts received by then, less those retracted by then.
    pub async fn connections_known_on(&self, day: NaiveDate) -> StoreResult<Connections> {
        known_on(&mut self.read().await?, day).await
    }

    /// Begins a transaction that may change any connection.
    pub(super) async fn write_connections(&self) -> StoreResult<Tx> {
        write_connections(&self.db).await
    }
}

/// Begins a transaction that adds or takes back facts, with the rules as they are. `moves` tells from the connections
/// whether that may change them; the answer comes back, and after it [`settle`] is due.
pub(super) async fn write_facts(db: &Db, moves: impl Fn(&Connections) -> bool) -> StoreResult<(Tx, Rules, bool)> {
    let mut tx = db.write().await?;
    lock(&mut tx, LOCK_SHARED).await?;
    let mut rules = health::rules(&mut tx).await?;
    if !moves(&rules.connections) {
        return Ok((tx, rules, false));
    }
    if tx.has_locks() {
        // Two that hold the shared lock and both wait for the other to let go would never end.
        tx.rollback().await?;
        tx = write_connections(db).await?;
        rules = health::rules(&mut tx).await?;
    }
    Ok((tx, rules, true))
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

/// The days in the order of [`FactorKey::ALL`], and of the columns everywhere in the store.
pub(super) fn factors((logins, features, tickets, invoices, api): FirstDays) -> Factors<Option<NaiveDate>> {
    Factors {
        login_frequency: logins.map(day),
        feature_adoption: features.map(day),
        support_load: tickets.map(day),
        invoice_timeliness: invoices.map(day),
        api_trend: api.map(day),
    }
}

/// The row of connections.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    #[sqlx(rename = "connections_version")]
    version: i64,
    login_day: Option<i32>,
    feature_day: Option<i32>,
    ticket_day: Option<i32>,
    invoice_day: Option<i32>,
    api_day: Option<i32>,
}

/// The columns of [`Row`], of the table `connections`.
macro_rules! connections_columns {
    () => {
        "connections.version AS connections_version, login_day, feature_day, ticket_day, invoice_day, api_day"
    };
}
pub(super) use connections_columns;

impl Row {
    /// The connections with their version.
    pub(super) fn connections(&self) -> (Connections, i64) {
        let days = (self.login_day, self.feature_day, self.ticket_day, self.invoice_day, self.api_day);
        (Connections(factors(days)), self.version)
    }
}

/// The connections with their version.
pub(super) async fn load(tx: &mut Tx) -> StoreResult<(Connections, i64)> {
    let row: Row = tx.one(concat!("SELECT ", connections_columns!(), " FROM connections WHERE id = 1"), binds![]).await?;
    Ok(row.connections())
}

/// The customers' columns with the days of the earliest facts that count.
pub(super) const FIRST_DAYS: Factors<&str> = Factors {
    login_frequency: "first_login_day",
    feature_adoption: "first_feature_day",
    support_load: "first_ticket_day",
    invoice_timeliness: "first_invoice_day",
    api_trend: "first_api_day",
};

/// The earliest fact of a factor is either one that was taken back since, or one that still counts. Of the latter none is
/// earlier than its customer's first day, or was received before its customer was created; so the customers of the time are
/// searched by their first day, a few at first, until theirs are too late.
pub(super) async fn known_on(tx: &mut Tx, known_on: NaiveDate) -> StoreResult<Connections> {
    let mut days = taken_back_since(tx, known_on).await?;
    for factor in FactorKey::ALL {
        let first = days.get_mut(factor);
        let kinds: Vec<_> = EventKind::ALL.into_iter().filter(|kind| FactorKey::fed_by(*kind) == factor).collect();
        let kinds = kinds.iter().map(|kind| format!("'{}'", kind.name())).collect::<Vec<_>>().join(", ");
        let column = FIRST_DAYS.get(factor);
        let (mut passed, mut limit) = (0, 10);
        loop {
            let sql = format!(
                "SELECT id FROM customers WHERE {column} < $1 AND created_at < $2 ORDER BY {column}, id LIMIT $3 OFFSET $4"
            );
            let earlier_than = first.unwrap_or(NaiveDate::MAX);
            let ids: Vec<(i64,)> = tx.all(AssertSqlSafe(sql), binds![earlier_than, end(Some(known_on)), limit, passed]).await?;
            if ids.is_empty() {
                break;
            }
            let sql = format!(
                "SELECT MIN(day) FROM (SELECT day FROM daily_activity WHERE customer_id {} AND kind IN ({kinds})
                 AND received_day <= $2 AND day < $3 GROUP BY customer_id, day, kind, key HAVING SUM(count) > 0) AS counted",
                tx.one_of()
            );
            let customers: Vec<_> = ids.into_iter().map(|(id,)| CustomerId(id)).collect();
            let found: (Option<i32>,) = tx.one(AssertSqlSafe(sql), binds![&customers[..], known_on, earlier_than]).await?;
            *first = found.0.map(day).or(*first);
            (passed, limit) = (passed + limit, limit * 10);
        }
    }
    Ok(Connections(days))
}

/// Per factor the earliest day of the facts that counted at the end of a day and were retracted after it.
async fn taken_back_since(tx: &mut Tx, known_on: NaiveDate) -> StoreResult<Factors<Option<NaiveDate>>> {
    // The events themselves may have been dropped.
    let sql = "SELECT fact_kind, MIN(fact_day) FROM retractions
               WHERE retracted_at >= $1 AND fact_received_day <= $2 GROUP BY fact_kind";
    let mut days = Factors::<Option<NaiveDate>>::default();
    for (kind, number) in tx.all::<(String, i32)>(sql, binds![end(Some(known_on)), known_on]).await? {
        let kind = EventKind::parse(&kind).ok_or_else(|| StoreError::Corrupt(format!("event kind {kind}")))?;
        let first = days.get_mut(FactorKey::fed_by(kind));
        *first = Some(first.map_or(day(number), |first| first.min(day(number))));
    }
    Ok(days)
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
    store(tx, &after, version).await
}

pub(super) async fn store(tx: &mut Tx, connections: &Connections, version: i64) -> StoreResult<()> {
    let sql =
        "UPDATE connections SET version = $1, login_day = $2, feature_day = $3, ticket_day = $4, invoice_day = $5, api_day = $6
               WHERE id = 1";
    let mut binds = binds![version];
    binds.extend(connections.0.iter().map(|(_, first)| (*first).into()));
    tx.execute(sql, binds).await?;
    tx.changed(Changed::EVERYTHING);
    Ok(())
}
