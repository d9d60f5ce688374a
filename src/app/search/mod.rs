//! Search everywhere: one field for customers, pages and actions, in a dialog over every page. Without JavaScript its link
//! leads to the same field, which then stands on the page and searches the list of customers. The code that searches as one
//! types comes when the dialog is first opened.

// The macro that marks where the module is cut writes the unsafe calls between its parts.
#![allow(unsafe_code)]

mod choices;
mod entries;
mod finder;
mod finding;
mod options;

use super::components::icon::{Icon, IconName};
use super::keys::KeysShown;
use finding::Finding;
use leptos::ev::{MouseEvent, SubmitEvent};
use leptos::html::{Dialog, Input};
use leptos::lazy;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::Element;

/// A handle to the search's dialog.
#[derive(Clone, Copy)]
pub struct Search {
    dialog: NodeRef<Dialog>,
    /// The field that the server wrote, until the code for another one is there.
    plain: NodeRef<Input>,
    is_open: RwSignal<bool>,
    /// True when Enter was pressed before the answer came.
    goes: RwSignal<bool>,
    keys: KeysShown,
}

impl Search {
    pub fn new(keys: KeysShown) -> Self {
        Self { dialog: NodeRef::new(), plain: NodeRef::new(), is_open: RwSignal::new(false), goes: RwSignal::new(false), keys }
    }

    pub fn open(self) {
        if let Some(dialog) = self.dialog.get_untracked().filter(|dialog| !dialog.open()) {
            let _ = dialog.show_modal();
            self.is_open.set(true);
        }
    }

    pub fn close(self) {
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
        }
        // The browser says so in its next frame only, when the dialog may be open again.
        self.is_open.set(false);
    }

    /// Notes that the browser has closed the dialog, unless it was opened again since.
    fn closed(self) {
        if self.dialog.get_untracked().is_none_or(|dialog| !dialog.open()) {
            self.is_open.set(false);
        }
    }
}

/// Shows the link in the top bar that opens the search.
#[component]
pub fn SearchLink(search: Search) -> impl IntoView {
    let open = move |event: MouseEvent| {
        event.prevent_default();
        search.open();
    };
    view! {
        <a class="find-link" href="#find" rel="external" aria-haspopup="dialog" aria-keyshortcuts="Control+K Meta+K" on:click=open>
            <Icon name=IconName::Search />
            <span>"Search"</span>
            <kbd aria-hidden="true">"Ctrl K"</kbd>
        </a>
    }
}

/// Shows the dialog. Until it is opened by a script, it is a plain field that searches the list.
#[component]
pub fn SearchDialog(search: Search) -> impl IntoView {
    let was_opened = Memo::new(move |was: Option<&bool>| was == Some(&true) || search.is_open.get());
    let is_there = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        if search.is_open.get_untracked() {
            event.prevent_default();
            search.goes.set(true);
        }
    };
    // A click on the dialog itself, and not on what is in it, is one beside its content.
    let leave = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.id() == "find") {
            search.close();
        }
    };
    view! {
        <dialog class="find" id="find" aria-label="Search everywhere" node_ref=search.dialog on:close=move |_| search.closed() on:click=leave>
            <form class="find__form" action="/" method="get" role="search" autocomplete="off" hidden=is_there on:submit=submit>
                <Icon name=IconName::Search />
                <input
                    class="find__field"
                    type="text"
                    name="search"
                    aria-label="Search customers"
                    placeholder="Name or id of a customer"
                    autocomplete="off"
                    maxlength="200"
                    node_ref=search.plain
                />
                <button class="button find__submit" type="submit">"Search"</button>
            </form>
            {move || was_opened.get().then(|| Suspend::new(finding(search, is_there)).into_any())}
        </dialog>
    }
}

#[lazy(dialogs)]
fn finding(search: Search, is_there: RwSignal<bool>) -> AnyView {
    view! { <Finding search is_there /> }.into_any()
}
