//! Notices that a value changes before the reader's eyes, so that the page can show it: see `data-changed`.

use leptos::prelude::*;
use std::time::Duration;

/// The time for which a changed value stays marked.
const MARKED: Duration = Duration::from_secs(2);

/// True for a while after the second of the two has changed. `of` gives what the value belongs to, such as a day, and the
/// value: that of something else is no news.
pub fn use_changed<K: PartialEq + 'static, V: PartialEq + 'static>(of: impl Fn() -> (K, V) + 'static) -> Signal<bool> {
    let changed = RwSignal::new(false);
    Effect::new(move |before: Option<(K, V)>| {
        let now = of();
        if before.is_some_and(|before| before.0 == now.0 && before.1 != now.1) {
            changed.set(true);
            set_timeout(
                move || {
                    // What was marked may be gone.
                    let _ = changed.try_set(false);
                },
                MARKED,
            );
        }
        now
    });
    changed.into()
}
