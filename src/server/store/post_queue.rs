//! Single events that arrive at the same time share a transaction: one wait for the disk serves all of them. Each is
//! answered once its transaction is durable.

use super::db::{Db, Pools};
use super::{Incoming, Store, StoreError, StoreResult, StoredEvent, intake};
use crate::domain::{CustomerId, NewEvent};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc, oneshot};

/// The most events in one transaction.
const GROUP: usize = 64;
/// The most that wait. One more is refused at once, instead of being answered long after its sender has given up.
const WAITING: usize = 1024;
/// From so many on, events are worth a transaction beside the one that is under way.
const LARGE: usize = GROUP / 2;
/// How many transactions PostgreSQL works on at a time; SQLite has one writer.
const POSTGRES_WRITERS: usize = 4;

#[derive(Clone)]
pub(super) struct PostQueue(mpsc::Sender<Post>);

struct Post {
    incoming: Incoming,
    answer: oneshot::Sender<StoreResult<StoredEvent>>,
}

impl Store {
    /// Stores one event, once. Conflict when its message id or its invoice is known with other content.
    pub async fn insert_event(&self, customer: CustomerId, event: &NewEvent, now: DateTime<Utc>) -> StoreResult<StoredEvent> {
        let (answer, answered) = oneshot::channel();
        let incoming = Incoming { customer, event: event.clone(), received_at: now };
        self.posts.0.try_send(Post { incoming, answer }).map_err(|_| StoreError::Overloaded)?;
        answered.await.unwrap_or(Err(unavailable()))
    }
}

impl PostQueue {
    /// Works for as long as somebody can send to it.
    pub(super) fn start(db: &Db) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(write(db.clone(), receiver));
        Self(sender)
    }
}

/// One transaction after the other, so that meanwhile the next group grows; a large group need not wait.
async fn write(db: Db, mut receiver: mpsc::Receiver<Post>) {
    let writers = if let Pools::Sqlite { .. } = db.pools { 1 } else { POSTGRES_WRITERS };
    let others = Arc::new(Semaphore::new(writers - 1));
    loop {
        let mut posts = Vec::with_capacity(GROUP);
        if receiver.recv_many(&mut posts, GROUP).await == 0 {
            return;
        }
        match Arc::clone(&others).try_acquire_owned() {
            Ok(permit) if posts.len() >= LARGE => {
                let db = db.clone();
                tokio::spawn(async move {
                    answer(&db, posts).await;
                    drop(permit);
                });
            }
            _ => answer(&db, posts).await,
        }
    }
}

async fn answer(db: &Db, mut posts: Vec<Post>) {
    // Nobody waits any more for those that were given up.
    posts.retain(|post| !post.answer.is_closed());
    let (group, answers): (Vec<_>, Vec<_>) = posts.into_iter().map(|post| (post.incoming, post.answer)).unzip();
    for (answer, stored) in answers.into_iter().zip(store(db, &group).await) {
        let _ = answer.send(stored);
    }
}

/// All in one transaction. When that fails for a reason that may be one event's alone, each gets one of its own.
async fn store(db: &Db, group: &[Incoming]) -> Vec<StoreResult<StoredEvent>> {
    if group.len() > 1 {
        match intake::post(db, group).await {
            Ok(Some(stored)) => return stored,
            Ok(None) => {}
            Err(error) if error.is_unavailable() => return group.iter().map(|_| Err(unavailable())).collect(),
            Err(error) => tracing::warn!(%error, events = group.len(), "a shared transaction failed: each event gets its own"),
        }
    }
    let mut stored = Vec::with_capacity(group.len());
    for one in group.chunks(1) {
        let alone = intake::post(db, one).await.map(|stored| stored.and_then(|mut stored| stored.pop()));
        stored.push(alone.and_then(|stored| stored.unwrap_or(Err(unavailable()))));
    }
    stored
}

fn unavailable() -> StoreError {
    StoreError::Database(sqlx::Error::PoolTimedOut)
}
