//! The page in the browser. The content is what the server wrote. When the address, the data or a choice changes, the browser
//! asks the server for the page again and follows it in place: typed text, focus and opened parts stay.

mod address;
mod bulk;
mod chosen;
mod filters;
mod keys;
mod morph;
mod reading;

use super::CONTENT;
use crate::app::components::charts::walk;
use crate::app::components::{SaveScript, Skeleton, keep_focus, load_script};
use crate::app::keys::KeysShown;
use crate::app::live::{follows, mark_as_read, use_news};
use crate::app::server_fns::set_preference;
use crate::app::state::{use_last_list, use_preferences, use_revision};
use crate::app::{PRODUCT, until_answered};
use crate::domain::list::OwnerFilter;
use address::{Address, asked_day};
use bulk::Bulk;
use chosen::Chosen;
use leptos::ev::{Event, KeyboardEvent, MouseEvent};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos_meta::Title;
use reading::{Written, read};
use std::time::Duration;
use web_sys::{Element, HtmlInputElement};

/// The time for which a day's figures stay while another day's are loading. A recently viewed day arrives sooner.
const PATIENCE: Duration = Duration::from_millis(200);

#[component]
pub fn DashboardPage() -> impl IntoView {
    let address = Address::new();
    let search = address.search;
    let last_list = use_last_list();
    Effect::new(move |_| last_list.leave(search.get()));
    let page = Page {
        content: NodeRef::new(),
        address,
        shown: RwSignal::new(is_written().then(|| search.get_untracked())),
        again: RwSignal::new(0),
        asked: StoredValue::new(0),
        answered: StoredValue::new(0),
        title: RwSignal::new(own_title(&document().title())),
        chosen: Chosen::new(search),
    };
    page.keep_reading();
    keys::listen();
    let typed = filters::on_typing(page.address);
    let (keys, preferences) = (expect_context::<KeysShown>(), use_preferences());
    let script = StoredValue::new(expect_context::<SaveScript>().0);
    let click = move |event: MouseEvent| {
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let at = |selector: &str| target.closest(selector).ok().flatten();
        page.chosen.click(&event, &at);
        if at(".save-chart summary").is_some() {
            script.with_value(|address| load_script(address));
        } else if at(".keys-link").is_some() {
            event.prevent_default();
            keys.show();
        } else if let Some((name, value)) = at("form[method=post] button[name=value]").and_then(|button| choice_of(&button)) {
            event.prevent_default();
            let is_mine = name == "owner" && at(".list").is_some();
            preferences.update(|preferences| preferences.set(&name, &value));
            page.remember(name, value, is_mine);
        } else {
            follow_link(&event, at("a[data-in-place]"), page.address);
        }
    };
    let change = move |event: Event| {
        page.chosen.change(&event);
        filters::change(&event, page.address);
    };
    let keydown = |event: KeyboardEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.matches(".bands-chart__day").unwrap_or(false)) {
            walk(event);
        }
    };
    let is_late = page.is_late();
    let is_behind = move || page.shown.with(|shown| shown.as_ref() != Some(&*search.read()));
    view! {
        <Title text=page.title />
        <div
            id=CONTENT
            class="written"
            node_ref=page.content
            hidden=move || is_late.get()
            aria-busy=move || is_behind().then_some("true")
            on:click=click
            on:mousedown=|event| Chosen::press(&event)
            on:change=change
            on:input=typed
            on:submit=move |event| filters::submit(&event, page.address)
            on:keydown=keydown
        ></div>
        {move || is_late.get().then(|| view! { <Skeleton lines=20 /> }.into_any())}
        <Bulk chosen=page.chosen search />
    }
}

/// The page's state.
#[derive(Clone, Copy)]
struct Page {
    content: NodeRef<Div>,
    address: Address,
    /// The query string that the content was written for; none before the first content.
    shown: RwSignal<Option<String>>,
    /// Grows when the content has to be read again.
    again: RwSignal<u32>,
    /// The number of times that the page was asked for, and which of them the content answers.
    asked: StoredValue<u32>,
    answered: StoredValue<u32>,
    title: RwSignal<String>,
    chosen: Chosen,
}

