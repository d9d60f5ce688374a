//! `/customers/new`: add a customer.

use crate::app::components::Loaded;
use crate::app::forms::CustomerForm;
use crate::app::server_fns::load_edit_page;
use crate::app::until_answered;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn NewCustomerPage() -> impl IntoView {
    let page = Resource::new(|| (), |()| until_answered(|| load_edit_page(None)));
    view! {
        <Title text="Add customer" />
        <div class="narrow">
            <div class="page-head">
                <h1>"Add customer"</h1>
            </div>
            <div class="panel">
                <Loaded
                    resource=page
                    view=|page| view! { <CustomerForm customer=None owners=page.owners segments=page.segments currency=page.currency /> }
                />
            </div>
        </div>
    }
}
