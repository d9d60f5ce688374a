//! Earlier segments and start dates of customers, by which a past day is told as it was known then. The latest ones stand in
//! `customers`.

use crate::domain::{CustomerFields, CustomerId, NaiveDate, Segment};
use crate::server::store::sql::bind::{Bind, binds, day};
use crate::server::store::sql::db::Tx;
use crate::server::store::{Store, StoreError, StoreResult};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;

/// A customer's segment and start date, as they were known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormerCustomer {
    pub segment: Segment,
    pub start_date: Option<NaiveDate>,
    /// True when it had churned before it started.
    pub came_back: bool,
}

impl Store {
    /// Returns the day since which every change of a segment or start date is kept. `None` when all have been.
    pub async fn history_day(&self) -> StoreResult<Option<NaiveDate>> {
        let (number,): (Option<i32>,) = self.read_once().await?.one("SELECT history_day FROM origin", binds![]).await?;
        Ok(number.map(day))
    }

    /// Returns what was known of customers at the end of a day, of those of whom something else is known now. Before
    /// [`Store::history_day`] it is what was known on that day.
    pub async fn customers_known_on(
        &self,
        ids: &[CustomerId],
        known_on: NaiveDate,
    ) -> StoreResult<HashMap<CustomerId, FormerCustomer>> {
        load_customers_known_on(&mut self.read().await?, ids, known_on).await
    }
}

/// Keeps a locked customer's segment and start date before its fields are written, if these differ.
pub async fn keep_before_fields(tx: &mut Tx, id: CustomerId, fields: &CustomerFields, now: DateTime<Utc>) -> StoreResult<()> {
    let differs = "(segment <> $3 OR start_day IS DISTINCT FROM $4)";
    keep(tx, differs, binds![id, now.date_naive(), fields.segment.label(), fields.start_date]).await
}

/// Keeps them before another start date is written, if it differs.
pub async fn keep_before_life(
    tx: &mut Tx,
    id: CustomerId,
    start: Option<NaiveDate>,
    came_back: bool,
    now: DateTime<Utc>,
) -> StoreResult<()> {
    let differs = "(start_day IS DISTINCT FROM $3 OR came_back <> $4)";
    keep(tx, differs, binds![id, now.date_naive(), start, came_back]).await
}

/// The first change of a day keeps what was known at the end of the day before.
async fn keep(tx: &mut Tx, differs: &str, binds: Vec<Bind>) -> StoreResult<()> {
    let sql = format!(
        "INSERT INTO former_customers (customer_id, until_day, segment, start_day, came_back)
         SELECT id, $2, segment, start_day, came_back FROM customers WHERE id = $1 AND {differs}
         ON CONFLICT (customer_id, until_day) DO NOTHING"
    );
    tx.execute(AssertSqlSafe(sql), binds).await?;
    Ok(())
}

pub async fn delete_former_customer(tx: &mut Tx, id: CustomerId) -> StoreResult<()> {
    tx.execute("DELETE FROM former_customers WHERE customer_id = $1", binds![id]).await?;
    Ok(())
}

/// [`Store::customers_known_on`] in a transaction.
pub async fn load_customers_known_on(
    tx: &mut Tx,
    ids: &[CustomerId],
    known_on: NaiveDate,
) -> StoreResult<HashMap<CustomerId, FormerCustomer>> {
    let sql = format!(
        "SELECT customer_id, segment, start_day, came_back FROM former_customers
         WHERE customer_id {} AND until_day > $2 ORDER BY customer_id, until_day",
        tx.one_of()
    );
    let rows: Vec<(i64, String, Option<i32>, bool)> = tx.all(AssertSqlSafe(sql), binds![ids, known_on]).await?;
    let mut known = HashMap::new();
    for (id, segment, start, came_back) in rows {
        let segment = Segment::named(&segment).ok_or_else(|| StoreError::Corrupt(format!("former customer {id}, segment")))?;
        known.entry(CustomerId(id)).or_insert(FormerCustomer { segment, start_date: start.map(day), came_back });
    }
    Ok(known)
}
