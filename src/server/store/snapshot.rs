//! Whether the database has changed: what was computed from it holds for as long as its snapshot is the same.

use super::bind::binds;
use super::db::Pools;
use super::{Store, StoreResult};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A state of the database: between equal ones nothing was written, by whatever process. The other way
/// round, nothing is certain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Snapshot(String);

/// The one SQLite connection that snapshots are compared on, since each counts the others' commits for itself.
#[derive(Clone)]
pub(super) struct Watch {
    pool: SqlitePool,
    /// How many connections there have been: another one's count is no longer comparable.
    opened: Arc<AtomicU64>,
}

impl Watch {
    pub(super) fn new(options: SqliteConnectOptions) -> Self {
        let opened = Arc::<AtomicU64>::default();
        let count = Arc::clone(&opened);
        let pool =
            SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None).after_connect(move |_, _| {
                count.fetch_add(1, Ordering::SeqCst);
                Box::pin(async { Ok(()) })
            });
        Self { pool: pool.connect_lazy_with(options), opened }
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

impl Store {
    pub async fn snapshot(&self) -> StoreResult<Snapshot> {
        let snapshot = match &self.db.pools {
            Pools::Sqlite { watch, .. } => {
                let mut connection = watch.pool.acquire().await?;
                // https://sqlite.org/pragma.html#pragma_data_version
                let commits: i64 = sqlx::query_scalar("PRAGMA data_version").fetch_one(&mut *connection).await?;
                format!("{} {commits}", watch.opened.load(Ordering::SeqCst))
            }
            // Which transactions are over. https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT
            Pools::Postgres(_) => {
                self.read().await?.one::<(String,)>("SELECT CAST(pg_current_snapshot() AS TEXT)", binds![]).await?.0
            }
        };
        Ok(Snapshot(snapshot))
    }
}
