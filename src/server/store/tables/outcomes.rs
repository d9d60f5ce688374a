//! The tables `outcomes` and `outcome_reasons`: what became of customers, and the reasons to choose from. Nothing is deleted from
//! the first but with its customer: what is taken back stays.

use crate::domain::band_history::Period;
use crate::domain::outcome::is_same_reason;
use crate::domain::{
    AsOf, Customer, CustomerId, ImportId, NaiveDate, Outcome, OutcomeFacts, OutcomeId, OutcomeKind, Retraction, Window,
};
use crate::server::store::sql::bind::{Bind, Row, binds, day, row, storable, time};
use crate::server::store::sql::db::Tx;
use crate::server::store::{Store, StoreError, StoreResult};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;

/// The columns of [`OutcomeRow`].
macro_rules! select_outcomes {
    ($rest:expr) => {
        concat!(
            "SELECT id, customer_id, kind, day, arr_before_cents, arr_after_cents, reason, involuntary, received_at, \
             retracted_at, retraction_reason FROM outcomes ",
            $rest
        )
    };
}

/// Writes in SQL the lives of a customer that came back, as [`Lives::read`](crate::domain::absence::Lives) reads them, and nothing for all others.
/// The departure by which it is archived is not among them.
pub const LIVES: &str = "CASE WHEN came_back THEN COALESCE(CAST(start_day AS TEXT), '') || COALESCE((
        SELECT string_agg(',' || CAST(day AS TEXT) || ':' || COALESCE(CAST(started_day AS TEXT), ''), '') FROM outcomes
        WHERE customer_id = customers.id AND kind = 'churned' AND retracted_at IS NULL
        AND (archived_day IS NULL OR day < archived_day)
    ), '') ELSE '' END";

#[derive(sqlx_macros::FromRow)]
pub struct OutcomeRow {
    id: i64,
    customer_id: i64,
    kind: String,
    day: i32,
    arr_before_cents: Option<i64>,
    arr_after_cents: Option<i64>,
    reason: Option<String>,
    involuntary: bool,
    received_at: i64,
    retracted_at: Option<i64>,
    retraction_reason: Option<String>,
}

impl OutcomeRow {
    pub fn outcome(self) -> StoreResult<Outcome> {
        let kind = OutcomeKind::parse(&self.kind).ok_or_else(|| StoreError::Corrupt(format!("outcome {}, kind", self.id)))?;
        let taken_back = |at| Retraction { reason: self.retraction_reason.unwrap_or_default(), retracted_at: time(at) };
        Ok(Outcome {
            id: OutcomeId(self.id),
            customer_id: CustomerId(self.customer_id),
            facts: OutcomeFacts {
                kind,
                day: day(self.day),
                arr_before_cents: self.arr_before_cents,
                arr_after_cents: self.arr_after_cents,
                reason: self.reason,
                involuntary: self.involuntary,
            },
            received_at: time(self.received_at),
            retraction: self.retracted_at.map(taken_back),
        })
    }
}

fn outcomes(rows: Vec<OutcomeRow>) -> StoreResult<Vec<Outcome>> {
    rows.into_iter().map(OutcomeRow::outcome).collect()
}

impl Store {
    /// Returns everybody's outcomes of a period in the order of their days: those that stand now or, with `known_at`, those that
    /// were known at the end of that day.
    pub async fn load_outcomes(&self, period: Period, known_at: Option<NaiveDate>) -> StoreResult<Vec<Outcome>> {
        load_outcomes(&mut self.read().await?, period, known_at).await
    }

    /// Returns a customer's outcomes, the latest first; with those that were taken back.
    pub async fn list_outcomes(&self, customer: CustomerId) -> StoreResult<Vec<Outcome>> {
        let sql = select_outcomes!("WHERE customer_id = $1 ORDER BY day DESC, id DESC");
        outcomes(self.read_once().await?.all(sql, binds![customer]).await?)
    }

    pub async fn get_outcome(&self, id: OutcomeId) -> StoreResult<Outcome> {
        get_outcome(&mut self.read().await?, id).await
    }

    /// Returns the reasons to choose from, in their order.
    pub async fn list_outcome_reasons(&self) -> StoreResult<Vec<String>> {
        load_reasons(&mut self.read().await?).await
    }

    /// Puts other reasons in the place of those to choose from. Outcomes keep theirs.
    pub async fn set_outcome_reasons(&self, reasons: &[String]) -> StoreResult<()> {
        let mut tx = self.write().await?;
        tx.execute("DELETE FROM outcome_reasons", binds![]).await?;
        let rows = (1..).zip(reasons).map(|(place, name)| row! { place: Bind::Day(Some(place)), name: name });
        tx.insert_rows("outcome_reasons", rows.collect(), "").await?;
        tx.commit().await
    }
}

