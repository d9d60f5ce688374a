//! Commits of other processes on SQLite, such as those of a command. Such a process tells nobody, so those who follow hear
//! that everything may have changed.
//!
//! A connection's count of commits is of the others' only. All that this process writes goes through one connection, so its
//! count changes exactly when another process has committed.

use super::Changed;
use super::changes::Changes;
use super::snapshot::Watch;
use std::time::Duration;

/// How often it looks while somebody follows.
const PERIOD: Duration = Duration::from_millis(500);
/// How long it waits after a failure.
const RETRY: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(super) struct OtherProcesses {
    writer: Watch,
    /// The count that the writer began with: whatever another process has written since is told to the first who follows.
    first: (u64, i64),
}

impl OtherProcesses {
    pub(super) async fn since_now(writer: Watch) -> Result<Self, sqlx::Error> {
        let first = writer.count().await?;
        Ok(Self { writer, first })
    }

    /// Looks for as long as the pool is open, but rests while nobody follows; what happened meanwhile is told afterwards.
    pub(super) async fn keep_watching(self, changes: Changes) {
        let mut known = self.first;
        while !self.writer.pool().is_closed() {
            changes.until_followed().await;
            let pause = match self.writer.count().await {
                Ok(count) => {
                    if std::mem::replace(&mut known, count) != count {
                        changes.tell(Changed::EVERYTHING);
                    }
                    PERIOD
                }
                Err(sqlx::Error::PoolClosed) => return,
                Err(error) => {
                    tracing::warn!(%error, "changes by other processes cannot be followed, will try again");
                    RETRY
                }
            };
            tokio::time::sleep(pause).await;
        }
    }
}
