//! The state of a form: its initial values, its errors, and the message id that makes a repeat harmless.

use crate::app::components::toast::use_toaster;
use crate::app::sending::use_sending;
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
    /// Makes the state. `id` is unique on the page and names the customer that the form is about. `initial` are the fields'
    /// values, unless the form was sent without JavaScript and came back with errors.
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
        use_sending().follow(state.pending);
        let finish = state.finish();
        Effect::new(move |_| match action.value().get() {
            None => {}
            Some(Ok(Outcome::Done(done))) => finish(done),
            Some(Ok(Outcome::Rejected(rejection))) => state.reject(rejection),
            Some(Err(error)) => state.reject(Rejection { message: error.to_string(), errors: FieldErrors::default() }),
        });
        state
    }

    /// Shows the errors of the initial values, unless a submission has just shown them.
    pub fn with_rejection(self, rejection: Option<Rejection>) -> Self {
        self.rejection.update(|shown| *shown = shown.take().or(rejection));
        self
    }

    pub fn id(self) -> String {
        self.id.get_value()
    }

    /// Returns the id of one of the form's controls.
    pub fn field_id(self, name: &str) -> String {
        format!("{}-{name}", self.id())
    }

    /// Returns the initial value of a field.
    pub fn value(self, name: &str) -> String {
        self.initial.with_value(|values| values.0.get(name).cloned().unwrap_or_default())
    }

    /// Returns the initial values of all fields.
    pub fn values(self) -> FormValues {
        self.initial.get_value()
    }

    /// Returns a field's error, as a message that reads well after the field's label.
    pub fn error(self, name: impl Into<String>) -> Signal<Option<String>> {
        let name = name.into();
        Signal::derive(move || self.rejection.read().as_ref()?.errors.of(&name).map(str::to_owned))
    }

    /// Returns the message about the whole form.
    pub fn message(self) -> Option<String> {
        self.rejection.read().as_ref().map(|rejection| rejection.message.clone())
    }

    pub fn message_id(self) -> String {
        self.message_id.get()
    }

    pub fn pending(self) -> Memo<bool> {
        self.pending
    }

    /// Acts on success: shows a toast, loads data again, empties the form and goes on.
    fn finish(self) -> impl Fn(Done) + 'static {
        let (toaster, flash, revision, navigate) = (use_toaster(), use_flash(), use_revision(), use_navigate());
        let (seed, here, preferences) = (use_seed(), use_location().pathname, use_preferences());
        move |done| {
            self.remember_author(preferences);
            flash.set(Flash::default());
            self.rejection.set(None);
            let stays = |path: &String| path.split(['?', '#']).next() == Some(here.get_untracked().as_str());
            // A page that is left is not loaded again, since what it shows may be gone.
            if done.go_to.as_ref().is_none_or(stays) {
                revision.update(|revision| *revision += 1);
                self.message_id.set(message_id(&seed, &self.id(), revision.get_untracked()));
            }
            if let Some(path) = &done.go_to {
                // When the next page is the same one, the form shows what is stored now.
                self.reset();
                navigate(path, NavigateOptions::default());
            } else {
                self.start_over();
            }
            toaster.show(done);
        }
    }

    /// Keeps the signed name in this form and suggests it in others. The server's cookie tells it to the next page.
    fn remember_author(self, preferences: RwSignal<Preferences>) {
        let form = document().get_element_by_id(&self.id());
        let field = form.and_then(|form| form.query_selector("input[name=author]").ok().flatten());
        if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            field.set_default_value(&field.value());
            preferences.update(|preferences| preferences.set("author", &field.value()));
        }
    }

    /// Empties the form and keeps the focus in it, ready for the next entry.
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

/// Makes a message id that is the same on the server and in the hydrating browser, and never repeats: the seed is new with
/// each page load, and the revision grows with each success.
fn message_id(seed: &str, form: &str, revision: Revision) -> String {
    format!("{seed}-{form}-{revision}")
}

fn focus_first(form: &web_sys::Element, selector: &str) {
    let found = form.query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
