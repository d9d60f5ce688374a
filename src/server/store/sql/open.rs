//! Opens the database, runs its migrations, and closes it.

use crate::server::store::sql::bind::binds;
use crate::server::store::sql::changes::Changes;
use crate::server::store::sql::db::Db;
use crate::server::store::sql::pools::{OtherProcesses, Pools};
use crate::server::store::sql::watch::Watch;
use crate::server::store::{Store, StoreError, StoreResult};
use sqlx::Executor;
use sqlx::error::DatabaseError;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

static SQLITE_MIGRATIONS: Migrator = sqlx_macros::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx_macros::migrate!("migrations/postgres");

/// The longest time that a request waits for its turn to write to SQLite.
const SQLITE_PATIENCE: Duration = Duration::from_secs(30);
/// The time after which a new file that others are opening is tried again.
const NEXT_TRY: Duration = Duration::from_millis(20);
/// The longest wait for a connection to PostgreSQL. It is short, because people want to know soon that the database is away.
const POSTGRES_PATIENCE: Duration = Duration::from_secs(10);

/// The most statements that a connection keeps ready. They are many, because a statement that writes 2 rows is another one than
/// a statement that writes 3.
const STATEMENTS_KEPT_READY: usize = 500;

impl Store {
    /// Opens the database at `sqlite://path`, which is created with its folder when absent, or at `postgres://...`.
    pub async fn connect(url: &str) -> StoreResult<Self> {
        let pools = if url.starts_with("sqlite:") { connect_sqlite(url).await? } else { connect_postgres(url).await? };
        Ok(Self::on(pools))
    }

    /// Returns whether the database is a file that [`Self::connect`] would create.
    pub fn is_missing(url: &str) -> bool {
        url.starts_with("sqlite:") && SqliteConnectOptions::from_str(url).is_ok_and(|options| !options.get_filename().exists())
    }

    /// Returns the folder of the database, when it is a file.
    pub fn folder(url: &str) -> Option<PathBuf> {
        let options = url.starts_with("sqlite:").then(|| SqliteConnectOptions::from_str(url).ok()).flatten()?;
        options.get_filename().parent().map(PathBuf::from)
    }

    /// Opens an empty database in memory. It goes away with its last handle.
    pub(in crate::server::store) async fn in_memory() -> StoreResult<Self> {
        let options = SqliteConnectOptions::from_str("sqlite::memory:")?
            .journal_mode(SqliteJournalMode::Memory)
            .synchronous(SqliteSynchronous::Off)
            .row_buffer_size(1000);
        // The database lives as long as its one connection, which therefore never retires.
        let pool =
            SqlitePoolOptions::new().max_connections(1).acquire_timeout(SQLITE_PATIENCE).idle_timeout(None).max_lifetime(None);
        let pool = pool.connect_with(options.clone()).await?;
        // Of no use here: what is in memory has one connection.
        let watch = Watch::new(options);
        Ok(Self::on(Pools::Sqlite { write: pool.clone(), read: pool, watch, others: None }))
    }

    fn on(pools: Pools) -> Self {
        let db = Arc::new(Db { pools, changes: Changes::new() });
        Self { db, written: Arc::default() }
    }

