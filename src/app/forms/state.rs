//! What a form knows about itself: the values it begins with, its errors, and the id that makes a repeat harmless.

use crate::app::components::toast::use_toaster;
use crate::app::state::{Revision, use_flash, use_preferences, use_revision, use_seed};
use crate::domain::FieldErrors;
use crate::wire::AppError;
use crate::wire::Preferences;
use crate::wire::{Done, Flash, FormValues, Outcome, Rejection};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use wasm_bindgen::JsCast;

/// The state of one form on a page.
#[derive(Clone, Copy)]
pub struct FormState {
    id: StoredValue<String>,
    initial: StoredValue<FormValues>,
    rejection: RwSignal<Option<Rejection>>,
    message_id: RwSignal<String>,
    pending: Memo<bool>,
}

impl FormState {
    /// `id` is unique on the page and names the customer it is about; `initial` is what the fields hold at first, unless
    /// the form comes back with errors from a submission without JavaScript.
    pub fn new<S>(id: String, initial: FormValues, action: ServerAction<S>) -> Self
    where
        S: ServerFn<Output = Outcome, Error = AppError> + Clone + Send + Sync + 'static,
    {
        let echo = use_flash().read_untracked().echo.clone().filter(|echo| echo.form == id);
        let (initial, rejection) = match echo {
            Some(echo) => (echo.values, Some(echo.rejection)),
            None => (initial, None),
        };
        let state = Self {
            message_id: RwSignal::new(message_id(&use_seed(), &id, use_revision().get_untracked())),
            id: StoredValue::new(id),
            initial: StoredValue::new(initial),
            rejection: RwSignal::new(rejection),
            pending: action.pending(),
        };
        let finish = state.finish();
        Effect::new(move |_| match action.value().get() {
            None => {}
            Some(Ok(Outcome::Done(done))) => finish(done),
            Some(Ok(Outcome::Rejected(rejection))) => state.reject(rejection),
            Some(Err(error)) => state.reject(Rejection { message: error.to_string(), errors: FieldErrors::default() }),
        });
        state
    }

    /// Shows what is wrong with the values that it begins with, unless a submission has just told that.
    pub fn with_rejection(self, rejection: Option<Rejection>) -> Self {
        self.rejection.update(|shown| *shown = shown.take().or(rejection));
        self
    }

    pub fn id(self) -> String {
        self.id.get_value()
    }

    /// The id of one of its controls.
    pub fn field_id(self, name: &str) -> String {
        format!("{}-{name}", self.id())
    }

    /// What a field holds at first.
    pub fn value(self, name: &str) -> String {
        self.initial.with_value(|values| values.0.get(name).cloned().unwrap_or_default())
    }

    /// What is wrong with a field, as a sentence fragment after its label.
    pub fn error(self, name: impl Into<String>) -> Signal<Option<String>> {
        let name = name.into();
        Signal::derive(move || self.rejection.read().as_ref()?.errors.of(&name).map(str::to_owned))
    }

    /// What is wrong with the whole.
    pub fn message(self) -> Option<String> {
        self.rejection.read().as_ref().map(|rejection| rejection.message.clone())
    }

    pub fn message_id(self) -> String {
        self.message_id.get()
    }

    pub fn pending(self) -> Memo<bool> {
        self.pending
    }

    /// What happens after success: a toast, fresh data, an empty form, and the way on.
    fn finish(self) -> impl Fn(Done) + 'static {
        let (toaster, flash, revision, navigate) = (use_toaster(), use_flash(), use_revision(), use_navigate());
        let (seed, here, preferences) = (use_seed(), use_location().pathname, use_preferences());
        move |done| {
            self.remember_author(preferences);
            flash.set(Flash::default());
            self.rejection.set(None);
            let stays = |path: &String| path.split(['?', '#']).next() == Some(here.get_untracked().as_str());
            // A page that is left is not loaded again: what it shows may be gone.
            if done.go_to.as_ref().is_none_or(stays) {
                revision.update(|revision| *revision += 1);
                self.message_id.set(message_id(&seed, &self.id(), revision.get_untracked()));
            }
            if let Some(path) = &done.go_to {
                // Where that is the same page, the form shows what is stored now.
                self.reset();
                navigate(path, NavigateOptions::default());
            } else {
                self.start_over();
            }
            toaster.show(done);
        }
    }

    /// The name that was signed with stays in this form, and other forms begin with it. The server's cookie says it to the
    /// next page.
    fn remember_author(self, preferences: RwSignal<Preferences>) {
        let form = document().get_element_by_id(&self.id());
        let field = form.and_then(|form| form.query_selector("input[name=author]").ok().flatten());
        if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            field.set_default_value(&field.value());
            preferences.update(|preferences| preferences.set("author", &field.value()));
        }
    }

    /// Empties the form and keeps the focus in it, ready for the next one.
    fn start_over(self) {
        let id = self.id();
        request_animation_frame(move || {
            let Some(form) = document().get_element_by_id(&id) else { return };
            self.reset();
            focus_first(&form, "button[type=submit]");
        });
    }

    fn reset(self) {
        let form = document().get_element_by_id(&self.id());
        if let Some(form) = form.and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok()) {
            form.reset();
        }
    }

    fn reject(self, rejection: Rejection) {
        self.rejection.set(Some(rejection));
        let id = self.id();
        request_animation_frame(move || {
            if let Some(form) = document().get_element_by_id(&id) {
                focus_first(&form, "[aria-invalid=true], button[type=submit]");
            }
        });
    }
}

/// The same on the server and in the hydrating browser, and never again: the seed is new with each page load, and the
/// revision grows with each success.
fn message_id(seed: &str, form: &str, revision: Revision) -> String {
    format!("{seed}-{form}-{revision}")
}

fn focus_first(form: &web_sys::Element, selector: &str) {
    let found = form.query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
