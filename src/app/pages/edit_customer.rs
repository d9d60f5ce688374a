//! `/customers/{id}/edit`: change what is known about a customer.

use crate::app::components::Loaded;
use crate::app::forms::CustomerForm;
use crate::app::server_fns::load_edit_page;
use crate::app::state::use_customer_id;
use crate::app::until_answered;
use crate::wire::pages::EditPage;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn EditCustomerPage() -> impl IntoView {
    let id = use_customer_id();
    let page = Resource::new(move || id.get(), |id| until_answered(move || load_edit_page(Some(id))));
    view! { <Loaded resource=page view=form /> }
}

fn form(page: EditPage) -> impl IntoView {
    let EditPage { customer, owners, segments, currency } = page;
    let title = customer.as_ref().map(|customer| format!("Edit {}", customer.fields.name)).unwrap_or_default();
    view! {
        <Title text=title.clone() />
        <div class="narrow">
            <div class="page-head">
                <h1>{title}</h1>
            </div>
            <div class="panel">
                <CustomerForm customer owners segments currency />
            </div>
        </div>
    }
}
