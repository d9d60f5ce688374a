//! The latest answers, and those being worked on.

use super::Told;
use super::question::{Answer, Question};
use super::rests::Rests;
use super::work::Progress;
use super::{better, work};
use crate::server::service::long_work::{Found, Limits, LongWork, LongWorks};
use crate::server::store::{Snapshot, Store};
use crate::wire::AppError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A page asks for a backtest and a suggestion at once. An answer has up to 100 kB.
pub const LIMITS: Limits = Limits { kept: 32, bytes: u64::MAX, asked: 6, patience: Duration::from_secs(60) };

pub struct Backtests(pub LongWorks<Question>);

/// An answer, and the state of the database in which it was last found to hold.
pub struct Kept {
    answer: Answer,
    rests: Rests,
    holds_at: Mutex<Option<Snapshot>>,
}

impl Default for Backtests {
    fn default() -> Self {
        Self(LongWorks::new(LIMITS))
    }
}

impl Backtests {
    /// Returns the answer to a question, or the progress after `patience`. Fails with Overloaded when too many others are asked for.
    pub async fn get(&self, store: &Store, question: Question, patience: Duration) -> Result<Told<Answer>, AppError> {
        Ok(match self.0.get_within(store, question, patience).await? {
            Found::Kept(kept) => Told::Done(kept.result.answer.clone()),
            Found::Working(progress) => Told::Working(progress.told()),
        })
    }
}

impl LongWork for Question {
    type Result = Kept;
    type Progress = Progress;
    const NAMES: (&str, &str) = ("backtests", "minute");

    async fn work_out(self, store: Store, progress: Arc<Progress>) -> Result<Kept, AppError> {
        let (answer, rests) = match &self {
            Self::Backtest(terms) => work::work_out(&store, terms, &progress).await?,
            Self::Suggestion(terms) => better::work_out(&store, terms, &progress).await?,
            Self::Scores(terms, scorecard) => work::scores(&store, terms, *scorecard, &progress).await?,
        };
        Ok(Kept { answer, rests, holds_at: Mutex::default() })
    }

    async fn still_holds(&self, kept: &Kept, store: &Store) -> Result<bool, AppError> {
        let snapshot = store.snapshot().await?;
        if kept.holds_at().as_ref() == Some(&snapshot) {
            return Ok(true);
        }
        let holds = kept.rests.still_hold(store, self).await?;
        if holds {
            *kept.holds_at() = Some(snapshot);
        }
        Ok(holds)
    }

    fn bytes(_: &Kept) -> u64 {
        0
    }
}

impl Kept {
    fn holds_at(&self) -> MutexGuard<'_, Option<Snapshot>> {
        self.holds_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
