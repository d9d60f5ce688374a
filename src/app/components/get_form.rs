//! A form that asks for another address. The router's own form can also send files and post, which a first page need not
//! load.

use crate::app::form_fields::query_of;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use web_sys::HtmlFormElement;

/// Goes to `action` with the form's named fields in the query, as a browser does without JavaScript.
#[component]
pub fn GetForm(
    #[prop(into)] action: Signal<String>,
    class: &'static str,
    /// True where the next page begins at its top.
    scroll: bool,
    #[prop(optional)] role: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let navigate = use_navigate();
    let submit = move |event: SubmitEvent| {
        let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        let Some(query) = form.as_ref().and_then(query_of) else { return };
        event.prevent_default();
        let options = NavigateOptions { scroll, ..NavigateOptions::default() };
        navigate(&format!("{}?{query}", action.get_untracked()), options);
    };
    view! {
        <form method="get" action=action class=class role=role on:submit=submit>
            {children()}
        </form>
    }
}
