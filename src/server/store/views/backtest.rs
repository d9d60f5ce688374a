//! Backtests: the customers with their departures, and marks of all that a backtest rests on.

use crate::domain::{ArchiveReason, CustomerId, NaiveDate, Segment};
use crate::scoring::Connections;
use crate::scoring::backtest::{Churned, Tested};
use crate::server::store::sql::bind::{binds, day, time};
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::connections::load_connections;
use crate::server::store::views::replay::seen_or_surely_committed;
use crate::server::store::views::selection::known_segment;
use crate::server::store::{Store, StoreError, StoreResult};
use sqlx::AssertSqlSafe;
use std::collections::{HashMap, HashSet};

/// The columns of a customer that decide about its part in a test.
#[derive(sqlx_macros::FromRow)]
struct TestedRow {
    id: i64,
    name: String,
    segment: String,
    arr_cents: Option<i64>,
    start_day: Option<i32>,
    first_fact_day: Option<i32>,
    created_at: i64,
    archived_reason: Option<String>,
    archived_day: Option<i32>,
}

#[derive(sqlx_macros::FromRow)]
struct ChurnedRow {
    customer_id: i64,
    day: i32,
    started_day: Option<i32>,
    arr_before_cents: Option<i64>,
    involuntary: bool,
}

impl Store {
    /// Returns every customer with its departures that stand, in the order of ids.
    pub async fn list_tested_customers(&self) -> StoreResult<Vec<Tested>> {
        let mut tx = self.read().await?;
        let sql = "SELECT customer_id, day, started_day, arr_before_cents, involuntary FROM outcomes
                   WHERE kind = 'churned' AND retracted_at IS NULL ORDER BY day, id";
        let mut churned = HashMap::<i64, Vec<Churned>>::new();
        for row in tx.all::<ChurnedRow>(sql, binds![]).await? {
            churned.entry(row.customer_id).or_default().push(Churned {
                on: day(row.day),
                started: row.started_day.map(day),
                arr_before_cents: row.arr_before_cents,
                involuntary: row.involuntary,
            });
        }
        let sql = "SELECT id, name, segment, arr_cents, start_day, first_fact_day, created_at, archived_reason, archived_day
                   FROM customers ORDER BY id";
        let rows: Vec<TestedRow> = tx.all(sql, binds![]).await?;
        let tested = |row: TestedRow| {
            let corrupt = || StoreError::Corrupt(format!("customer {}, segment", row.id));
            let otherwise = row.archived_reason.as_deref().is_some_and(|reason| reason != ArchiveReason::Churned.name());
            Ok(Tested {
                id: CustomerId(row.id),
                segment: Some(Segment::named(&row.segment).ok_or_else(corrupt)?),
                name: row.name,
                arr_cents: row.arr_cents,
                start: row.start_day.map(day),
                created_on: time(row.created_at).date_naive(),
                first_fact_on: row.first_fact_day.map(day),
                archived_otherwise_on: row.archived_day.filter(|_| otherwise).map(day),
                churned: churned.remove(&row.id).unwrap_or_default(),
            })
        };
        rows.into_iter().map(tested).collect()
    }

    /// Counts the customers, those that have gone included.
    pub async fn count_all_customers(&self) -> StoreResult<i64> {
        let (number,): (i64,) = self.read_once().await?.one("SELECT COUNT(*) FROM customers", binds![]).await?;
        Ok(number)
    }

    /// Returns the segment as the rules spell it. Refuses one that they do not have.
    pub async fn known_segment(&self, asked: Option<Segment>) -> StoreResult<Option<Segment>> {
        known_segment(&mut self.read().await?, asked).await
    }

    /// Returns the days of the first fact and of the first departure of anybody.
    pub async fn first_fact_and_departure(&self) -> StoreResult<(Option<NaiveDate>, Option<NaiveDate>)> {
        let sql = "SELECT (SELECT MIN(first_fact_day) FROM customers),
                   (SELECT MIN(day) FROM outcomes WHERE kind = 'churned' AND retracted_at IS NULL)";
        let (fact, departure): (Option<i32>, Option<i32>) = self.read_once().await?.one(sql, binds![]).await?;
        Ok((fact.map(day), departure.map(day)))
    }

