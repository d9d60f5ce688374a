//! Keys that work on every page: Ctrl+K and `/` search, `?` lists the keys. Single keys can be switched off for people who
//! dictate or mistype (WCAG 2.1.4).

// The macro that marks where the module is cut writes the unsafe calls between its parts.
#![allow(unsafe_code)]

use super::components::show_with_content;
use super::server_fns::SetPreference;
use super::state::use_preferences;
use leptos::ev::{Event, KeyboardEvent};
use leptos::html::Dialog;
use leptos::lazy;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The keys and what they do, as the dialog and the help list them.
pub const KEYS: [(&[&str], &str); 9] = [
    (&["Ctrl K", "/"], "Search customers, pages and actions, from anywhere; ⌘K on a Mac"),
    (&["?"], "List these keys"),
    (&["↓", "↑"], "Walk what was found, or the rows of the list from its search field or a row"),
    (&["j", "k"], "Walk the rows of the list, from anywhere on the portfolio page"),
    (&["Space", "x"], "Choose the customer in the list, or no longer, to change several at once"),
    (&["Shift ↓", "Shift ↑"], "Choose it and the next one; Shift and a click on a box choose all between"),
    (&["Enter"], "Open the customer, or what was found"),
    (&["Esc"], "Close a dialog, a menu or a tooltip; from a row back to the list’s search field"),
    (&["Tab", "Enter"], "At the top of a page: skip to its content, of the portfolio to the rows of its list"),
];

/// True while the dialog that lists the keys is shown.
#[derive(Clone, Copy)]
pub struct KeysShown(RwSignal<bool>);

impl KeysShown {
    /// Makes the handle, and puts it into context.
    pub fn provide() -> Self {
        let shown = Self(RwSignal::new(false));
        provide_context(shown);
        shown
    }

    pub fn show(self) {
        self.0.set(true);
    }
}

/// Listens for the keys. Call once for the app.
pub fn listen_for_keys(open_search: impl Fn() + Copy + 'static, keys: KeysShown) {
    let preferences = use_preferences();
    Effect::new(move |_| {
        let listener = window_event_listener(leptos::ev::keydown, move |event| {
            let single_keys = preferences.read_untracked().shortcuts && !is_writing();
            if is_free(&event) && press(&event, single_keys, open_search, keys) {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// Returns whether nobody else has taken the key, and no dialog is open that it would not belong to.
fn is_free(event: &KeyboardEvent) -> bool {
    !event.default_prevented() && matches!(document().query_selector("dialog[open]"), Ok(None))
}

/// Returns whether a field has the focus that is seen: that of a dialog keeps it for a moment after the dialog has closed.
fn is_writing() -> bool {
    let at = document().active_element().and_then(|at| at.dyn_into::<HtmlElement>().ok());
    at.is_some_and(|at| at.matches("input, select, textarea").unwrap_or(false) && at.offset_parent().is_some())
}

/// Does what the key is for, if anything.
fn press(event: &KeyboardEvent, single_keys: bool, open_search: impl Fn(), keys: KeysShown) -> bool {
    let is_single = single_keys && !(event.ctrl_key() || event.meta_key() || event.alt_key());
    let is_control = (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !event.shift_key();
    match event.key().as_str() {
        "k" | "K" if is_control => open_search(),
        "/" if is_single => open_search(),
        "?" if is_single => keys.show(),
        _ => return false,
    }
    true
}

#[component]
pub fn KeysDialog(keys: KeysShown) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    view! {
        <dialog class="dialog keys" aria-labelledby="keys-title" node_ref=dialog on:close=move |_| keys.0.set(false)>
            <h2 id="keys-title">"Keyboard"</h2>
            {move || keys.0.get().then(|| Suspend::new(key_content(dialog)).into_any())}
            <form method="dialog">
                <button class="button">"Close"</button>
            </form>
        </dialog>
    }
}

/// Shows the dialog's content and then the dialog, so that its first control gets the focus.
#[lazy(dialogs)]
fn key_content(dialog: NodeRef<Dialog>) -> AnyView {
    Effect::new(move |_| show_with_content(dialog));
    view! { <KeyList /> <SingleKeysSwitch /> }.into_any()
}

/// Lists the keys.
#[component]
pub fn KeyList() -> impl IntoView {
    let rows = KEYS.map(|(keys, what)| {
        let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view();
        view! { <dt>{keys}</dt><dd>{what}</dd> }
    });
    view! { <dl class="keys__list">{rows}</dl> }
}

#[component]
fn SingleKeysSwitch() -> impl IntoView {
    let preferences = use_preferences();
    let action = ServerAction::<SetPreference>::new();
    let switch = move |event: Event| {
        let value = if event_target_checked(&event) { "on" } else { "off" };
        preferences.update(|preferences| preferences.set("shortcuts", value));
        action.dispatch(SetPreference { name: "shortcuts".to_owned(), value: value.to_owned() });
    };
    view! {
        <label class="keys__switch">
            <input
                type="checkbox"
                checked=preferences.read_untracked().shortcuts
                prop:checked=move || preferences.read().shortcuts
                on:change=switch
            />
            "Single-key shortcuts (/ ? j k x)"
        </label>
    }
}
