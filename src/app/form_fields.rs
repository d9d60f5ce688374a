//! Forms in the browser: the fields that one would send, and the events that somebody at its controls causes.

use crate::wire::FUNCTION;
use web_sys::{Element, Event, EventInit, FormData, HtmlFormElement, UrlSearchParams};

/// The fields by which a form is delivered, and which say nothing of what is in it.
const DELIVERY: [&str; 3] = [FUNCTION, "form", "messageId"];

/// Returns a form's fields as a query string.
pub fn query_of(form: &HtmlFormElement) -> Option<String> {
    as_query(&FormData::new_with_form(form).ok()?)
}

/// Returns the fields of what somebody has typed and chosen in a form.
pub fn content_of(form: &HtmlFormElement) -> Option<FormData> {
    let fields = FormData::new_with_form(form).ok()?;
    DELIVERY.iter().for_each(|name| fields.delete(name));
    Some(fields)
}

/// Returns fields as a query string.
pub fn as_query(fields: &FormData) -> Option<String> {
    Some(UrlSearchParams::new_with_str_sequence_sequence(fields).ok()?.to_string().into())
}

/// Fires an event at a control, which those around it hear.
pub fn fire(control: &Element, name: &str) {
    let bubbles = EventInit::new();
    bubbles.set_bubbles(true);
    if let Ok(event) = Event::new_with_event_init_dict(name, &bubbles) {
        let _ = control.dispatch_event(&event);
    }
}
