//! Connections, transactions and values: the one place that knows there are two databases.
//!
//! SQLite has one write connection, whose transactions begin IMMEDIATE, beside a pool that only reads; PostgreSQL has
//! one pool, and writers lock the customers they change.

use super::changes::{Changed, Changes, keep_sending};
use super::post_queue::PostQueue;
use super::snapshot::Watch;
use super::{Store, StoreResult};
use crate::domain::{CustomerId, EventId, NaiveDate, NoteId, Scorecard};
use chrono::{DateTime, NaiveTime, SubsecRound, Utc};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{AssertSqlSafe, FromRow, PgPool, Postgres, SqlSafeStr, Sqlite, SqlitePool, Transaction};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a request waits for SQLite's writers before it.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it waits for a connection to PostgreSQL, which may be away: then people want to know soon.
const POSTGRES_PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub(super) struct Db {
    pub(super) pools: Pools,
    pub(super) changes: Changes,
}

#[derive(Clone)]
pub(super) enum Pools {
    Sqlite { write: SqlitePool, read: SqlitePool, watch: Watch },
    Postgres(PgPool),
}

impl Store {
    /// `sqlite://path` (created when absent, its folder too) or `postgres://...`.
    pub async fn connect(url: &str) -> StoreResult<Self> {
        let pools = if url.starts_with("sqlite:") { connect_sqlite(url).await? } else { connect_postgres(url).await? };
        let store = Self::on(pools);
        if let Pools::Postgres(pool) = &store.db.pools {
            tokio::spawn(keep_sending(pool.clone(), store.db.changes.clone()));
        }
        Ok(store)
    }

    /// An empty database in memory, which goes away with its last handle.
    pub(super) async fn in_memory() -> StoreResult<Self> {
        let options = SqliteConnectOptions::from_str("sqlite::memory:")?
            .journal_mode(SqliteJournalMode::Memory)
            .synchronous(SqliteSynchronous::Off)
            .row_buffer_size(1000);
        // The database lives as long as its one connection, which therefore never retires.
        let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).idle_timeout(None).max_lifetime(None);
        let pool = pool.connect_with(options.clone()).await?;
        // Of no use here: what is in memory has one connection.
        let watch = Watch::new(options);
        Ok(Self::on(Pools::Sqlite { write: pool.clone(), read: pool, watch }))
    }

    fn on(pools: Pools) -> Self {
        let db = Db { pools, changes: Changes::new() };
        Self { posts: PostQueue::start(&db), db, replays: Arc::default() }
    }

    /// Brings the schema up to date. Several processes may try at once: one does it, the others wait.
    pub async fn migrate(&self) -> StoreResult<()> {
        match &self.db.pools {
            // SQLite has no lock for migrations but its write transaction, in which each migration is a savepoint.
            Pools::Sqlite { write, .. } => {
                let mut tx = write.begin_with("BEGIN IMMEDIATE").await?;
                SQLITE_MIGRATIONS.run_direct(None, &mut *tx, false).await?;
                tx.commit().await?;
            }
            Pools::Postgres(pool) => POSTGRES_MIGRATIONS.run(pool).await?,
        }
        let mut tx = self.write().await?;
        super::scorecards::ensure_first(&mut tx, &Scorecard::default()).await?;
        tx.commit().await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> StoreResult<()> {
        let mut tx = self.read().await?;
        tx.one::<(i64,)>("SELECT COUNT(*) FROM connections", binds![]).await?;
        Ok(())
    }

    /// Closes every connection once its transaction has ended; from then on the database does not answer.
    pub async fn close(&self) {
        match &self.db.pools {
            Pools::Sqlite { write, read, watch } => {
                watch.close().await;
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => {
                // What cannot be told now, nobody will miss for long: those who follow us are about to ask others.
                let _ = self.db.changes.send(pool).await;
                pool.close().await;
            }
        }
    }

    /// A transaction that sees one state of the database throughout.
    pub(super) async fn read(&self) -> StoreResult<Tx> {
        let on = match &self.db.pools {
            Pools::Sqlite { read, .. } => On::Sqlite(read.begin().await?),
            Pools::Postgres(pool) => On::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?),
        };
        Ok(self.db.tx(on))
    }

    /// A transaction that may write; without [`Tx::commit`] nothing of it stays.
    pub(super) async fn write(&self) -> StoreResult<Tx> {
        self.db.write().await
    }
}

