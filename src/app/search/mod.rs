//! Search everywhere: one field for customers, pages and actions, in a dialog over every page. Without JavaScript its link
//! leads to the same field, which then stands on the page and searches the list of customers.

mod entries;
mod options;

use super::components::icon::{Icon, IconName};
use super::keys::KeysShown;
use super::server_fns::{SetPreference, search_customers};
use super::state::use_preferences;
use crate::wire::pages::FoundCustomers;
use crate::wire::{AppError, Preferences};
use entries::Goal;
use leptos::ev::{KeyboardEvent, MouseEvent, SubmitEvent};
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use options::{Choice, Options, choices, option_id};
use std::time::Duration;
use web_sys::{Element, HtmlElement};

/// The pause in typing after which customers are searched.
const TYPING_PAUSE: Duration = Duration::from_millis(150);

/// The customers found for a text.
type Answer = (String, Result<FoundCustomers, AppError>);

/// A handle to the search: what is typed, found and chosen.
#[derive(Clone, Copy)]
pub struct Search {
    dialog: NodeRef<Dialog>,
    field: NodeRef<Input>,
    is_open: RwSignal<bool>,
    text: RwSignal<String>,
    /// The latest answer. It may be of an earlier text, until that of the present one is there.
    answer: RwSignal<Option<Answer>>,
    choices: Memo<Vec<Choice>>,
    /// The place to which the visitor moved.
    moved_to: RwSignal<Option<usize>>,
    chosen: Memo<Option<usize>>,
    /// True when Enter was pressed before the answer came.
    goes: RwSignal<bool>,
    keys: KeysShown,
    preferences: RwSignal<Preferences>,
    set_preference: ServerAction<SetPreference>,
}

impl Search {
    pub fn new(keys: KeysShown) -> Self {
        let (is_open, text, answer) = (RwSignal::new(false), RwSignal::new(String::new()), RwSignal::new(None::<Answer>));
        let choices = Memo::new(move |_| match is_open.get() {
            true => answer.with(|answer| text.with(|text| offered(text.trim(), answer.as_ref()))),
            false => Vec::new(),
        });
        // The first choice may be another one with the answer that is still to come, so there is none before.
        let is_answered =
            move || answer.with(|answer| text.with(|text| matches!(answer, Some((asked, Ok(_))) if asked == text.trim())));
        let moved_to = RwSignal::new(None);
        let chosen = Memo::new(move |_| {
            let place = moved_to.get().or_else(|| is_answered().then_some(0));
            place.filter(|place| choices.with(|choices| *place < choices.len()))
        });
        let search = Self {
            dialog: NodeRef::new(),
            field: NodeRef::new(),
            is_open,
            text,
            answer,
            choices,
            moved_to,
            chosen,
            goes: RwSignal::new(false),
            keys,
            preferences: use_preferences(),
            set_preference: ServerAction::new(),
        };
        search.ask_after_typing();
        search.go_once_answered();
        search
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
    }

    fn forget(self) {
        self.is_open.set(false);
        self.type_text(String::new());
        self.answer.set(None);
        if let Some(field) = self.field.get_untracked() {
            field.set_value("");
        }
    }

    fn type_text(self, text: String) {
        self.text.set(text);
        self.moved_to.set(None);
        self.goes.set(false);
    }

    fn ask_after_typing(self) {
        Effect::new(move |_| {
            let text = self.text.with(|text| text.trim().to_owned());
            let timer = (!text.is_empty()).then(|| set_timeout_with_handle(move || self.ask(text), TYPING_PAUSE).ok()).flatten();
            on_cleanup(move || timer.into_iter().for_each(|timer| timer.clear()));
        });
    }

    /// Asks for customers, and drops the answer when something else has been typed meanwhile.
    fn ask(self, text: String) {
        spawn_local(async move {
            let found = search_customers(text.clone()).await;
            if self.text.with_untracked(|now| now.trim() == text) {
                self.answer.set(Some((text, found)));
            }
        });
    }

    fn go_once_answered(self) {
        Effect::new(move |_| {
            if self.goes.get() && self.chosen.get().is_some() {
                self.goes.set(false);
                // By then the answer is on screen.
                request_animation_frame(move || self.go());
            }
        });
    }

    /// Follows the chosen link or presses the chosen button; waits for the answer when nothing can be chosen yet.
    fn go(self) {
        match self.chosen.get_untracked().and_then(option_at) {
            Some(option) => option.click(),
            None => self.goes.set(self.text.with_untracked(|text| !text.trim().is_empty())),
        }
    }

    fn choose(self, place: usize) {
        if self.moved_to.get_untracked() != Some(place) {
            self.moved_to.set(Some(place));
        }
    }