    pub(in crate::server::store) async fn run_migrations(&self) -> StoreResult<()> {
        match &self.db.pools {
            // SQLite has no lock for migrations but its write transaction, in which each migration is a savepoint.
            Pools::Sqlite { write, .. } => {
                let mut tx = write.begin_with("BEGIN IMMEDIATE").await?;
                SQLITE_MIGRATIONS.run_direct(None, &mut *tx, false).await?;
                tx.commit().await?;
            }
            Pools::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                // Migrations that fail leave their lock with the connection.
                connection.close_on_drop();
                POSTGRES_MIGRATIONS.run_direct(None, &mut *connection, false).await?;
            }
        }
        Ok(())
    }

    /// Returns the error that names the release which the database needs, as far as the database tells.
    pub(in crate::server::store) async fn too_new(&self) -> StoreResult<StoreError> {
        let sql = "SELECT release FROM schema_releases ORDER BY schema_version DESC LIMIT 1";
        let release = self.read_once().await?.optional::<(String,)>(sql, binds![]).await;
        // A database that is newer but has no such table is of no release that we know of.
        Ok(StoreError::TooNew(release.ok().flatten().map(|(release,)| release)))
    }

    /// Fails unless the database answers.
    pub async fn ping(&self) -> StoreResult<()> {
        let mut tx = self.read().await?;
        tx.one::<(i64,)>("SELECT COUNT(*) FROM connections", binds![]).await?;
        Ok(())
    }

    /// Closes every connection once its transaction has ended; from then on the database does not answer.
    pub async fn close(&self) {
        match &self.db.pools {
            Pools::Sqlite { write, read, watch, .. } => {
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
}

/// Returns the version of the schema that this release writes.
pub fn newest_schema() -> i64 {
    SQLITE_MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

async fn connect_sqlite(url: &str) -> StoreResult<Pools> {
    connect_sqlite_with(SqliteConnectOptions::from_str(url)?).await
}

async fn connect_sqlite_with(options: SqliteConnectOptions) -> StoreResult<Pools> {
    if let Some(folder) = options.get_filename().parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(sqlx::Error::Io)?;
    }
    let options = options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL loses acknowledged commits when the power fails.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(SQLITE_PATIENCE)
        // Rows that the connection's thread may be ahead of its reader: each wait for the other costs more than a row.
        .row_buffer_size(1000)
        .statement_cache_capacity(STATEMENTS_KEPT_READY)
        // Kibibytes, when negative.
        .pragma("cache_size", "-65536")
        .pragma("temp_store", "memory");
    let writer = SqlitePoolOptions::new().acquire_timeout(SQLITE_PATIENCE);
    let writer = Watch::on(writer, |pool| pool.connect_lazy_with(options.clone()));
    let others = since_now(writer.clone()).await?;
    let readers = std::thread::available_parallelism().map_or(4, |cores| cores.get().max(4) as u32);
    let read = SqlitePoolOptions::new()
        .max_connections(readers)
        .acquire_timeout(SQLITE_PATIENCE)
        .connect_lazy_with(options.clone().pragma("query_only", "true"));
    Ok(Pools::Sqlite {
        write: writer.pool().clone(),
        read,
        watch: Watch::new(options.pragma("cache_size", "0")),
        others: Some(others),
    })
}

/// Opens the file for the first time. SQLite waits for nobody while it turns a new file into one with a write-ahead log, whatever
/// the busy timeout: of several processes that start at once it refuses some, which therefore try again.
async fn since_now(writer: Watch) -> Result<OtherProcesses, sqlx::Error> {
    let started = Instant::now();
    loop {
        match OtherProcesses::since_now(writer.clone()).await {
            Err(sqlx::Error::Database(error)) if is_locked(&*error) && started.elapsed() < SQLITE_PATIENCE => {
                tokio::time::sleep(NEXT_TRY).await;
            }
            opened => return opened,
        }
    }
}

/// Returns whether SQLite refused because others hold a lock: <https://www.sqlite.org/rescode.html#busy>.
fn is_locked(error: &dyn DatabaseError) -> bool {
    error.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
}

async fn connect_postgres(url: &str) -> StoreResult<Pools> {
    let options = PgConnectOptions::from_str(url)?.statement_cache_capacity(STATEMENTS_KEPT_READY);
    let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(POSTGRES_PATIENCE).after_connect(|connection, _| {
        // Where much is read, several tasks read it already: workers of a statement would only take their cores from them.
        Box::pin(async move { connection.execute("SET max_parallel_workers_per_gather = 0").await.map(|_| ()) })
    });
    Ok(Pools::Postgres(pool.connect_with(options).await?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ItemVerdict;
    use crate::server::store::RefusedItem;

    fn item(content: String) -> RefusedItem {
        RefusedItem { source: "api".into(), content, verdict: ItemVerdict::Rejected, errors: Vec::new() }
    }

    /// A database without room for another page is what a full disk looks like from inside: SQLite rolls back by itself.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_full_disk_is_unavailable_for_everybody_and_gone_when_there_is_room_again() {
        let folder = tempfile::TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("full.db").display());
        let roomy = Store::connect(&url).await.unwrap();
        roomy.migrate().await.unwrap();
        let now = chrono::DateTime::UNIX_EPOCH;
        roomy.check_writable(now).await.unwrap();
        // It shrinks the limit to the pages that are in use.
        let options = SqliteConnectOptions::from_str(&url).unwrap().pragma("max_page_count", "1");
        let full = Store::on(connect_sqlite_with(options).await.unwrap());
        // Many at once: no one may get the connection on which another failed.
        let writes: Vec<_> = (0..40)
            .map(|index| {
                let (full, content) = (full.clone(), format!("{index}").repeat(20_000));
                tokio::spawn(async move { full.quarantine(&[item(content)], now).await })
            })
            .collect();
        for write in writes {
            let error = write.await.unwrap().unwrap_err();
            assert!(error.is_unavailable(), "{error}");
        }
        // What needs no other page is written still, by the same store.
        full.check_writable(now).await.unwrap();
        roomy.quarantine(&[item("x".repeat(100_000))], now).await.unwrap();
        assert_eq!(full.list_quarantine(1, 10).await.unwrap().total, 1);
    }
}
