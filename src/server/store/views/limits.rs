//! The least that the database has to do: the same rows read and written with nothing around. Benchmarks compare the product
//! with it.

use crate::domain::{CustomerId, EventId, NaiveDate};
use crate::server::store::ledger::facts::load_facts;
use crate::server::store::ledger::health::NewHealth;
use crate::server::store::ledger::rules::load_rules;
use crate::server::store::sql::bind::{Row, binds};
use crate::server::store::sql::pools::Pools;
use crate::server::store::tables::customers::{Known, load_known_customers};
use crate::server::store::tables::daily_activity::{add_counts, counts_of};
use crate::server::store::tables::event_keys::{content_hash, insert_keys, key_row};
use crate::server::store::tables::events::{event_row, insert_events};
use crate::server::store::tables::user_days::{add_user_days, user_days_of};
use crate::server::store::{Incoming, Store, StoreResult};
use chrono::Duration;
use sqlx::AssertSqlSafe;

/// Rows that are ready to be written.
#[derive(Clone, Default)]
pub struct RawRows {
    events: Vec<Row>,
    keys: Vec<Row>,
    counts: Vec<Row>,
    users: Vec<Row>,
    health: Vec<Row>,
}

impl RawRows {
    /// Joins these rows and others, to be written in one transaction.
    pub fn and(mut self, others: Self) -> Self {
        self.events.extend(others.events);
        self.keys.extend(others.keys);
        self.counts.extend(others.counts);
        self.users.extend(others.users);
        self.health.extend(others.health);
        self
    }
}

impl Store {
    /// Vacuums PostgreSQL now, so that it does not do so by itself during a measurement.
    pub async fn vacuum(&self) -> StoreResult<()> {
        if let Pools::Postgres(pool) = &self.db.pools {
            sqlx::query("VACUUM (ANALYZE)").execute(pool).await?;
        }
        Ok(())
    }

    /// Reads one row by its primary key.
    pub async fn read_row(&self, id: CustomerId) -> StoreResult<i64> {
        let (version,): (i64,) = self.read().await?.one("SELECT version FROM customers WHERE id = $1", binds![id]).await?;
        Ok(version)
    }

    /// Returns the rows that storing events writes. The events must be of kinds without invoices.
    pub fn raw_events(&self, incoming: &[Incoming]) -> StoreResult<RawRows> {
        let mut rows = RawRows::default();
        for one in incoming {
            let Incoming { customer, event, received_at } = one;
            rows.events.push(event_row(*customer, event, *received_at)?);
            let hash = content_hash(*customer, event)?;
            // The events have no ids yet, and any number costs the same to write.
            let any_event = EventId(1);
            rows.keys.extend(event.message_id.as_deref().map(|id| key_row(&event.source, id, any_event, hash)));
        }
        rows.counts = counts_of(incoming);
        rows.users = user_days_of(incoming);
        Ok(rows)
    }

    /// Returns the rows that scoring these customers writes.
    pub async fn raw_health(&self, customers: &[CustomerId], today: NaiveDate) -> StoreResult<RawRows> {
        let mut tx = self.read().await?;
        let known = load_known_customers(&mut tx, customers).await?;
        let rules = load_rules(&mut tx).await?;
        let found = load_facts(&mut tx, &known, rules.reach(today), today).await?;
        let row = |known: &Known| Ok(NewHealth::of_facts(known, &found[&known.id], &rules, today)?.into_row());
        Ok(RawRows { health: known.iter().map(row).collect::<StoreResult<_>>()?, ..RawRows::default() })
    }

    /// Writes rows in one transaction.
    pub async fn write_raw(&self, rows: RawRows) -> StoreResult<()> {
        let mut tx = self.write().await?;
        insert_events(&mut tx, rows.events).await?;
        insert_keys(&mut tx, rows.keys).await?;
        add_counts(&mut tx, rows.counts).await?;
        add_user_days(&mut tx, rows.users).await?;
        tx.update_rows("customers", rows.health).await?;
        tx.commit().await
    }

    /// Reads the rows that scoring these customers on the `days` days up to `to` needs, without parsing them. Returns how many
    /// bytes they have.
    pub async fn read_raw(&self, customers: &[CustomerId], days: i64, to: NaiveDate) -> StoreResult<usize> {
        let mut tx = self.read().await?;
        let from = to - Duration::days(days + load_rules(&mut tx).await?.rulebook.lookback_days());
        let known = load_known_customers(&mut tx, customers).await?;
        let sql = format!(
            "SELECT string_agg(CAST(day AS TEXT) || ' ' || CAST(count AS TEXT) || ' ' || kind || ' ' || key, '\n')
             FROM daily_activity WHERE customer_id {} AND day BETWEEN $2 AND $3 GROUP BY customer_id",
            tx.one_of()
        );
        let rows: Vec<(String,)> = tx.all(AssertSqlSafe(sql), binds![customers, from, to]).await?;
        let sql = format!("SELECT number FROM invoices WHERE customer_id {}", tx.one_of());
        let invoices: Vec<(String,)> = tx.all(AssertSqlSafe(sql), binds![customers]).await?;
        Ok(known.len() + rows.iter().chain(&invoices).map(|(text,)| text.len()).sum::<usize>())
    }
}
