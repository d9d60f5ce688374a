//! Commits of other processes on SQLite, such as an import on the command line. Such a process tells nobody what it has
//! changed, so followers hear that everything may have.

use crate::server::store::sql::changes::{Changed, Changes};
use crate::server::store::sql::pools::OtherProcesses;
use std::time::Duration;

/// The pause between two looks while somebody follows.
const LOOK_PERIOD: Duration = Duration::from_millis(500);
/// The pause after a look that failed.
const LOOK_RETRY: Duration = Duration::from_secs(5);

/// Looks for commits as long as the pool is open. It rests while nobody follows; the first follower then hears of what happened
/// meanwhile.
pub async fn keep_watching(OtherProcesses { writer, first }: OtherProcesses, changes: Changes) {
    let mut known = first;
    while !writer.pool().is_closed() {
        changes.until_followed().await;
        let pause = match writer.count().await {
            Ok(count) => {
                if std::mem::replace(&mut known, count) != count {
                    changes.tell(Changed::EVERYTHING);
                }
                LOOK_PERIOD
            }
            Err(sqlx::Error::PoolClosed) => return,
            Err(error) => {
                tracing::warn!(%error, "changes by other processes cannot be followed, will try again");
                LOOK_RETRY
            }
        };
        tokio::time::sleep(pause).await;
    }
}
