//! Placeholder.

use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn EditCustomerPage() -> impl IntoView {
    view! {
        <Title text="Edit customer" />
        <h1>"Edit customer"</h1>
    }
}
