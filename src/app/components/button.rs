//! Buttons that submit, and links that look like buttons.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

fn class(primary: bool) -> &'static str {
    if primary { "button button--primary" } else { "button" }
}

/// Submits its form. While the answer is pending, the button says so and does nothing. A double click submits once, even where
/// the first click is answered before the second comes.
#[component]
pub fn SubmitButton(
    #[prop(into)] label: String,
    #[prop(into, optional)] pending: Signal<bool>,
    /// False when it is not what the page is for.
    #[prop(default = true)]
    primary: bool,
) -> impl IntoView {
    view! {
        <button
            type="submit"
            class=class(primary)
            disabled=move || pending.get()
            aria-busy=move || pending.get().then_some("true")
            on:click=once
        >
            {label}
        </button>
    }
}

/// Ignores every click of a double click but the first.
fn once(click: MouseEvent) {
    if click.detail() > 1 {
        click.prevent_default();
    }
}

/// Shows a link that looks like a button.
#[component]
pub fn LinkButton(
    #[prop(into)] href: Signal<String>,
    /// True when it is the page's main action.
    #[prop(optional)]
    primary: bool,
    /// True when the browser rather than the app follows it (downloads, API docs).
    #[prop(optional)]
    external: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <a class=class(primary) href=move || href.get() rel=external.then_some("external")>
            {children()}
        </a>
    }
}
