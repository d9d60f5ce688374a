//! Closing of tooltips with Escape, without moving pointer or focus, as WCAG asks. Tooltips themselves are CSS (see `.tip`).

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Closes tooltips on Escape. Call once for the app.
pub fn close_tips_on_escape() {
    Effect::new(|_| {
        let escape = window_event_listener(ev::keydown, |event| {
            if event.key() == "Escape" {
                mark_closed(true);
            }
        });
        let focus = window_event_listener(ev::focusin, |_| mark_closed(false));
        let pointer = window_event_listener(ev::mouseover, |event| {
            let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            if element.is_some_and(|element| element.closest(".tip").ok().flatten().is_none()) {
                mark_closed(false);
            }
        });
        on_cleanup(move || [escape, focus, pointer].into_iter().for_each(WindowListenerHandle::remove));
    });
}

fn mark_closed(closed: bool) {
    let Some(body) = document().body() else { return };
    let _ = if closed { body.set_attribute("data-tips", "closed") } else { body.remove_attribute("data-tips") };
}