    /// Returns those of the customers and days of which something else was known at the end of the day than is known of it now: of all
    /// others, what is known now tells the day as it was known then.
    pub async fn list_known_otherwise(
        &self,
        customers: &[CustomerId],
        days: &[NaiveDate],
    ) -> StoreResult<HashSet<(CustomerId, NaiveDate)>> {
        let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else { return Ok(HashSet::new()) };
        let mut tx = self.read().await?;
        // Every fact has its count, of the day on which it was received, and so has every retraction.
        let sql = format!(
            "WITH asked (day) AS (VALUES {})
             SELECT DISTINCT customer_id, asked.day FROM daily_activity AS activity CROSS JOIN asked
             WHERE customer_id {one_of} AND activity.day <= $3 AND received_day > $2 AND received_day > activity.day
             AND asked.day >= activity.day AND asked.day < received_day
             UNION SELECT customer_id, asked.day FROM former_customers CROSS JOIN asked
             WHERE customer_id {one_of} AND asked.day < until_day",
            days.iter().map(|day| format!("({})", day.to_epoch_days())).collect::<Vec<_>>().join(", "),
            one_of = tx.one_of(),
        );
        let rows: Vec<(i64, i32)> = tx.all(AssertSqlSafe(sql), binds![customers, *first, *last]).await?;
        Ok(rows.into_iter().map(|(id, on)| (CustomerId(id), day(on))).collect())
    }

    /// Returns marks of the facts that count, to be taken before they are read: those up to `last`, and of the customers `left`
    /// those up to `end`.
    pub async fn backtest_marks(&self, of: &MarkedFacts) -> StoreResult<BacktestMarks> {
        BacktestMarks::load(&mut self.read().await?, of, None).await
    }

    /// Returns the marks as they are now when everything that they are of is as it was, and `None` when it is not.
    pub async fn renew_backtest_marks(&self, of: &MarkedFacts, marks: &BacktestMarks) -> StoreResult<Option<BacktestMarks>> {
        let mut tx = self.read().await?;
        match *marks == BacktestMarks::load(&mut tx, of, Some(marks.seen)).await? {
            true => Ok(Some(BacktestMarks::load(&mut tx, of, None).await?)),
            false => Ok(None),
        }
    }
}

/// The facts that a backtest rests on.
#[derive(Debug)]
pub struct MarkedFacts {
    /// The last test day.
    pub last: NaiveDate,
    /// The customers that left, and the day on which the last horizon ends.
    pub left: Vec<CustomerId>,
    pub end: NaiveDate,
}

/// Marks of the facts that a backtest rests on. Later facts do not change them.
#[derive(Debug, PartialEq, Eq)]
pub struct BacktestMarks {
    connections: Connections,
    retractions: i64,
    /// The event behind which others were counted, and how many.
    seen: i64,
    events: i64,
}

impl BacktestMarks {
    /// Counts events behind `seen`; when absent, behind those that are surely committed.
    async fn load(tx: &mut Tx, of: &MarkedFacts, seen: Option<i64>) -> StoreResult<Self> {
        let (mut connections, _) = load_connections(tx).await?;
        for source in crate::domain::Source::ALL {
            let first = connections.sources.get_mut(source);
            *first = first.filter(|first| *first <= of.end);
        }
        connections.readings.retain(|_, first| *first <= of.end);
        let one_of = tx.one_of();
        let sql =
            format!("SELECT COUNT(*) FROM retractions WHERE fact_day <= $2 OR (fact_day <= $3 AND fact_customer_id {one_of})");
        let (retractions,): (i64,) = tx.one(AssertSqlSafe(sql), binds![&of.left[..], of.last, of.end]).await?;
        let seen = seen_or_surely_committed(tx, seen).await?;
        let sql = format!("SELECT COUNT(*) FROM events WHERE id > $4 AND (day <= $2 OR (day <= $3 AND customer_id {one_of}))");
        let (events,): (i64,) = tx.one(AssertSqlSafe(sql), binds![&of.left[..], of.last, of.end, seen]).await?;
        Ok(Self { connections, retractions, seen, events })
    }
}
