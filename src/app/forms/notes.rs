//! Notes about a customer: add one, delete one.

use super::FormState;
use super::parts::{ActionForm, FormFoot, FormHead};
use crate::app::components::{Field, TextArea};
use crate::app::server_fns::{AddNote, DeleteNote};
use crate::app::state::use_preferences;
use crate::domain::{CustomerId, NoteId};
use crate::wire::FormValues;
use leptos::prelude::*;

#[component]
pub fn NoteForm(customer: CustomerId) -> impl IntoView {
    let action = ServerAction::<AddNote>::new();
    let author = use_preferences().read_untracked().signature();
    let initial = FormValues([("author".to_owned(), author)].into());
    let state = FormState::new(format!("note-{customer}"), initial, action);
    view! {
        <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
            <FormHead state />
            <input type="hidden" name="customer" value=customer.to_string() />
            <TextArea
                id=state.field_id("text")
                name="text"
                label="Note"
                value=state.value("text")
                error=state.error("text")
                required=true
                max_length=5000
            />
            <div class="form__row">
                <Field
                    id=state.field_id("author")
                    name="author"
                    label="Your name"
                    value=state.value("author")
                    error=state.error("author")
                    autocomplete="name"
                    required=true
                />
                <FormFoot state label="Add note" />
            </div>
        </ActionForm>
    }
}

/// Shows a small button that deletes a note.
#[component]
pub fn DeleteNoteForm(customer: CustomerId, note: NoteId) -> impl IntoView {
    let action = ServerAction::<DeleteNote>::new();
    let state = FormState::new(format!("delete-note-{note}"), FormValues::default(), action);
    view! {
        <ActionForm action id=state.id()>
            <input type="hidden" name="form" value=state.id() />
            <input type="hidden" name="customer" value=customer.to_string() />
            <input type="hidden" name="note" value=note.to_string() />
            <button type="submit" class="link-button" disabled=move || state.pending().get()>"Delete note"</button>
            {move || state.message().map(|message| view! { <span class="field__error">{message}</span> })}
        </ActionForm>
    }
}
