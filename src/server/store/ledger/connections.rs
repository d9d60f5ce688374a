//! The days since when each source is connected, and the lock under which they change.
//!
//! A source is connected from the earliest of all customers' first days. A transaction whose facts cannot move that day shares
//! the lock with others. One whose facts may move it holds the lock alone, so that no other transaction has an earlier fact that
//! is not committed yet. (SQLite needs no lock, since it has one writer.)

use crate::domain::{CustomerId, EventKind, NaiveDate, Rulebook, Source, Sources};
use crate::scoring::{BAND_MEMORY_DAYS, Connections};
use crate::server::store::ledger::rules::{Rules, load_rules};
use crate::server::store::sql::bind::{binds, day, end};
use crate::server::store::sql::db::{Db, Tx};
use crate::server::store::sql::locks::AdvisoryLock;
use crate::server::store::tables::connections::{load_connections, store_connections};
use crate::server::store::tables::first_days::{FIRST_DAYS, FirstDays, first_days};
use crate::server::store::tables::readings::load_first_readings;
use crate::server::store::tables::scorecards::current_rulebook;
use crate::server::store::{Store, StoreError, StoreResult};
use chrono::Duration;
use sqlx::AssertSqlSafe;

impl Store {
    /// Returns the connections of what these rules measure.
    pub async fn connections(&self, rulebook: &Rulebook) -> StoreResult<Connections> {
        connections_of(&mut self.read().await?, rulebook).await
    }

    /// Returns the connections of what these rules measure as they were known at the end of a day: from the facts received by then,
    /// without those retracted by then.
    pub async fn connections_known_on(&self, rulebook: &Rulebook, day: NaiveDate) -> StoreResult<Connections> {
        connections_known_on(&mut self.read().await?, rulebook, day).await
    }

    /// Begins a transaction that may change any connection.
    pub(in crate::server::store) async fn write_connections(&self) -> StoreResult<Tx> {
        write_connections(&self.db).await
    }
}

/// Begins a transaction that adds or takes back facts. Returns it with the rules in force, and with the answer of `moves`: whether
/// the facts may change the connections. When they may, [`settle_connections`] must follow.
pub async fn write_facts(db: &Db, moves: impl Fn(&Rules) -> bool) -> StoreResult<(Tx, Rules, bool)> {
    let mut tx = db.write().await?;
    tx.share_lock(AdvisoryLock::Connections).await?;
    let mut rules = load_rules(&mut tx).await?;
    if !moves(&rules) {
        return Ok((tx, rules, false));
    }
    if tx.has_locks() {
        // Two that hold the shared lock and both wait for the other to let go would never end.
        tx.rollback().await?;
        tx = write_connections(db).await?;
        rules = load_rules(&mut tx).await?;
    }
    Ok((tx, rules, true))
}

pub async fn write_connections(db: &Db) -> StoreResult<Tx> {
    let mut tx = db.write().await?;
    tx.lock(AdvisoryLock::Connections).await?;
    Ok(tx)
}

/// Returns the connections of what these rules measure.
pub async fn connections_of(tx: &mut Tx, rulebook: &Rulebook) -> StoreResult<Connections> {
    let (connections, _) = load_connections(tx).await?;
    Ok(Connections { readings: load_first_readings(tx, &rulebook.readings(), NaiveDate::MAX).await?, ..connections })
}

