//! The only SQL. Each method is one use of the database, in one transaction, on SQLite and PostgreSQL alike.

mod ledger;
mod sql;
mod tables;
mod views;

pub use ledger::demo::DemoLoad;
pub use ledger::facts::Reach;
pub use ledger::import_customers::{CustomerChange, Destination, Difference, count_changes};

use crate::domain::import::Findings;
use crate::domain::{
    Archive, Customer, CustomerFields, CustomerId, Event, EventId, FieldError, Health, Import, ImportCounts, ImportId,
    ImportState, ItemVerdict, Mapping, NaiveDate, NewEvent, Outcome, OutcomeFacts, Points, Traits,
};
pub use sql::snapshot::Snapshot;
use sqlx::migrate::MigrateError;
pub use tables::former_customers::FormerCustomer;
pub use tables::looks::Look;
pub use tables::origin::Origin;
pub use views::backtest::{BacktestMarks, MarkedFacts};
pub use views::limits::RawRows;
pub use views::replay::ReplaySources;

use crate::scoring::Measurements;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Mutex;

pub use sql::changes::{Changed, Follower};

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The named thing does not exist: "customer 7".
    #[error("there is no {0}")]
    NotFound(String),
    /// The request contradicts what is stored; the text is for its sender.
    #[error("{0}")]
    Conflict(String),
    /// A field breaks a rule that what is stored decides on. The text reads well after the field's name.
    #[error("{1}")]
    Rule(&'static str, String),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("migration failed: {0}")]
    Migration(#[from] MigrateError),
    /// A newer release has changed the schema. The text is its version, where the database tells it.
    #[error("{}", too_new(.0.as_deref()))]
    TooNew(Option<String>),
    /// Too many events are waiting to be stored. A little later there will be room again.
    #[error("too many events are waiting")]
    Overloaded,
    /// Stored content that cannot be read back.
    #[error("stored data is not readable: {0}")]
    Corrupt(String),
}

impl StoreError {
    /// Returns the error for a database that does not answer.
    pub fn unavailable() -> Self {
        Self::Database(sqlx::Error::PoolTimedOut)
    }

    /// Adds which customer's stored content cannot be read.
    pub fn of_customer(self, customer: CustomerId) -> Self {
        match self {
            Self::Corrupt(what) => Self::Corrupt(format!("customer {customer}, {what}")),
            other => other,
        }
    }

    /// Returns whether the database can do nothing at the moment, because it is away or its disk is full. Trying again later may
    /// help.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Database(error) => is_unavailable(error),
            Self::Migration(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => is_unavailable(error),
            _ => false,
        }
    }
}

/// Returns whether the connection is to blame, rather than what was sent over it. A proxy that has lost the PostgreSQL behind it
/// breaks off messages, refuses TLS, or sends something that is no answer.
fn is_unavailable(error: &sqlx::Error) -> bool {
    use sqlx::Error::{BeginFailed, Database, Io, PoolClosed, PoolTimedOut, Protocol, Tls, WorkerCrashed};
    match error {
        PoolTimedOut | PoolClosed | Io(_) | Tls(_) | Protocol(_) | WorkerCrashed | BeginFailed => true,
        Database(error) => error.code().is_some_and(|code| means_unavailable(&code)),
        _ => false,
    }
}

/// Returns whether an error code means that the database is unavailable.
///
/// SQLite: <https://www.sqlite.org/rescode.html>. The last byte tells the kind: 5 and 6 are locks that others hold, 7 is a lack
/// of memory, 8 a file that cannot be written, 10 a failed read or write, 13 a full disk, 14 a file that cannot be opened.
///
/// PostgreSQL: <https://www.postgresql.org/docs/current/errcodes-appendix.html>; 08 is a lost connection, 53 a lack of
/// resources, 57P a server that ends, 58 a failure of its system, 25006 a standby that only reads, 40 a transaction that lost
/// against another.
fn means_unavailable(code: &str) -> bool {
    match code.len() {
        5 => ["08", "53", "57P", "58", "25006", "40"].iter().any(|class| code.starts_with(class)),
        _ => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 7 | 8 | 10 | 13 | 14)),
    }
}

fn too_new(release: Option<&str>) -> String {
    let needed = release.map_or("the release that did".to_owned(), |release| format!("release {release}"));
    let this = env!("CARGO_PKG_VERSION");
    format!("a newer release than this one ({this}) has changed its schema: use {needed} or a later one; nothing was changed")
}

