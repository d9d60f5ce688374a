//! The page's forms that ask for another address: search and filters, which apply at once, and the day.

use super::address::Address;
use super::morph::HELD;
use crate::app::form_fields::query_of;
use leptos::ev::{Event, SubmitEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use std::time::Duration;
use web_sys::{Element, HtmlFormElement};

/// The pause in typing after which the list follows.
const TYPING_PAUSE: Duration = Duration::from_millis(200);
const FILTERS: &str = "form.filters";
const DAY: &str = "form.day-bar__form";
const SEARCH: &str = "#search";
/// The choice of renewals that asks for two days.
const DAYS: &str = "days";

/// Returns a handler that follows typing in the search field after a pause. It replaces the address, so that Back does not
/// replay the letters.
pub fn on_typing(address: Address) -> impl FnMut(Event) + 'static {
    let mut apply = debounce(TYPING_PAUSE, move |form: HtmlFormElement| go(&form, address, true));
    move |event| {
        if is_at(&event, SEARCH)
            && let Some(form) = form_of(&event)
        {
            apply(form);
        }
    }
}

/// Applies a filter that was changed.
pub fn change(event: &Event, address: Address) {
    if is_at(event, "[name=renewal]") && event_target_value(event) == DAYS {
        // Two days are asked for only once one of them is chosen.
        let _ = event_target::<Element>(event).set_attribute(HELD, "");
    } else if !is_at(event, SEARCH)
        && let Some(form) = form_of(event).filter(|form| matches(form, FILTERS))
    {
        go(&form, address, false);
    }
}

/// Goes where a form asks to go, without loading the document again.
pub fn submit(event: &SubmitEvent, address: Address) {
    if let Some(form) = form_of(event).filter(|form| matches(form, FILTERS) || matches(form, DAY)) {
        event.prevent_default();
        go(&form, address, false);
    }
}

fn go(form: &HtmlFormElement, address: Address, replace: bool) {
    let Some(sent) = query_of(form) else { return };
    if let Ok(Some(held)) = form.query_selector("[data-held]") {
        let _ = held.remove_attribute(HELD);
    }
    let mut pairs: Vec<(String, String)> = serde_urlencoded::from_str(&sent).unwrap_or_default();
    let mut day = |name: &str| pairs.extract_if(.., |(of, _)| of == name).map(|(_, day)| day).collect::<String>();
    let days = [day("renewal_from"), day("renewal_to")];
    if let Some((_, renewal)) = pairs.iter_mut().find(|(name, value)| name == "renewal" && value == DAYS) {
        *renewal = if days.iter().all(String::is_empty) { String::new() } else { days.join("..") };
    }
    pairs.retain(|(_, value)| !value.is_empty());
    address.go(&pairs, replace);
}

fn is_at(event: &Event, selector: &str) -> bool {
    target(event).is_some_and(|target| matches(&target, selector))
}

fn matches(element: &Element, selector: &str) -> bool {
    element.matches(selector).unwrap_or(false)
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Returns the form that the event's control is in, or the form itself.
fn form_of(event: &Event) -> Option<HtmlFormElement> {
    target(event)?.closest("form").ok()??.dyn_into().ok()
}
