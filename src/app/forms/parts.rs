//! The parts that every form begins and ends with.

use super::FormState;
use crate::app::components::{Alert, SubmitButton};
use crate::wire::{AppError, FUNCTION};
use leptos::ev::SubmitEvent;
use leptos::form::FromFormData;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_location;
use serde::de::DeserializeOwned;

/// Shows a form for a server function. Once the page is hydrated it works in place. Before that, and without JavaScript, the
/// browser sends it to the page's own address, so that a refused form is answered with its page.
#[component]
pub fn ActionForm<S>(
    action: ServerAction<S>,
    /// Unique on the page, which is shown again at this form when it is refused.
    #[prop(into, optional)]
    id: String,
    children: Children,
) -> impl IntoView
where
    S: ServerFn<Error = AppError> + DeserializeOwned + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match S::from_event(&event) {
            Ok(input) => drop(action.dispatch(input)),
            Err(error) => action.value().set(Some(Err(AppError::BadRequest(error.to_string())))),
        }
    };
    let address = own_address(&id);
    view! {
        <form id=Some(id).filter(|id| !id.is_empty()) method="post" action=address on:submit=submit>
            <input type="hidden" name=FUNCTION value=S::url() />
            {children()}
        </form>
    }
}

/// Returns the address of the page being shown, at the element with an id; of the page as a whole for an empty id.
pub fn own_address(id: &str) -> String {
    let location = use_location();
    let mut address = location.pathname.get_untracked();
    let search = location.search.get_untracked();
    for (mark, part) in [("?", search.trim_start_matches('?')), ("#", id)] {
        if !part.is_empty() {
            address = address + mark + part;
        }
    }
    address
}

/// Shows the hidden fields and, after a refusal, the message about the whole form.
#[component]
pub fn FormHead(state: FormState) -> impl IntoView {
    view! {
        <input type="hidden" name="form" value=state.id() />
        <input type="hidden" name="messageId" value=move || state.message_id() />
        {move || state.message().map(|message| view! { <Alert>{message}</Alert> })}
    }
}

/// Shows the button that sends the form, with `children` beside it.
#[component]
pub fn FormFoot(state: FormState, #[prop(into)] label: String, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <div class="form__foot">
            <SubmitButton label pending=state.pending() />
            {children.map(|children| children())}
        </div>
    }
}