impl Db {
    pub(super) async fn write(&self) -> StoreResult<Tx> {
        let on = match &self.pools {
            Pools::Sqlite { write, .. } => On::Sqlite(begin_sqlite(write).await?),
            Pools::Postgres(pool) => On::Postgres(pool.begin().await?),
        };
        Ok(self.tx(on))
    }

    fn tx(&self, on: On) -> Tx {
        Tx { on, changed: Changed::default(), changes: self.changes.clone() }
    }
}

/// When the disk is full, SQLite rolls back by itself. The connection's count of transactions is wrong from then on, so
/// another one takes its place.
async fn begin_sqlite(write: &SqlitePool) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    match write.begin_with("BEGIN IMMEDIATE").await {
        Err(sqlx::Error::InvalidSavePointStatement) => {
            write.acquire().await?.close().await?;
            write.begin_with("BEGIN IMMEDIATE").await
        }
        begun => begun,
    }
}

async fn connect_sqlite(url: &str) -> StoreResult<Pools> {
    let options = SqliteConnectOptions::from_str(url)?;
    if let Some(folder) = options.get_filename().parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(sqlx::Error::Io)?;
    }
    let options = options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL loses acknowledged commits when the power fails.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        // Rows that the connection's thread may be ahead of its reader: each wait for the other costs more than a row.
        .row_buffer_size(1000)
        .statement_cache_capacity(STATEMENTS)
        // Kibibytes, when negative.
        .pragma("cache_size", "-65536")
        .pragma("temp_store", "memory");
    let write = SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).connect_with(options.clone()).await?;
    let readers = std::thread::available_parallelism().map_or(4, |cores| cores.get().max(4) as u32);
    let read = SqlitePoolOptions::new()
        .max_connections(readers)
        .acquire_timeout(PATIENCE)
        .connect_lazy_with(options.clone().pragma("query_only", "true"));
    Ok(Pools::Sqlite { write, read, watch: Watch::new(options.pragma("cache_size", "0")) })
}

async fn connect_postgres(url: &str) -> StoreResult<Pools> {
    let options = PgConnectOptions::from_str(url)?.statement_cache_capacity(STATEMENTS);
    let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(POSTGRES_PATIENCE);
    Ok(Pools::Postgres(pool.connect_with(options).await?))
}

/// Rows that one statement writes.
const SQLITE_ROWS: usize = 100;
const POSTGRES_ROWS: usize = 5000;

/// How many statements a connection keeps ready: those that write rows differ with how many they write.
const STATEMENTS: usize = 500;

/// A value to put in the place of `$1`, `$2`, ...
#[derive(Clone, Debug)]
pub(super) enum Bind {
    Int(Option<i64>),
    Day(Option<i32>),
    Text(Option<String>),
    Bool(bool),
    /// Many at once, for the condition [`Tx::one_of`] or as a column of [`Tx::given_rows`].
    Ints(Vec<Option<i64>>),
    Days(Vec<Option<i32>>),
    Texts(Vec<Option<String>>),
    Bools(Vec<bool>),
}

impl Bind {
    /// The values of a column, which are all of one kind.
    fn column(values: impl Iterator<Item = Self>) -> Option<Self> {
        let mut values = values.peekable();
        macro_rules! all {
            ($one:ident, $many:ident) => {
                Self::$many(values.filter_map(|value| if let Self::$one(value) = value { Some(value) } else { None }).collect())
            };
        }
        Some(match values.peek()? {
            Self::Int(_) => all!(Int, Ints),
            Self::Day(_) => all!(Day, Days),
            Self::Text(_) => all!(Text, Texts),
            Self::Bool(_) => all!(Bool, Bools),
            Self::Ints(_) | Self::Days(_) | Self::Texts(_) | Self::Bools(_) => return None,
        })
    }
}

