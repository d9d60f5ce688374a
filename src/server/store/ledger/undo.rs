//! Takes an import back: its events are retracted in bulk, its customers are removed, restored or archived. Each step is a
//! transaction of its own. A step that is repeated finds nothing to do, so an undo that was cut off can begin again.

use crate::domain::{
    Archive, ArchiveReason, CustomerFields, CustomerId, EventBody, EventId, EventKind, ImportId, NaiveDate, Sources, UndoReport,
};
use crate::server::store::ledger::connections::settle_connections;
use crate::server::store::ledger::facts::{ALL_FACTS, load_last_activity};
use crate::server::store::ledger::rules::write_segments;
use crate::server::store::sql::bind::{binds, day};
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::json::{json, read_json};
use crate::server::store::tables::customers::{
    Known, delete_customer, lock_customers, lock_known_customers, set_customer_archive, set_customer_fields, store_first_facts,
    store_stale,
};
use crate::server::store::tables::daily_activity::{add_counts, count_row};
use crate::server::store::tables::events::read_body;
use crate::server::store::tables::imports::hold_import;
use crate::server::store::tables::invoices::{derive_invoice, invoice_row, load_facts_about, store_invoices};
use crate::server::store::tables::readings::end_readings;
use crate::server::store::tables::retractions::{retraction_row, store_retractions};
use crate::server::store::tables::user_days::{add_user_days, user_day_rows};
use crate::server::store::{Attempt, Store, StoreResult};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Says in SQL that the event of a row is in one of the ranges of the import `$1`.
const IS_IMPORTED: &str = "(SELECT last_event_id FROM import_events WHERE import_id = $1 AND first_event_id <= events.id
                            ORDER BY first_event_id DESC LIMIT 1) >= events.id";
/// The most names of archived customers in a report.
const MAX_NAMED_IN_REPORT: usize = 100;

/// An event's id, customer, day, day of receipt, payload, source and message id.
type ImportedEvent = (i64, i64, i32, i32, String, String, Option<String>);

impl Store {
    /// Returns the customers of whom an import has brought events.
    pub async fn list_customers_of_import(&self, import: ImportId) -> StoreResult<Vec<CustomerId>> {
        let sql = format!(
            "SELECT DISTINCT customer_id FROM events
             WHERE id >= (SELECT MIN(first_event_id) FROM import_events WHERE import_id = $1)
             AND id <= (SELECT MAX(last_event_id) FROM import_events WHERE import_id = $1) AND {IS_IMPORTED}
             ORDER BY customer_id"
        );
        let ids: Vec<(i64,)> = self.read_once().await?.all(AssertSqlSafe(sql), binds![import.0]).await?;
        Ok(ids.into_iter().map(|(id,)| CustomerId(id)).collect())
    }

