//! A short message about a finished action, with a way to undo it. Screen readers announce it.

// The macro that marks where the module is cut writes the unsafe calls between its parts.
#![allow(unsafe_code)]

use super::icon::{Icon, IconName};
use crate::app::forms::{UndoBulkForm, UndoForm};
use crate::wire::Done;
use leptos::lazy;
use leptos::prelude::*;
use std::time::Duration;

/// The time for which a toast stays, unless the pointer or the focus is on it.
const STAYS: Duration = Duration::from_secs(20);

/// The place for forms' toasts. A new one replaces the old one.
#[derive(Clone, Copy)]
pub struct Toaster(RwSignal<Option<Done>>);

impl Toaster {
    pub(in crate::app) fn new(first: Option<Done>) -> Self {
        Self(RwSignal::new(first.filter(Done::has_message)))
    }

    pub fn show(self, done: Done) {
        self.0.set(Some(done).filter(Done::has_message));
    }

    fn close(self) {
        self.0.set(None);
    }
}

pub fn use_toaster() -> Toaster {
    expect_context()
}

/// Shows toasts below `children`. The region is always there, so that screen readers announce what appears in it.
#[component]
pub fn ToastRegion(children: Children) -> impl IntoView {
    let toaster = use_toaster();
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        if let Some(timer) = timer.flatten() {
            timer.clear();
        }
        toaster.0.read().is_some().then(|| set_timeout_with_handle(move || close_unless_used(toaster), STAYS).ok())?
    });
    view! {
        <div class="toaster" role="status">
            {children()}
            {move || toaster.0.get().map(|done| Suspend::new(toast(done)).into_any())}
        </div>
    }
}

fn close_unless_used(toaster: Toaster) {
    let used = document().query_selector(".toast:is(:hover, :focus-within)").ok().flatten().is_some();
    if used {
        set_timeout(move || close_unless_used(toaster), STAYS);
    } else {
        toaster.close();
    }
}

/// Shows a toast, with code of its own.
#[lazy(toasts)]
pub fn toast(done: Done) -> AnyView {
    view! { <Toast done /> }.into_any()
}

#[component]
fn Toast(done: Done) -> impl IntoView {
    let toaster = use_toaster();
    let undo = (!done.undo.is_empty() || done.undo_outcome.is_some())
        .then(|| view! { <UndoForm events=done.undo outcome=done.undo_outcome /> });
    view! {
        <div class="toast">
            <p>{done.message}</p>
            {undo}
            {done.undo_change.map(|change| view! { <UndoBulkForm change /> })}
            <button type="button" class="toast__close" aria-label="Close message" on:click=move |_| toaster.close()>
                <Icon name=IconName::Close />
            </button>
        </div>
    }
}
