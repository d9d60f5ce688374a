//! Following: this process hears of what all processes change, and tells those who follow.

use crate::server::store::Store;
use crate::server::store::sql::changes::{Changed, Changes, Follower};
use crate::server::store::sql::other_processes::keep_watching;
use crate::server::store::sql::pools::Pools;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use std::time::Duration;

/// The pause after a failure.
const RETRY: Duration = Duration::from_secs(1);

impl Store {
    /// Begins to hear of the changes that other processes make. Following does so by itself. (On SQLite little is done while
    /// nobody follows.)
    pub fn listen(&self) {
        let changes = self.db.changes.clone();
        if !changes.begin_listening() {
            return;
        }
        match &self.db.pools {
            Pools::Postgres(pool) => drop(tokio::spawn(keep_listening(pool.clone(), changes))),
            Pools::Sqlite { others: Some(others), .. } => drop(tokio::spawn(keep_watching(others.clone(), changes))),
            Pools::Sqlite { others: None, .. } => {}
        }
    }

    /// Everything that changes from now on; and if something has changed since a mark, everything at once.
    pub fn follow(&self, since: Option<&str>) -> Follower {
        self.listen();
        self.db.changes.follow(since)
    }

    /// Where in the course of changes the process is: to be read before the data that a follower keeps fresh.
    pub fn mark(&self) -> String {
        self.db.changes.mark()
    }

    /// Ends all following: those who follow hear `None`.
    pub fn end_following(&self) {
        self.db.changes.end_following();
    }
}

/// Hears all processes, this one included, for as long as the pool is open. Whatever happened while nobody listened is
/// told as "everything".
async fn keep_listening(pool: PgPool, changes: Changes) {
    while !pool.is_closed() {
        match listen(&pool, &changes).await {
            Err(sqlx::Error::PoolClosed) => return,
            Err(error) => tracing::warn!(%error, "changes cannot be followed, will try again"),
            Ok(()) => {}
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn listen(pool: &PgPool, changes: &Changes) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen("customer_health").await?;
    changes.tell(Changed::EVERYTHING);
    loop {
        let heard = listener.try_recv().await?;
        let changed = heard.and_then(|heard| serde_json::from_str(heard.payload()).ok());
        changes.tell(changed.unwrap_or(Changed::EVERYTHING));
    }
}