    /// Retracts the events that an import has brought of these customers, except those that are retracted already. Returns how
    /// many. Their message ids are free again. The customers' health is stale until [`Store::rescore`].
    pub async fn retract_imported(
        &self,
        attempt: Attempt,
        customers: &[CustomerId],
        reason: &str,
        now: DateTime<Utc>,
    ) -> StoreResult<i64> {
        let mut tx = self.write_connections().await?;
        hold_import(&mut tx, attempt).await?;
        let known = lock_known_customers(&mut tx, customers).await?;
        let sql = format!(
            "SELECT events.id, customer_id, day, received_day, payload, source, message_id FROM events WHERE {IS_IMPORTED} AND customer_id {}
             AND NOT EXISTS (SELECT 1 FROM retractions WHERE event_id = events.id)",
            tx.one_of_second()
        );
        let rows: Vec<ImportedEvent> = tx.all(AssertSqlSafe(sql), binds![attempt.import.0, customers]).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let today = now.date_naive();
        let mut retractions = Vec::with_capacity(rows.len());
        let mut counts = BTreeMap::<_, i64>::new();
        let mut deeds = Vec::new();
        let mut about = BTreeSet::new();
        let mut readings = Vec::new();
        let mut keys = BTreeMap::<_, Vec<_>>::new();
        for (id, customer, number, received_on, payload, source, message_id) in &rows {
            let id = EventId(*id);
            let body: EventBody = read_body(id, payload)?;
            let fact = (CustomerId(*customer), body.kind(), day(*number), day(*received_on));
            retractions.push(retraction_row(id, reason, now, fact));
            readings.extend((body.kind() == EventKind::Reading).then_some(id));
            let (key, count) = body.activity();
            *counts.entry((*customer, *number, body.kind(), key.to_owned())).or_default() -= count;
            if let Some(user) = body.user() {
                deeds.push(((CustomerId(*customer), user.to_owned(), body.kind(), day(*number), today), -1));
            }
            keys.entry(source.as_str()).or_default().extend(message_id.clone());
            about.extend(body.invoice_number().map(|number| (CustomerId(*customer), number.to_owned())));
        }
        store_retractions(&mut tx, retractions).await?;
        for (source, message_ids) in keys {
            // The same file may be imported again, perhaps with another mapping.
            let sql = format!("DELETE FROM event_keys WHERE source = $1 AND message_id {}", tx.one_of_second());
            tx.execute(AssertSqlSafe(sql), binds![source, message_ids]).await?;
        }
        let row = |((customer, number, kind, key), count): ((i64, i32, EventKind, String), i64)| {
            count_row(CustomerId(customer), day(number), kind, &key, today, count)
        };
        add_counts(&mut tx, counts.into_iter().map(row).collect()).await?;
        add_user_days(&mut tx, user_day_rows(deeds)).await?;
        settle_invoices(&mut tx, customers, about).await?;
        end_readings(&mut tx, customers, &readings, today).await?;
        let known = known_now(&mut tx, known).await?;
        store_first_facts(&mut tx, &known).await?;
        settle_connections(&mut tx, today).await?;
        store_stale(&mut tx, &known).await?;
        tx.commit().await?;
        Ok(rows.len() as i64)
    }

