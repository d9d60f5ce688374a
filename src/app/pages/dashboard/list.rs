//! The list of customers. Its controls stay while its rows follow the URL.

use super::chips::{Chips, without_filters};
use super::chosen::{Chosen, ChosenBar};
use super::column_choice::ColumnChoice;
use super::columns::{ListHead, factor_labels};
use super::filters::Filters;
use super::keys::{Keys, focus};
use super::links::list_href;
use super::mine::Mine;
use super::query::{ListNavigation, Loaded, blames_day, csv_query};
use super::renewals::{Renewals, Totals};
use super::row::Row;
use crate::app::components::icon::IconName;
use crate::app::components::{EmptyState, LinkButton, Pagination, Skeleton};
use crate::app::format;
use crate::app::state::use_preferences;
use crate::domain::scorecard::{BandLimits, FactorName};
use crate::domain::{AskedDay, CustomerId, CustomerList, CustomerQuery, NaiveDate};
use crate::wire::AppError;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

/// The sizes of a page to choose from.
const PAGE_SIZES: [i64; 4] = [25, 50, 100, 200];

/// Shows the list section. `loaded` is empty until the first answer.
#[component]
pub fn ListSection(
    query: Signal<CustomerQuery>,
    loaded: Signal<Loaded>,
    totals: Signal<Totals>,
    currency: Signal<String>,
    /// Where bands begin, and the factors' names.
    rules: Signal<(BandLimits, Vec<FactorName>)>,
    pending: Signal<bool>,
    /// True when a skeleton replaces the rows, because they are of another day than the one asked for.
    between_days: Signal<bool>,
) -> impl IntoView {
    let navigation = ListNavigation::new(query);
    let loaded = Memo::new(move |_| loaded.get());
    let currency = Memo::new(move |_| currency.get());
    let limits = Memo::new(move |_| rules.with(|(limits, _)| limits.clone()));
    let names = Memo::new(move |_| rules.with(|(_, names)| names.clone()));
    let preferences = use_preferences();
    let list_day = Memo::new(move |last: Option<&NaiveDate>| {
        let day = loaded.with(|list| Some(list.as_ref()?.as_ref().ok()?.as_of));
        day.or(last.copied()).unwrap_or_default()
    });
    let list_day = Signal::from(list_day);
    let limit_lines = move || {
        limits.with(|limits| {
            format!(
                "--healthy: {}; --at-risk: {}; --factors: {}",
                limits.healthy,
                limits.at_risk,
                names.with(|names| factor_labels(names))
            )
        })
    };
    let at = Memo::new(move |_| query.with(|query| query.at));
    let change_days = Memo::new(move |_| query.with(CustomerQuery::change_days));
    let owners = Memo::new(move |_| loaded.with(|list| list.as_ref().and_then(|list| Some(list.as_ref().ok()?.owners.clone()))));
    let owners = Signal::derive(move || owners.get().unwrap_or_default());
    let segments =
        Memo::new(move |_| loaded.with(|list| list.as_ref().and_then(|list| Some(list.as_ref().ok()?.segments.clone()))));
    let segments = Signal::derive(move || segments.get().unwrap_or_default());
    let chosen = Chosen::new(query, loaded);
    let csv = Signal::derive(move || format!("/customers.csv{}", query.with(csv_query)));
    view! {
        <section
            class="list"
            id="customers"
            aria-labelledby="customers-title"
            aria-busy=move || pending.get().then_some("true")
            on:click=move |event| follow(&event, navigation)
        >
            <div class="list__head">
                <h2 id="customers-title" tabindex="-1">"Customers"</h2>
                <p class="list__count" role="status">
                    {move || loaded.with(|list| list.as_ref().map(count_words))}
                </p>
                <div class="list__actions">
                    <Keys />
                    <LinkButton href=csv external=true>
                        "Export CSV"
                    </LinkButton>
                </div>
            </div>
            <div class="list__tools">
                <Filters query owners segments names today=list_day navigation />
                <Mine query owners navigation />
                <ColumnChoice />
            </div>
            <Chips query />
            <Renewals query totals />
            {move || loaded.with(|list| list.as_ref().and_then(|list| instead_of_rows(&query.read_untracked(), list)))
                .map(|instead| view! { <div id="rows" tabindex="-1">{instead}</div> })}
            {move || between_days.get().then(|| view! { <Skeleton lines=12 /> })}
            <table
                class="customers"
                data-hide=move || preferences.read().hidden_columns.clone()
                style=limit_lines
                hidden=move || between_days.get() || loaded.with(|list| !has_rows(list))
                on:mousedown=|event| Chosen::press(&event)
                on:click=move |event| chosen.click(&event)
                on:change=move |event| chosen.change(&event)
            >
                <caption class="sr-only">"Customers with their health, one row each"</caption>
                <ListHead query names chosen />
                <tbody id=move || loaded.with(has_rows).then_some("rows") tabindex="-1">
                    <For each=move || loaded.with(ids) key=|id| *id children=move |id| view! { <Row id loaded chosen at change_days currency limits /> } />
                </tbody>
            </table>
            <ChosenBar chosen query owners segments currency />
            {move || loaded.with(|list| foot(&query.read_untracked(), list))}
        </section>
    }
}

/// Follows a link inside the section that asks for another list: only the rows change.
fn follow(event: &MouseEvent, navigation: ListNavigation) {
    let plain = event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let link = target.and_then(|target| target.closest("a[data-in-place]").ok().flatten());
    let Some(link) = link.filter(|_| plain) else { return };
    if let Some(href) = link.get_attribute("href") {
        event.prevent_default();
        navigation.follow(&href);
        // A chip disappears with its filter, so the focus moves to something near.
        if link.matches(".chips a").unwrap_or(false) {
            focus("customers-title");
        }
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

fn has_rows(list: &Loaded) -> bool {
    matches!(list, Some(Ok(list)) if !list.page.items.is_empty())
}

fn ids(list: &Loaded) -> Vec<CustomerId> {
    let Some(Ok(list)) = list else { return Vec::new() };
    list.page.items.iter().map(|item| item.customer.id).collect()
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

fn foot(query: &CustomerQuery, list: &Loaded) -> Option<impl IntoView + use<>> {
    let page = list.as_ref().and_then(|list| list.as_ref().ok()).map(|list| &list.page)?;
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
