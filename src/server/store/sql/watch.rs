//! SQLite's own count of commits, which tells that somebody else has written.

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A SQLite connection that counts the commits of all others: <https://sqlite.org/pragma.html#pragma_data_version>. A pool
/// replaces it when it fails.
#[derive(Clone)]
pub struct Watch {
    pool: SqlitePool,
    /// The number of connections there have been. The count of one cannot be compared with the count of another.
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

    /// Returns the number of the connection, and a number that changes when any other connection has committed.
    pub async fn count(&self) -> Result<(u64, i64), sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        let commits = sqlx::query_scalar("PRAGMA data_version").fetch_one(&mut *connection).await?;
        Ok((self.opened.load(Ordering::SeqCst), commits))
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}