pub async fn load_outcomes(tx: &mut Tx, period: Period, known_at: Option<NaiveDate>) -> StoreResult<Vec<Outcome>> {
    let (first, last) = (Bind::Day(Some(period.first)), Bind::Day(Some(period.last)));
    let rows = match known_at {
        None => {
            let sql = select_outcomes!("WHERE day >= $1 AND day <= $2 AND retracted_at IS NULL ORDER BY day, id");
            tx.all(sql, vec![first, last]).await?
        }
        Some(known_at) => {
            let sql = select_outcomes!(
                "WHERE day >= $1 AND day <= $2 AND received_day <= $3 AND (retracted_day IS NULL OR retracted_day > $3) \
                 ORDER BY day, id"
            );
            tx.all(sql, vec![first, last, known_at.into()]).await?
        }
    };
    outcomes(rows)
}

pub async fn get_outcome(tx: &mut Tx, id: OutcomeId) -> StoreResult<Outcome> {
    let row: Option<OutcomeRow> = tx.optional(select_outcomes!("WHERE id = $1"), binds![id]).await?;
    row.ok_or_else(|| StoreError::NotFound(format!("outcome {id}")))?.outcome()
}

/// Returns the outcomes that stand after this one, or the first ones, in the order of their ids.
pub async fn load_outcomes_after(tx: &mut Tx, after: Option<OutcomeId>, limit: i64) -> StoreResult<Vec<Outcome>> {
    let sql = select_outcomes!("WHERE id > COALESCE($1, 0) AND retracted_at IS NULL ORDER BY id LIMIT $2");
    outcomes(tx.all(sql, binds![after, limit]).await?)
}

/// Returns the outcomes with these ids.
pub async fn find_outcomes(tx: &mut Tx, ids: Vec<OutcomeId>) -> StoreResult<HashMap<OutcomeId, Outcome>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(select_outcomes!("WHERE id {}"), tx.one_of());
    let ids = Bind::Ints(ids.into_iter().map(|id| Some(id.0)).collect());
    let found = outcomes(tx.all(AssertSqlSafe(sql), vec![ids]).await?)?;
    Ok(found.into_iter().map(|outcome| (outcome.id, outcome)).collect())
}

/// Returns the outcome of a kind and day of a locked customer that stands.
pub async fn find_standing(tx: &mut Tx, customer: CustomerId, kind: OutcomeKind, day: NaiveDate) -> StoreResult<Option<Outcome>> {
    let sql = select_outcomes!("WHERE customer_id = $1 AND kind = $2 AND day = $3 AND retracted_at IS NULL");
    let row: Option<OutcomeRow> = tx.optional(sql, binds![customer, kind.name(), day]).await?;
    row.map(OutcomeRow::outcome).transpose()
}

/// Returns the first customers of whom an import has brought outcomes that stand.
pub async fn customers_of_import(tx: &mut Tx, import: ImportId, limit: i64) -> StoreResult<Vec<CustomerId>> {
    let sql = "SELECT DISTINCT customer_id FROM outcomes WHERE import_id = $1 AND retracted_at IS NULL
               ORDER BY customer_id LIMIT $2";
    let rows: Vec<(i64,)> = tx.all(sql, binds![import.0, limit]).await?;
    Ok(rows.into_iter().map(|(id,)| CustomerId(id)).collect())
}

/// Returns the outcomes of these customers that an import has brought and that stand.
pub async fn standing_of_import(tx: &mut Tx, import: ImportId, customers: &[CustomerId]) -> StoreResult<Vec<Outcome>> {
    let sql = format!(
        select_outcomes!("WHERE import_id = $1 AND retracted_at IS NULL AND customer_id {} ORDER BY day, id"),
        tx.one_of_second()
    );
    outcomes(tx.all(AssertSqlSafe(sql), binds![import.0, customers]).await?)
}

/// Returns the latest day of a span on which a customer churned, as far as that stands.
pub async fn last_churned(tx: &mut Tx, customer: CustomerId, span: Window) -> StoreResult<Option<NaiveDate>> {
    let sql = "SELECT MAX(day) FROM outcomes
               WHERE customer_id = $1 AND kind = 'churned' AND retracted_at IS NULL AND day >= $2 AND day <= $3";
    let (last,): (Option<i32>,) = tx.one(sql, binds![customer, span.from, span.to]).await?;
    Ok(last.map(day))
}

