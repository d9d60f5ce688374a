//! `/customers/{id}/events/new`: log an event; `/events/new`: first choose for whom.

use crate::app::components::icon::IconName;
use crate::app::components::{BandBadge, EmptyState, Followed, GetForm, Loaded, Pagination};
use crate::app::forms::{EventForms, LOG_PANEL, LogSubject};
use crate::app::server_fns::{list_customers, load_customer_page};
use crate::app::state::{use_customer_id, use_revision};
use crate::app::until_answered;
use crate::domain::{CustomerList, CustomerQuery, CustomerRow, Sort};
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The shortest history and change that can be asked for. The page needs only today's figures.
const HISTORY_DAYS: i64 = 30;
const CHANGE_DAYS: i64 = 7;

#[component]
pub fn LogEventPage() -> impl IntoView {
    let (id, revision) = (use_customer_id(), use_revision());
    let page = Resource::new(
        move || (id.get(), revision.get()),
        |(id, _)| async move { (id, until_answered(move || load_customer_page(id, None, None, HISTORY_DAYS, CHANGE_DAYS)).await) },
    );
    view! { <Followed resource=page key=|page| page.customer.id view=|page| log_event(page).into_any() /> }
}

fn log_event(page: Memo<CustomerPage>) -> impl IntoView {
    let subject = Memo::new(move |_| page.with(LogSubject::of));
    let customer = page.with_untracked(|page| page.customer.clone());
    let name = customer.fields.name;
    let standing = move || {
        let (score, band) = page.with(|page| (page.health.score, page.health.band));
        view! { <BandBadge band score /> }
    };
    view! {
        <Title text=format!("Log an event for {name}") />
        <div class="narrow">
            <div class="page-head">
                <h1>"Log an event for " <a href=format!("/customers/{}", customer.id)>{name}</a></h1>
                <p class="row">{standing}</p>
            </div>
            <div class="panel" id=LOG_PANEL>
                <EventForms subject />
            </div>
        </div>
    }
}

#[component]
pub fn PickCustomerPage() -> impl IntoView {
    let query = use_query_map();
    let wanted = Memo::new(move |_| {
        let query = query.read();
        let page = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
        CustomerQuery { search: query.get("search"), sort: Sort::Name, page, page_size: 20, ..CustomerQuery::default() }
    });
    let list = Resource::new(
        move || wanted.get(),
        |query| until_answered(move || list_customers(query.to_query_string().trim_start_matches('?').to_owned())),
    );
    view! {
        <Title text="Log event" />
        <div class="narrow stack">
            <div class="page-head">
                <h1>"Log an event"</h1>
                <p class="page-head__note">"Which customer is it about?"</p>
            </div>
            <GetForm action="/events/new" class="pick__search" scroll=true role="search">
                <label class="sr-only" for="pick-search">"Search customers"</label>
                <input
                    class="field__input"
                    id="pick-search"
                    type="search"
                    name="search"
                    placeholder="Name or external id"
                    value=wanted.get_untracked().search
                />
                <button class="button" type="submit">
                    "Search"
                </button>
            </GetForm>
            <Loaded resource=list view=move |list| view! { <Candidates list query=wanted.get_untracked() /> } />
        </div>
    }
}

#[component]
fn Candidates(list: CustomerList, query: CustomerQuery) -> impl IntoView {
    let (page, pages) = (list.page.page, list.page.pages());
    let href = move |page| format!("/events/new?{}", search_and_page(query.search.as_deref(), page));
    if list.page.items.is_empty() {
        return view! {
            <EmptyState icon=IconName::Search title="No customer fits">
                <p>"Search for a part of the name, or " <a href="/customers/new">"add a customer"</a> "."</p>
            </EmptyState>
        }
        .into_any();
    }
    view! {
        <ul class="pick">{list.page.items.into_iter().map(candidate).collect_view()}</ul>
        <Pagination page pages href label="Pages of customers" />
    }
    .into_any()
}

fn search_and_page(search: Option<&str>, page: i64) -> String {
    serde_urlencoded::to_string([("search", search.unwrap_or_default()), ("page", &page.to_string())]).unwrap_or_default()
}

fn candidate(row: CustomerRow) -> impl IntoView {
    let customer = row.customer;
    view! {
        <li>
            <a class="pick__row" href=format!("/customers/{}/events/new", customer.id)>
                <span class="pick__name">{customer.fields.name}</span>
                <span class="muted">{customer.fields.segment.to_string()}</span>
                <BandBadge band=row.health.band />
            </a>
        </li>
    }
}
