//! The cache of replayed past days.

use super::long_work::{Limits, LongWork, LongWorks};
use crate::domain::AsOf;
use crate::server::store::{ReplaySources, Store};
use crate::wire::AppError;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Each kept day holds its database's thread.
pub const LIMITS: Limits = Limits { kept: 8, bytes: 256 * 1024 * 1024, asked: 8, patience: Duration::ZERO };

pub struct PastDays(pub LongWorks<AsOf>);

pub struct PastDay {
    store: Store,
    pub bytes: u64,
    sources: Mutex<Arc<ReplaySources>>,
}

impl Default for PastDays {
    fn default() -> Self {
        Self(LongWorks::new(LIMITS))
    }
}

impl PastDays {
    /// Returns a store in which the day is today, with everything that `store` holds now. Fails with Overloaded when too many
    /// other days are being asked for.
    pub async fn get(&self, store: &Store, at: AsOf) -> Result<Store, AppError> {
        Ok(self.0.get(store, at).await?.result.store.clone())
    }
}

/// A day is built by all cores.
impl LongWork for AsOf {
    type Result = PastDay;
    type Progress = ();
    const NAMES: (&str, &str) = ("past days", "second");

    async fn work_out(self, store: Store, _: Arc<()>) -> Result<PastDay, AppError> {
        let sources = Mutex::new(Arc::new(store.replay_sources(self).await?));
        let replay = store.replay(self).await?;
        Ok(PastDay { bytes: replay.bytes_in_memory().await?, store: replay, sources })
    }

    async fn still_holds(&self, day: &PastDay, store: &Store) -> Result<bool, AppError> {
        let lock = || day.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let sources = Arc::clone(&lock());
        let Some(renewed) = store.renew_replay_sources(*self, &sources).await? else { return Ok(false) };
        *lock() = Arc::new(renewed);
        Ok(true)
    }

    fn bytes(day: &PastDay) -> u64 {
        day.bytes
    }
}
