//! The latest backtests and suggestions, and those being worked on. A result is kept until something that it rests on changes. The work on one
//! is shared by all who wait for it, and ends when nobody has asked for a while.

use super::Told;
use super::question::{Answer, Question};
use super::rests::Rests;
use super::work::Progress;
use super::{better, work};
use crate::server::store::{Snapshot, Store};
use crate::wire::AppError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::Instant;

/// The limits on the share of the machine that backtests may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most results kept. Each has up to 100 kB.
    pub kept: usize,
    /// The most backtests and suggestions asked for at once: a page asks for both. One is worked on at a time, while the others wait; one more is refused.
    pub asked: usize,
    /// The time for which work goes on after somebody was told of its progress.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { kept: 32, asked: 6, patience: Duration::from_secs(60) }
    }
}

/// The time in which whoever begins some work comes to wait for it.
const BEGINNING: Duration = Duration::from_millis(100);

pub struct Backtests {
    limits: Limits,
    state: Arc<Mutex<State>>,
    /// The permit to work.
    turn: Arc<Semaphore>,
}

#[derive(Default)]
struct State {
    /// The results, latest first.
    kept: Vec<Arc<Kept>>,
    jobs: Vec<Arc<Job>>,
}

/// A result, and the state of the database in which it was last found to hold.
struct Kept {
    question: Question,
    answer: Answer,
    rests: Rests,
    holds_at: Mutex<Option<Snapshot>>,
}

/// The work on one of them.
struct Job {
    question: Question,
    progress: Arc<Progress>,
    ended: watch::Receiver<Option<Result<Arc<Kept>, AppError>>>,
    waits: Mutex<Waits>,
    /// Told when one who waited has left.
    left: Notify,
}

/// The number of those who wait for a job, and the time until which it goes on without anybody.
#[derive(Clone, Copy)]
struct Waits {
    number: usize,
    until: Instant,
}

impl Default for Backtests {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Backtests {
    pub fn new(limits: Limits) -> Self {
        Self { limits, state: Arc::default(), turn: Arc::new(Semaphore::new(1)) }
    }

    /// Returns the answer to a question, or the progress after `patience`. Fails with Overloaded when too many others are asked for.
    pub async fn get(&self, store: &Store, question: Question, patience: Duration) -> Result<Told<Answer>, AppError> {
        let kept = self.state().kept.iter().find(|kept| kept.question == question).cloned();
        if let Some(kept) = kept
            && kept.still_holds(store).await?
        {
            self.state().keep(&kept, self.limits);
            return Ok(Told::Done(kept.answer.clone()));
        }
        loop {
            let (job, is_new) = self.join(store, &question)?;
            let waiting = Waiting::new(&job);
            let mut ended = job.ended.clone();
            let end = async { ended.wait_for(Option::is_some).await.ok().and_then(|result| (*result).clone()) };
            let Ok(end) = tokio::time::timeout(patience, end).await else {
                waiting.stay(self.limits.patience);
                return Ok(Told::Working(job.progress.told()));
            };
            // It may have been given up at the very moment in which it was joined.
            let Some(kept) = end.transpose()? else { continue };
            // Work that another caller began may lack the latest change that this caller knows of.
            if is_new || kept.still_holds(store).await? {
                return Ok(Told::Done(kept.answer.clone()));
            }
        }
    }

