//! What staff wrote about the customer, the latest first.

use crate::app::components::Day;
use crate::app::format;
use crate::app::forms::{DeleteNoteForm, NoteForm};
use crate::domain::pages::CustomerPage;
use crate::domain::{CustomerId, Note};
use leptos::prelude::*;

#[component]
pub fn NotesSection(page: StoredValue<CustomerPage>) -> impl IntoView {
    let (customer, notes) = page.with_value(|page| (page.customer.id, page.notes.clone()));
    let list = if notes.is_empty() {
        view! { <p class="empty-note">"No notes yet. Write down what the figures do not tell."</p> }.into_any()
    } else {
        view! { <ol>{notes.into_iter().map(|note| view! { <NoteItem customer note /> }).collect_view()}</ol> }.into_any()
    };
    view! {
        <section class="panel" id="notes" aria-labelledby="notes-title">
            <div class="panel__head">
                <h2 id="notes-title">"Notes"</h2>
            </div>
            <NoteForm customer />
            {list}
        </section>
    }
}

#[component]
fn NoteItem(customer: CustomerId, note: Note) -> impl IntoView {
    let at = note.created_at;
    view! {
        <li class="note">
            <p class="note__head" title=format::time(at)>
                <b>{note.author}</b>
                <Day day=at.date_naive() />
            </p>
            <p class="note__text">{note.text}</p>
            <details class="inline-form no-print">
                <summary>"Delete"<span class="sr-only">" this note"</span></summary>
                <p>"A deleted note is gone for good."</p>
                <DeleteNoteForm customer note=note.id />
            </details>
        </li>
    }
}
