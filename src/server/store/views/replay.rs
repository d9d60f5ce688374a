//! Past days of the whole portfolio. A replayed day is a database in memory in which that day is today: its customers hold
//! the health that the very code of [`health`] gives for the day, so lists and figures are read there by the queries of today.

use crate::domain::band_change::BandChange;
use crate::domain::band_history::Period;
use crate::domain::{AsOf, CustomerId, NaiveDate, Rulebook, Segments, Sources};
use crate::scoring::{BAND_MEMORY_DAYS, Connections, Facts};
use crate::server::store::ledger::connections::{connections_known_on, connections_of};
use crate::server::store::ledger::facts::{load_facts, load_last_activity};
use crate::server::store::ledger::health::NewHealth;
use crate::server::store::ledger::rules::Rules;
use crate::server::store::sql::bind::{Row, binds, end};
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::band_changes::{insert_band_changes, load_changes_beside_changes_of_all};
use crate::server::store::tables::connections::{load_connections, store_connections};
use crate::server::store::tables::customers::{CustomerRecord, Known, select_customers};
use crate::server::store::tables::fact_days::{FactDays, store_fact_days};
use crate::server::store::tables::factor_columns::FactorColumns;
use crate::server::store::tables::former_customers::load_customers_known_on;
use crate::server::store::tables::outcomes::{departures_by, last_churned_of};
use crate::server::store::tables::scorecards::{
    current_rulebook, ensure_first_rulebook, load_segments, rulebook_in_force, segments_in_force,
};
use crate::server::store::views::silence::load_recent_fact_days;
use crate::server::store::{Store, StoreError, StoreResult};
use chrono::Duration;
use sqlx::AssertSqlSafe;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tokio::task::{JoinError, JoinSet};

/// The customers that are loaded and scored at once.
const CUSTOMERS_SCORED_AT_ONCE: usize = 250;

/// Returns how many chunks are worked on at a time: for each core one that waits for the database and one that scores.
fn chunks_at_once() -> usize {
    2 * std::thread::available_parallelism().map_or(2, usize::from)
}

impl Store {
    /// Builds a store in which the given day is today, as far as it is known: what `list_customers` and `get_portfolio` answer
    /// there they answered, or would have, on that day. It has the customers that existed by then, archived ones that were
    /// archived by then, the changes of their bands, the days of their facts, and nothing else. Dropping the future ends the work.
    pub async fn replay(&self, at: AsOf) -> StoreResult<Store> {
        let rules = Arc::new(rules(&mut self.read().await?, at).await?);
        let segments = segments(&mut self.read().await?, at).await?;
        let customers = candidates(&mut self.read().await?, at).await?;
        let mut chunks = customers.chunks(CUSTOMERS_SCORED_AT_ONCE);
        let mut running = JoinSet::new();
        let mut fill_up = |running: &mut JoinSet<_>| {
            let free = chunks_at_once().saturating_sub(running.len());
            for chunk in chunks.by_ref().take(free) {
                running.spawn(score(self.clone(), chunk.to_vec(), Arc::clone(&rules), at));
            }
        };
        fill_up(&mut running);
        let replay = Store::in_memory().await?;
        replay.migrate().await?;
        let mut tx = replay.write().await?;
        drop_indexes(&mut tx).await?;
        store_rules(&mut tx, &rules, &segments).await?;
        let fact_days = load_recent_fact_days(&mut self.read().await?, at).await?;
        store_fact_days(&mut tx, fact_days.into_iter().map(|(kind, day)| ((day, kind), day)).collect::<FactDays>()).await?;
        let mut changes =
            load_changes_beside_changes_of_all(&mut self.read().await?, Period::ending(at.day, BAND_MEMORY_DAYS)).await?;
        changes.retain(|change| change.noted_at < end(at.known_at));
        while let Some(rows) = running.join_next().await {
            fill_up(&mut running);
            tx.insert_rows("customers", rows.map_err(failed)??, "").await?;
        }
        insert_changes(&mut tx, changes).await?;
        let returned = "SELECT id FROM customers WHERE came_back AND archived_day IS NULL";
        let returned: Vec<_> = tx.all::<(i64,)>(returned, binds![]).await?.into_iter().map(|(id,)| CustomerId(id)).collect();
        tx.insert_rows("outcomes", departures_by(&mut self.read().await?, &returned, at).await?, "").await?;
        tx.commit().await?;
        Ok(replay)
    }

    /// Returns marks of all that a replay of the day rests on, to be taken before it is built.
    pub async fn replay_sources(&self, at: AsOf) -> StoreResult<ReplaySources> {
        ReplaySources::load(&mut self.read().await?, at, None).await
    }

