//! Buttons that submit, and links that look like buttons. Both use Thaw's style.

use leptos::prelude::*;
use thaw::{Button, ButtonAppearance, ButtonType};

/// Submits its form. While the answer is pending, the button says so and does nothing.
#[component]
pub fn SubmitButton(
    #[prop(into)] label: String,
    #[prop(into, optional)] pending: Signal<bool>,
    #[prop(optional)] appearance: Option<ButtonAppearance>,
) -> impl IntoView {
    let appearance = appearance.unwrap_or(ButtonAppearance::Primary);
    view! {
        <Button appearance button_type=ButtonType::Submit loading=pending disabled=pending>
            {label}
        </Button>
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
    let weight = if primary { "thaw-button--primary" } else { "thaw-button--secondary" };
    view! {
        <a
            class=format!("thaw-button thaw-button--medium thaw-button--rounded {weight}")
            href=move || href.get()
            rel=external.then_some("external")
        >
            {children()}
        </a>
    }
}