/// The values of a statement, in the order of its `$1`, `$2`, ...
macro_rules! binds {
    ($($value:expr),* $(,)?) => { vec![$(crate::server::store::db::Bind::from($value)),*] };
}
pub(super) use binds;

macro_rules! bind_from {
    ($($type:ty => |$value:ident| $bind:expr),* $(,)?) => {
        $(impl From<$type> for Bind {
            fn from($value: $type) -> Self {
                $bind
            }
        })*
    };
}

bind_from! {
    i64 => |int| Self::Int(Some(int)),
    Option<i64> => |int| Self::Int(int),
    bool => |is| Self::Bool(is),
    &str => |text| Self::Text(Some(text.to_owned())),
    String => |text| Self::Text(Some(text)),
    &String => |text| Self::Text(Some(text.clone())),
    Option<String> => |text| Self::Text(text),
    Option<&str> => |text| Self::Text(text.map(str::to_owned)),
    NaiveDate => |day| Self::Day(Some(day.to_epoch_days())),
    Option<NaiveDate> => |day| Self::Day(day.map(|day| day.to_epoch_days())),
    DateTime<Utc> => |time| Self::Int(Some(time.timestamp_micros())),
    Option<DateTime<Utc>> => |time| Self::Int(time.map(|time| time.timestamp_micros())),
    CustomerId => |id| Self::Int(Some(id.0)),
    EventId => |id| Self::Int(Some(id.0)),
    NoteId => |id| Self::Int(Some(id.0)),
    &[CustomerId] => |ids| Self::Ints(ids.iter().map(|id| Some(id.0)).collect()),
    Vec<String> => |texts| Self::Texts(texts.into_iter().map(Some).collect()),
}

/// A stored day. Only days that came from a date are stored, so every number is one.
pub(super) fn day(number: i32) -> NaiveDate {
    NaiveDate::from_epoch_days(number).unwrap_or_default()
}

/// A stored time, likewise.
pub(super) fn time(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// When a UTC day begins.
pub(super) fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// When a UTC day is over; never, without one.
pub(super) fn end(day: Option<NaiveDate>) -> DateTime<Utc> {
    day.map_or(DateTime::<Utc>::MAX_UTC, |day| midnight(day + chrono::Duration::days(1)))
}

/// A time as both databases return it.
pub(super) fn storable(now: DateTime<Utc>) -> DateTime<Utc> {
    now.trunc_subsecs(6)
}

/// A row of either database.
pub(super) trait Record: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}
impl<T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>> Record for T {}

/// A transaction on either database. Dropped without commit, it is rolled back.
pub(super) struct Tx {
    on: On,
    /// What the commit will be told to have changed.
    changed: Changed,
    changes: Changes,
}

enum On {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Expands one query for the database at hand: binds every value, then runs the rest.
macro_rules! run {
    ($tx:expr, $query:ident($($turbofish:ty)?), $sql:expr, $binds:expr, $method:ident $($then:ident)?) => {
        run!($tx, $query($($turbofish)?), true, $sql, $binds, $method $($then)?)
    };
    ($tx:expr, $query:ident($($turbofish:ty)?), $persistent:expr, $sql:expr, $binds:expr, $method:ident $($then:ident)?) => {
        match &mut $tx.on {
            On::Sqlite(tx) => {
                let mut query = sqlx::$query $(::<_, $turbofish>)? ($sql).persistent($persistent);
                for bind in $binds {
                    query = match bind {
                        Bind::Int(int) => query.bind(int),
                        Bind::Day(day) => query.bind(day),
                        Bind::Text(text) => query.bind(text),
                        Bind::Bool(is) => query.bind(is),
                        Bind::Ints(ints) => query.bind(serde_json::Value::from(ints).to_string()),
                        Bind::Days(days) => query.bind(serde_json::Value::from(days).to_string()),
                        Bind::Texts(texts) => query.bind(serde_json::Value::from(texts).to_string()),
                        Bind::Bools(bools) => query.bind(serde_json::Value::from(bools).to_string()),
                    };
                }
                query.$method(&mut **tx).await?$(.$then())?
            }
            On::Postgres(tx) => {
                let mut query = sqlx::$query $(::<_, $turbofish>)? ($sql).persistent($persistent);
                for bind in $binds {
                    query = match bind {
                        Bind::Int(int) => query.bind(int),
                        Bind::Day(day) => query.bind(day),
                        Bind::Text(text) => query.bind(text),
                        Bind::Bool(is) => query.bind(is),
                        Bind::Ints(ints) => query.bind(ints),
                        Bind::Days(days) => query.bind(days),
                        Bind::Texts(texts) => query.bind(texts),
                        Bind::Bools(bools) => query.bind(bools),
                    };
                }
                query.$method(&mut **tx).await?$(.$then())?
            }
        }
    };
}

impl Tx {
    pub(super) async fn all<T: Record>(&mut self, sql: impl SqlSafeStr, binds: Vec<Bind>) -> StoreResult<Vec<T>> {
        Ok(run!(self, query_as(T), sql, binds, fetch_all))
    }

