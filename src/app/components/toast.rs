//! A short message that something was done, with a way to take it back. Announced by screen readers.

use leptos::prelude::*;

/// Where pages put their toasts.
#[derive(Clone, Copy)]
pub struct Toaster(RwSignal<Option<Toast>>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    pub message: String,
}

impl Toaster {
    pub(in crate::app) fn new() -> Self {
        Self(RwSignal::new(None))
    }

    pub fn show(self, message: impl Into<String>) {
        self.0.set(Some(Toast { message: message.into() }));
    }
}

pub fn use_toaster() -> Toaster {
    expect_context()
}

/// The region that toasts appear in; it is always there, so that what appears in it is announced.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let Toaster(toast) = use_toaster();
    view! {
        <div class="toaster" role="status">
            {move || toast.get().map(|toast| view! { <p class="toast">{toast.message}</p> })}
        </div>
    }
}
