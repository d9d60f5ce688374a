//! Placeholder.

use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn NewCustomerPage() -> impl IntoView {
    view! {
        <Title text="Add customer" />
        <h1>"Add customer"</h1>
    }
}
