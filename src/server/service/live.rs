//! Following changes: what somebody who looks at all customers, or at one, is told, and how often.

use crate::domain::CustomerId;
use crate::server::Call;
use crate::server::store::{Changed, Follower};
use std::time::Duration;
use tokio::time::Instant;

/// How much time lies at least between two messages; what happens meanwhile is one message.
const PAUSE: Duration = Duration::from_millis(500);

/// What one follower hears.
pub struct News {
    follower: Follower,
    customer: Option<CustomerId>,
    quiet_until: Instant,
}

/// Follows all customers, or one. When something has changed since the mark `since`, this is the first thing told.
pub fn follow(call: &Call, customer: Option<CustomerId>, since: Option<&str>) -> News {
    News { follower: call.store.follow(since), customer, quiet_until: Instant::now() }
}

impl News {
    /// Waits for the next thing to tell; `None` when the server ends.
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
        self.quiet_until = Instant::now() + PAUSE;
        Some(changed)
    }

    /// The mark up to which everything has been told.
    pub fn mark(&self) -> String {
        self.follower.mark()
    }
}