    /// Returns the marks as they are now when a replay that rests on `sources` still holds, and `None` when it does not.
    pub async fn renew_replay_sources(&self, at: AsOf, sources: &ReplaySources) -> StoreResult<Option<ReplaySources>> {
        let mut tx = self.read().await?;
        match *sources == ReplaySources::load(&mut tx, at, Some(sources.seen)).await? {
            true => Ok(Some(ReplaySources::load(&mut tx, at, None).await?)),
            false => Ok(None),
        }
    }

    /// Returns the bytes that a store in memory takes, by the count of its pages.
    pub async fn bytes_in_memory(&self) -> StoreResult<u64> {
        let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        let (bytes,): (i64,) = self.read_once().await?.one(sql, binds![]).await?;
        Ok(bytes.unsigned_abs())
    }
}

fn failed(error: JoinError) -> StoreError {
    StoreError::Corrupt(format!("a day could not be replayed: {error}"))
}

/// Drops the indexes of customers: they double a replay's memory and cost more to fill than its few reads win back.
async fn drop_indexes(tx: &mut Tx) -> StoreResult<()> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'customers' AND sql IS NOT NULL";
    for (name,) in tx.all::<(String,)>(sql, binds![]).await? {
        tx.execute(AssertSqlSafe(format!("DROP INDEX {name}")), binds![]).await?;
    }
    Ok(())
}

/// Events so far behind the latest may still be on their way: ids are given before they are committed.
const IN_FLIGHT: i64 = 10_000;

/// Returns the event that was seen last; when absent, one behind which all are surely committed.
pub async fn seen_or_surely_committed(tx: &mut Tx, seen: Option<i64>) -> StoreResult<i64> {
    match seen {
        Some(seen) => Ok(seen),
        None => Ok(tx.one::<(i64,)>("SELECT COALESCE(MAX(id), 0) FROM events", binds![]).await?.0 - IN_FLIGHT),
    }
}

/// Marks of what a replayed day rests on. Facts that do not count on the day do not change them.
#[derive(Debug, PartialEq, Eq)]
pub struct ReplaySources {
    scorecard_version: i64,
    users_from: Option<NaiveDate>,
    /// Their number, the last one's id, and the sum of their versions, which every edit raises.
    customers: i64,
    last_customer: i64,
    versions: i64,
    retractions: i64,
    /// The number of departures and the like, and of those taken back.
    outcomes: (i64, i64),
    /// The event behind which others were counted, and how many.
    seen: i64,
    events: i64,
}

impl ReplaySources {
    /// Counts events behind `seen`; when absent, behind those that are surely committed.
    async fn load(tx: &mut Tx, at: AsOf, seen: Option<i64>) -> StoreResult<Self> {
        let sql = "SELECT COUNT(*), COALESCE(MAX(id), 0), COALESCE(CAST(SUM(version) AS BIGINT), 0) FROM customers";
        let (customers, last_customer, versions): (i64, i64, i64) = tx.one(sql, binds![]).await?;
        let sql = "SELECT COUNT(*) FROM retractions WHERE retracted_at < $1";
        let (retractions,): (i64,) = tx.one(sql, binds![end(at.known_at)]).await?;
        let outcomes = tx.one("SELECT COUNT(*), COUNT(retracted_at) FROM outcomes", binds![]).await?;
        let seen = seen_or_surely_committed(tx, seen).await?;
        let sql = "SELECT COUNT(*) FROM events WHERE id > $1 AND day <= $2 AND received_day <= $3";
        let (events,): (i64,) = tx.one(sql, binds![seen, at.day, at.known_at.unwrap_or(NaiveDate::MAX)]).await?;
        let scorecard_version = rulebook(tx, at).await?.version;
        let users_from = load_connections(tx).await?.0.users_from;
        Ok(Self { scorecard_version, users_from, customers, last_customer, versions, retractions, outcomes, seen, events })
    }
}

async fn rulebook(tx: &mut Tx, at: AsOf) -> StoreResult<Arc<Rulebook>> {
    match at.known_at {
        None => current_rulebook(tx).await,
        Some(known_at) => rulebook_in_force(tx, known_at).await,
    }
}

/// The rules of the day, with the sources that were connected by then.
async fn rules(tx: &mut Tx, at: AsOf) -> StoreResult<Rules> {
    let rulebook = rulebook(tx, at).await?;
    let Connections { sources, mut readings, users_from } = match at.known_at {
        None => connections_of(tx, &rulebook).await?,
        Some(known_at) => connections_known_on(tx, &rulebook, known_at).await?,
    };
    readings.retain(|_, first| *first <= at.day);
    let sources = Sources::from_fn(|source| sources.get(source).filter(|first| *first <= at.day));
    let connections = Connections { sources, readings, users_from };
    let columns = FactorColumns::default().followed_by(&rulebook.factors());
    Ok(Rules { rulebook, connections, connections_version: 1, columns })
}

