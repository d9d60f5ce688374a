//! Following: this process hears of what all processes change, and tells those who follow.

use crate::server::store::Store;
use crate::server::store::sql::changes::{Changed, Changes, Follower, keep_sending};
use crate::server::store::sql::other_processes::keep_watching;
use crate::server::store::sql::pools::Pools;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use std::time::Duration;

/// The pause before listening is tried again.
const LISTEN_RETRY: Duration = Duration::from_secs(1);

impl Store {
    /// Returns whether this is the first time that somebody wants to hear of other processes.
    pub fn begin_listening(&self) -> bool {
        self.db.changes.begin_listening()
    }

    /// Hears of the changes that other processes make, for as long as the database is open.
    pub async fn hear_other_processes(&self) {
        let changes = self.db.changes.clone();
        match &self.db.pools {
            Pools::Postgres(pool) => keep_listening(pool.clone(), changes).await,
            Pools::Sqlite { others: Some(others), .. } => keep_watching(others.clone(), changes).await,
            Pools::Sqlite { others: None, .. } => {}
        }
    }

    /// Tells other processes of what this one commits, for as long as the database is open. On SQLite it ends at once, since
    /// they notice by themselves.
    pub async fn tell_other_processes(&self) {
        if let Pools::Postgres(pool) = &self.db.pools {
            keep_sending(pool.clone(), self.db.changes.clone()).await;
        }
    }

    /// Begins to follow. When something has changed since the mark `since`, the follower first hears that everything may have.
    pub fn follow(&self, since: Option<&str>) -> Follower {
        self.db.changes.follow(since)
    }

    /// Returns the mark of the latest change. It must be read before the data that a follower is to keep fresh.
    pub fn mark(&self) -> String {
        self.db.changes.mark()
    }

    /// Ends all following: every follower hears `None`.
    pub fn end_following(&self) {
        self.db.changes.end_following();
    }
}

/// Hears all processes, this one included, for as long as the pool is open. Whenever listening begins, followers are told that
/// everything may have changed, since nobody heard what happened before.
async fn keep_listening(pool: PgPool, changes: Changes) {
    while !pool.is_closed() {
        match listen(&pool, &changes).await {
            Err(sqlx::Error::PoolClosed) => return,
            Err(error) => tracing::warn!(%error, "changes cannot be followed, will try again"),
            Ok(()) => {}
        }
        tokio::time::sleep(LISTEN_RETRY).await;
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
