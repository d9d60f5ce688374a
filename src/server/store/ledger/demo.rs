//! Generated customers: stored in bulk, and taken out again.

use crate::domain::band_change::BandChangeCause;
use crate::domain::{CustomerFields, CustomerId, EventBody, NaiveDate, Source, Sources};
use crate::scoring::{DailyCount, Facts, ReadingFact};
use crate::server::store::ledger::connections::settle_connections;
use crate::server::store::ledger::fact_days::recount_fact_days;
use crate::server::store::ledger::facts::sum_up;
use crate::server::store::ledger::health::{Occasion, put_scored};
use crate::server::store::ledger::rules::{load_rules, require_segment};
use crate::server::store::sql::bind::{binds, midnight};
use crate::server::store::sql::changes::Changed;
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::customers::{
    Known, Noted, has_no_customers, insert_customer, set_customer_archive, store_first_facts,
};
use crate::server::store::tables::daily_activity::{add_counts, count_row};
use crate::server::store::tables::event_keys::{content_hash, insert_keys, key_row};
use crate::server::store::tables::events::{EventRef, event_row, insert_events};
use crate::server::store::tables::fact_days::{FactDays, store_past_fact_days};
use crate::server::store::tables::first_days::earliest_day;
use crate::server::store::tables::invoices::{InvoiceFact, derive_invoice, invoice_row, store_invoices};
use crate::server::store::tables::notes::note_row;
use crate::server::store::tables::outcomes::outcome_row;
use crate::server::store::tables::readings::{insert_readings, reading_row};
use crate::server::store::tables::scorecards::load_segments;
use crate::server::store::tables::user_days::{add_user_days, user_day_rows};
use crate::server::store::{DemoCustomer, Store, StoreError, StoreResult};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;

impl Store {
    /// Begins a load: removes an earlier demo portfolio and writes the first customers, in one transaction. Returns the load, to
    /// be continued with more customers. With `if_empty` it is a conflict when there is any customer.
    pub async fn begin_demo(&self, generated: &[DemoCustomer], if_empty: bool, now: DateTime<Utc>) -> StoreResult<DemoLoad> {
        let mut tx = self.write_connections().await?;
        // It holds the row until the end: of several that begin at once, each sees what the one before has written.
        let load = next_load(&mut tx).await?;
        if if_empty && !has_no_customers(&mut tx).await? {
            return Err(StoreError::Conflict(
                "There are customers already. The demo portfolio is for an empty database.".to_owned(),
            ));
        }
        remove_demo_customers(&mut tx, now.date_naive()).await?;
        write_generated(&mut tx, generated, now).await?;
        tx.commit().await?;
        Ok(load)
    }

    /// Writes more customers of a load. Conflict when another load or a removal has begun meanwhile.
    pub async fn continue_demo(&self, load: DemoLoad, generated: &[DemoCustomer], now: DateTime<Utc>) -> StoreResult<()> {
        let mut tx = self.write_connections().await?;
        let lock = format!("SELECT number FROM demo_load WHERE id = 1 {}", tx.for_update());
        let (latest,): (i64,) = tx.one(AssertSqlSafe(lock), binds![]).await?;
        if load != DemoLoad(latest) {
            let text = "the demo portfolio is being loaded or removed by somebody else: this load has ended";
            return Err(StoreError::Conflict(text.to_owned()));
        }
        write_generated(&mut tx, generated, now).await?;
        tx.commit().await
    }

    /// Deletes every demo customer with all its facts, and ends a load that is under way. Returns how many customers there were.
    pub async fn remove_demo(&self, today: NaiveDate) -> StoreResult<u64> {
        let mut tx = self.write_connections().await?;
        next_load(&mut tx).await?;
        let removed = remove_demo_customers(&mut tx, today).await?;
        tx.commit().await?;
        Ok(removed)
    }
}

/// One load of a demo portfolio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoLoad(i64);

async fn next_load(tx: &mut Tx) -> StoreResult<DemoLoad> {
    let (number,) = tx.one("UPDATE demo_load SET number = number + 1 WHERE id = 1 RETURNING number", binds![]).await?;
    Ok(DemoLoad(number))
}

