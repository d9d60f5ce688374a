//! The table `events`: the log of what was received.

use crate::domain::{CustomerId, Event, EventBody, EventFilter, EventId, EventKind, NewEvent, Page, Retraction};
use crate::server::store::sql::bind::{Bind, Row, binds, midnight, row, storable, time};
use crate::server::store::sql::db::Tx;
use crate::server::store::{Store, StoreError, StoreResult};
use chrono::{DateTime, Duration, Utc};
use sqlx::AssertSqlSafe;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Display;

impl Store {
    /// Returns a page of a customer's events, the newest first.
    pub async fn list_events(
        &self,
        customer: CustomerId,
        filter: &EventFilter,
        page: i64,
        page_size: i64,
    ) -> StoreResult<Page<Event>> {
        let mut tx = self.read().await?;
        let from = filter.from.map_or(i64::MIN, |day| midnight(day).timestamp_micros());
        let end = filter.to.map_or(i64::MAX, |day| midnight(day + Duration::days(1)).timestamp_micros());
        let kind = filter.kind.map(EventKind::name);
        let sql = "SELECT COUNT(*) FROM events
                   WHERE customer_id = $1 AND ($2 IS NULL OR kind = $2) AND occurred_at >= $3 AND occurred_at < $4";
        let (total,): (i64,) = tx.one(sql, binds![customer, kind, from, end]).await?;
        let sql = select_events!(
            "WHERE customer_id = $1 AND ($2 IS NULL OR kind = $2) AND occurred_at >= $3 AND occurred_at < $4
             ORDER BY occurred_at DESC, id DESC LIMIT $5 OFFSET $6"
        );
        let rows: Vec<EventRow> = tx.all(sql, binds![customer, kind, from, end, page_size, (page - 1) * page_size]).await?;
        let items = rows.into_iter().map(EventRow::event).collect::<StoreResult<_>>()?;
        Ok(Page { items, total, page, page_size })
    }
}

macro_rules! select_events {
    ($rest:expr) => {
        concat!(
            "SELECT id, customer_id, source, message_id, occurred_at, received_at, payload, reason, retracted_at \
             FROM events LEFT JOIN retractions ON event_id = id ",
            $rest
        )
    };
}
use select_events;

#[derive(sqlx_macros::FromRow)]
pub struct EventRow {
    id: i64,
    customer_id: i64,
    source: String,
    message_id: Option<String>,
    occurred_at: i64,
    received_at: i64,
    payload: String,
    reason: Option<String>,
    retracted_at: Option<i64>,
}

impl EventRow {
    pub fn event(self) -> StoreResult<Event> {
        let id = EventId(self.id);
        let retraction = self.reason.zip(self.retracted_at);
        Ok(Event {
            id,
            customer_id: CustomerId(self.customer_id),
            body: read_body(id, &self.payload)?,
            source: self.source,
            message_id: self.message_id,
            occurred_at: time(self.occurred_at),
            received_at: time(self.received_at),
            retraction: retraction.map(|(reason, at)| Retraction { reason, retracted_at: time(at) }),
        })
    }
}

/// An event: by its id or, before it has one, by its place in the batch that brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventRef {
    Stored(EventId),
    InBatch(usize),
}

/// Reads an event's body. The log keeps events as they came; here their letters are composed, as features are counted.
pub fn read_body(id: impl Display, payload: &str) -> StoreResult<EventBody> {
    let body: EventBody = serde_json::from_str(payload).map_err(|error| StoreError::Corrupt(format!("event {id}: {error}")))?;
    Ok(body.composed())
}

pub async fn get_event(tx: &mut Tx, id: EventId) -> StoreResult<Event> {
    find_event(tx, id).await?.ok_or_else(|| StoreError::NotFound(format!("event {id}")))
}

/// Returns an event; `None` also when the raw event has been dropped.
pub async fn find_event(tx: &mut Tx, id: EventId) -> StoreResult<Option<Event>> {
    let row: Option<EventRow> = tx.optional(select_events!("WHERE id = $1"), binds![id]).await?;
    row.map(EventRow::event).transpose()
}

/// Returns the events with these ids that are not dropped.
pub async fn find_events(tx: &mut Tx, ids: BTreeSet<EventId>) -> StoreResult<HashMap<EventId, Event>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = Bind::Ints(ids.into_iter().map(|id| Some(id.0)).collect());
    let sql = format!(select_events!("WHERE id {}"), tx.one_of());
    let rows: Vec<EventRow> = tx.all(AssertSqlSafe(sql), vec![ids]).await?;
    rows.into_iter().map(|row| Ok((EventId(row.id), row.event()?))).collect()
}

/// Returns the id of the latest event.
pub async fn last_event_id(tx: &mut Tx) -> StoreResult<Option<EventId>> {
    let (last,): (Option<i64>,) = tx.one("SELECT MAX(id) FROM events", binds![]).await?;
    Ok(last.map(EventId))
}

/// Returns the row of a new event.
pub fn event_row(customer: CustomerId, event: &NewEvent, received_at: DateTime<Utc>) -> StoreResult<Row> {
    let payload = serde_json::to_string(&event.body).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Ok(row! {
        customer_id: customer,
        kind: event.body.kind().name(),
        source: &event.source,
        message_id: event.message_id.clone(),
        occurred_at: event.occurred_at,
        day: event.day(),
        received_at: storable(received_at),
        received_day: received_at.date_naive(),
        payload: payload,
        invoice_number: event.body.invoice_number(),
    })
}

/// Appends events to the log. Returns their ids, in the order of the rows.
pub async fn insert_events(tx: &mut Tx, rows: Vec<Row>) -> StoreResult<Vec<EventId>> {
    Ok(tx.insert_rows_with_ids("events", rows).await?.into_iter().map(EventId).collect())
}
