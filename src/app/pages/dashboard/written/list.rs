//! The list of customers. Its controls stay while its rows follow the URL.

use super::chips::{Chips, without_filters};
use super::chosen::ChosenBar;
use super::column_choice::ColumnChoice;
use super::columns::{ListHead, factor_labels};
use super::figures::blames_day;
use super::filters::Filters;
use super::links::list_href;
use super::mine::Mine;
use super::renewals::{Renewals, Totals};
use super::row::{RowsOf, row};
use crate::app::components::icon::IconName;
use crate::app::components::{EmptyState, LinkButton, Pagination};
use crate::app::format;
use crate::app::pages::dashboard::query::csv_query;
use crate::app::state::use_preferences;
use crate::domain::scorecard::{BandLimits, FactorName};
use crate::domain::{AskedDay, CustomerList, CustomerQuery};
use crate::wire::AppError;
use leptos::prelude::*;

/// The sizes of a page to choose from.
const PAGE_SIZES: [i64; 4] = [25, 50, 100, 200];

/// Shows the list section.
#[component]
pub fn ListSection(
    query: CustomerQuery,
    list: Result<CustomerList, AppError>,
    totals: Totals,
    currency: String,
    /// The scores at which bands begin.
    limits: BandLimits,
    names: Vec<FactorName>,
) -> impl IntoView {
    let hidden = use_preferences().read().hidden_columns.clone();
    let labels = factor_labels(&names);
    let limit_lines = format!("--healthy: {}; --at-risk: {}; --factors: {labels}", limits.healthy, limits.at_risk);
    let (owners, segments, total) = match &list {
        Ok(list) => (list.owners.clone(), list.segments.clone(), list.page.total),
        Err(_) => Default::default(),
    };
    let today = list.as_ref().ok().map(|list| list.as_of);
    let csv = format!("/customers.csv{}", csv_query(&query));
    let words = count_words(&list);
    let foot = list.as_ref().ok().and_then(|list| foot(&query, list));
    let instead = instead_of_rows(&query, &list).map(|instead| view! { <div id="rows" tabindex="-1">{instead}</div> });
    let has_rows = instead.is_none();
    let of = RowsOf {
        today: today.unwrap_or_default(),
        at: query.at,
        change_days: query.change_days(),
        currency: currency.clone(),
        limits,
    };
    let rows = list.map(|list| list.page.items.into_iter().map(|item| row(item, &of)).collect_view()).ok();
    view! {
        <section class="list" id="customers" aria-labelledby="customers-title">
            <div class="list__head">
                <h2 id="customers-title" tabindex="-1">"Customers"</h2>
                <p class="list__count" role="status">{words}</p>
                <div class="list__actions">
                    // In the browser it opens the list of keys in place.
                    <a class="keys-link" href="/help#keys" aria-haspopup="dialog">"Keyboard"</a>
                    <LinkButton href=csv external=true>
                        "Export CSV"
                    </LinkButton>
                </div>
            </div>
            <div class="list__tools">
                <Filters query=query.clone() owners=owners.clone() segments names=names.clone() limits=of.limits.clone() today />
                <Mine query=query.clone() owners />
                <ColumnChoice />
            </div>
            <Chips query=query.clone() names=names.clone() />
            <Renewals query=query.clone() totals />
            {instead}
            <table class="customers" data-hide=hidden style=limit_lines hidden=!has_rows>
                <caption class="sr-only">"Customers with their health, one row each"</caption>
                <ListHead query=query.clone() names />
                <tbody id=has_rows.then_some("rows") tabindex="-1">{rows}</tbody>
            </table>
            <ChosenBar query total currency />
            {foot}
        </section>
    }
}

fn count_words(list: &Result<CustomerList, AppError>) -> String {
    let Ok(CustomerList { page, .. }) = list else { return String::new() };
    let all = format::count(page.total, "customer");
    let first = (page.page - 1) * page.page_size + 1;
    match page.items.len() as i64 {
        shown if shown == page.total || shown == 0 => all,
        shown => format!("{} to {} of {all}", format::group(first), format::group(first + shown - 1)),
    }
}