/// Writes generated customers with all their facts. Messages and invoices are not looked up: a generator does not repeat
/// itself. Each event counts as received when it happened.
async fn write_generated(tx: &mut Tx, generated: &[DemoCustomer], now: DateTime<Utc>) -> StoreResult<()> {
    let segments = load_segments(tx).await?;
    let mut stored = Vec::with_capacity(generated.len());
    for customer in generated {
        require_segment(&segments, customer.fields.segment)?;
        let id = insert_customer(tx, &customer.fields, customer.created_at, true).await?;
        if customer.archived.is_some() {
            set_customer_archive(tx, id, customer.archived).await?;
        }
        let known = demo_known(id, customer);
        stored.push((known, customer));
    }
    store_first_facts(tx, stored.iter().map(|(known, _)| known)).await?;
    insert_demo_events(tx, &stored).await?;
    let mut facts: Vec<_> = stored.iter().map(|(known, customer)| demo_facts(known, customer)).collect();
    insert_facts(tx, &stored, &facts).await?;
    // Scoring needs no readings.
    facts.iter_mut().for_each(|facts| facts.daily.retain(|daily| Source::of(daily.kind).is_some()));
    insert_notes(tx, &stored).await?;
    insert_outcomes(tx, &stored).await?;
    settle_connections(tx, now.date_naive()).await?;
    let rules = load_rules(tx).await?;
    let scored = stored.iter().zip(&facts).map(|((known, _), facts)| (known, facts));
    let occasion = Occasion { cause: BandChangeCause::Facts, now };
    put_scored(tx, scored, &rules, occasion).await?;
    tx.changed(Changed::EVERYTHING);
    Ok(())
}

async fn remove_demo_customers(tx: &mut Tx, today: NaiveDate) -> StoreResult<u64> {
    let lock = format!("SELECT id FROM customers WHERE is_demo ORDER BY id {}", tx.for_update());
    if tx.all::<(i64,)>(AssertSqlSafe(lock), binds![]).await?.is_empty() {
        return Ok(0);
    }
    const DEMO_EVENTS: &str = "SELECT id FROM events WHERE customer_id IN (SELECT id FROM customers WHERE is_demo)";
    for table in ["event_keys", "retractions"] {
        tx.execute(AssertSqlSafe(format!("DELETE FROM {table} WHERE event_id IN ({DEMO_EVENTS})")), binds![]).await?;
    }
    let sql = "DELETE FROM retractions WHERE fact_customer_id IN (SELECT id FROM customers WHERE is_demo)";
    tx.execute(sql, binds![]).await?;
    for table in [
        "events",
        "daily_activity",
        "user_days",
        "user_weeks",
        "user_names",
        "invoices",
        "readings",
        "notes",
        "outcomes",
        "band_changes",
        "former_customers",
    ] {
        let sql = format!("DELETE FROM {table} WHERE customer_id IN (SELECT id FROM customers WHERE is_demo)");
        tx.execute(AssertSqlSafe(sql), binds![]).await?;
    }
    let removed = tx.execute("DELETE FROM customers WHERE is_demo", binds![]).await?;
    settle_connections(tx, today).await?;
    recount_fact_days(tx).await?;
    tx.changed(Changed::EVERYTHING);
    Ok(removed)
}

fn demo_known(id: CustomerId, customer: &DemoCustomer) -> Known {
    let done = customer.events.iter().filter(|event| event.body.kind().is_done_by_customer());
    let last_activity_at = done.map(|event| event.occurred_at).max();
    let noted = Noted::NOTHING;
    let CustomerFields { segment, start_date, renewal_date, .. } = customer.fields;
    let mut known = Known {
        id,
        segment: Some(segment),
        start_date,
        came_back: false,
        renewal_date,
        first_facts: Sources::default(),
        first_reading: None,
        last_activity_at,
        noted,
    };
    customer.events.iter().for_each(|event| known.note_fact(event.body.kind(), event.day()));
    known
}