    /// The same with a plan for the tables as they are now. PostgreSQL keeps a statement's plan otherwise: one that it made
    /// while there was nothing to search may read all that has come since.
    pub(super) async fn all_planned_anew<T: Record>(&mut self, sql: impl SqlSafeStr, binds: Vec<Bind>) -> StoreResult<Vec<T>> {
        let is_kept = !self.has_locks();
        Ok(run!(self, query_as(T), is_kept, sql, binds, fetch_all))
    }

    pub(super) async fn optional<T: Record>(&mut self, sql: impl SqlSafeStr, binds: Vec<Bind>) -> StoreResult<Option<T>> {
        Ok(run!(self, query_as(T), sql, binds, fetch_optional))
    }

    pub(super) async fn one<T: Record>(&mut self, sql: impl SqlSafeStr, binds: Vec<Bind>) -> StoreResult<T> {
        Ok(run!(self, query_as(T), sql, binds, fetch_one))
    }

    /// How many rows it changed.
    pub(super) async fn execute(&mut self, sql: impl SqlSafeStr, binds: Vec<Bind>) -> StoreResult<u64> {
        Ok(run!(self, query(), sql, binds, execute rows_affected))
    }

    /// Writes all rows by as few statements as do it well: `{into} VALUES (...), ... {then}`. How many were written.
    pub(super) async fn insert_rows(&mut self, into: &str, rows: Vec<Vec<Bind>>, then: &str) -> StoreResult<u64> {
        let mut written = 0;
        for (given, binds) in self.given_rows(rows) {
            written += self.execute(AssertSqlSafe(format!("{into} SELECT * FROM {given} WHERE true {then}")), binds).await?;
        }
        Ok(written)
    }

    /// Sets columns of many rows at once; the first column tells which row.
    pub(super) async fn update_rows(&mut self, table: &str, columns: &[&str], rows: Vec<Vec<Bind>>) -> StoreResult<()> {
        let set: Vec<_> =
            columns.iter().enumerate().skip(1).map(|(index, column)| format!("{column} = given.column{}", index + 1)).collect();
        let (set, key) = (set.join(", "), columns.first().copied().unwrap_or_default());
        for (given, binds) in self.given_rows(rows) {
            let sql = format!("UPDATE {table} SET {set} FROM {given} WHERE {table}.{key} = given.column1");
            self.execute(AssertSqlSafe(sql), binds).await?;
        }
        Ok(())
    }

