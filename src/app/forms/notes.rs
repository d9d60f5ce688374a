//! Notes about a customer: add one, change one, delete one.

use super::FormState;
use super::parts::{ActionForm, FormFoot, FormHead};
use crate::app::components::{Field, TextArea};
use crate::app::server_fns::{AddNote, DeleteNote, UpdateNote};
use crate::app::state::use_preferences;
use crate::domain::{CustomerId, Note, NoteId};
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
            <NoteFields state label="Note" signed="Your name" button="Add note" />
        </ActionForm>
    }
}

/// Asks for a note's new text. Put it where it can be opened.
#[component]
pub fn EditNoteForm(customer: CustomerId, note: Note) -> impl IntoView {
    let action = ServerAction::<UpdateNote>::new();
    let editor = use_preferences().read_untracked().signature();
    let initial = FormValues([("author".to_owned(), editor), ("text".to_owned(), note.text)].into());
    let state = FormState::new(format!("edit-note-{}", note.id), initial, action);
    view! {
        <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
            <FormHead state />
            <input type="hidden" name="customer" value=customer.to_string() />
            <input type="hidden" name="note" value=note.id.to_string() />
            <NoteFields state label="Text" signed="Changed by" button="Save note" />
        </ActionForm>
    }
}

#[component]
fn NoteFields(state: FormState, label: &'static str, signed: &'static str, button: &'static str) -> impl IntoView {
    view! {
        <TextArea
            id=state.field_id("text")
            name="text"
            label
            value=state.value("text")
            error=state.error("text")
            required=true
            max_length=5000
        />
        <div class="form__row">
            <Field
                id=state.field_id("author")
                name="author"
                label=signed
                value=state.value("author")
                error=state.error("author")
                autocomplete="name"
                required=true
            />
            <FormFoot state label=button />
        </div>
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
