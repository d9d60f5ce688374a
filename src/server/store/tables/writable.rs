//! Checks that the database can be written, for whoever asks if the server is ready.

use crate::server::store::sql::bind::binds;
use crate::server::store::{Store, StoreResult};
use chrono::{DateTime, Utc};
use std::time::{Duration, Instant};

/// The age up to which the last successful write is answer enough, so that asking often does not write often.
const RECENTLY: Duration = Duration::from_secs(5);
/// The age up to which it is answer enough while other writers keep this one waiting.
const LONG_AGO: Duration = Duration::from_secs(30);
/// The longest wait for other writers.
const WRITE_PATIENCE: Duration = Duration::from_secs(1);
/// The size of the write: about as much as some events write with all that follows from them. A disk with less room is full.
const BYTES_WRITTEN: usize = 64 * 1024;

impl Store {
    /// Fails unless the database answers and has room for another write.
    pub async fn check_writable(&self, now: DateTime<Utc>) -> StoreResult<()> {
        self.ping().await?;
        let mut written = self.written.lock().await;
        let age = written.map(|at| at.elapsed());
        if age.is_some_and(|age| age < RECENTLY) {
            return Ok(());
        }
        match tokio::time::timeout(WRITE_PATIENCE, self.write_something(now)).await {
            Ok(result) => result?,
            Err(_) if age.is_some_and(|age| age < LONG_AGO) => return Ok(()),
            Err(_) => return Err(sqlx::Error::PoolTimedOut.into()),
        }
        *written = Some(Instant::now());
        Ok(())
    }

    async fn write_something(&self, now: DateTime<Utc>) -> StoreResult<()> {
        // SQLite does not write a page that stays as it was.
        let stamp = format!("{:016x}", now.timestamp_micros());
        let mut tx = self.write().await?;
        tx.execute("UPDATE write_check SET content = $1 WHERE id = 1", binds![stamp.repeat(BYTES_WRITTEN / stamp.len())]).await?;
        tx.commit().await
    }
}
