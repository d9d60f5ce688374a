//! `/`: how the portfolio stands, and the list of customers.

mod attention;
mod chips;
mod columns;
mod day;
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

use crate::app::components::{Failure, Skeleton};
use crate::app::format;
use crate::app::server_fns::{LoadDemo, list_customers, load_portfolio};
use crate::domain::{CustomerQuery, Portfolio};
use crate::error::AppError;
use day::{DayBar, NothingYet, RefusedDay};
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
    let loads = load_demo.version();
    let day = Memo::new(move |_| query::asked_day(&search.read()));
    let portfolio = Resource::new(
        move || (owner.get(), day.get(), loads.get()),
        |(owner, (as_of, known_at), _)| load_portfolio(owner, as_of, known_at),
    );
    let list = Resource::new(
        move || (search.get(), loads.get()),
        |(search, _)| async move { (search.clone(), list_customers(search).await) },
    );
    let loaded = move || list.get().map(|(_, list)| list);
    let pending = move || list.with(|list| list.as_ref().is_some_and(|(of, _)| *of != search.get()));
    let currency = move || portfolio.get().and_then(Result::ok).map(|portfolio| portfolio.currency).unwrap_or_default();
    let empty = move || portfolio.get().is_some_and(|portfolio| portfolio.as_ref().is_ok_and(has_no_customers));
    let title = move || match query.with(|query| query.at.as_of) {
        Some(day) => format!("Portfolio as of {}", format::day(day)),
        None => "Portfolio".to_owned(),
    };
    view! {
        <Title text=title />
        <h1 class="sr-only">"Portfolio"</h1>
        <Transition fallback=|| view! { <Skeleton lines=12 /> }>
            {move || portfolio.get().map(|portfolio| overview(portfolio, query, load_demo))}
            <div hidden=empty>
                <ListSection
                    query=query.into()
                    loaded=Signal::derive(loaded)
                    currency=Signal::derive(currency)
                    pending=Signal::derive(pending)
                />
            </div>
        </Transition>
    }
}

/// What stands above the list.
fn overview(portfolio: Result<Portfolio, AppError>, query: Memo<CustomerQuery>, load_demo: ServerAction<LoadDemo>) -> AnyView {
    match portfolio {
        Ok(portfolio) if has_no_customers(&portfolio) && portfolio.as_of == portfolio.today => {
            view! { <FirstRun load_demo /> }.into_any()
        }
        Ok(portfolio) if has_no_customers(&portfolio) => view! {
            <DayBar portfolio=portfolio.clone() query />
            <NothingYet portfolio query />
        }
        .into_any(),
        Ok(portfolio) => {
            let noted = portfolio.clone();
            view! {
                <DayBar portfolio=portfolio.clone() query>
                    <Notices portfolio=noted />
                </DayBar>
                <Summary portfolio />
            }
            .into_any()
        }
        Err(AppError::Invalid(errors)) if query::blames_day(&errors) => view! { <RefusedDay errors query /> }.into_any(),
        Err(error) => view! { <Failure error /> }.into_any(),
    }
}

fn has_no_customers(portfolio: &Portfolio) -> bool {
    portfolio.owner.is_none() && portfolio.all.customers == 0 && portfolio.archived == 0
}
