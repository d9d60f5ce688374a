//! Scroll positions. Back and Forward return to the place on the page where the visitor was. The browser scrolls at once,
//! when a page that loads its list has nothing to scroll yet, so we scroll again until the list is there.

use leptos::ev;
use leptos::prelude::*;
use web_sys::Storage;

/// The time for which a place is sought, in milliseconds.
const PATIENCE: f64 = 10_000.0;
/// The number of frames that a page may take to appear after Back or Forward.
const FRAMES: u32 = 3;

/// A place to scroll to: its distance from the top, the frames since it was asked for, and the time when the search ends.
#[derive(Clone, Copy)]
struct Sought {
    top: f64,
    frames: u32,
    until: f64,
}

/// Remembers how far each address was scrolled, and scrolls there when Back or Forward leads to it. Call once for the app.
pub(super) fn keep_places() {
    Effect::new(move |_| {
        let sought = StoredValue::new(None::<Sought>);
        let scrolled = window_event_listener(ev::scroll, move |_| {
            if let (None, Some(places)) = (sought.get_value(), places()) {
                let _ = places.set_item(&address(), &window().scroll_y().unwrap_or_default().to_string());
            }
        });
        let went_back = window_event_listener(ev::popstate, move |_| {
            let place = places().and_then(|places| places.get_item(&address()).ok().flatten());
            let was_idle = sought.get_value().is_none();
            let top = place.and_then(|top| top.parse().ok());
            sought.set_value(top.map(|top| Sought { top, frames: 0, until: now() + PATIENCE }));
            if was_idle {
                seek(sought);
            }
        });
        // A visitor who scrolls is left alone.
        let moved = ["wheel", "touchstart", "pointerdown", "keydown"]
            .map(|name| window_event_listener_untyped(name, move |_| sought.set_value(None)));
        on_cleanup(move || [scrolled, went_back].into_iter().chain(moved).for_each(WindowListenerHandle::remove));
    });
}

/// Scrolls to the place as soon as nothing on the page is loading and the page is long enough.
fn seek(sought: StoredValue<Option<Sought>>) {
    request_animation_frame(move || {
        let Some(Some(mut place)) = sought.try_get_value() else { return };
        place.frames += 1;
        let loading = document().query_selector(".content .skeleton").ok().flatten().is_some();
        let room = document().document_element().map_or(0, |root| root.scroll_height() - root.client_height());
        let is_there = place.frames > FRAMES && !loading && f64::from(room) >= place.top.floor();
        if is_there {
            window().scroll_to_with_x_and_y(0.0, place.top);
        }
        sought.set_value(Some(place).filter(|place| !is_there && now() < place.until));
        seek(sought);
    });
}

fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

fn places() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// Returns the name under which the place at the present address is stored.
fn address() -> String {
    let location = window().location();
    format!("place {}{}", location.pathname().unwrap_or_default(), location.search().unwrap_or_default())
}