    /// Chooses the next option, or the previous one. After the last comes the first.
    fn step(self, step: isize) {
        let count = self.choices.with_untracked(Vec::len) as isize;
        if count > 0 {
            let start = if step > 0 { -1 } else { 0 };
            let here = self.chosen.get_untracked().map_or(start, |place| place as isize);
            let next = (here + step).rem_euclid(count) as usize;
            self.choose(next);
            option_at(next).inspect(reveal);
        }
    }

    fn act(self, goal: Goal) {
        match goal {
            Goal::Theme(choice) => {
                let (name, value) = ("theme".to_owned(), choice.name().to_owned());
                self.preferences.update(|preferences| preferences.set(&name, &value));
                self.set_preference.dispatch(SetPreference { name, value });
            }
            Goal::Keys => self.keys.show(),
            Goal::Page(_) | Goal::External(_) => {}
        }
    }
}

/// Returns what is offered for a text: the customers of the latest answer, until the one to this text is there.
fn offered(text: &str, answer: Option<&Answer>) -> Vec<Choice> {
    let found = answer.filter(|_| !text.is_empty()).and_then(|(_, found)| found.clone().ok()).unwrap_or_default();
    choices(text, found.items, found.total)
}

fn option_at(place: usize) -> Option<HtmlElement> {
    document().get_element_by_id(&option_id(place))?.dyn_into().ok()
}

/// Scrolls the options as far as this one needs. The focus stays in the field, so the browser does not.
fn reveal(option: &HtmlElement) {
    let Some(list) = option.offset_parent() else { return };
    let (top, bottom) = (option.offset_top(), option.offset_top() + option.offset_height());
    if top < list.scroll_top() {
        list.set_scroll_top(top);
    } else if bottom > list.scroll_top() + list.client_height() {
        list.set_scroll_top(bottom - list.client_height());
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

#[component]
pub fn SearchDialog(search: Search) -> impl IntoView {
    let press = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowDown" => search.step(1),
            "ArrowUp" => search.step(-1),
            "Enter" if !event.is_composing() => search.go(),
            _ => return,
        }
        event.prevent_default();
    };
    let submit = move |event: SubmitEvent| {
        if search.is_open.get_untracked() {
            event.prevent_default();
        }
    };
    // A click on the dialog itself, and not on what is in it, is one beside its content.
    let leave = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.id() == "find") {
            search.close();
        }
    };
    // Until it is opened by a script, it is a plain field that searches the list.
    let is_open = move || search.is_open.get();
    let has_choices = Memo::new(move |_| search.choices.with(|choices| !choices.is_empty()));
    view! {
        <dialog class="find" id="find" aria-label="Search everywhere" node_ref=search.dialog on:close=move |_| search.forget() on:click=leave>
            <form class="find__form" action="/" method="get" role="search" autocomplete="off" on:submit=submit>
                <Icon name=IconName::Search />
                <input
                    class="find__field"
                    type="text"
                    name="search"
                    role=move || is_open().then_some("combobox")
                    aria-label=move || if is_open() { "Search customers, pages and actions" } else { "Search customers" }
                    aria-autocomplete=move || is_open().then_some("list")
                    aria-expanded=move || is_open().then(|| has_choices.get().to_string())
                    aria-controls=move || is_open().then_some("find-options")
                    aria-activedescendant=move || search.chosen.get().map(option_id)
                    placeholder=move || if is_open() { "Customers, pages, actions" } else { "Name or id of a customer" }
                    autocomplete="off"
                    spellcheck="false"
                    enterkeyhint="go"
                    maxlength="200"
                    node_ref=search.field
                    on:input=move |event| search.type_text(event_target_value(&event))
                    on:keydown=press
                />
                <button class="button find__submit" type="submit">"Search"</button>
            </form>
            {move || search.is_open.get().then(|| view! { <Options search /> })}
            <Status search />
        </dialog>
    }
}

/// Says that nothing was found, or could not be; how many choices there are is said to those who cannot see them.
#[component]
fn Status(search: Search) -> impl IntoView {
    let words = Memo::new(move |_| {
        let text = search.text.with(|text| text.trim().to_owned());
        let count = search.choices.with(Vec::len);
        search.answer.with(|answer| match answer {
            Some((asked, Err(error))) if *asked == text => Some((true, format!("Customers could not be searched: {error}"))),
            Some((asked, Ok(_))) if *asked == text && count == 0 => Some((true, format!("Nothing matches “{text}”."))),
            Some((asked, Ok(_))) if *asked == text => Some((false, format!("{count} found"))),
            _ => None,
        })
    });
    view! {
        <p class="find__status" role="status" data-shown=move || words.get().is_some_and(|(shown, _)| shown).then_some("")>
            {move || words.get().map(|(_, words)| words)}
        </p>
    }
}
