//! A customer's facts, as scoring wants them.

use super::db::{Tx, binds, day};
use super::{Store, StoreError, StoreResult, customers, invoices};
use crate::domain::{CustomerId, EventKind, Factors, NaiveDate};
use crate::scoring::{DailyCount, Facts};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;

impl Store {
    /// Facts with daily activity of the days `from..=to`.
    pub async fn load_facts(&self, customer: CustomerId, from: NaiveDate, to: NaiveDate) -> StoreResult<Facts> {
        let mut tx = self.read().await?;
        let known = customers::get(&mut tx, customer).await?.known();
        Ok(load(&mut tx, &[known], from, to).await?.remove(&customer).unwrap_or_default())
    }

    /// What was known at the end of a day: facts received by then, less those retracted by then. With daily activity of the
    /// days from `from` on.
    pub async fn load_facts_known_on(&self, customer: CustomerId, from: NaiveDate, known_on: NaiveDate) -> StoreResult<Facts> {
        let mut tx = self.read().await?;
        let start_date = customers::get(&mut tx, customer).await?.known().start_date;
        let sql = "SELECT MIN(day) FROM (SELECT day FROM daily_activity WHERE customer_id = $1 AND received_day <= $2
                   GROUP BY day, kind, key HAVING SUM(count) > 0) AS counted";
        let (first,): (Option<i32>,) = tx.one(sql, binds![customer, known_on]).await?;
        let mut daily = load_daily(&mut tx, &[customer], from, known_on, known_on).await?;
        let daily = daily.remove(&customer).unwrap_or_default();
        Ok(Facts {
            start_date,
            first_fact_on: first.map(day),
            daily,
            invoices: invoices::known_on(&mut tx, customer, known_on).await?,
        })
    }

    /// [`Self::load_facts`] for many customers in one query per table.
    pub async fn load_facts_of(
        &self,
        customers: &[CustomerId],
        from: NaiveDate,
        to: NaiveDate,
    ) -> StoreResult<HashMap<CustomerId, Facts>> {
        let mut tx = self.read().await?;
        let known = customers::known_of(&mut tx, customers).await?;
        load(&mut tx, &known, from, to).await
    }
}

/// What scoring knows of a customer besides its activity and invoices.
#[derive(Clone)]
pub(super) struct Known {
    pub id: CustomerId,
    pub start_date: Option<NaiveDate>,
    /// Per factor the day of the earliest fact that counts.
    pub first_facts: Factors<Option<NaiveDate>>,
    /// The time of the latest one.
    pub last_activity_at: Option<DateTime<Utc>>,
}

/// The earliest of the days that are known.
pub(super) fn earliest(days: &Factors<Option<NaiveDate>>) -> Option<NaiveDate> {
    days.iter().filter_map(|(_, day)| *day).min()
}

/// All activity of a customer in one row, because a row costs more to fetch than its content.
#[derive(sqlx::FromRow)]
struct ActivityRow {
    customer_id: i64,
    /// Day, count, kind and key of each, as in `20500 3 feature_use export`, one a line: no key has control characters.
    lines: String,
}

impl ActivityRow {
    fn daily_counts(&self) -> StoreResult<Vec<DailyCount>> {
        let corrupt = |line| StoreError::Corrupt(format!("activity of customer {}, {line}", self.customer_id));
        let parse = |line: &str| {
            let mut parts = line.splitn(4, ' ');
            let mut next = || parts.next();
            let (number, count, kind, key) = (next()?, next()?, next()?, next()?);
            Some(DailyCount {
                day: day(number.parse().ok()?),
                kind: EventKind::parse(kind)?,
                key: key.to_owned(),
                count: count.parse().ok()?,
            })
        };
        self.lines.split('\n').map(|line| parse(line).ok_or_else(|| corrupt(line))).collect()
    }
}

pub(super) async fn load(
    tx: &mut Tx,
    known: &[Known],
    from: NaiveDate,
    to: NaiveDate,
) -> StoreResult<HashMap<CustomerId, Facts>> {
    let ids: Vec<_> = known.iter().map(|known| known.id).collect();
    let mut found: HashMap<_, _> = known
        .iter()
        .map(|known| {
            let first_fact_on = earliest(&known.first_facts);
            (known.id, Facts { start_date: known.start_date, first_fact_on, ..Facts::default() })
        })
        .collect();
    for (customer, daily) in load_daily(tx, &ids, from, to, NaiveDate::MAX).await? {
        if let Some(facts) = found.get_mut(&customer) {
            facts.daily = daily;
        }
    }
    for (customer, invoice) in invoices::load(tx, &ids).await? {
        if let Some(facts) = found.get_mut(&customer) {
            facts.invoices.push(invoice);
        }
    }
    Ok(found)
}

/// The customers' counts of the days `from..=to`, as received by the end of `known_on`.
async fn load_daily(
    tx: &mut Tx,
    customers: &[CustomerId],
    from: NaiveDate,
    to: NaiveDate,
    known_on: NaiveDate,
) -> StoreResult<HashMap<CustomerId, Vec<DailyCount>>> {
    let sql = format!(
        "SELECT customer_id,
             string_agg(CAST(day AS TEXT) || ' ' || CAST(count AS TEXT) || ' ' || kind || ' ' || key, '\n') AS lines
         FROM daily_activity WHERE customer_id {} AND day BETWEEN $2 AND $3 AND received_day <= $4 GROUP BY customer_id",
        tx.one_of()
    );
    let rows: Vec<ActivityRow> = tx.all(AssertSqlSafe(sql), binds![customers, from, to, known_on]).await?;
    let counts = |row: ActivityRow| {
        let mut daily = row.daily_counts()?;
        sum_up(&mut daily);
        Ok((CustomerId(row.customer_id), daily))
    };
    rows.into_iter().map(counts).collect()
}

/// One count per day, kind and key, in this order: what was received on different days is added up, and what was
/// taken back is gone.
pub(super) fn sum_up(daily: &mut Vec<DailyCount>) {
    daily.sort_unstable_by(|a, b| (a.day, a.kind, &a.key).cmp(&(b.day, b.kind, &b.key)));
    daily.dedup_by(|later, first| {
        let same = (later.day, later.kind, &later.key) == (first.day, first.kind, &first.key);
        first.count += if same { later.count } else { 0 };
        same
    });
    daily.retain(|daily| daily.count > 0);
}
