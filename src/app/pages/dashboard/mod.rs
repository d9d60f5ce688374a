//! `/`: how the portfolio stands, and the list of customers.

use crate::app::components::Loaded;
use crate::app::server_fns::{list_customers, load_portfolio};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

#[component]
pub fn DashboardPage() -> impl IntoView {
    let search = use_location().search;
    let portfolio = Resource::new(|| (), |()| load_portfolio(None));
    let list = Resource::new(move || search.get(), list_customers);
    view! {
        <Title text="Portfolio" />
        <h1>"Portfolio"</h1>
        <Loaded resource=portfolio view=|portfolio| view! { <p>{portfolio.all.customers} " customers"</p> } />
        <Loaded resource=list view=|list| view! { <p>{list.page.total} " customers found"</p> } />
    }
}
