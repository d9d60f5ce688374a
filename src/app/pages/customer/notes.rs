//! The notes that staff wrote about the customer, latest first.

use crate::app::components::Day;
use crate::app::format;
use crate::app::forms::{DeleteNoteForm, NoteForm};
use crate::domain::{CustomerId, Note};
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;

#[component]
pub fn NotesSection(page: Memo<CustomerPage>) -> impl IntoView {
    let customer = page.with_untracked(|page| page.customer.id);
    let notes = Memo::new(move |_| page.with(|page| page.notes.clone()));
    let empty = Memo::new(move |_| notes.read().is_empty());
    let list = move || match empty.get() {
        true => view! { <p class="empty-note">"No notes yet. Write down what the figures do not tell."</p> }.into_any(),
        false => view! {
            <ol>
                <For each=move || notes.get() key=|note| note.id children=move |note| view! { <NoteItem customer note /> } />
            </ol>
        }
        .into_any(),
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
