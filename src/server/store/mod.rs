//! The only SQL. Each method is one use of the database, in one transaction, on SQLite and PostgreSQL alike.

use crate::domain::list::CustomerQuery;
use crate::domain::pages::HistoryPoint;
use crate::domain::*;
use crate::scoring::{Connections, Facts, Measurements};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// With what was not found: "customer 7".
    #[error("there is no {0}")]
    NotFound(String),
    /// The request contradicts what is stored; the text is for its sender.
    #[error("{0}")]
    Conflict(String),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("migration failed: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Stored content that cannot be read back.
    #[error("stored data is not readable: {0}")]
    Corrupt(String),
}

pub type StoreResult<T> = Result<T, StoreError>;

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Store {}

/// A customer with its current health row.
pub struct CurrentHealth {
    pub customer: Customer,
    /// The day and the scorecard the row was scored for; when either is not current, its health is stale.
    pub as_of: NaiveDate,
    pub scorecard_version: i64,
    pub measured: Measurements,
    pub band_since: NaiveDate,
    /// Null where either day has no data.
    pub change7: Option<Points>,
    pub change30: Option<Points>,
    pub change90: Option<Points>,
    pub first_fact_on: Option<NaiveDate>,
    pub last_activity_at: Option<DateTime<Utc>>,
}

/// An event that is stored, and what it did.
pub struct StoredEvent {
    pub event: Event,
    /// Today's health before and after.
    pub before: Health,
    pub after: Health,
    /// It was there already, by its message id or as the same invoice.
    pub repeated: bool,
}

#[allow(unused_variables, clippy::todo)]
impl Store {
    /// `sqlite://path` (created when absent) or `postgres://...`.
    pub async fn connect(url: &str) -> StoreResult<Self> {
        todo!()
    }
    pub async fn migrate(&self) -> StoreResult<()> {
        todo!()
    }
    pub async fn ping(&self) -> StoreResult<()> {
        todo!()
    }
    /// Whether no customer exists at all.
    pub async fn is_empty(&self) -> StoreResult<bool> {
        todo!()
    }

    // customers.rs
    pub async fn create_customer(&self, fields: &CustomerFields, now: DateTime<Utc>) -> StoreResult<Customer> {
        todo!()
    }
    pub async fn get_customer(&self, id: CustomerId) -> StoreResult<Customer> {
        todo!()
    }
    /// The customer with its current health row.
    pub async fn get_current(&self, id: CustomerId) -> StoreResult<CurrentHealth> {
        todo!()
    }
    /// Conflict when `version` is not the stored one. Rescores, since the start date counts.
    pub async fn update_customer(
        &self,
        id: CustomerId,
        version: i64,
        fields: &CustomerFields,
        now: DateTime<Utc>,
    ) -> StoreResult<Customer> {
        todo!()
    }
    /// Sets or (None) clears the archive mark. Conflict when it is archived / active already.
    pub async fn archive_customer(&self, id: CustomerId, archive: Option<Archive>) -> StoreResult<Customer> {
        todo!()
    }
    pub async fn list_owners(&self) -> StoreResult<Vec<String>> {
        todo!()
    }

    // list.rs
    /// The page's customers in order, and how many there are in all.
    pub async fn list_customers(&self, query: &CustomerQuery, today: NaiveDate) -> StoreResult<(Vec<CurrentHealth>, i64)> {
        todo!()
    }

    // portfolio.rs
    /// Everything in [`Portfolio`] but `currency` and `unconnected`, from current rows.
    pub async fn get_portfolio(&self, owner: Option<&str>, currency: &str, today: NaiveDate) -> StoreResult<Portfolio> {
        todo!()
    }

    // events.rs
    pub async fn insert_event(&self, customer: CustomerId, event: &NewEvent, now: DateTime<Utc>) -> StoreResult<StoredEvent> {
        todo!()
    }
    /// Conflict when it is retracted already.
    pub async fn retract_event(&self, id: EventId, reason: &str, now: DateTime<Utc>) -> StoreResult<StoredEvent> {
        todo!()
    }
    /// Newest first.
    pub async fn list_events(
        &self,
        customer: CustomerId,
        kind: Option<EventKind>,
        page: i64,
        page_size: i64,
    ) -> StoreResult<Page<Event>> {
        todo!()
    }

    // facts.rs
    /// Facts with daily activity of the days `from..=to`.
    pub async fn load_facts(&self, customer: CustomerId, from: NaiveDate, to: NaiveDate) -> StoreResult<Facts> {
        todo!()
    }
    /// The same for many customers in one query per table.
    pub async fn load_facts_of(
        &self,
        customers: &[CustomerId],
        from: NaiveDate,
        to: NaiveDate,
    ) -> StoreResult<HashMap<CustomerId, Facts>> {
        todo!()
    }
    pub async fn connections(&self) -> StoreResult<Connections> {
        todo!()
    }

    // health.rs
    /// Rescores up to `limit` customers whose row is not of `today` and the current scorecard; how many it did.
    pub async fn roll_over(&self, today: NaiveDate, limit: i64) -> StoreResult<u64> {
        todo!()
    }

    // scorecards.rs
    pub async fn current_scorecard(&self) -> StoreResult<Scorecard> {
        todo!()
    }

    // notes.rs
    pub async fn add_note(&self, customer: CustomerId, author: &str, text: &str, now: DateTime<Utc>) -> StoreResult<Note> {
        todo!()
    }
    pub async fn list_notes(&self, customer: CustomerId) -> StoreResult<Vec<Note>> {
        todo!()
    }
    pub async fn delete_note(&self, customer: CustomerId, note: NoteId) -> StoreResult<()> {
        todo!()
    }

    // demo.rs
    /// Deletes every demo customer with all its facts; how many there were.
    pub async fn remove_demo(&self, today: NaiveDate) -> StoreResult<u64> {
        todo!()
    }
    /// Writes one generated customer, all its events included, in bulk (no key check, one transaction for many customers).
    pub async fn load_demo(&self, customers: &[DemoCustomer], now: DateTime<Utc>) -> StoreResult<()> {
        todo!()
    }
}

/// A generated customer with its events, to be stored in bulk.
pub struct DemoCustomer {
    pub fields: CustomerFields,
    pub created_at: DateTime<Utc>,
    /// Valid, in time order.
    pub events: Vec<NewEvent>,
    /// (author, text, time)
    pub notes: Vec<(String, String, DateTime<Utc>)>,
}

#[allow(dead_code)]
fn _uses(_: HistoryPoint) {}
