//! The notes that staff wrote about the customer, latest first. Each can be changed and deleted.

use crate::app::format;
use crate::app::forms::{DeleteNoteForm, EditNoteForm, NoteForm};
use crate::domain::{CustomerId, Note};
use crate::wire::pages::CustomerPage;
use chrono::SecondsFormat;
use leptos::prelude::*;

#[component]
pub fn NotesSection(page: Memo<CustomerPage>) -> impl IntoView {
    let customer = page.with_untracked(|page| page.customer.id);
    let notes = Memo::new(move |_| page.with(|page| page.notes.clone()));
    let empty = Memo::new(move |_| notes.read().is_empty());
    let list = move || {
        match empty.get() {
        true => view! { <p class="empty-note">"No notes yet. Write down what the figures do not tell."</p> }.into_any(),
        false => view! {
            <ol>
                <For each=move || notes.get() key=|note| (note.id, note.edited.clone().map(|edit| edit.at)) children=move |note| view! { <NoteItem customer note /> } />
            </ol>
        }
        .into_any(),
    }
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
    let (id, at) = (note.id, note.created_at);
    let edited = note.edited.as_ref().map(|edit| format!("changed by {}, {}", edit.by, format::time(edit.at)));
    view! {
        <li class="note" id=format!("note-{id}")>
            <p class="note__head">
                <b>{note.author.clone()}</b>
                <time datetime=at.to_rfc3339_opts(SecondsFormat::Secs, true)>{format::time(at)}</time>
                {edited.map(|edited| view! { <span>{edited}</span> })}
            </p>
            <p class="note__text">{note.text.clone()}</p>
            <div class="note__actions no-print">
                <details class="inline-form">
                    <summary>"Edit"<span class="sr-only">" this note"</span></summary>
                    <EditNoteForm customer note />
                </details>
                <details class="inline-form">
                    <summary>"Delete"<span class="sr-only">" this note"</span></summary>
                    <p>"A deleted note is gone for good."</p>
                    <DeleteNoteForm customer note=id />
                </details>
            </div>
        </li>
    }
}
