//! Forms that wait for their answers. The data around them stays as it is until then: news of a form's own change may come
//! before its answer, and would remove the form that the answer is for.

use leptos::prelude::*;
use std::time::Duration;

/// The number of forms that wait.
#[derive(Clone, Copy)]
pub struct Sending(RwSignal<u32>);

impl Sending {
    pub(super) fn new() -> Self {
        Self(RwSignal::new(0))
    }

    /// Returns whether a form waits.
    pub fn is_under_way(self) -> bool {
        self.0.get() > 0
    }

    /// Follows a form until the reactive owner is cleaned up.
    pub fn follow(self, pending: Memo<bool>) {
        Effect::new(move |_: Option<Option<Sent>>| pending.get().then(|| Sent::new(self)));
    }
}

pub fn use_sending() -> Sending {
    expect_context()
}

/// One form that waits.
struct Sent(Sending);

impl Sent {
    fn new(sending: Sending) -> Self {
        sending.0.update(|sent| *sent += 1);
        Self(sending)
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        let Sending(sent) = self.0;
        // After the effects of the answer, for which the form has to be there.
        set_timeout(
            move || {
                let _ = sent.try_update(|sent| *sent -= 1);
            },
            Duration::ZERO,
        );
    }
}
