//! Today on the home page: the first few customers that need somebody.

use crate::app::format;
use crate::app::pages::today::{FIRST_ROWS, Face};
use crate::app::server_fns::load_today;
use crate::domain::{CustomerQuery, Sort, SortDirection, Today};
use crate::wire::AppError;
use leptos::prelude::*;

/// Loads the first of the list's customers that need somebody; none for a past day. `list` is the list's query: its filters
/// count.
pub async fn load_first(list: &CustomerQuery) -> Result<Option<Today>, AppError> {
    let asked = first_rows(list).to_query_string().trim_start_matches('?').to_owned();
    match list.at.as_of {
        Some(_) => Ok(None),
        None => load_today(asked).await.map(Some),
    }
}

/// Returns the query of the first rows that a list's filters select.
fn first_rows(list: &CustomerQuery) -> CustomerQuery {
    let (sort, direction) = (Sort::default(), SortDirection::default());
    CustomerQuery { sort, direction, archived: false, page: 1, page_size: FIRST_ROWS, ..list.clone() }
}

/// Shows the first customers that need somebody. `query` is the list's.
#[component]
pub fn TodaySection(today: Today, query: CustomerQuery) -> impl IntoView {
    let Today { as_of, currency, page, .. } = today;
    let query = CustomerQuery { page_size: CustomerQuery::default().page_size, ..first_rows(&query) };
    let href = format!("/today{}", query.to_query_string());
    let end = match page.total {
        0 => view! { <span>"Nothing needs you today."</span> }.into_any(),
        1..=FIRST_ROWS => view! {
            <span>"Nothing else needs you today. "</span>
            <a href=href>"Why in this order?"</a>
        }
        .into_any(),
        total => {
            view! { <a href=href>{format!("All {} that need you, and why in this order", format::group(total))}</a> }.into_any()
        }
    };
    let rows = page.items.into_iter().map(|item| view! { <li class="needed"><Face item as_of currency=currency.clone() /></li> });
    view! {
        <section class="today panel" aria-labelledby="today-title">
            <h2 class="today__title" id="today-title">
                "Today"
            </h2>
            <ol class="today__list">{rows.collect_view()}</ol>
            <p class="today__end">{end}</p>
        </section>
    }
}
