//! Placeholder.

use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn LogEventPage() -> impl IntoView {
    view! {
        <Title text="Log event" />
        <h1>"Log event"</h1>
    }
}

#[component]
pub fn PickCustomerPage() -> impl IntoView {
    view! {
        <Title text="Log event" />
        <h1>"Log event"</h1>
    }
}
