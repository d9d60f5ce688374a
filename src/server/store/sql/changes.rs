//! Which customers changed, for those who follow. Only ids are told, and only after the commit.
//!
//! On SQLite one process serves and tells its own followers; `other_processes` notices what other processes have written. On
//! PostgreSQL several processes may serve, so each tells all of them through the database (NOTIFY), and each listens, to
//! itself as well. A NOTIFY inside the transactions would make PostgreSQL flush their commits one after the other. So each
//! process tells of all its commits together, a few times a second.

use crate::domain::CustomerId;
use crate::server::store::StoreResult;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, broadcast, watch};

/// The most customers that a message names. Their ids stay far below the 8000 bytes that a NOTIFY can have.
const MAX_NAMED: usize = 100;
/// The most changes that a follower may be behind before it is told that everything changed.
const BACKLOG: usize = 256;
/// The pause between two messages of this process to the others.
const NOTIFY_PAUSE: Duration = Duration::from_millis(100);
/// The pause after a message could not be sent.
const NOTIFY_RETRY: Duration = Duration::from_secs(1);

/// The customers that changed; null when any of them may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Changed {
    pub customers: Option<BTreeSet<CustomerId>>,
}

impl Changed {
    pub const EVERYTHING: Self = Self { customers: None };
    const NOTHING: Self = Self { customers: Some(BTreeSet::new()) };

    pub fn is_nothing(&self) -> bool {
        *self == Self::NOTHING
    }

    pub fn add(&mut self, more: Self) {
        match (&mut self.customers, more.customers) {
            (Some(customers), Some(more)) => customers.extend(more),
            _ => self.customers = None,
        }
        if self.customers.as_ref().is_some_and(|customers| customers.len() > MAX_NAMED) {
            self.customers = None;
        }
    }

    /// Returns the part that concerns a customer (all of it for `None`), or `None` when nothing does.
    pub fn about(self, customer: Option<CustomerId>) -> Option<Self> {
        match (&self.customers, customer) {
            (Some(customers), Some(customer)) => customers.contains(&customer).then(|| Self::from(customer)),
            _ => Some(self),
        }
    }
}

impl Default for Changed {
    fn default() -> Self {
        Self::NOTHING
    }
}

impl From<CustomerId> for Changed {
    fn from(customer: CustomerId) -> Self {
        Self { customers: Some(BTreeSet::from([customer])) }
    }
}

/// The changes that this process knows. They are told to its followers in order. On PostgreSQL, those of its own commits wait
/// in an outbox until all processes are told.
#[derive(Clone)]
pub struct Changes(Arc<Inner>);

struct Inner {
    /// The name of this process, part of each mark. A mark with another name is of another process, or from before a restart.
    name: u32,
    told: Mutex<u64>,
    followers: broadcast::Sender<(u64, Changed)>,
    ended: watch::Sender<bool>,
    listens: AtomicBool,
    outbox: Mutex<Changed>,
    filled: Notify,
    followed: Notify,
}

impl Changes {
    pub fn new() -> Self {
        Self(Arc::new(Inner {
            name: rand::random(),
            told: Mutex::default(),
            followers: broadcast::channel(BACKLOG).0,
            ended: watch::channel(false).0,
            listens: AtomicBool::new(false),
            outbox: Mutex::default(),
            filled: Notify::new(),
            followed: Notify::new(),
        }))
    }

    /// Tells this process's followers.
    pub fn tell(&self, changed: Changed) {
        let mut told = lock(&self.0.told);
        *told += 1;
        // Fails when nobody follows.
        let _ = self.0.followers.send((*told, changed));
    }

    /// Waits until somebody follows.
    pub async fn until_followed(&self) {
        while self.0.followers.receiver_count() == 0 {
            self.0.followed.notified().await;
        }
    }

    /// Puts a change into the outbox, from which [`keep_sending`] tells all processes.
    pub fn send_later(&self, changed: Changed) {
        lock(&self.0.outbox).add(changed);
        self.0.filled.notify_one();
    }

    /// Tells all processes what is in the outbox.
    pub async fn send(&self, pool: &PgPool) -> StoreResult<()> {
        let changed = std::mem::take(&mut *lock(&self.0.outbox));
        if changed.is_nothing() {
            return Ok(());
        }
        let text = serde_json::to_string(&changed).unwrap_or_default();
        let sent = sqlx::query("SELECT pg_notify('customer_health', $1)").bind(text).execute(pool).await;
        if sent.is_err() {
            self.send_later(changed);
        }
        sent?;
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells all processes of this one's commits, for as long as the pool is open.
pub async fn keep_sending(pool: PgPool, changes: Changes) {
    while !pool.is_closed() {
        changes.0.filled.notified().await;
        if let Err(error) = changes.send(&pool).await {
            tracing::warn!(%error, "open pages cannot be told of changes, will try again");
            tokio::time::sleep(NOTIFY_RETRY).await;
        }
        tokio::time::sleep(NOTIFY_PAUSE).await;
    }
}

impl Changes {
    /// Returns whether this is the first time that somebody wants to hear of other processes.
    pub fn begin_listening(&self) -> bool {
        !self.0.listens.swap(true, Ordering::Relaxed)
    }

    /// Begins to follow. When something has changed since the mark `since`, the follower first hears that everything may have.
    pub fn follow(&self, since: Option<&str>) -> Follower {
        let Inner { name, followers, ended, followed, .. } = &*self.0;
        // In this order: what is told in between arrives twice rather than never.
        let (changes, ended) = (followers.subscribe(), ended.subscribe());
        let mut follower = Follower { name: *name, last: *lock(&self.0.told), is_behind: false, changes, ended };
        follower.is_behind = since.is_some_and(|since| since != follower.mark());
        followed.notify_one();
        follower
    }

    pub fn mark(&self) -> String {
        mark(self.0.name, *lock(&self.0.told))
    }

    /// Ends all following: every follower hears `None`.
    pub fn end_following(&self) {
        self.0.ended.send_replace(true);
    }
}

fn mark(name: u32, told: u64) -> String {
    format!("{name:08x}-{told}")
}

/// Somebody who hears of every change.
pub struct Follower {
    name: u32,
    last: u64,
    is_behind: bool,
    changes: broadcast::Receiver<(u64, Changed)>,
    ended: watch::Receiver<bool>,
}

impl Follower {
    /// Waits for the next change; `None` when the server ends. Nothing is lost when the wait is broken off.
    pub async fn next(&mut self) -> Option<Changed> {
        if std::mem::take(&mut self.is_behind) {
            return Some(Changed::EVERYTHING);
        }
        let heard = tokio::select! {
            biased;
            _ = self.ended.wait_for(|ended| *ended) => return None,
            heard = self.changes.recv() => heard,
        };
        match heard {
            Ok((number, changed)) => {
                self.last = number;
                Some(changed)
            }
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Changed::EVERYTHING),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }

    /// Returns the mark up to which it has heard everything.
    pub fn mark(&self) -> String {
        mark(self.name, self.last)
    }
}
