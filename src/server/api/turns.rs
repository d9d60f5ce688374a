//! Turns of batches. A few batches are worked on at a time, and none of them is one whose sender makes the server wait.

use crate::wire::AppError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// The batches worked on at a time. Each holds two chunks of items in memory.
const BATCHES_AT_ONCE: usize = 4;
/// The longest wait of a batch for its turn, when it has items to work on.
const TURN_PATIENCE: Duration = Duration::from_secs(5);
/// The longest time for which a batch may make the server wait in one turn, all pauses added up.
const MAX_WAIT_IN_A_TURN: Duration = Duration::from_secs(1);

/// The places for batches that are worked on.
#[derive(Clone)]
pub struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(BATCHES_AT_ONCE)))
    }
}

/// A batch's turn. It takes a place when items have arrived, and gives it up when the sender pauses.
pub struct Turn {
    places: Places,
    place: Option<OwnedSemaphorePermit>,
    /// The part of [`MAX_WAIT_IN_A_TURN`] that is left.
    left: Duration,
}

impl Turn {
    pub fn new(places: Places) -> Self {
        Self { places, place: None, left: MAX_WAIT_IN_A_TURN }
    }

    /// Takes a place, unless the batch has one. Places go to batches in the order in which they ask.
    pub async fn take(&mut self) -> Result<(), AppError> {
        if self.place.is_none() {
            let place = tokio::time::timeout(TURN_PATIENCE, self.places.0.clone().acquire_owned()).await;
            self.place = Some(place.ok().and_then(Result::ok).ok_or_else(AppError::overloaded)?);
            self.left = MAX_WAIT_IN_A_TURN;
        }
        Ok(())
    }

    pub fn give_up(&mut self) {
        self.place = None;
    }

    /// Waits for `next`. Returns `None` when the batch has a place and has waited too long in it: it should give the place
    /// up, and wait on without. `next` must lose nothing when it is dropped.
    pub async fn wait<T>(&mut self, next: impl Future<Output = T>) -> Option<T> {
        if self.place.is_none() {
            return Some(next.await);
        }
        let begun = Instant::now();
        let came = tokio::time::timeout(self.left, next).await.ok();
        self.left = self.left.saturating_sub(begun.elapsed());
        came
    }
}