pub type StoreResult<T> = Result<T, StoreError>;

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    db: Arc<sql::db::Db>,
    /// The time of the last successful check that the database can be written. It is locked during a check, so that those who ask
    /// at once share one.
    written: Arc<Mutex<Option<Instant>>>,
}

/// A customer with its current health row.
pub struct CurrentHealth {
    pub customer: Customer,
    /// True when `measured` is of today, under the current scorecard and connections; otherwise it is stale.
    pub is_current: bool,
    pub measured: Measurements,
    pub band_since: NaiveDate,
    /// The fall that [`band_fell_on`](crate::scoring::band_fell_on) finds.
    pub band_fell_on: Option<NaiveDate>,
    /// The urgency that [`Signs::urgency`](crate::scoring::Signs::urgency) gives; null when nobody is needed.
    pub urgency: Option<i64>,
    /// Null where either day has no data.
    pub change7: Option<Points>,
    pub change30: Option<Points>,
    pub change90: Option<Points>,
    /// [`scoring::trend`](crate::scoring::trend) without today.
    pub trend: Vec<Option<Points>>,
    pub traits: Traits,
    pub last_activity_at: Option<DateTime<Utc>>,
}

/// A valid event on its way in.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub customer: CustomerId,
    pub event: NewEvent,
    pub received_at: DateTime<Utc>,
}

/// The outcome of an event that came in with others. An event that was only checked has no id: `Verdict<()>`.
#[derive(Debug)]
pub enum Verdict<Id = EventId> {
    Accepted(Id),
    /// The event was stored before, under the same message id or as the same invoice.
    Duplicate(Id),
    /// The field that is to blame, and why: not found, or a conflict.
    Refused(&'static str, StoreError),
}

impl Verdict {
    pub fn without_id(self) -> Verdict<()> {
        match self {
            Self::Accepted(_) => Verdict::Accepted(()),
            Self::Duplicate(_) => Verdict::Duplicate(()),
            Self::Refused(field, error) => Verdict::Refused(field, error),
        }
    }
}

/// Counts the outcomes of events for an import.
pub fn count_verdicts<'a, Id: 'a>(verdicts: impl IntoIterator<Item = &'a Verdict<Id>>) -> ImportCounts {
    let mut counts = ImportCounts::default();
    for verdict in verdicts {
        counts.rows += 1;
        match verdict {
            Verdict::Accepted(_) => counts.created += 1,
            Verdict::Duplicate(_) => counts.duplicates += 1,
            Verdict::Refused(..) => counts.rejected += 1,
        }
    }
    counts
}

/// An item on its way into the quarantine.
#[derive(Clone, Debug)]
pub struct RefusedItem {
    /// The source whose quota the item takes from.
    pub source: String,
    /// The item as it was sent.
    pub content: String,
    pub verdict: ItemVerdict,
    pub errors: Vec<FieldError>,
}

/// A file that somebody wants to import.
#[derive(Clone, Debug)]
pub struct NewImport {
    pub file_name: String,
    /// The path of an uploaded file.
    pub path: Option<String>,
    /// The columns and first rows of an uploaded file.
    pub findings: Option<Findings>,
    pub mapping: Mapping,
    pub state: ImportState,
    pub author: Option<String>,
}

/// The right to work on an import. It is lost when somebody else takes the import over. Each transaction that writes for the
/// import checks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub import: ImportId,
    number: i64,
}

/// An import, and where its file is while it is kept.
#[derive(Clone, Debug)]
pub struct StoredImport {
    pub import: Import,
    pub path: Option<String>,
    /// The time of the last sign of life of whoever works on it.
    pub alive_at: DateTime<Utc>,
}

/// An event that is stored, and what it did.
pub struct StoredEvent {
    pub event: Event,
    /// Today's health before and after.
    pub before: Health,
    pub after: Health,
    /// True when the event was stored before, under the same message id or as the same invoice.
    pub repeated: bool,
}

/// An outcome that is stored.
#[derive(Clone, Debug)]
pub struct KeptOutcome {
    pub outcome: Outcome,
    /// True when the same was stored before.
    pub repeated: bool,
}

/// A generated customer with its events, to be stored in bulk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoCustomer {
    pub fields: CustomerFields,
    pub archived: Option<Archive>,
    pub created_at: DateTime<Utc>,
    /// Valid, in time order; without message ids and content, since nothing repeats them.
    pub events: Vec<NewEvent>,
    /// (author, text, time)
    pub notes: Vec<(String, String, DateTime<Utc>)>,
    /// Each counts as received on its day.
    pub outcomes: Vec<OutcomeFacts>,
}
