//! Keyboard control of the list: the arrows (or j and k) move between rows, Enter opens one, Space (or x) chooses it.

use super::chosen::BOX;
use crate::app::state::use_preferences;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// The link of each row that Enter opens.
const ROW_LINKS: &str = ".row-link";

/// Listens for the list's keys while the page is there.
pub fn listen() {
    let preferences = use_preferences();
    Effect::new(move |_| {
        let listener = window_event_listener(leptos::ev::keydown, move |event| {
            handle(&event, preferences.read_untracked().shortcuts);
        });
        on_cleanup(move || listener.remove());
    });
}

fn handle(event: &KeyboardEvent, single_keys: bool) {
    if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let at = document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
    let in_search = at.as_ref().is_some_and(|element| element.id() == "search");
    let on_row = at.as_ref().is_some_and(|element| element.matches(ROW_LINKS).unwrap_or(false));
    let writing = at.as_ref().is_some_and(|element| element.matches("input, select, textarea, dialog *").unwrap_or(false));
    let step = match event.key().as_str() {
        " " if on_row => return choose(event, at, 0),
        "x" if on_row && single_keys => return choose(event, at, 0),
        "ArrowDown" if on_row && event.shift_key() => return choose(event, at, 1),
        "ArrowUp" if on_row && event.shift_key() => return choose(event, at, -1),
        "ArrowDown" if in_search || on_row => 1,
        "ArrowUp" if on_row => -1,
        "j" if single_keys && !writing => 1,
        "k" if single_keys && !writing => -1,
        "Escape" if on_row => 0,
        _ => return,
    };
    event.prevent_default();
    if step == 0 { focus("search") } else { walk(at.filter(|_| on_row), step) }
}

/// Chooses the row at which the focus is, or no longer. With a step, chooses it and the next row, to which the focus moves.
fn choose(event: &KeyboardEvent, at: Option<HtmlElement>, step: i64) {
    event.prevent_default();
    let click = |row: Option<&HtmlElement>| {
        let unless = if step == 0 { BOX.to_owned() } else { format!("{BOX}:not(:checked)") };
        let cell = row.and_then(|row| row.closest("tr").ok().flatten());
        let found = cell.and_then(|cell| cell.query_selector(&unless).ok().flatten());
        if let Some(found) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
            found.click();
        }
    };
    click(at.as_ref());
    if step != 0 {
        walk(at, step);
        let now = document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
        click(now.filter(|now| now.matches(ROW_LINKS).unwrap_or(false)).as_ref());
    }
}

/// Moves the focus by one row. From the first row, upwards leads to the search field.
fn walk(from: Option<HtmlElement>, step: i64) {
    let Ok(links) = document().query_selector_all(ROW_LINKS) else { return };
    let links: Vec<HtmlElement> =
        (0..links.length()).filter_map(|index| links.item(index)?.dyn_into::<HtmlElement>().ok()).collect();
    let here = from.and_then(|element| links.iter().position(|link| link.is_same_node(Some(&element))));
    let next = match here {
        None => 0,
        Some(0) if step < 0 => return focus("search"),
        Some(index) => (index as i64 + step) as usize,
    };
    if let Some(link) = links.get(next.min(links.len().saturating_sub(1))) {
        // Focusing scrolls the row into view.
        let _ = link.focus();
    }
}

/// Moves the focus to the element with this id.
pub fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
