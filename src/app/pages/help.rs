//! Placeholder.

use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn HelpPage() -> impl IntoView {
    view! {
        <Title text="Help" />
        <h1>"Help"</h1>
    }
}
