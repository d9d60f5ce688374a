//! State shared by the whole app: the visitor's choices, and page context beside the page's data. The server puts it into
//! context; the browser reads it from the hydrated page.

use super::away::Away;
use super::components::SaveScript;
use super::components::toast::Toaster;
use super::live::Live;
use super::sending::Sending;
use crate::wire::{Flash, PageStart, Preferences, ResponseStatus};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// Makes the page being rendered answer with this HTTP status.
pub fn set_status(status: u16) {
    if let Some(ResponseStatus(set)) = use_context() {
        set(status);
    }
}

#[derive(Clone)]
struct Seed(String);

pub(super) fn provide_state() {
    let start = SharedValue::new(|| use_context::<PageStart>().unwrap_or_default()).into_inner();
    provide_context(Live::new(&start));
    provide_context(Away::new());
    provide_context(Sending::new());
    provide_context(Toaster::new(start.flash.done.clone()));
    provide_context(RwSignal::new(start.preferences));
    provide_context(RwSignal::new(start.flash));
    provide_context(RwSignal::new(Revision::default()));
    provide_context(SaveScript(start.save_script));
    provide_context(Seed(start.seed));
    provide_context(LastList::new());
}

/// The query string of the customer list as this visitor left it, for links back to it.
#[derive(Clone, Copy)]
pub struct LastList(RwSignal<String>);

impl LastList {
    /// Begins empty, unless the visitor came from the list by a link that the browser followed.
    fn new() -> Self {
        let last = Self(RwSignal::new(String::new()));
        Effect::new(move |_| {
            let (Ok(origin), referrer) = (window().location().origin(), document().referrer()) else { return };
            if let Some((_, search)) = referrer.split_once(&format!("{origin}/?")) {
                last.0.set(search.to_owned());
            }
        });
        last
    }

    pub fn leave(self, search: String) {
        self.0.set(search);
    }

    /// Returns the address of the list, or `otherwise` when it is not known.
    pub fn href(self, otherwise: &str) -> String {
        match self.0.read().as_str() {
            "" => otherwise.to_owned(),
            search => format!("/?{search}"),
        }
    }
}

pub fn use_last_list() -> LastList {
    expect_context()
}

/// Returns a signal that grows with each change by a form on this page. Loaders whose source reads it load again.
pub fn use_revision() -> RwSignal<Revision> {
    expect_context()
}

/// The number of changes by forms since the page was loaded.
pub type Revision = u32;

pub(super) fn use_flash() -> RwSignal<Flash> {
    expect_context()
}

pub(super) fn use_seed() -> String {
    expect_context::<Seed>().0
}

/// Returns the visitor's choices as a signal.
pub fn use_preferences() -> RwSignal<Preferences> {
    expect_context()
}

/// Returns the id of the customer in the path. A text that is not a number becomes 0, which no customer has.
pub fn use_customer_id() -> Memo<crate::domain::CustomerId> {
    let params = use_params_map();
    Memo::new(move |_| crate::domain::CustomerId(params.read().get("id").and_then(|id| id.parse().ok()).unwrap_or(0)))
}