/// Returns the view that replaces rows when there are none.
fn instead_of_rows(query: &CustomerQuery, list: &Result<CustomerList, AppError>) -> Option<AnyView> {
    let query = query.clone();
    match list {
        Err(error) => Some(view! { <ListError error=error.clone() query /> }.into_any()),
        Ok(list) if list.page.items.is_empty() => Some(view! { <NothingFound query total=list.page.total /> }.into_any()),
        Ok(_) => None,
    }
}

fn foot(query: &CustomerQuery, list: &CustomerList) -> Option<impl IntoView + use<>> {
    let page = &list.page;
    let (number, pages) = (page.page, page.pages());
    let query = query.clone();
    let sizes = query.clone();
    let link = move |page: i64| list_href(&CustomerQuery { page, ..query.clone() });
    (page.total > PAGE_SIZES[0]).then(|| {
        view! {
            <div class="list__foot">
                <Pagination page=number pages href=link label="Pages of customers" />
                <PageSizes query=sizes />
            </div>
        }
    })
}

#[component]
fn PageSizes(query: CustomerQuery) -> impl IntoView {
    let sizes = PAGE_SIZES.map(|page_size| {
        let current = (query.page_size == page_size).then_some("true");
        let href = list_href(&CustomerQuery { page_size, page: 1, ..query.clone() });
        view! {
            <a href=href aria-current=current>
                {page_size}
            </a>
        }
    });
    view! {
        <nav class="page-sizes" aria-label="Rows on a page">
            <span>"Rows"</span>
            {sizes.collect_view()}
        </nav>
    }
}

/// Says why the list is empty, and how to get out.
#[component]
fn NothingFound(query: CustomerQuery, total: i64) -> impl IntoView {
    let all = without_filters(&query);
    let first = list_href(&CustomerQuery { page: 1, ..query.clone() });
    match (total > 0, query.is_filtered(), query.archived) {
        (true, ..) => view! {
            <EmptyState icon=IconName::Search level=3 title="This page is empty">
                <p>"The list has become shorter. " <a href=first>"Go to its first page"</a></p>
            </EmptyState>
        }
        .into_any(),
        (_, true, _) => view! {
            <EmptyState icon=IconName::Search level=3 title="No customer matches">
                <p>"Try fewer filters. " <a href=all>"Clear all filters"</a></p>
            </EmptyState>
        }
        .into_any(),
        (_, _, true) => view! {
            <EmptyState icon=IconName::Search level=3 title="Nothing is archived">
                <p>"Customers that churned or were entered twice can be archived on their page. " <a href=all>"Show the active customers"</a></p>
            </EmptyState>
        }
        .into_any(),
        _ => view! {
            <EmptyState icon=IconName::Search level=3 title="No active customers">
                <p>
                    "Every customer is archived. "
                    <a href=list_href(&CustomerQuery { archived: true, ..query })>"Show the archived customers"</a>
                </p>
            </EmptyState>
        }
        .into_any(),
    }
}

/// Shows the errors of the address, or why there is no answer, and what to do about it.
#[component]
fn ListError(error: AppError, query: CustomerQuery) -> impl IntoView {
    let fields = match &error {
        AppError::Invalid(errors) => errors.0.clone(),
        _ => Vec::new(),
    };
    let refused_day = matches!(&error, AppError::Invalid(errors) if blames_day(errors));
    let all = if refused_day { CustomerQuery { at: AskedDay::default(), ..query } } else { query };
    let asked_too_much = fields.iter().any(|field| field.field == "page");
    let fields = fields.into_iter().map(|field| view! { <li><code>{field.field}</code> " " {field.message}</li> });
    let advice = match error {
        AppError::Invalid(_) if asked_too_much => "Search or filter, so that the customers you look for come first.",
        AppError::Invalid(_) => "The address asks for something this list does not know.",
        _ => "The customers are safe; the list could not be loaded. Reload the page to try again.",
    };
    view! {
        <div class="list__error" role="alert">
            <h3>{error.title()}</h3>
            <ul>{fields.collect_view()}</ul>
            <p>{advice} " " <a href=without_filters(&all)>"Show all customers"</a></p>
        </div>
    }
}
