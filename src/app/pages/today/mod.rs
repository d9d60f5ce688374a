//! `/today`: who needs somebody, who is first, and why.

mod item;
mod whose;
mod why;

pub use item::Face;

use crate::app::components::icon::IconName;
use crate::app::components::{EmptyState, Followed, Pagination};
use crate::app::live::use_news;
use crate::app::server_fns::load_today;
use crate::app::state::use_preferences;
use crate::app::{format, until_answered};
use crate::domain::list::OwnerFilter;
use crate::domain::{CustomerId, CustomerQuery, Today};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;
use whose::Whose;
use why::Why;

/// The rows that are shown before somebody asks for more.
pub const FIRST_ROWS: i64 = 5;
/// The rows of a page for somebody who wants more.
const MORE_ROWS: i64 = 50;

#[component]
pub fn TodayPage() -> impl IntoView {
    let (location, preferences, news) = (use_location(), use_preferences(), use_news());
    let query = Memo::new(move |_| asked(&location.search.read(), preferences.read().mine()));
    let today = Resource::new(
        move || (query.with(CustomerQuery::to_query_string), news.get()),
        |(query, _)| async move {
            let search = query.trim_start_matches('?').to_owned();
            (query, until_answered(move || load_today(search.clone())).await)
        },
    );
    view! {
        <Title text="Today" />
        <div class="today-page">
            <div class="page-head">
                <h1>"Today"</h1>
                <Whose query />
            </div>
            <Followed resource=today key=|_| () view=move |today| view! { <Needed today query /> }.into_any() lines=10 />
        </div>
    }
}

/// Returns the query of an address. Without an owner in it, it is about everybody or about `mine`, as the reader left it.
fn asked(search: &str, mine: Option<String>) -> CustomerQuery {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(search).unwrap_or_default();
    let asked = CustomerQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))).unwrap_or_default();
    let is_sized = pairs.iter().any(|(name, _)| name == "page_size");
    CustomerQuery {
        owner: asked.owner.or(mine.map(OwnerFilter::Named)),
        page_size: if is_sized { asked.page_size } else { FIRST_ROWS },
        // It is about today, and about customers that somebody can do something for.
        at: Default::default(),
        archived: false,
        ..asked
    }
}

/// Shows the rows, or that there are none, and what comes after them.
#[component]
fn Needed(today: Memo<Today>, query: Memo<CustomerQuery>) -> impl IntoView {
    let search = use_location().search;
    let ids = move || today.with(|today| today.page.items.iter().map(|item| item.customer.id).collect::<Vec<_>>());
    let is_nobody = Memo::new(move |_| today.with(|today| today.page.total == 0));
    view! {
        <p class="today__lead">{move || lead(today.with(|today| today.page.total), query.with(|query| query.owner.clone()))}</p>
        <Show
            when=move || !is_nobody.get()
            fallback=|| {
                view! {
                    <EmptyState icon=IconName::Check title="Nothing needs you today.">
                        <p>
                            "Nobody that is At risk or in Churn risk has just fallen, renews soon, became silent or owes an invoice."
                        </p>
                    </EmptyState>
                }
            }
        >
            <ol class="today__list panel">
                <For each=ids key=|id| *id children=move |id| view! { <Item id today /> } />
            </ol>
            {move || today.with(|today| rest(today, &search.read()))}
        </Show>
    }
}

/// One customer. The part that explains its place stays open while the figures follow changes.
#[component]
fn Item(id: CustomerId, today: Memo<Today>) -> impl IntoView {
    let item = Memo::new(move |last: Option<&Option<_>>| {
        let found = today.with(|today| {
            let item = today.page.items.iter().find(|item| item.customer.id == id)?.clone();
            Some((item, today.as_of, today.currency.clone()))
        });
        found.or_else(|| last.cloned().flatten())
    });
    view! {
        <li class="needed">
            {move || item.get().map(|(item, as_of, currency)| view! { <Face item as_of currency /> })}
            <Why item />
        </li>
    }
}

/// "6 customers need you, the most urgent first."
fn lead(total: i64, owner: Option<OwnerFilter>) -> String {
    let whose = match owner {
        None => String::new(),
        Some(OwnerFilter::Nobody) => " without an owner".to_owned(),
        Some(OwnerFilter::Named(name)) => format!(" of {name}"),
    };
    match total {
        0 => String::new(),
        1 => format!("1 customer{whose} needs you."),
        total => format!("{} customers{whose} need you, the most urgent first.", format::group(total)),
    }
}

/// Returns the address of another page, or of pages of another size, with everything else as it is.
fn page_href(search: &str, page: i64, page_size: i64) -> String {
    let mut pairs: Vec<(String, String)> = serde_urlencoded::from_str(search).unwrap_or_default();
    pairs.retain(|(name, _)| !["page", "page_size"].contains(&name.as_str()));
    pairs.extend((page != 1).then(|| ("page".to_owned(), page.to_string())));
    pairs.push(("page_size".to_owned(), page_size.to_string()));
    format!("/today?{}", serde_urlencoded::to_string(&pairs).unwrap_or_default())
}

/// Returns what follows the rows: a link to more of them, pages, or that these are all.
fn rest(today: &Today, search: &str) -> AnyView {
    let (at, pages, total, page_size) = (today.page.page, today.page.pages(), today.page.total, today.page.page_size);
    match (page_size, pages) {
        (_, ..=1) => view! { <p class="today__end">"Nothing else needs you today."</p> }.into_any(),
        (FIRST_ROWS, _) if at == 1 => {
            let more = format::count(total - today.page.items.len() as i64, "other");
            view! {
                <p class="today__end">
                    <a href=page_href(search, 1, MORE_ROWS)>{format!("Show {more}")}</a>
                </p>
            }
            .into_any()
        }
        _ => {
            let end = (at == pages).then(|| view! { <p class="today__end">"Nothing else needs you today."</p> });
            let search = search.to_owned();
            let href = move |page| page_href(&search, page, page_size);
            view! {
                {end}
                <Pagination page=at pages href label="Pages of customers that need you" />
            }
            .into_any()
        }
    }
}
