//! Tabs between views of the same thing, as links.

use leptos::prelude::*;

/// A view and its address.
#[derive(Clone, Debug)]
pub struct Tab {
    pub href: String,
    pub label: String,
    pub current: bool,
}

#[component]
pub fn Tabs(#[prop(into)] label: String, tabs: Vec<Tab>) -> impl IntoView {
    let links = tabs.into_iter().map(|Tab { href, label, current }| {
        view! {
            <a class="tabs__tab" href=href aria-current=current.then_some("true") data-noscroll="true">
                {label}
            </a>
        }
    });
    view! {
        <nav class="tabs" aria-label=label>
            {links.collect_view()}
        </nav>
    }
}
