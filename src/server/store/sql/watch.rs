//! SQLite's own count of commits, by which others notice that something was written.

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// SQLite connections that count the commits of others, each for itself:
/// <https://sqlite.org/pragma.html#pragma_data_version>. A pool of one connection at a time.
#[derive(Clone)]
pub struct Watch {
    pool: SqlitePool,
    /// The number of connections there have been: another one's count is no longer comparable.
    opened: Arc<AtomicU64>,
}

impl Watch {
    /// Watches from a connection that is kept for it.
    pub fn new(options: SqliteConnectOptions) -> Self {
        Self::on(SqlitePoolOptions::new(), |pool| pool.connect_lazy_with(options))
    }

    /// Watches from the one connection of a pool that is used for other things as well.
    pub fn on(options: SqlitePoolOptions, connect: impl FnOnce(SqlitePoolOptions) -> SqlitePool) -> Self {
        let opened = Arc::<AtomicU64>::default();
        let count = Arc::clone(&opened);
        let options = options.max_connections(1).idle_timeout(None).max_lifetime(None).after_connect(move |_, _| {
            count.fetch_add(1, Ordering::SeqCst);
            Box::pin(async { Ok(()) })
        });
        Self { pool: connect(options), opened }
    }

    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Which connection it is, and a number that changes when any other has committed.
    pub async fn count(&self) -> Result<(u64, i64), sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        let commits = sqlx::query_scalar("PRAGMA data_version").fetch_one(&mut *connection).await?;
        Ok((self.opened.load(Ordering::SeqCst), commits))
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}
