//! Long work for whoever asks. All who ask the same share the work, which ends when the last of them has left; the result is kept
//! until something that it rests on changes. One piece is worked on at a time, while the others wait.

use crate::server::store::Store;
use crate::wire::AppError;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// A question that takes long to answer.
pub trait LongWork: Clone + PartialEq + Send + Sync + 'static {
    /// The answer, with marks of what it rests on.
    type Result: Send + Sync + 'static;
    type Progress: Default + Send + Sync + 'static;
    /// Such work in the plural, and the time after which it is worth asking again.
    const NAMES: (&str, &str);

    fn work_out(self, store: Store, progress: Arc<Self::Progress>)
    -> impl Future<Output = Result<Self::Result, AppError>> + Send;

    /// Returns whether everything that a result rests on is unchanged.
    fn still_holds(&self, result: &Self::Result, store: &Store) -> impl Future<Output = Result<bool, AppError>> + Send;

    /// Returns the bytes that a kept result takes.
    fn bytes(result: &Self::Result) -> u64;
}

/// The limits on the share of the machine that such work may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most results kept.
    pub kept: usize,
    /// The most bytes of all kept results. The latest one is kept whatever its size.
    pub bytes: u64,
    /// The most distinct questions asked at once; one more is refused.
    pub asked: usize,
    /// The time for which work goes on after somebody was told of its progress.
    pub patience: Duration,
}

pub struct LongWorks<W: LongWork> {
    limits: Limits,
    state: Arc<Mutex<State<W>>>,
    /// Permits to ask.
    places: Arc<Semaphore>,
    /// The permit to work.
    turn: Arc<Semaphore>,
}

/// A result, or how far the work on it is.
pub enum Found<W: LongWork> {
    Kept(Arc<Kept<W>>),
    Working(Arc<W::Progress>),
}

pub struct Kept<W: LongWork> {
    pub work: W,
    pub result: W::Result,
}

type Work<W> = BoxFuture<'static, Result<Arc<Kept<W>>, AppError>>;

struct State<W: LongWork> {
    /// The results, latest first.
    kept: Vec<Arc<Kept<W>>>,
    asked: Vec<Asked<W>>,
}

/// Work that is under way or waits for its turn. It is dead once nobody waits any more.
struct Asked<W: LongWork> {
    what: W,
    progress: Arc<W::Progress>,
    work: WeakShared<Work<W>>,
}

impl<W: LongWork> LongWorks<W> {
    pub fn new(limits: Limits) -> Self {
        let (places, turn) = (Arc::new(Semaphore::new(limits.asked)), Arc::new(Semaphore::new(1)));
        let state = State { kept: Vec::new(), asked: Vec::new() };
        Self { limits, state: Arc::new(Mutex::new(state)), places, turn }
    }

    /// Returns the result, however long it takes. Fails with Overloaded when too many others are asked for.
    pub async fn get(&self, store: &Store, what: W) -> Result<Arc<Kept<W>>, AppError> {
        match self.find(store, &what).await? {
            Some(kept) => Ok(kept),
            None => self.work_out(store, &what).await,
        }
    }

    /// Returns the result, or the progress after `patience`. The work then goes on for the while that the limits say.
    pub async fn get_within(&self, store: &Store, what: W, patience: Duration) -> Result<Found<W>, AppError> {
        if let Some(kept) = self.find(store, &what).await? {
            return Ok(Found::Kept(kept));
        }
        let mut working = Box::pin(self.work_out(store, &what));
        match tokio::time::timeout(patience, &mut working).await {
            Ok(kept) => kept.map(Found::Kept),
            Err(_) => Ok(Found::Working(self.linger(&what))),
        }
    }

    async fn find(&self, store: &Store, what: &W) -> Result<Option<Arc<Kept<W>>>, AppError> {
        let kept = self.state().kept.iter().find(|kept| kept.work == *what).cloned();
        let Some(kept) = kept else { return Ok(None) };
        let holds = kept.work.still_holds(&kept.result, store).await?;
        if holds {
            self.state().keep(&kept, self.limits);
        }
        Ok(holds.then_some(kept))
    }