impl Page {
    /// Reads the page whenever something that it shows has changed. The first content came with the document, unless the
    /// visitor came from another page.
    fn keep_reading(self) {
        let (news, revision) = (use_news(), use_revision());
        let heard = Memo::new(move |_| {
            let (as_of, known_at) = asked_day(&self.address.search.read());
            (follows(&as_of, &known_at).then(|| news.get()), revision.get(), self.again.get())
        });
        Effect::new(move |before: Option<()>| {
            let search = self.address.search.get();
            heard.get();
            match before {
                None if self.shown.with_untracked(Option::is_some) => self.chosen.show(),
                _ => self.read(search),
            }
        });
    }

    /// Reads the page for a query string and shows it, unless another one is asked for by then, or a later answer came sooner.
    fn read(self, search: String) {
        let is_same_list = self.shown.with_untracked(|shown| shown.as_ref() == Some(&search));
        let address = if search.is_empty() { "/".to_owned() } else { format!("/?{search}") };
        let written = until_answered(move || read(address.clone()));
        self.asked.update_value(|asked| *asked += 1);
        let number = self.asked.get_value();
        spawn_local(async move {
            let (Ok(page), Some(now)) = (written.await, self.address.search.try_get_untracked()) else { return };
            let is_wanted = now == search && number > self.answered.get_value();
            if let Some(written) = page.parse().filter(|_| is_wanted) {
                self.answered.set_value(number);
                self.show(&written, is_same_list);
                self.shown.set(Some(search));
                mark_as_read();
            }
        });
    }

    /// Follows what the server wrote. Values that changed since are marked when the address `is_same`.
    fn show(self, written: &Written, is_same: bool) {
        let Some(content) = self.content.get_untracked() else { return };
        keep_focus();
        morph::follow(&content, &written.content, is_same);
        self.title.set(own_title(&written.title));
        self.chosen.show();
    }

    /// Remembers a choice, and goes to the list of the owner that was chosen, or left, where `is_mine`.
    fn remember(self, name: String, value: String, is_mine: bool) {
        let sent = until_answered(move || set_preference(name.clone(), value.clone()));
        let preferences = use_preferences();
        spawn_local(async move {
            if sent.await.is_err() {
                return;
            }
            if is_mine {
                let owner = preferences.read_untracked().owner.clone();
                self.address.narrow_to(owner.map(|owner| OwnerFilter::Named(owner).into()));
            }
            self.again.try_update(|again| *again += 1);
        });
    }

    /// Returns when a skeleton should stand in for the content: there is none yet, or that of another day for a while.
    fn is_late(self) -> Signal<bool> {
        let is_other_day = Memo::new(move |_| {
            let asked = asked_day(&self.address.search.read());
            self.shown.with(|shown| shown.as_ref().is_some_and(|shown| asked_day(shown) != asked))
        });
        let has_waited = RwSignal::new(false);
        Effect::new(move |_| {
            has_waited.set(false);
            let late = move || {
                // The page may be gone.
                let _ = has_waited.try_set(true);
            };
            let timer = if is_other_day.get() { set_timeout_with_handle(late, PATIENCE).ok() } else { None };
            on_cleanup(move || timer.into_iter().for_each(|timer| timer.clear()));
        });
        Signal::derive(move || has_waited.get() || self.shown.with(Option::is_none))
    }
}

/// Returns whether the document came with the content, which is to be hydrated.
fn is_written() -> bool {
    document().get_element_by_id(CONTENT).is_some_and(|content| content.first_element_child().is_some())
}

/// Returns the name and the value of the choice that a button sends, to be remembered.
fn choice_of(button: &Element) -> Option<(String, String)> {
    let form = button.closest("form").ok()??;
    let name = form.query_selector("input[name=name]").ok()??.dyn_into::<HtmlInputElement>().ok()?;
    Some((name.value(), button.get_attribute("value")?))
}

/// Follows a link that asks for another list: only the rows change.
fn follow_link(event: &MouseEvent, link: Option<Element>, address: Address) {
    let plain = event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
    let Some(link) = link.filter(|_| plain) else { return };
    if let Some(href) = link.get_attribute("href") {
        event.prevent_default();
        address.follow(&href);
        // A chip disappears with its filter, so the focus moves to something near.
        if link.matches(".chips a").unwrap_or(false) {
            keys::focus("customers-title");
        }
    }
}

/// Returns a document's title without the product's name.
fn own_title(title: &str) -> String {
    title.strip_suffix(PRODUCT).map_or(title, |own| own.trim_end_matches(" · ")).to_owned()
}
