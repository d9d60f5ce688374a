//! The page for an unknown address.

use crate::app::components::EmptyState;
use crate::app::components::icon::IconName;
use crate::app::state::set_status;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn NotFound() -> impl IntoView {
    set_status(404);
    view! {
        <Title text="Not found" />
        <EmptyState icon=IconName::Search title="There is nothing at this address" level=1>
            <p>"The link may be old or mistyped."</p>
            <p><a href="/">"Go to the portfolio"</a></p>
        </EmptyState>
    }
}
