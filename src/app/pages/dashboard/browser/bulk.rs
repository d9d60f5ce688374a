//! The question before many customers are changed. Its code comes when somebody first asks for a change, or for all customers.

// The macro that marks where the module is cut writes the unsafe calls between its parts.
#![allow(unsafe_code)]

use super::chosen::{Chosen, currency};
use crate::app::components::show_with_content;
use crate::app::forms::{BulkForm, BulkKind};
use crate::app::server_fns::load_chosen;
use crate::app::until_answered;
use crate::domain::Segments;
use leptos::html::Dialog;
use leptos::lazy;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Loads the question's code when it is first needed.
#[component]
pub fn Bulk(chosen: Chosen, search: Memo<String>) -> impl IntoView {
    let is_needed =
        Memo::new(move |was: Option<&bool>| was == Some(&true) || chosen.asked.with(Option::is_some) || chosen.all.get() > 0);
    move || is_needed.get().then(|| Suspend::new(question(chosen, search)).into_any())
}

#[lazy(bulk)]
fn question(chosen: Chosen, search: Memo<String>) -> AnyView {
    view! { <Question chosen search /> }.into_any()
}

/// Asks for the change that a button is for, in a dialog, and chooses all customers on demand.
#[component]
fn Question(chosen: Chosen, search: Memo<String>) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let asked = chosen.asked;
    let owners = RwSignal::new(Vec::new());
    let segments = RwSignal::new(Segments::default());
    let is_ready = RwSignal::new(false);
    // All that the filters select come with the owners to choose from.
    let load = move |takes: bool| {
        let search = search.get_untracked();
        spawn_local(async move {
            if let Ok(found) = until_answered(move || load_chosen(search.clone())).await {
                let _ = owners.try_set(found.owners);
                let _ = segments.try_set(found.segments);
                let _ = is_ready.try_set(true);
                if takes {
                    let _ = chosen.rows.try_set(found.rows.into_iter().map(|row| (row.id, row)).collect());
                }
            }
        });
    };
    Effect::new(move |before: Option<u32>| {
        let all = chosen.all.get();
        load(all > before.unwrap_or_default());
        all
    });
    // The question offers what there is to choose from, and so waits for it.
    let asks = move || asked.get().filter(|_| is_ready.get());
    Effect::new(move |_| {
        if asks().is_some() {
            show_with_content(dialog);
        }
    });
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let finished = Callback::new(move |()| {
        close();
        chosen.clear();
    });
    let content = move |kind: BulkKind| {
        let rows: Vec<_> = chosen.rows.with_untracked(|rows| rows.values().cloned().collect());
        view! {
            <h2 id="bulk-title">{kind.title(rows.len())}</h2>
            <BulkForm kind rows owners=owners.get_untracked() segments=segments.get_untracked() currency=currency() finished>
                <button type="button" class="link-button" on:click=move |_| close()>"Cancel"</button>
            </BulkForm>
        }
    };
    view! {
        <dialog class="dialog" aria-labelledby="bulk-title" node_ref=dialog on:close=move |_| asked.set(None)>
            {move || asks().map(content)}
        </dialog>
    }
}
