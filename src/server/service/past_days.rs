//! The cache of replayed past days. It is bounded in days, in bytes, and in days being built. All who wait for a day share
//! its building, which ends when the last of them has left.

use crate::domain::AsOf;
use crate::server::store::{ReplaySources, Store};
use crate::wire::AppError;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

/// The limits on the share of the machine that past days may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most days kept. Each holds its database's thread.
    pub kept: usize,
    /// The most bytes of all kept days. The latest day is kept whatever its size.
    pub bytes: u64,
    /// The most distinct days asked for at once. One is built at a time, by all cores, while the others wait; one more is
    /// refused.
    pub asked: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { kept: 8, bytes: 256 * 1024 * 1024, asked: 8 }
    }
}

pub struct PastDays {
    limits: Limits,
    days: Arc<Mutex<Days>>,
    /// Permits to ask for a day.
    places: Arc<Semaphore>,
    /// The permit to build a day.
    turn: Arc<Semaphore>,
}

type Build = BoxFuture<'static, Result<Arc<PastDay>, AppError>>;

/// The building of a day, shared by all who wait for it.
type Building = Shared<Build>;

#[derive(Default)]
struct Days {
    /// The kept days, latest first.
    kept: Vec<Arc<PastDay>>,
    /// The days being built or waiting for it. An entry is dead once nobody waits any more.
    asked: Vec<(AsOf, WeakShared<Build>)>,
}

struct PastDay {
    at: AsOf,
    store: Store,
    bytes: u64,
    sources: Mutex<Arc<ReplaySources>>,
}

impl Default for PastDays {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl PastDays {
    pub fn new(limits: Limits) -> Self {
        let (places, turn) = (Arc::new(Semaphore::new(limits.asked)), Arc::new(Semaphore::new(1)));
        Self { limits, days: Arc::default(), places, turn }
    }

    /// Returns a store in which the day is today, with everything that `store` holds now. Fails with Overloaded when too many
    /// other days are being asked for.
    pub async fn get(&self, store: &Store, at: AsOf) -> Result<Store, AppError> {
        let kept = self.days().kept.iter().find(|day| day.at == at).cloned();
        if let Some(day) = kept
            && day.still_holds(store).await?
        {
            self.days().keep(&day, self.limits);
            return Ok(day.store.clone());
        }
        let (building, is_new) = self.ask(store, at)?;
        let day = building.await?;
        // A build that another caller began may lack the latest change that this caller knows of.
        if is_new || day.still_holds(store).await? {
            return Ok(day.store.clone());
        }
        Ok(self.ask(store, at)?.0.await?.store.clone())
    }

    /// Joins the building of a day, or begins it. Returns true when it was begun.
    fn ask(&self, store: &Store, at: AsOf) -> Result<(Building, bool), AppError> {
        let mut days = self.days();
        let known = days.asked.iter().find(|(asked, _)| *asked == at).and_then(|(_, building)| building.upgrade());
        // A finished build no longer holds a turn, and the day may have changed since.
        if let Some(building) = known.filter(|building| building.peek().is_none()) {
            return Ok((building, false));
        }
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| self.overloaded())?;
        let building = self.build(store.clone(), at, place).boxed().shared();
        days.asked.retain(|(asked, building)| *asked != at && building.upgrade().is_some());
        days.asked.extend(building.downgrade().map(|weak| (at, weak)));
        Ok((building, true))
    }

    /// Builds a day. The work begins at the first poll and ends when the future is dropped. Its place and turn are free when
    /// it ends.
    fn build(
        &self,
        store: Store,
        at: AsOf,
        place: OwnedSemaphorePermit,
    ) -> impl Future<Output = Result<Arc<PastDay>, AppError>> + Send + use<> {
        let (days, turn, limits) = (Arc::clone(&self.days), Arc::clone(&self.turn), self.limits);
        async move {
            let _turn = turn.acquire_owned().await;
            // A task has a stack of its own, on which the large future is made. It ends when its set is dropped.
            let mut task = JoinSet::new();
            task.spawn(async move { Box::pin(PastDay::build(store, at)).await });
            let ended = task.join_next().await.transpose().map_err(|error| {
                tracing::error!(%error, day = %at.day, "building a past day failed");
                AppError::Internal
            })?;
            let day = Arc::new(ended.unwrap_or(Err(AppError::Internal))?);
            lock(&days).keep(&day, limits);
            drop(place);
            Ok(day)
        }
    }

    fn overloaded(&self) -> AppError {
        let asked = self.limits.asked;
        AppError::Overloaded(format!(
            "{asked} other past days are being worked out at the moment, which is the most at a time. Please try again in a second."
        ))
    }

    fn days(&self) -> MutexGuard<'_, Days> {
        lock(&self.days)
    }
}

impl Days {
    /// Makes a day the latest, and drops the oldest days until the rest is within the limits.
    fn keep(&mut self, day: &Arc<PastDay>, limits: Limits) {
        self.kept.retain(|kept| kept.at != day.at);
        self.kept.insert(0, Arc::clone(day));
        self.kept.truncate(limits.kept);
        let mut bytes = 0;
        self.kept.retain(|kept| {
            bytes += kept.bytes;
            kept.at == day.at || bytes <= limits.bytes
        });
    }
}

impl PastDay {
    async fn build(store: Store, at: AsOf) -> Result<Self, AppError> {
        let sources = Mutex::new(Arc::new(store.replay_sources(at).await?));
        let replay = store.replay(at).await?;
        Ok(Self { at, bytes: replay.bytes_in_memory().await?, store: replay, sources })
    }

    /// Returns whether everything that the day follows from is unchanged.
    async fn still_holds(&self, store: &Store) -> Result<bool, AppError> {
        let sources = Arc::clone(&lock(&self.sources));
        let renewed = store.renew_replay_sources(self.at, &sources).await?;
        let holds = renewed.is_some();
        if let Some(renewed) = renewed {
            *lock(&self.sources) = Arc::new(renewed);
        }
        Ok(holds)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
impl PastDays {
    /// Returns the kept days, latest first, with their bytes.
    pub fn kept(&self) -> Vec<(AsOf, u64)> {
        self.days().kept.iter().map(|day| (day.at, day.bytes)).collect()
    }

    /// Returns how many days are being built or wait to be.
    pub fn asked(&self) -> usize {
        self.limits.asked - self.places.available_permits()
    }
}
