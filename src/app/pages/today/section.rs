//! Today on the home page: the first few customers that need somebody.

use super::FIRST_ROWS;
use super::item::Face;
use crate::app::components::{Answer, latest};
use crate::app::live::use_news;
use crate::app::server_fns::load_today;
use crate::app::{format, until_answered};
use crate::domain::{CustomerId, CustomerQuery, Sort, SortDirection, Today};
use leptos::prelude::*;

/// The answer to the question who needs somebody; none for a past day.
pub type TodayResource = Resource<Answer<String, Option<Today>>>;

/// Loads the first of the list's customers that need somebody. `query` is the list's: its filters count. Loads again when
/// `loads` changes.
pub fn use_today(query: Memo<CustomerQuery>, loads: impl Fn() -> usize + Send + Sync + 'static) -> TodayResource {
    let news = use_news();
    let asked = Memo::new(move |_| query.with(first_rows));
    Resource::new(
        move || (asked.get(), loads(), news.get()),
        |(query, ..)| async move {
            let search = query.to_query_string().trim_start_matches('?').to_owned();
            let answer = match query.at.as_of {
                Some(_) => Ok(None),
                None => {
                    let asked = search.clone();
                    until_answered(move || load_today(asked.clone())).await.map(Some)
                }
            };
            (search, answer)
        },
    )
}

/// Returns the query of the first rows that a list's filters select.
fn first_rows(list: &CustomerQuery) -> CustomerQuery {
    let (sort, direction) = (Sort::default(), SortDirection::default());
    CustomerQuery { sort, direction, archived: false, page: 1, page_size: FIRST_ROWS, ..list.clone() }
}

/// Shows the first customers that need somebody. `query` is the list's.
#[component]
pub fn TodaySection(today: TodayResource, query: Memo<CustomerQuery>) -> impl IntoView {
    let answer = latest(today);
    let today = Memo::new(move |last: Option<&Option<Today>>| match answer.get() {
        Some((_, Ok(today))) => today,
        _ => last.cloned().flatten(),
    });
    let is_there = Memo::new(move |_| today.with(Option::is_some));
    move || {
        is_there.get().then(|| {
            view! {
                <section class="today panel" aria-labelledby="today-title">
                    <h2 class="today__title" id="today-title">
                        "Today"
                    </h2>
                    <First today query />
                </section>
            }
        })
    }
}

#[component]
fn First(today: Memo<Option<Today>>, query: Memo<CustomerQuery>) -> impl IntoView {
    let ids = move || {
        let items = today.with(|today| today.as_ref().map(|today| today.page.items.clone())).unwrap_or_default();
        items.iter().map(|item| item.customer.id).collect::<Vec<_>>()
    };
    let row = move |id: CustomerId| {
        let item = move || {
            today.with(|today| {
                let today = today.as_ref()?;
                let item = today.page.items.iter().find(|item| item.customer.id == id)?.clone();
                Some(view! { <Face item as_of=today.as_of currency=today.currency.clone() /> })
            })
        };
        view! { <li class="needed">{item}</li> }
    };
    let all = move || {
        let total = today.with(|today| today.as_ref().map_or(0, |today| today.page.total));
        let query = CustomerQuery { page_size: CustomerQuery::default().page_size, ..query.with(first_rows) };
        let href = format!("/today{}", query.to_query_string());
        match total {
            0 => view! { <span>"Nothing needs you today."</span> }.into_any(),
            1..=FIRST_ROWS => view! {
                <span>"Nothing else needs you today. "</span>
                <a href=href>"Why in this order?"</a>
            }
            .into_any(),
            _ => view! { <a href=href>{format!("All {} that need you, and why in this order", format::group(total))}</a> }
                .into_any(),
        }
    };
    view! {
        <ol class="today__list">
            <For each=ids key=|id| *id children=row />
        </ol>
        <p class="today__end">{all}</p>
    }
}
