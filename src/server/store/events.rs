//! Stored events: list, take back. An event, its counts, its invoice and the health that follows change in one
//! transaction, while the customer is locked. How events come in is in `intake` and `plan`.

use super::bind::{Bind, binds, midnight, storable, time};
use super::customers::CustomerRecord;
use super::db::Tx;
use super::facts::Known;
use super::{Incoming, Store, StoreError, StoreResult, StoredEvent, connections, customers, facts, health, invoices};
use crate::domain::{
    CustomerId, Event, EventBody, EventFilter, EventId, EventKind, FactorKey, NaiveDate, NewEvent, Page, Retraction,
};
use crate::scoring::Connections;
use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl Store {
    /// Takes an event back: it stays visible and no longer counts. Conflict when it is retracted already.
    pub async fn retract_event(&self, id: EventId, reason: &str, now: DateTime<Utc>) -> StoreResult<StoredEvent> {
        let today = now.date_naive();
        let Event { customer_id: customer, body, occurred_at, received_at, .. } = get(&mut self.read().await?, id).await?;
        let (factor, day) = (FactorKey::fed_by(body.kind()), occurred_at.date_naive());
        let moves = |connections: &Connections| connections.0.get(factor).is_none_or(|first| day <= first);
        let (mut tx, rules, moves) = connections::write_facts(&self.db, moves).await?;
        let row = customers::lock(&mut tx, customer).await?;
        if get(&mut tx, id).await?.retraction.is_some() {
            return Err(StoreError::Conflict(format!("event {id} is retracted already")));
        }
        let before = health::today(&mut tx, &row, &rules, today).await?;
        let taken_back = retraction_row(id, reason, now, (customer, body.kind(), day, received_at.date_naive()));
        store_retractions(&mut tx, vec![taken_back]).await?;
        let (key, times) = body.activity();
        count(&mut tx, vec![binds![customer, day, body.kind().name(), key, today, -times]]).await?;
        if let Some(number) = body.invoice_number() {
            invoices::settle(&mut tx, customer, number).await?;
        }
        let known = known_without(&mut tx, &row, factor, day, occurred_at).await?;
        if moves {
            customers::store_first_facts(&mut tx, [&known]).await?;
            connections::settle(&mut tx, today).await?;
        }
        let rules = if moves { health::rules(&mut tx).await? } else { rules };
        let after = health::rescore_one(&mut tx, known, &rules, today).await?;
        let event = get(&mut tx, id).await?;
        tx.commit().await?;
        Ok(StoredEvent { event, before, after, repeated: false })
    }

    /// Newest first.
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

#[derive(sqlx::FromRow)]
pub(super) struct EventRow {
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
    pub(super) fn event(self) -> StoreResult<Event> {
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

/// The log keeps events as they once came; features are counted by their composed letters.
pub(super) fn read_body(id: EventId, payload: &str) -> StoreResult<EventBody> {
    let body: EventBody = serde_json::from_str(payload).map_err(|error| StoreError::Corrupt(format!("event {id}: {error}")))?;
    Ok(body.composed())
}

async fn get(tx: &mut Tx, id: EventId) -> StoreResult<Event> {
    find(tx, id).await?.ok_or_else(|| StoreError::NotFound(format!("event {id}")))
}

/// `None` also where the raw event has been dropped.
pub(super) async fn find(tx: &mut Tx, id: EventId) -> StoreResult<Option<Event>> {
    let row: Option<EventRow> = tx.optional(select_events!("WHERE id = $1"), binds![id]).await?;
    row.map(EventRow::event).transpose()
}

/// Returns the events with these ids that are not dropped.
pub(super) async fn find_many(tx: &mut Tx, ids: BTreeSet<EventId>) -> StoreResult<HashMap<EventId, Event>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = Bind::Ints(ids.into_iter().map(|id| Some(id.0)).collect());
    let sql = format!(select_events!("WHERE id {}"), tx.one_of());
    let rows: Vec<EventRow> = tx.all(AssertSqlSafe(sql), vec![ids]).await?;
    rows.into_iter().map(|row| Ok((EventId(row.id), row.event()?))).collect()
}

/// The latest event's; 0 when there is none.
pub(super) async fn last_id(tx: &mut Tx) -> StoreResult<EventId> {
    let (last,): (i64,) = tx.one("SELECT COALESCE(MAX(id), 0) FROM events", binds![]).await?;
    Ok(EventId(last))
}

/// Returns the hash that a repeat must equal, of the customer and the content as sent.
pub(super) fn content_hash(customer: CustomerId, event: &NewEvent) -> StoreResult<String> {
    let content = serde_json::to_string(&event.content).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let digest = Sha256::digest(format!("{customer}\n{content}"));
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The columns of [`row`].
const COLUMNS: &str =
    "customer_id, kind, source, message_id, occurred_at, day, received_at, received_day, payload, invoice_number";

/// The values of an event's row but its id.
pub(super) fn row(customer: CustomerId, event: &NewEvent, received_at: DateTime<Utc>) -> StoreResult<Vec<Bind>> {
    let payload = serde_json::to_string(&event.body).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Ok(binds![
        customer,
        event.body.kind().name(),
        &event.source,
        event.message_id.clone(),
        event.occurred_at,
        event.day(),
        storable(received_at),
        received_at.date_naive(),
        payload,
        event.body.invoice_number(),
    ])
}

/// Appends rows to the log; their ids, in their order.
pub(super) async fn insert(tx: &mut Tx, rows: Vec<Vec<Bind>>) -> StoreResult<Vec<EventId>> {
    let mut ids = Vec::with_capacity(rows.len());
    for (given, binds) in tx.given_rows(rows) {
        let sql = format!("INSERT INTO events ({COLUMNS}) SELECT * FROM {given} RETURNING id");
        let mut rows: Vec<(i64,)> = tx.all(AssertSqlSafe(sql), binds).await?;
        // Ids are given in the order of the rows, but need not come back in it.
        rows.sort_unstable();
        ids.extend(rows.into_iter().map(|(id,)| EventId(id)));
    }
    Ok(ids)
}

/// The rows of [`count`] that events add up to.
pub(super) fn counts<'a>(incoming: impl IntoIterator<Item = &'a Incoming>) -> Vec<Vec<Bind>> {
    let mut counts = BTreeMap::<_, i64>::new();
    for Incoming { customer, event, received_at } in incoming {
        let (key, count) = event.body.activity();
        let of = (*customer, event.day(), event.body.kind().name(), key, received_at.date_naive());
        *counts.entry(of).or_default() += count;
    }
    let row = |((customer, day, kind, key, received_on), count)| binds![customer, day, kind, key, received_on, count];
    counts.into_iter().map(row).collect()
}

/// Adds counts to days, or takes them back. Each row: customer, day, kind, key, day received, count; no two alike but in
/// the count.
pub(super) async fn count(tx: &mut Tx, rows: Vec<Vec<Bind>>) -> StoreResult<()> {
    let into = "INSERT INTO daily_activity (customer_id, day, kind, key, received_day, count)";
    let add = "ON CONFLICT (customer_id, day, kind, key, received_day)
               DO UPDATE SET count = daily_activity.count + excluded.count";
    tx.insert_rows(into, rows, add).await?;
    Ok(())
}

/// A row for [`store_retractions`]: also which fact it is, since a retraction may outlive its event.
pub(super) fn retraction_row(
    id: EventId,
    reason: &str,
    now: DateTime<Utc>,
    (customer, kind, day, received_on): (CustomerId, EventKind, NaiveDate, NaiveDate),
) -> Vec<Bind> {
    binds![id, reason, storable(now), customer, kind.name(), day, received_on]
}

pub(super) async fn store_retractions(tx: &mut Tx, rows: Vec<Vec<Bind>>) -> StoreResult<()> {
    let into = "INSERT INTO retractions
                (event_id, reason, retracted_at, fact_customer_id, fact_kind, fact_day, fact_received_day)";
    tx.insert_rows(into, rows, "").await?;
    Ok(())
}

/// Returns a customer's known facts after one was retracted: its first and its latest one may be others now.
async fn known_without(
    tx: &mut Tx,
    row: &CustomerRecord,
    factor: FactorKey,
    day: NaiveDate,
    occurred_at: DateTime<Utc>,
) -> StoreResult<Known> {
    let mut known = row.known();
    let first = known.first_facts.get_mut(factor);
    if *first == Some(day) {
        let kinds: Vec<_> = EventKind::ALL.into_iter().filter(|kind| FactorKey::fed_by(*kind) == factor).collect();
        let kind = |index: usize| kinds.get(index).unwrap_or(&kinds[0]).name();
        let sql = "SELECT MIN(day) FROM (SELECT day FROM daily_activity WHERE customer_id = $1 AND kind IN ($2, $3, $4)
                   GROUP BY day, kind, key HAVING SUM(count) > 0) AS counted";
        let (number,): (Option<i32>,) = tx.one(sql, binds![known.id, kind(0), kind(1), kind(2)]).await?;
        *first = number.map(super::bind::day);
    }
    if known.last_activity_at == Some(occurred_at) {
        known.last_activity_at = facts::last_activity(tx, &[known.id], facts::ALL).await?.remove(&known.id);
    }
    Ok(known)
}
