//! Exports all rows, page by page in the order of ids. Each page is one short transaction, so that an export holds up nobody.

use crate::domain::{CustomerId, Event, EventId, NaiveDate, Note, NoteId, Outcome, OutcomeId};
use crate::server::store::ledger::rules::load_basis;
use crate::server::store::sql::bind::binds;
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::customers::{CustomerRecord, select_customers};
use crate::server::store::tables::events::EventRow;
use crate::server::store::tables::notes::NoteRow;
use crate::server::store::tables::outcomes::load_outcomes_after;
use crate::server::store::{CurrentHealth, Store, StoreResult};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;

impl Store {
    /// Returns the customers after this one, or the first ones, with their current health.
    pub async fn export_customers(
        &self,
        after: Option<CustomerId>,
        limit: i64,
        today: NaiveDate,
    ) -> StoreResult<Vec<CurrentHealth>> {
        let mut tx = self.read().await?;
        let basis = load_basis(&mut tx, today).await?;
        let sql = select_customers!("WHERE id > COALESCE($1, 0) ORDER BY id LIMIT $2");
        let rows: Vec<CustomerRecord> = tx.all(sql, binds![after, limit]).await?;
        rows.iter().map(|row| row.current(basis)).collect()
    }

    /// Returns the events after this one, or the first ones, each with its customer's external id: those that count, or those
    /// that are retracted.
    pub async fn export_events(
        &self,
        after: Option<EventId>,
        limit: i64,
        retracted: bool,
    ) -> StoreResult<Vec<(Event, Option<String>)>> {
        let mut tx = self.read().await?;
        let is = if retracted { "IS NOT NULL" } else { "IS NULL" };
        let sql = format!(
            "SELECT id, customer_id, source, message_id, occurred_at, received_at, payload, reason, retracted_at
             FROM events LEFT JOIN retractions ON event_id = id WHERE id > COALESCE($1, 0) AND event_id {is} ORDER BY id LIMIT $2"
        );
        let rows: Vec<EventRow> = tx.all(AssertSqlSafe(sql), binds![after, limit]).await?;
        let events: Vec<_> = rows.into_iter().map(EventRow::event).collect::<StoreResult<_>>()?;
        let names = external_ids(&mut tx, events.iter().map(|event| event.customer_id).collect()).await?;
        let with_name = |event: Event| {
            let place = names.binary_search_by_key(&event.customer_id.0, |(id, _)| *id);
            let name = place.ok().and_then(|place| names[place].1.clone());
            (event, name)
        };
        Ok(events.into_iter().map(with_name).collect())
    }

    /// Returns the notes after this one, or the first ones, each with its customer and that one's external id.
    pub async fn export_notes(&self, after: Option<NoteId>, limit: i64) -> StoreResult<Vec<(CustomerId, Option<String>, Note)>> {
        let sql = "SELECT customer_id, external_id, notes.id, author, text, notes.created_at, edited_by, edited_at
                   FROM notes JOIN customers ON customers.id = customer_id WHERE notes.id > COALESCE($1, 0) ORDER BY notes.id LIMIT $2";
        let rows: Vec<ExportedNote> = self.read_once().await?.all(sql, binds![after, limit]).await?;
        Ok(rows.into_iter().map(|row| (CustomerId(row.customer_id), row.external_id, row.note.note())).collect())
    }

    /// Returns the outcomes that stand after this one, or the first ones, each with its customer's external id.
    pub async fn export_outcomes(&self, after: Option<OutcomeId>, limit: i64) -> StoreResult<Vec<(Outcome, Option<String>)>> {
        let mut tx = self.read().await?;
        let outcomes = load_outcomes_after(&mut tx, after, limit).await?;
        let names: HashMap<_, _> =
            external_ids(&mut tx, outcomes.iter().map(|outcome| outcome.customer_id).collect()).await?.into_iter().collect();
        let with_name = |outcome: Outcome| (names.get(&outcome.customer_id.0).cloned().flatten(), outcome);
        Ok(outcomes.into_iter().map(with_name).map(|(name, outcome)| (outcome, name)).collect())
    }
}

#[derive(sqlx_macros::FromRow)]
struct ExportedNote {
    customer_id: i64,
    external_id: Option<String>,
    #[sqlx(flatten)]
    note: NoteRow,
}

async fn external_ids(tx: &mut Tx, mut ids: Vec<CustomerId>) -> StoreResult<Vec<(i64, Option<String>)>> {
    ids.sort_unstable();
    ids.dedup();
    let sql = format!("SELECT id, external_id FROM customers WHERE id {} ORDER BY id", tx.one_of());
    tx.all(AssertSqlSafe(sql), binds![ids.as_slice()]).await
}
