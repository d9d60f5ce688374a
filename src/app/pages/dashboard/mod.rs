//! `/`: how the portfolio stands, and the list of customers.

mod attention;
mod chips;
mod columns;
mod filters;
mod first_run;
mod keys;
mod links;
mod list;
mod mine;
mod notices;
mod query;
mod row;
mod score_panel;
mod summary;

use crate::app::components::{Answer, Failure, Skeleton, latest};
use crate::app::live::use_news;
use crate::app::server_fns::{LoadDemo, list_customers, load_portfolio};
use crate::domain::{CustomerList, CustomerQuery, Portfolio};
use crate::error::AppError;
use first_run::FirstRun;
use leptos::prelude::*;
use leptos_meta::Title;
use list::ListSection;
use notices::Notices;
use summary::Summary;

#[component]
pub fn DashboardPage() -> impl IntoView {
    let search = query::use_search();
    let query = Memo::new(move |_| query::parse(&search.read()));
    let owner = Memo::new(move |_| query.with(|query| query.owner.clone()));
    let load_demo = ServerAction::<LoadDemo>::new();
    let (loads, news) = (load_demo.version(), use_news());
    let portfolio = Resource::new(
        move || (owner.get(), loads.get(), news.get()),
        |(owner, ..)| async move { (owner.clone(), load_portfolio(owner).await) },
    );
    let list = Resource::new(
        move || (search.get(), loads.get(), news.get()),
        |(search, ..)| async move { (search.clone(), list_customers(search).await) },
    );
    let pending = move || list.with(|list| list.as_ref().is_some_and(|(of, _)| *of != search.get()));
    view! {
        <Title text="Portfolio" />
        <h1 class="sr-only">"Portfolio"</h1>
        <Transition fallback=|| view! { <Skeleton lines=12 /> }>
            <Content query=query.into() portfolio list load_demo pending=Signal::derive(pending) />
        </Transition>
    }
}

#[component]
fn Content(
    query: Signal<CustomerQuery>,
    portfolio: Resource<Answer<Option<String>, Portfolio>>,
    list: Resource<Answer<String, CustomerList>>,
    load_demo: ServerAction<LoadDemo>,
    pending: Signal<bool>,
) -> impl IntoView {
    let (portfolio, list) = (latest(portfolio), latest(list));
    let portfolio = Memo::new(move |_| portfolio.get().map(|(_, portfolio)| portfolio));
    let loaded = Signal::derive(move || list.get().map(|(_, list)| list));
    let currency = move || portfolio.get().and_then(Result::ok).map(|portfolio| portfolio.currency).unwrap_or_default();
    let empty = move || portfolio.get().is_some_and(|portfolio| portfolio.as_ref().is_ok_and(has_no_customers));
    view! {
        {move || portfolio.get().map(|portfolio| overview(portfolio, load_demo))}
        <div hidden=empty>
            <ListSection query loaded currency=Signal::derive(currency) pending />
        </div>
    }
}

/// What stands above the list.
fn overview(portfolio: Result<Portfolio, AppError>, load_demo: ServerAction<LoadDemo>) -> AnyView {
    match portfolio {
        Ok(portfolio) if has_no_customers(&portfolio) => view! { <FirstRun load_demo /> }.into_any(),
        Ok(portfolio) => view! {
            <Notices portfolio=portfolio.clone() />
            <Summary portfolio />
        }
        .into_any(),
        Err(error) => view! { <Failure error /> }.into_any(),
    }
}

fn has_no_customers(portfolio: &Portfolio) -> bool {
    portfolio.owner.is_none() && portfolio.all.customers == 0 && portfolio.archived == 0
}
