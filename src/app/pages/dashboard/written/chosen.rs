//! The bar about the chosen customers, as a form that leads to the page of their change. The browser makes it ask in place.

use crate::app::format;
use crate::app::forms::BulkKind;
use crate::app::pages::dashboard::CHOSEN_FORM;
use crate::domain::CustomerQuery;
use crate::domain::bulk::MAX_CHOSEN;
use leptos::prelude::*;

/// Shows the box that chooses all customers on the page.
#[component]
pub fn ChooseAll() -> impl IntoView {
    view! { <input type="checkbox" class="choose choose--all" aria-label="Choose all on this page" autocomplete="off" /> }
}

/// Shows the bar of a list with `total` customers.
#[component]
pub fn ChosenBar(query: CustomerQuery, total: i64, currency: String) -> impl IntoView {
    let most = MAX_CHOSEN as i64;
    let all = match query.is_filtered() {
        _ if total > most => format!("the first {most} of {}", format::group(total)),
        true => format!("all {} on this filter", format::group(total)),
        false => format!("all {}", format::group(total)),
    };
    let href = format!("/customers/chosen{}", query.to_query_string());
    let buttons = BulkKind::offered(query.archived).map(|kind| {
        view! { <button class="button" name="do" value=kind.name() aria-haspopup="dialog">{kind.label()}"…"</button> }
    });
    let pairs = CustomerQuery { page: 1, ids: Vec::new(), ..query }.to_pairs().into_iter();
    let filters = pairs.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view();
    view! {
        <form
            id=CHOSEN_FORM
            class="chosen"
            method="get"
            action="/customers/chosen"
            aria-label="Chosen customers"
            data-currency=currency
        >
            {filters}
            <p class="chosen__words" role="status">"Chosen customers"</p>
            <a class="chosen__all" href=href data-most=total.min(most).to_string()>{all}</a>
            {buttons.collect_view()}
            <button class="button" name="do" value="export">"Export CSV"</button>
            <button type="button" class="chosen__clear" aria-label="Choose nobody">"×"</button>
        </form>
    }
}
