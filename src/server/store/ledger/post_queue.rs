//! Single events that arrive at the same time share a transaction: one wait for the disk serves all of them. Each is
//! answered once its transaction is durable.

use crate::domain::{CustomerId, NewEvent};
use crate::server::store::ledger::intake::post_events;
use crate::server::store::sql::db::Db;
use crate::server::store::sql::pools::Pools;
use crate::server::store::{Incoming, Store, StoreError, StoreResult, StoredEvent};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

/// The most events in one transaction.
const GROUP: usize = 64;
/// The most that wait. One more is refused at once, instead of being answered long after its sender has given up.
const WAITING: usize = 1024;
/// The longest wait for a group to become as large as those before it were on average: senders answered together come
/// again together, and the first of them should not get a transaction for itself.
const PATIENCE: Duration = Duration::from_millis(1);
/// The number of transactions that PostgreSQL works on at a time; SQLite has one writer.
const POSTGRES_WRITERS: usize = 3;

#[derive(Clone)]
pub struct PostQueue(mpsc::Sender<Post>);

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
    pub fn start(db: &Db) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(write(db.clone(), receiver));
        Self(sender)
    }
}

/// While transactions are under way, the next group grows.
async fn write(db: Db, mut receiver: mpsc::Receiver<Post>) {
    let writers = Arc::new(Semaphore::new(if let Pools::Sqlite { .. } = db.pools { 1 } else { POSTGRES_WRITERS }));
    let mut usual = 1;
    while let Ok(writer) = Arc::clone(&writers).acquire_owned().await {
        let mut posts = Vec::with_capacity(GROUP);
        if receiver.recv_many(&mut posts, GROUP).await == 0 {
            return;
        }
        let latest = Instant::now() + PATIENCE;
        while posts.len() < usual {
            let room = GROUP - posts.len();
            match timeout_at(latest, receiver.recv_many(&mut posts, room)).await {
                Ok(more) if more > 0 => {}
                _ => break,
            }
        }
        usual = (usual + posts.len()) / 2;
        let db = db.clone();
        tokio::spawn(async move {
            answer(&db, posts).await;
            drop(writer);
        });
    }
}

async fn answer(db: &Db, mut posts: Vec<Post>) {
    // Nobody waits any more for those that were given up.
    posts.retain(|post| !post.answer.is_closed());
    let (group, answers): (Vec<_>, Vec<_>) = posts.into_iter().map(|post| (post.incoming, post.answer)).unzip();
    let group: Vec<_> = group.iter().collect();
    for (answer, stored) in answers.into_iter().zip(store(db, &group).await) {
        let _ = answer.send(stored);
    }
}

/// All in one transaction. When that fails for a reason that may be one event's alone, each gets one of its own.
async fn store(db: &Db, group: &[&Incoming]) -> Vec<StoreResult<StoredEvent>> {
    if group.len() > 1 {
        match post_events(db, group).await {
            Ok(Some(stored)) => return stored,
            Ok(None) => {}
            Err(error) if error.is_unavailable() => {
                tracing::warn!(%error, events = group.len(), "a shared transaction failed");
                return group.iter().map(|_| Err(unavailable())).collect();
            }
            Err(error) => tracing::warn!(%error, events = group.len(), "a shared transaction failed: each event gets its own"),
        }
    }
    let mut stored = Vec::with_capacity(group.len());
    for one in group.chunks(1) {
        let alone = post_events(db, one).await.map(|stored| stored.and_then(|mut stored| stored.pop()));
        stored.push(alone.and_then(|stored| stored.unwrap_or(Err(unavailable()))));
    }
    stored
}

fn unavailable() -> StoreError {
    StoreError::Database(sqlx::Error::PoolTimedOut)
}