/// Returns the latest day by another on which each of the customers churned, as far as that stands.
pub async fn last_churned_of(
    tx: &mut Tx,
    customers: &[CustomerId],
    by: NaiveDate,
) -> StoreResult<HashMap<CustomerId, NaiveDate>> {
    if customers.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT customer_id, MAX(day) FROM outcomes
         WHERE customer_id {} AND kind = 'churned' AND retracted_at IS NULL AND day <= $2 GROUP BY customer_id",
        tx.one_of()
    );
    let rows: Vec<(i64, i32)> = tx.all(AssertSqlSafe(sql), binds![customers, by]).await?;
    Ok(rows.into_iter().map(|(id, last)| (CustomerId(id), day(last))).collect())
}

/// Returns the departures of these customers by a day, as rows for a replay of it: those that stand or, with `known_at`, that were known then.
pub async fn departures_by(tx: &mut Tx, customers: &[CustomerId], at: AsOf) -> StoreResult<Vec<Row>> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT customer_id, day, started_day FROM outcomes WHERE customer_id {} AND kind = 'churned' AND day <= $2
         AND received_day <= $3 AND COALESCE(retracted_day, $4) > $3",
        tx.one_of()
    );
    let known_at = at.known_at.unwrap_or(NaiveDate::MAX);
    let binds = vec![customers.into(), at.day.into(), known_at.into(), Bind::Day(Some(i32::MAX))];
    let rows: Vec<(i64, i32, Option<i32>)> = tx.all(AssertSqlSafe(sql), binds).await?;
    let row = |(customer, on, started): (i64, i32, Option<i32>)| {
        row! {
            customer_id: CustomerId(customer),
            kind: OutcomeKind::Churned.name(),
            day: day(on),
            started_day: started.map(day),
            involuntary: false,
            received_at: 0,
            received_day: day(on),
        }
    };
    Ok(rows.into_iter().map(row).collect())
}

/// Returns the start date that a customer had before it churned.
pub async fn load_former_start(tx: &mut Tx, churned: OutcomeId) -> StoreResult<Option<NaiveDate>> {
    let (started,): (Option<i32>,) = tx.one("SELECT started_day FROM outcomes WHERE id = $1", binds![churned]).await?;
    Ok(started.map(day))
}

/// Inserts an outcome of a locked customer.
pub async fn insert_outcome(
    tx: &mut Tx,
    customer: &Customer,
    facts: &OutcomeFacts,
    import: Option<ImportId>,
    now: DateTime<Utc>,
) -> StoreResult<OutcomeId> {
    let row = outcome_row(customer.id, facts, customer.fields.start_date, import, now);
    let (id,): (i64,) = tx.insert_row("outcomes", row, "id").await?;
    Ok(OutcomeId(id))
}

/// Returns the row of an outcome that was received at a time, of a customer with a start date.
pub fn outcome_row(
    customer: CustomerId,
    facts: &OutcomeFacts,
    start: Option<NaiveDate>,
    import: Option<ImportId>,
    received_at: DateTime<Utc>,
) -> Row {
    row! {
        customer_id: customer,
        kind: facts.kind.name(),
        day: facts.day,
        arr_before_cents: facts.arr_before_cents,
        arr_after_cents: facts.arr_after_cents,
        reason: facts.reason.clone(),
        involuntary: facts.involuntary,
        started_day: start.filter(|start| *start <= facts.day),
        received_at: storable(received_at),
        received_day: received_at.date_naive(),
        import_id: import,
    }
}

/// Marks outcomes as taken back.
pub async fn end_outcomes(tx: &mut Tx, ids: &[OutcomeId], reason: &str, now: DateTime<Utc>) -> StoreResult<()> {
    let ids = Bind::Ints(ids.iter().map(|id| Some(id.0)).collect());
    let sql =
        format!("UPDATE outcomes SET retracted_at = $2, retracted_day = $3, retraction_reason = $4 WHERE id {}", tx.one_of());
    tx.execute(AssertSqlSafe(sql), vec![ids, storable(now).into(), now.date_naive().into(), reason.into()]).await?;
    Ok(())
}

/// Returns the reasons to choose from, in their order.
pub async fn load_reasons(tx: &mut Tx) -> StoreResult<Vec<String>> {
    let rows: Vec<(String,)> = tx.all("SELECT name FROM outcome_reasons ORDER BY place", binds![]).await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// Returns a reason as it is written in the list, if it is there.
pub fn as_listed(reasons: &[String], reason: &str) -> String {
    reasons.iter().find(|listed| is_same_reason(listed, reason)).map_or(reason, String::as_str).to_owned()
}
