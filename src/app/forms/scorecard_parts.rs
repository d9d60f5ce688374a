//! The parts of the form for the rules of scoring: a required input, and buttons that show the page with the rules in the form.

use super::FormState;
use crate::app::components::Field;
use crate::app::form_fields::{as_query, content_of};
use crate::wire::SCORECARD_PATH;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_navigate};
use wasm_bindgen::JsCast;

/// Shows a required input.
pub(super) fn field(state: FormState, name: String, label: &'static str, hint: &'static str, mode: &'static str) -> AnyView {
    let (id, value, error) = (state.field_id(&name), state.value(&name), state.error(name.clone()));
    view! { <Field id name label hint value error inputmode=mode required=true /> }.into_any()
}

/// Returns what asks for the page with the rules in the form around an element, which tells its name where it is a button. They travel in the address, so that what is shown
/// can be reloaded and shared. The function returns whether the page that is shown is another one then; `None` without a form.
pub(super) fn use_ask() -> impl Fn(web_sys::Element) -> Option<bool> + Clone {
    let (navigate, search) = (use_navigate(), use_location().search);
    move |element| {
        let form = element.closest("form").ok().flatten()?.dyn_into::<web_sys::HtmlFormElement>().ok()?;
        let fields = content_of(&form)?;
        let button = element.dyn_ref::<web_sys::HtmlButtonElement>().filter(|button| !button.name().is_empty());
        if let Some(button) = button {
            let _ = fields.append_with_str(&button.name(), &button.value());
        }
        let query = as_query(&fields)?;
        let differs = query != search.read_untracked().trim_start_matches('?');
        let options = leptos_router::NavigateOptions { scroll: false, ..Default::default() };
        navigate(&format!("{SCORECARD_PATH}?{query}"), options);
        Some(differs)
    }
}

/// Returns what asks for the page with the rules in the form when a button is pressed, and tells whether that is another page.
pub(super) fn use_ask_by_button() -> impl Fn(MouseEvent) -> bool + Clone {
    let ask = use_ask();
    move |event: MouseEvent| {
        let button = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let differs = button.and_then(&ask);
        if differs.is_some() {
            event.prevent_default();
        }
        differs.unwrap_or_default()
    }
}