/// Returns the segments that customers may have had on the day, and have.
async fn segments(tx: &mut Tx, at: AsOf) -> StoreResult<Segments> {
    let segments = load_segments(tx).await?;
    Ok(match at.known_at {
        None => segments,
        Some(known_at) => segments.and(segments_in_force(tx, known_at).await?.iter()),
    })
}

async fn store_rules(tx: &mut Tx, rules: &Rules, segments: &Segments) -> StoreResult<()> {
    tx.execute("DELETE FROM scorecards", binds![]).await?;
    ensure_first_rulebook(tx, &rules.rulebook, segments).await?;
    store_connections(tx, &rules.connections, rules.connections_version).await
}

/// The customers that may have existed on the day: created by then, or with a start or a first fact by then.
async fn candidates(tx: &mut Tx, at: AsOf) -> StoreResult<Vec<CustomerId>> {
    let sql = "SELECT id FROM customers
               WHERE created_at < $1 AND (created_at < $2 OR start_day <= $3 OR first_fact_day <= $3) ORDER BY id";
    let rows: Vec<(i64,)> = tx.all(sql, binds![end(at.known_at), end(Some(at.day)), at.day]).await?;
    Ok(rows.into_iter().map(|(id,)| CustomerId(id)).collect())
}

/// Loads some customers and scores them as of the day. Returns the rows of those that existed.
async fn score(store: Store, ids: Vec<CustomerId>, rules: Arc<Rules>, at: AsOf) -> StoreResult<Vec<Row>> {
    let mut tx = store.read().await?;
    let sql = format!(select_customers!("WHERE id {}"), tx.one_of());
    let mut records: Vec<CustomerRecord> = tx.all(AssertSqlSafe(sql), binds![&ids[..]]).await?;
    let returned: Vec<_> =
        records.iter().filter(|record| record.comes_back_after(at.day)).map(|record| CustomerId(record.id)).collect();
    if let Some(known_at) = at.known_at {
        let known = load_customers_known_on(&mut tx, &ids, known_at).await?;
        records
            .iter_mut()
            .for_each(|record| known.get(&CustomerId(record.id)).into_iter().for_each(|known| record.set_known(known)));
    }
    let known: Vec<_> = records.iter().map(CustomerRecord::known).collect();
    let mut facts = load_facts(&mut tx, &known, rules.reach(at.day), at).await?;
    let (lively, quiet): (Vec<_>, Vec<_>) =
        ids.into_iter().partition(|id| facts.get(id).is_some_and(|facts| is_lively(facts, at.day)));
    let mut last_activity = HashMap::new();
    for (ids, received_from) in [(lively, at.day - Duration::days(LIVELY_DAYS + 1)), (quiet, NaiveDate::MIN)] {
        if !ids.is_empty() {
            last_activity.extend(load_last_activity(&mut tx, &ids, at, received_from).await?);
        }
    }
    let left = last_churned_of(&mut tx, &returned, at.day).await?;
    drop(tx);
    let mut rows = Vec::with_capacity(records.len());
    for record in &records {
        let id = CustomerId(record.id);
        let mut facts = facts.remove(&id).unwrap_or_default();
        facts.first_fact_on = facts.first_fact_on.filter(|first| *first <= at.day);
        if !record.existed_on(at.day) && facts.first_fact_on.is_none() {
            continue;
        }
        // The sources' own first days serve only writes, of which there are none here.
        let known = Known {
            first_facts: Sources::default(),
            first_reading: None,
            last_activity_at: last_activity.get(&id).copied(),
            ..record.known()
        };
        let mut row = record.row_on(at.day, left.get(&id).copied())?;
        row.extend(NewHealth::of_facts(&known, &facts, &rules, at.day)?.into_row());
        rows.push(row);
    }
    Ok(rows)
}

/// A customer that did something within so many days is lively.
const LIVELY_DAYS: i64 = 31;

/// Returns whether the customer's latest activity is known to be so recent that it need not be searched for in months long past.
/// An event may be received up to one day before it happens, because clocks differ.
fn is_lively(facts: &Facts, day: NaiveDate) -> bool {
    // The latest come last.
    facts.daily.iter().rev().any(|daily| daily.kind.is_done_by_customer() && (day - daily.day).num_days() <= LIVELY_DAYS)
}

/// Inserts the changes of those customers that the day has.
async fn insert_changes(tx: &mut Tx, mut changes: Vec<BandChange>) -> StoreResult<()> {
    if !changes.is_empty() {
        let customers: Vec<(i64,)> = tx.all("SELECT id FROM customers", binds![]).await?;
        let customers: HashSet<_> = customers.into_iter().map(|(id,)| CustomerId(id)).collect();
        changes.retain(|change| customers.contains(&change.customer_id));
    }
    insert_band_changes(tx, &changes).await
}
