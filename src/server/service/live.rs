//! Following changes: the messages to a client that watches all customers or one, and their pace.

use crate::domain::CustomerId;
use crate::server::Call;
use crate::server::service::run::following;
use crate::server::store::{Changed, Follower};
use std::time::Duration;
use tokio::time::Instant;

/// The least time between two messages. Changes in between share a message.
const MESSAGE_PAUSE: Duration = Duration::from_millis(500);

/// The messages to one follower.
pub struct News {
    follower: Follower,
    customer: Option<CustomerId>,
    quiet_until: Instant,
}

/// Follows all customers, or one. When something has changed since the mark `since`, this is the first thing told.
pub fn follow(call: &Call, customer: Option<CustomerId>, since: Option<&str>) -> News {
    following::listen(&call.store);
    News { follower: call.store.follow(since), customer, quiet_until: Instant::now() }
}

impl News {
    /// Waits for the next message; `None` when the server ends.
    pub async fn next(&mut self) -> Option<Changed> {
        let mut changed = loop {
            if let Some(changed) = self.follower.next().await?.about(self.customer) {
                break changed;
            }
        };
        loop {
            tokio::select! {
                biased;
                more = self.follower.next() => more?.about(self.customer).into_iter().for_each(|more| changed.add(more)),
                () = tokio::time::sleep_until(self.quiet_until) => break,
            }
        }
        self.quiet_until = Instant::now() + MESSAGE_PAUSE;
        Some(changed)
    }

    /// Returns the mark up to which every change has been told.
    pub fn mark(&self) -> String {
        self.follower.mark()
    }
}