/// Returns the facts that the store would load for the customer, and its readings.
fn demo_facts(known: &Known, customer: &DemoCustomer) -> Facts {
    let mut daily = Vec::with_capacity(customer.events.len());
    let mut about_invoices = BTreeMap::<&str, Vec<InvoiceFact>>::new();
    for (place, event) in customer.events.iter().enumerate() {
        let (key, count) = event.body.activity();
        daily.push(DailyCount { day: event.day(), kind: event.body.kind(), key: key.to_owned(), count });
        if let Some(number) = event.body.invoice_number() {
            let fact = InvoiceFact { event: EventRef::InBatch(place), day: event.day(), body: event.body.clone() };
            about_invoices.entry(number).or_default().push(fact);
        }
    }
    sum_up(&mut daily);
    let invoices = about_invoices.iter().filter_map(|(number, facts)| derive_invoice(number, facts)).collect();
    let readings = customer.events.iter().filter_map(|event| match &event.body {
        EventBody::Reading { name, value } => {
            Some(ReadingFact { name: name.as_str().into(), at: event.occurred_at, value: *value })
        }
        _ => None,
    });
    let readings = readings.collect();
    let users = customer.events.iter().filter_map(|event| Some((event.body.user()?, event.body.kind(), event.day()))).collect();
    let first_fact_on = earliest_day(&known.first_facts);
    let Known { segment, start_date, .. } = *known;
    Facts { segment, start_date, came_back: false, first_fact_on, first_fact_since: None, daily, invoices, readings, users }
}

async fn insert_demo_events(tx: &mut Tx, stored: &[(Known, &DemoCustomer)]) -> StoreResult<()> {
    let all: Vec<_> = stored.iter().flat_map(|(known, customer)| customer.events.iter().map(|event| (known.id, event))).collect();
    let rows = all.iter().map(|(customer, event)| event_row(*customer, event, event.occurred_at)).collect::<StoreResult<_>>()?;
    let (mut keys, mut readings) = (Vec::new(), Vec::new());
    for ((customer, event), id) in all.iter().zip(insert_events(tx, rows).await?) {
        if let Some(message_id) = &event.message_id {
            keys.push(key_row(&event.source, message_id, id, content_hash(*customer, event)?));
        }
        readings.extend(reading_row(*customer, event, id, event.occurred_at));
    }
    let deeds = all
        .iter()
        .filter_map(|(customer, event)| Some(((*customer, event.body.user()?, event.body.kind(), event.day(), event.day()), 1)));
    add_user_days(tx, user_day_rows(deeds)).await?;
    insert_readings(tx, readings).await?;
    insert_keys(tx, keys).await
}

async fn insert_facts(tx: &mut Tx, stored: &[(Known, &DemoCustomer)], facts: &[Facts]) -> StoreResult<()> {
    let (mut activity, mut about_invoices, mut days) = (Vec::new(), Vec::new(), FactDays::new());
    for ((known, _), facts) in stored.iter().zip(facts) {
        for daily in &facts.daily {
            activity.push(count_row(known.id, daily.day, daily.kind, &daily.key, daily.day, daily.count));
            days.insert((daily.day, daily.kind), daily.day);
        }
        about_invoices.extend(facts.invoices.iter().map(|invoice| invoice_row(known.id, invoice)));
    }
    add_counts(tx, activity).await?;
    store_past_fact_days(tx, days).await?;
    store_invoices(tx, about_invoices).await
}

async fn insert_notes(tx: &mut Tx, stored: &[(Known, &DemoCustomer)]) -> StoreResult<()> {
    let mut rows = Vec::new();
    for (known, customer) in stored {
        rows.extend(customer.notes.iter().map(|(author, text, at)| note_row(known.id, author, text, *at)));
    }
    tx.insert_rows("notes", rows, "").await?;
    Ok(())
}

async fn insert_outcomes(tx: &mut Tx, stored: &[(Known, &DemoCustomer)]) -> StoreResult<()> {
    let mut rows = Vec::new();
    for (known, customer) in stored {
        let row = |facts| outcome_row(known.id, facts, known.start_date, None, midnight(facts.day));
        rows.extend(customer.outcomes.iter().map(row));
    }
    tx.insert_rows("outcomes", rows, "").await?;
    Ok(())
}
