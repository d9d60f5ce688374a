//! The search as one types: what is typed, found and chosen.

use super::Search;
use super::choices::{Choice, choices, option_id};
use super::entries::Goal;
use crate::app::server_fns::{SetPreference, search_customers};
use crate::app::state::use_preferences;
use crate::wire::pages::FoundCustomers;
use crate::wire::{AppError, Preferences};
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use std::time::Duration;
use web_sys::HtmlElement;

/// The pause in typing after which customers are searched.
const TYPING_PAUSE: Duration = Duration::from_millis(150);

/// The customers found for a text.
type Answer = (String, Result<FoundCustomers, AppError>);

/// A handle to what is typed, found and chosen.
#[derive(Clone, Copy)]
pub struct Finder {
    search: Search,
    pub field: NodeRef<Input>,
    pub text: RwSignal<String>,
    /// The latest answer. It may be of an earlier text, until that of the present one is there.
    pub answer: RwSignal<Option<Answer>>,
    pub choices: Memo<Vec<Choice>>,
    /// The place to which the visitor moved.
    moved_to: RwSignal<Option<usize>>,
    pub chosen: Memo<Option<usize>>,
    preferences: RwSignal<Preferences>,
    set_preference: ServerAction<SetPreference>,
}

impl Finder {
    pub fn new(search: Search) -> Self {
        let (is_open, text, answer) = (search.is_open, RwSignal::new(String::new()), RwSignal::new(None::<Answer>));
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
        let finder = Self {
            search,
            field: NodeRef::new(),
            text,
            answer,
            choices,
            moved_to,
            chosen,
            preferences: use_preferences(),
            set_preference: ServerAction::new(),
        };
        finder.ask_after_typing();
        finder.go_once_answered();
        finder
    }

    pub fn close(self) {
        self.search.close();
    }

    pub fn forget(self) {
        self.type_text(String::new());
        self.answer.set(None);
        if let Some(field) = self.field.get_untracked() {
            field.set_value("");
        }
    }

    pub fn type_text(self, text: String) {
        self.text.set(text);
        self.moved_to.set(None);
        self.search.goes.set(false);
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
            if self.search.goes.get() && self.chosen.get().is_some() {
                self.search.goes.set(false);
                // By then the answer is on screen.
                request_animation_frame(move || self.go());
            }
        });
    }

    /// Follows the chosen link or presses the chosen button; waits for the answer when nothing can be chosen yet.
    pub fn go(self) {
        match self.chosen.get_untracked().and_then(option_at) {
            Some(option) => option.click(),
            None => self.search.goes.set(self.text.with_untracked(|text| !text.trim().is_empty())),
        }
    }

    pub fn choose(self, place: usize) {
        if self.moved_to.get_untracked() != Some(place) {
            self.moved_to.set(Some(place));
        }
    }

    /// Chooses the next option, or the previous one. After the last comes the first.
    pub fn step(self, step: isize) {
        let count = self.choices.with_untracked(Vec::len) as isize;
        if count > 0 {
            let start = if step > 0 { -1 } else { 0 };
            let here = self.chosen.get_untracked().map_or(start, |place| place as isize);
            let next = (here + step).rem_euclid(count) as usize;
            self.choose(next);
            option_at(next).inspect(reveal);
        }
    }

    pub fn act(self, goal: Goal) {
        match goal {
            Goal::Theme(choice) => {
                let (name, value) = ("theme".to_owned(), choice.name().to_owned());
                self.preferences.update(|preferences| preferences.set(&name, &value));
                self.set_preference.dispatch(SetPreference { name, value });
            }
            Goal::Keys => self.search.keys.show(),
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