    /// Joins the work on a question, or begins it. Returns true when it was begun.
    fn join(&self, store: &Store, question: &Question) -> Result<(Arc<Job>, bool), AppError> {
        let mut state = self.state();
        let open = |job: &&Arc<Job>| job.question == *question && job.ended.borrow().is_none();
        if let Some(job) = state.jobs.iter().find(open) {
            return Ok((Arc::clone(job), false));
        }
        if state.jobs.len() >= self.limits.asked {
            let asked = self.limits.asked;
            return Err(AppError::Overloaded(format!(
                "{asked} other backtests are being worked out at the moment, which is the most at a time. Please try again in a \
                 minute."
            )));
        }
        let (told, ended) = watch::channel(None);
        let job = Arc::new(Job {
            question: question.clone(),
            progress: Arc::default(),
            ended,
            waits: Mutex::new(Waits { number: 0, until: Instant::now() + BEGINNING }),
            left: Notify::new(),
        });
        state.jobs.push(Arc::clone(&job));
        tokio::spawn(run(store.clone(), Arc::clone(&job), Arc::clone(&self.state), Arc::clone(&self.turn), self.limits, told));
        Ok((job, true))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// Works on a job until it is done or nobody waits any more.
async fn run(
    store: Store,
    job: Arc<Job>,
    state: Arc<Mutex<State>>,
    turn: Arc<Semaphore>,
    limits: Limits,
    told: watch::Sender<Option<Result<Arc<Kept>, AppError>>>,
) {
    let work = Box::pin(async {
        let _turn = turn.acquire().await;
        work_out(&store, &job.question, &job.progress).await
    });
    let result = tokio::select! {
        result = work => Some(result),
        () = job.given_up() => None,
    };
    let result = result.map(|result| {
        let kept = |(answer, rests)| Arc::new(Kept { question: job.question.clone(), answer, rests, holds_at: Mutex::default() });
        result.map(kept)
    });
    let mut state = lock(&state);
    state.jobs.retain(|other| !Arc::ptr_eq(other, &job));
    if let Some(Ok(kept)) = &result {
        state.keep(kept, limits);
    }
    drop(state);
    let _ = told.send(result);
}

async fn work_out(store: &Store, question: &Question, progress: &Progress) -> Result<(Answer, Rests), AppError> {
    match question {
        Question::Backtest(terms) => work::work_out(store, terms, progress).await,
        Question::Suggestion(terms) => better::work_out(store, terms, progress).await,
        Question::Scores(terms, scorecard) => work::scores(store, terms, *scorecard, progress).await,
    }
}

impl State {
    /// Makes a result the latest, and drops the oldest ones beyond the limit.
    fn keep(&mut self, kept: &Arc<Kept>, limits: Limits) {
        self.kept.retain(|other| other.question != kept.question);
        self.kept.insert(0, Arc::clone(kept));
        self.kept.truncate(limits.kept);
    }
}

impl Kept {
    /// Returns whether everything that the result rests on is unchanged.
    async fn still_holds(&self, store: &Store) -> Result<bool, AppError> {
        let snapshot = store.snapshot().await?;
        if lock(&self.holds_at).as_ref() == Some(&snapshot) {
            return Ok(true);
        }
        let holds = self.rests.still_hold(store, &self.question).await?;
        if holds {
            *lock(&self.holds_at) = Some(snapshot);
        }
        Ok(holds)
    }
}

impl Job {
    /// Returns when nobody waits any more.
    async fn given_up(&self) {
        loop {
            let left = self.left.notified();
            let Waits { number, until } = *lock(&self.waits);
            match number {
                0 if until <= Instant::now() => return,
                0 => tokio::select! {
                    () = left => {}
                    () = tokio::time::sleep_until(until) => {}
                },
                _ => left.await,
            }
        }
    }
}

/// Somebody who waits for a job.
struct Waiting<'a>(&'a Job);

impl<'a> Waiting<'a> {
    fn new(job: &'a Job) -> Self {
        lock(&job.waits).number += 1;
        Self(job)
    }

    /// Leaves, and will come back.
    fn stay(self, patience: Duration) {
        lock(&self.0.waits).until = Instant::now() + patience;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        lock(&self.0.waits).number -= 1;
        self.0.left.notify_one();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
impl Backtests {
    /// Returns the questions whose answers are kept, latest first.
    pub fn kept(&self) -> Vec<Question> {
        self.state().kept.iter().map(|kept| kept.question.clone()).collect()
    }

    /// Takes the turn to work, so that nothing is worked on.
    pub async fn take_turn(&self) -> tokio::sync::OwnedSemaphorePermit {
        Arc::clone(&self.turn).acquire_owned().await.unwrap()
    }

    /// Returns how many backtests are being worked on or wait for it.
    pub fn asked(&self) -> usize {
        self.state().jobs.len()
    }
}
