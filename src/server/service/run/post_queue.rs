//! Single events that arrive at the same time share a transaction: one wait for the disk serves all of them. Each is
//! answered once its transaction is durable.

use crate::domain::{CustomerId, NewEvent};
use crate::server::store::{Incoming, Store, StoreError, StoreResult, StoredEvent};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

/// The most events in one transaction.
const EVENTS_PER_GROUP: usize = 64;
/// The most that wait. One more is refused at once, instead of being answered long after its sender has given up.
const MAX_WAITING_EVENTS: usize = 1024;
/// The longest wait for a group to become as large as those before it were on average: senders answered together come
/// again together, and the first of them should not get a transaction for itself.
const GROUP_PATIENCE: Duration = Duration::from_millis(1);

#[derive(Clone)]
pub struct PostQueue(mpsc::Sender<Post>);

struct Post {
    incoming: Incoming,
    answer: oneshot::Sender<StoreResult<StoredEvent>>,
}

impl PostQueue {
    /// Stores one event, once. Conflict when its message id or its invoice is known with other content.
    pub async fn insert_event(&self, customer: CustomerId, event: &NewEvent, now: DateTime<Utc>) -> StoreResult<StoredEvent> {
        let (answer, answered) = oneshot::channel();
        let incoming = Incoming { customer, event: event.clone(), received_at: now };
        self.0.try_send(Post { incoming, answer }).map_err(|_| StoreError::Overloaded)?;
        answered.await.unwrap_or(Err(StoreError::unavailable()))
    }
}

impl PostQueue {
    /// Works for as long as somebody can send to it.
    pub fn start(store: &Store) -> Self {
        let (sender, receiver) = mpsc::channel(MAX_WAITING_EVENTS);
        tokio::spawn(write_groups(store.clone(), receiver));
        Self(sender)
    }
}

/// While transactions are under way, the next group grows.
async fn write_groups(store: Store, mut receiver: mpsc::Receiver<Post>) {
    let writers = Arc::new(Semaphore::new(store.post_writers()));
    let mut usual = 1;
    while let Ok(writer) = Arc::clone(&writers).acquire_owned().await {
        let mut posts = Vec::with_capacity(EVENTS_PER_GROUP);
        if receiver.recv_many(&mut posts, EVENTS_PER_GROUP).await == 0 {
            return;
        }
        let latest = Instant::now() + GROUP_PATIENCE;
        while posts.len() < usual {
            let room = EVENTS_PER_GROUP - posts.len();
            match timeout_at(latest, receiver.recv_many(&mut posts, room)).await {
                Ok(more) if more > 0 => {}
                _ => break,
            }
        }
        usual = (usual + posts.len()) / 2;
        let store = store.clone();
        tokio::spawn(async move {
            store_and_answer(&store, posts).await;
            drop(writer);
        });
    }
}

async fn store_and_answer(store: &Store, mut posts: Vec<Post>) {
    // Nobody waits any more for those that were given up.
    posts.retain(|post| !post.answer.is_closed());
    let (group, answers): (Vec<_>, Vec<_>) = posts.into_iter().map(|post| (post.incoming, post.answer)).unzip();
    let group: Vec<_> = group.iter().collect();
    for (answer, stored) in answers.into_iter().zip(store_group(store, &group).await) {
        let _ = answer.send(stored);
    }
}

/// All in one transaction. When that fails for a reason that may be one event's alone, each gets one of its own.
async fn store_group(store: &Store, group: &[&Incoming]) -> Vec<StoreResult<StoredEvent>> {
    if group.len() > 1 {
        match store.post_events(group).await {
            Ok(Some(stored)) => return stored,
            Ok(None) => {}
            Err(error) if error.is_unavailable() => {
                tracing::warn!(%error, events = group.len(), "a shared transaction failed");
                return group.iter().map(|_| Err(StoreError::unavailable())).collect();
            }
            Err(error) => tracing::warn!(%error, events = group.len(), "a shared transaction failed: each event gets its own"),
        }
    }
    let mut stored = Vec::with_capacity(group.len());
    for one in group.chunks(1) {
        let alone = store.post_events(one).await.map(|stored| stored.and_then(|mut stored| stored.pop()));
        stored.push(alone.and_then(|stored| stored.unwrap_or(Err(StoreError::unavailable()))));
    }
    stored
}
