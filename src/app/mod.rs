//! The dashboard: shell, routes, pages, components. Sees `domain`, `scoring`, `error`; reaches the server only
//! through `server_fns`.

pub mod shell;

use leptos::prelude::*;

#[component]
pub fn App() -> impl IntoView {
    view! { <main></main> }
}
