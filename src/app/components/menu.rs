//! Closing of menus and inline forms. Both are plain `<details>`: `.menu` floats, `.inline-form` opens in place. Without
//! JavaScript, their summary closes them.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

const OPEN_MENUS: &str = ".menu[open]";
/// The elements that Escape closes. A form is closed only from within.
const ESCAPED: &str = ".menu[open], .inline-form[open]:focus-within";

/// Closes menus on a click or focus elsewhere, so that only one is open, and on Escape, which returns the focus to the
/// summary. Call once for the app.
pub fn close_menus() {
    Effect::new(|_| {
        let escape = window_event_listener(ev::keydown, |event| {
            if event.key() == "Escape" {
                each(ESCAPED, leave);
            }
        });
        let click = window_event_listener(ev::click, |event| close_others(&event));
        let focus = window_event_listener(ev::focusin, |event| close_others(&event));
        on_cleanup(move || [escape, click, focus].into_iter().for_each(WindowListenerHandle::remove));
    });
}

fn close_others(event: &Event) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    each(OPEN_MENUS, |menu| {
        if !menu.contains(target.as_deref()) {
            close(menu);
        }
    });
}

fn leave(disclosure: &Element) {
    let had_focus = disclosure.matches(":focus-within").unwrap_or(false);
    close(disclosure);
    let summary = disclosure.query_selector("summary").ok().flatten().and_then(|found| found.dyn_into::<HtmlElement>().ok());
    if let Some(summary) = summary.filter(|_| had_focus) {
        let _ = summary.focus();
    }
}

fn close(disclosure: &Element) {
    let _ = disclosure.remove_attribute("open");
}

fn each(selector: &str, act: impl Fn(&Element)) {
    let Ok(found) = document().query_selector_all(selector) else { return };
    let found = (0..found.length()).filter_map(|index| found.item(index)?.dyn_into::<Element>().ok());
    // A closed element no longer matches, so all are found before the first is closed.
    found.collect::<Vec<_>>().iter().for_each(act);
}
