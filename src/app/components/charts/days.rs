//! Walking through the days of a chart with the keyboard: they are one stop of the Tab key.

use leptos::ev::KeyboardEvent;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

/// Moves the focus between the days.
pub fn walk(event: KeyboardEvent) {
    let Some(day) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return };
    let parent = day.parent_element();
    let next = match event.key().as_str() {
        "ArrowLeft" => day.previous_element_sibling(),
        "ArrowRight" => day.next_element_sibling(),
        "Home" => parent.and_then(|days| days.first_element_child()),
        "End" => parent.and_then(|days| days.last_element_child()),
        _ => return,
    };
    event.prevent_default();
    if let Some(next) = next.and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
        // Focusing fails only for elements that cannot take the focus; links can.
        let _ = next.focus();
    }
}