    async fn work_out(&self, store: &Store, what: &W) -> Result<Arc<Kept<W>>, AppError> {
        let (work, is_new) = self.ask(store, what)?;
        let kept = work.await?;
        // Work that another caller began may lack the latest change that this caller knows of.
        if is_new || kept.work.still_holds(&kept.result, store).await? {
            return Ok(kept);
        }
        self.ask(store, what)?.0.await
    }

    /// Joins the work on a question, or begins it. Returns true when it was begun.
    fn ask(&self, store: &Store, what: &W) -> Result<(Shared<Work<W>>, bool), AppError> {
        let mut state = self.state();
        // Work that has ended holds no turn any more, and what it rests on may have changed since.
        let known = state.asked(what).and_then(|asked| asked.work.upgrade());
        if let Some(work) = known.filter(|work| work.peek().is_none()) {
            return Ok((work, false));
        }
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| self.overloaded())?;
        let (kept, turn, limits) = (Arc::clone(&self.state), Arc::clone(&self.turn), self.limits);
        let (store, what, progress) = (store.clone(), what.clone(), Arc::<W::Progress>::default());
        let (asked, told) = (what.clone(), Arc::clone(&progress));
        // It begins at the first poll and ends when it is dropped. Place and turn are free when it ends.
        let work = async move {
            let _turn = turn.acquire_owned().await;
            // A task has a stack of its own, on which the large future is made. It ends when its set is dropped.
            let mut task = JoinSet::new();
            let asked = what.clone();
            task.spawn(async move { Box::pin(asked.work_out(store, progress)).await });
            let ended = task.join_next().await.transpose().map_err(|error| {
                tracing::error!(%error, "long work failed");
                AppError::Internal
            })?;
            let result = Arc::new(Kept { work: what, result: ended.unwrap_or(Err(AppError::Internal))? });
            lock(&kept).keep(&result, limits);
            drop(place);
            Ok(result)
        };
        let work = work.boxed().shared();
        state.asked.retain(|other| other.what != asked && other.work.upgrade().is_some());
        state.asked.extend(work.downgrade().map(|work| Asked { what: asked, progress: told, work }));
        Ok((work, true))
    }

    /// Waits for the work on a question in the place of somebody who will come back. Returns its progress.
    fn linger(&self, what: &W) -> Arc<W::Progress> {
        let state = self.state();
        let Some(asked) = state.asked(what) else { return Arc::default() };
        if let Some(work) = asked.work.upgrade() {
            tokio::spawn(tokio::time::timeout(self.limits.patience, work));
        }
        Arc::clone(&asked.progress)
    }

    fn overloaded(&self) -> AppError {
        let (asked, (others, while_)) = (self.limits.asked, W::NAMES);
        AppError::Overloaded(format!(
            "{asked} other {others} are being worked out at the moment, which is the most at a time. Please try again in a {while_}."
        ))
    }

    fn state(&self) -> MutexGuard<'_, State<W>> {
        lock(&self.state)
    }
}

impl<W: LongWork> State<W> {
    fn asked(&self, what: &W) -> Option<&Asked<W>> {
        self.asked.iter().find(|asked| asked.what == *what)
    }

    /// Makes a result the latest, and drops the oldest ones until the rest is within the limits.
    fn keep(&mut self, result: &Arc<Kept<W>>, limits: Limits) {
        self.kept.retain(|kept| kept.work != result.work);
        self.kept.insert(0, Arc::clone(result));
        self.kept.truncate(limits.kept);
        let mut bytes = 0;
        self.kept.retain(|kept| {
            bytes += W::bytes(&kept.result);
            kept.work == result.work || bytes <= limits.bytes
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
impl<W: LongWork> LongWorks<W> {
    /// Returns the kept results, latest first.
    pub fn kept(&self) -> Vec<Arc<Kept<W>>> {
        self.state().kept.clone()
    }

    /// Takes the turn to work, so that nothing is worked on.
    pub async fn take_turn(&self) -> tokio::sync::OwnedSemaphorePermit {
        Arc::clone(&self.turn).acquire_owned().await.unwrap()
    }

    /// Returns how many questions are being worked on or wait for it.
    pub fn asked(&self) -> usize {
        self.limits.asked - self.places.available_permits()
    }
}