    /// Takes back up to `limit` of the customers that an import created or changed: the first ones, or those that follow
    /// `after`. Returns their ids and what was done to them, or `None` when there are no more. Their health is stale until
    /// [`Store::rescore`].
    pub async fn take_back_customers(
        &self,
        attempt: Attempt,
        after: Option<CustomerId>,
        limit: i64,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<(Vec<CustomerId>, UndoReport)>> {
        let ((mut tx, segments), today) = (write_segments(&self.db).await?, now.date_naive());
        hold_import(&mut tx, attempt).await?;
        let sql =
            "SELECT customer_id, previous, imported FROM import_customers WHERE import_id = $1 AND customer_id > COALESCE($2, 0)
                   ORDER BY customer_id LIMIT $3";
        let changes: Vec<(i64, Option<String>, String)> = tx.all(sql, binds![attempt.import.0, after, limit]).await?;
        if changes.is_empty() {
            return Ok(None);
        }
        let ids: Vec<_> = changes.iter().map(|(id, ..)| CustomerId(*id)).collect();
        let found: HashMap<_, _> = lock_customers(&mut tx, &ids).await?.into_iter().map(|record| (record.id, record)).collect();
        let used = load_used(&mut tx, &ids).await?;
        let mut report = UndoReport::default();
        for (id, previous, imported) in changes {
            let Some(record) = found.get(&id) else { continue };
            let (customer, id) = (record.customer()?, CustomerId(id));
            // Customers may have been written in other letters since.
            let read = |text: &str| read_json(text, "an imported customer").map(CustomerFields::composed);
            let (imported, previous) = (read(&imported)?, previous.as_deref().map(read).transpose()?);
            match previous {
                None if customer.fields.clone().composed() == imported && !used.contains(&id.0) => {
                    delete_customer(&mut tx, id).await?;
                    report.removed += 1;
                }
                None => {
                    if customer.archived.is_none() {
                        let archive = Archive { reason: ArchiveReason::Other, date: today };
                        set_customer_archive(&mut tx, id, Some(archive)).await?;
                    }
                    report.archived_count += 1;
                    if report.archived.len() < MAX_NAMED_IN_REPORT {
                        report.archived.push(customer.fields.name);
                    }
                }
                Some(previous) => {
                    // The rules may no longer have the segment that it was in.
                    let is_gone = !segments.contains(previous.segment);
                    let imported = if is_gone { CustomerFields { segment: previous.segment, ..imported } } else { imported };
                    let (fields, is_kept) = restored(&customer.fields, &previous, &imported)?;
                    if fields != customer.fields {
                        set_customer_fields(&mut tx, id, &fields, now).await?;
                        report.restored += 1;
                    }
                    report.kept += i64::from(is_kept);
                }
            }
        }
        tx.commit().await?;
        Ok(Some((ids, report)))
    }
}

/// Returns those of the customers that have events, notes or outcomes.
async fn load_used(tx: &mut Tx, ids: &[CustomerId]) -> StoreResult<BTreeSet<i64>> {
    let mut used = BTreeSet::new();
    for table in ["events", "notes", "outcomes"] {
        let sql = format!("SELECT DISTINCT customer_id FROM {table} WHERE customer_id {}", tx.one_of());
        let rows: Vec<(i64,)> = tx.all(AssertSqlSafe(sql), binds![ids]).await?;
        used.extend(rows.into_iter().map(|(id,)| id));
    }
    Ok(used)
}

/// Sets a customer's fields back to what they were before the import, where they are still as imported. Returns also whether a
/// field has been changed since, and is kept.
fn restored(now: &CustomerFields, before: &CustomerFields, imported: &CustomerFields) -> StoreResult<(CustomerFields, bool)> {
    let object = |fields: &CustomerFields| read_json::<serde_json::Map<String, serde_json::Value>>(&json(fields)?, "fields");
    let (now, before, imported) = (object(now)?, object(before)?, object(imported)?);
    let mut fields = now.clone();
    let mut is_kept = false;
    for (name, value) in imported.iter().filter(|(name, value)| before.get(*name) != Some(*value)) {
        let (current, old) = (now.get(name), before.get(name));
        if current == Some(value) {
            fields.insert(name.clone(), old.cloned().unwrap_or_default());
        } else {
            is_kept |= current != old;
        }
    }
    Ok((read_json(&json(&fields)?, "fields")?, is_kept))
}

async fn settle_invoices(tx: &mut Tx, customers: &[CustomerId], about: BTreeSet<(CustomerId, String)>) -> StoreResult<()> {
    let numbers: BTreeSet<_> = about.iter().map(|(_, number)| number.clone()).collect();
    let facts = load_facts_about(tx, customers, numbers.into_iter().collect()).await?;
    let mut rows = Vec::new();
    for (customer, number) in about {
        match facts.get(&(customer, number.clone())).and_then(|facts| derive_invoice(&number, facts)) {
            Some(invoice) => rows.push(invoice_row(customer, &invoice)),
            None => {
                tx.execute("DELETE FROM invoices WHERE customer_id = $1 AND number = $2", binds![customer, number]).await?;
            }
        }
    }
    store_invoices(tx, rows).await
}

/// Returns the facts known of the customers now that some were retracted.
async fn known_now(tx: &mut Tx, known: Vec<Known>) -> StoreResult<Vec<Known>> {
    let ids: Vec<_> = known.iter().map(|known| known.id).collect();
    let sql = format!(
        "SELECT customer_id, kind, MIN(day) FROM (SELECT customer_id, day, kind FROM daily_activity WHERE customer_id {}
         GROUP BY customer_id, day, kind, key HAVING SUM(count) > 0) AS counted GROUP BY customer_id, kind",
        tx.one_of()
    );
    let mut known: Vec<_> =
        known.into_iter().map(|known| Known { first_facts: Sources::default(), first_reading: None, ..known }).collect();
    let places: HashMap<_, _> = known.iter().enumerate().map(|(place, known)| (known.id.0, place)).collect();
    for (customer, kind, number) in tx.all::<(i64, String, i32)>(AssertSqlSafe(sql), binds![ids.as_slice()]).await? {
        if let (Some(kind), Some(place)) = (EventKind::parse(&kind), places.get(&customer)) {
            known[*place].note_fact(kind, day(number));
        }
    }
    let latest = load_last_activity(tx, &ids, ALL_FACTS, NaiveDate::MIN).await?;
    known.iter_mut().for_each(|known| known.last_activity_at = latest.get(&known.id).copied());
    Ok(known)
}
