//! `/customers/{id}`: one customer.

use crate::app::components::Loaded;
use crate::app::server_fns::load_customer_page;
use crate::app::state::use_customer_id;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn CustomerPage() -> impl IntoView {
    let id = use_customer_id();
    let page = Resource::new(move || id.get(), |id| load_customer_page(id, None, 90));
    view! {
        <Loaded
            resource=page
            view=|page| {
                let name = page.customer.fields.name;
                view! {
                    <Title text=name.clone() />
                    <h1>{name}</h1>
                }
            }
        />
    }
}