    /// Rows as a table `given` with the columns `column1`, `column2`, ... for use after FROM, and the values that it is made
    /// of; some rows at a time. PostgreSQL is sent its columns: one statement for any number of rows, which it plans once.
    pub(super) fn given_rows(&self, rows: Vec<Vec<Bind>>) -> Vec<(String, Vec<Bind>)> {
        let width = rows.first().map_or(0, Vec::len);
        let mut rows = rows.into_iter();
        let mut parts = Vec::new();
        while rows.len() > 0 {
            parts.push(match self.on {
                On::Sqlite(_) => {
                    let binds: Vec<_> = rows.by_ref().take(SQLITE_ROWS).flatten().collect();
                    // A `$1` is looked up by walking all of them: with hundreds of values, those without a name are faster.
                    let row = format!("({})", vec!["?"; width].join(", "));
                    (format!("(VALUES {}) AS given", vec![row; binds.len() / width].join(", ")), binds)
                }
                On::Postgres(_) => {
                    let mut columns: Vec<_> = (0..width).map(|_| Vec::new()).collect();
                    for row in rows.by_ref().take(POSTGRES_ROWS) {
                        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
                    }
                    let list = |prefix| (1..=width).map(|number| format!("{prefix}{number}")).collect::<Vec<_>>().join(", ");
                    let binds = columns.into_iter().filter_map(|column| Bind::column(column.into_iter())).collect();
                    (format!("unnest({}) AS given({})", list("$"), list("column")), binds)
                }
            });
        }
        parts
    }

    /// Notes what open pages may show of what this transaction writes: a customer, or [`Changed::EVERYTHING`].
    pub(super) fn changed(&mut self, what: impl Into<Changed>) {
        self.changed.add(what.into());
    }

    /// Those who follow are told what [`changed`](Self::changed) once it is durable.
    pub(super) async fn commit(self) -> StoreResult<()> {
        let Self { on, changed, changes } = self;
        let silent = changed.is_nothing();
        match on {
            On::Sqlite(tx) => {
                tx.commit().await?;
                (!silent).then(|| changes.tell(changed));
            }
            On::Postgres(tx) => {
                tx.commit().await?;
                (!silent).then(|| changes.send_later(changed));
            }
        }
        Ok(())
    }

    pub(super) async fn rollback(self) -> StoreResult<()> {
        match self.on {
            On::Sqlite(tx) => tx.rollback().await?,
            On::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }

    /// SQLite has one writer, and so no locks.
    pub(super) fn has_locks(&self) -> bool {
        matches!(self.on, On::Postgres(_))
    }

    /// What follows a column to say that it is one of the [`Bind::Ints`] or [`Bind::Texts`] in `$1`.
    pub(super) fn one_of(&self) -> &'static str {
        match self.on {
            On::Sqlite(_) => "IN (SELECT value FROM json_each($1))",
            On::Postgres(_) => "= ANY($1)",
        }
    }

    /// The same of `$2`.
    pub(super) fn one_of_second(&self) -> &'static str {
        match self.on {
            On::Sqlite(_) => "IN (SELECT value FROM json_each($2))",
            On::Postgres(_) => "= ANY($2)",
        }
    }

    /// What follows a SELECT to lock its rows until the end; SQLite has no second writer.
    pub(super) fn for_update(&self) -> &'static str {
        match self.on {
            On::Sqlite(_) => "",
            On::Postgres(_) => "FOR NO KEY UPDATE",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fills the database up to its last page, which is what a full disk looks like from inside.
    #[tokio::test]
    async fn a_full_disk_is_reported_and_gone_when_there_is_room_again() {
        let folder = tempfile::TempDir::new().unwrap();
        let store = Store::connect(&format!("sqlite://{}", folder.path().join("full.db").display())).await.unwrap();
        store.migrate().await.unwrap();
        let note = "INSERT INTO quarantine (content, content_hash, verdict, errors, first_received_at, last_received_at, times)
                    VALUES ($1, $2, 'rejected', '[]', 0, 0, 1)";
        let content = "x".repeat(100_000);
        let mut tx = store.write().await.unwrap();
        // It shrinks the limit to the pages that are in use.
        tx.all::<(i64,)>("PRAGMA max_page_count = 1", binds![]).await.unwrap();
        let full = tx.execute(note, binds![&content, "a"]).await.unwrap_err();
        assert!(full.is_unavailable(), "{full}");
        drop(tx);
        // A new connection has no limit.
        let mut tx = store.write().await.unwrap();
        tx.execute(note, binds![&content, "a"]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.list_quarantine(1, 10).await.unwrap().total, 1);
    }
}