/// Finds the connections as they were known at the end of a day.
///
/// The earliest fact of a source was either taken back since, or still counts. One that still counts is not earlier than its
/// customer's first day, and was not received before its customer was created. So the customers of the time are searched in the
/// order of their first days: a few at first, then more, until the first days are later than what was found.
pub async fn connections_known_on(tx: &mut Tx, rulebook: &Rulebook, known_on: NaiveDate) -> StoreResult<Connections> {
    let mut days = taken_back_since(tx, known_on).await?;
    for source in Source::ALL {
        let first = days.get_mut(source);
        let kinds = source.kinds().map(|kind| format!("'{}'", kind.name())).collect::<Vec<_>>().join(", ");
        let column = FIRST_DAYS.get(source);
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
    let readings = load_first_readings(tx, &rulebook.readings(), known_on).await?;
    // Users that were dropped since are not known any more.
    let users_from = load_connections(tx).await?.0.users_from;
    Ok(Connections { sources: days, readings, users_from })
}

/// Returns for each source the earliest day of the facts that counted at the end of a day and were retracted after it.
async fn taken_back_since(tx: &mut Tx, known_on: NaiveDate) -> StoreResult<Sources<Option<NaiveDate>>> {
    // The events themselves may have been dropped.
    let sql = "SELECT fact_kind, MIN(fact_day) FROM retractions
               WHERE retracted_at >= $1 AND fact_received_day <= $2 GROUP BY fact_kind";
    let mut days = Sources::<Option<NaiveDate>>::default();
    for (kind, number) in tx.all::<(String, i32)>(sql, binds![end(Some(known_on)), known_on]).await? {
        let kind = EventKind::parse(&kind).ok_or_else(|| StoreError::Corrupt(format!("event kind {kind}")))?;
        let Some(source) = Source::of(kind) else { continue };
        let first = days.get_mut(source);
        *first = Some(first.map_or(day(number), |first| first.min(day(number))));
    }
    Ok(days)
}

/// Takes the minimum over all customers anew. When that changes a day that stored health was scored for, the version
/// grows, which makes every row stale; the roll-over then scores them anew.
pub async fn settle_connections(tx: &mut Tx, today: NaiveDate) -> StoreResult<()> {
    let (before, version) = load_connections(tx).await?;
    let earliest: Vec<_> = FIRST_DAYS.iter().map(|(_, column)| format!("MIN({column})")).collect();
    let sql = format!("SELECT {} FROM customers", earliest.join(", "));
    let sources = first_days(tx.one::<FirstDays>(AssertSqlSafe(sql), binds![]).await?);
    let rulebook = current_rulebook(tx).await?;
    let readings = load_first_readings(tx, &rulebook.readings(), NaiveDate::MAX).await?;
    let after = Connections { sources, readings, users_from: before.users_from };
    if after == before {
        return Ok(());
    }
    let earliest = today - Duration::days(BAND_MEMORY_DAYS);
    let counted = |first: Option<NaiveDate>| first.map(|first| first.max(earliest)).filter(|first| *first <= today);
    let differ = |source| counted(*before.sources.get(source)) != counted(*after.sources.get(source));
    let day_of = |connections: &Connections, name: &str| counted(connections.readings.get(name).copied());
    let matters = Source::ALL.into_iter().any(differ)
        || before.readings.keys().chain(after.readings.keys()).any(|name| day_of(&before, name) != day_of(&after, name));
    let version = version + i64::from(matters);
    store_connections(tx, &after, version).await
}

/// Notes the first days of the readings that the rules in force measure, for rules that are new. Their version makes stored health stale.
pub async fn note_first_readings(tx: &mut Tx) -> StoreResult<()> {
    let (before, version) = load_connections(tx).await?;
    let rulebook = current_rulebook(tx).await?;
    let readings = load_first_readings(tx, &rulebook.readings(), NaiveDate::MAX).await?;
    if readings == before.readings {
        return Ok(());
    }
    store_connections(tx, &Connections { readings, ..before }, version).await
}

/// Changes the day from which on all users are known. Where the rules measure users, stored health is stale then.
pub async fn change_users_from(tx: &mut Tx, change: impl FnOnce(Option<NaiveDate>) -> Option<NaiveDate>) -> StoreResult<()> {
    let (before, version) = load_connections(tx).await?;
    let after = Connections { users_from: change(before.users_from), ..before.clone() };
    if after == before {
        return Ok(());
    }
    let matters = !current_rulebook(tx).await?.user_kinds().is_empty();
    store_connections(tx, &after, version + i64::from(matters)).await
}
