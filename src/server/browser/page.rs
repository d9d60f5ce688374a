//! Page context: the call, the visitor's state, the HTTP status. All of it travels through Leptos' context, which
//! [`provide`] fills for each request.

use super::cookies::cookies;
use super::{flash, upload};
use crate::domain::list::Paging;
use crate::domain::measure::Measure;
use crate::domain::measure_input::MeasureInput;
use crate::domain::rulebook_input::MOST_FACTORS;
use crate::domain::{AsOf, BacktestQuery, CustomerQuery, EventQuery, FieldErrors, MonthQuery, PageDays};
use crate::server::{Actor, AppState, Call};
use crate::wire::{AppError, PageStart, Preferences, ResponseStatus, ThemeChoice};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_router::location::RequestUrl;
use std::sync::Arc;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Fills the context of one page or one server function. The scripts are given by their
/// addresses: the one that follows changes, and the one that saves charts.
pub fn provide(state: &AppState, live_script: String, save_script: String) {
    let call = state.call(Actor::Visitor);
    provide_context(ResponseStatus(Arc::new(respond_with(use_context::<ResponseOptions>()))));
    // Only pages have a `RequestUrl`. A server function must not take the message that is left for a page.
    if let (Some(parts), Some(_)) = (use_context::<Parts>(), use_context::<RequestUrl>()) {
        let mut preferences = Preferences::default();
        cookies(&parts).for_each(|(name, value)| preferences.set(name, &value));
        let seed = format!("{:032x}", rand::random::<u128>());
        let (now, mark) = (call.now, call.store.mark());
        let mut flash = flash::take(&parts);
        flash.echo = upload::take_refusal(&parts).or(flash.echo);
        provide_context(PageStart { preferences, flash, seed, now, mark, live_script, save_script });
    }
    provide_context(call);
}

fn respond_with(options: Option<ResponseOptions>) -> impl Fn(u16) {
    move |status| {
        if let (Some(options), Ok(status)) = (&options, StatusCode::from_u16(status)) {
            options.set_status(status);
            if status == StatusCode::SERVICE_UNAVAILABLE {
                options.insert_header(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
        }
    }
}

/// Returns the call that [`provide`] put into context, the same for the whole page.
pub fn call() -> Call {
    expect_context()
}

/// Signals that a page's reader has left. Leptos would go on loading the page's data.
#[derive(Clone)]
struct Left(CancellationToken);

/// Returns a guard for the request's answer. Dropping it without disarming it tells [`answer`] that the reader has left.
pub fn notice_leaving(request: &mut Request) -> DropGuard {
    let left = CancellationToken::new();
    request.extensions_mut().insert(Left(left.clone()));
    left.drop_guard()
}

/// Runs a use case for as long as somebody waits for it. When it fails, the page or server function answers with the
/// failure's status.
pub async fn answer<T>(work: impl Future<Output = Result<T, AppError>>) -> Result<T, AppError> {
    let respond = use_context::<ResponseStatus>();
    let left = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Left>().cloned());
    // Boxed, because a page's future is large already and grows with each future that it holds.
    let work = Box::pin(work);
    let result = match left {
        Some(Left(left)) => left.run_until_cancelled(work).await.unwrap_or(Err(AppError::Unavailable)),
        None => work.await,
    };
    if let (Err(error), Some(ResponseStatus(respond))) = (&result, respond) {
        respond(error.status());
    }
    result
}

/// The pairs of a query string, without its question mark.
fn pairs(text: &str) -> Result<Vec<(String, String)>, AppError> {
    serde_urlencoded::from_str(text).map_err(|error| AppError::BadRequest(format!("The query string: {error}")))
}

fn each(pairs: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

/// Reads the query of the list of customers.
pub fn customer_query(text: &str) -> Result<CustomerQuery, AppError> {
    Ok(CustomerQuery::from_pairs(each(&pairs(text)?))?)
}

/// Reads the query of the month.
pub fn month_query(text: &str) -> Result<MonthQuery, AppError> {
    Ok(MonthQuery::from_pairs(each(&pairs(text)?))?)
}

/// Reads the query of a backtest.
pub fn backtest_query(text: &str) -> Result<BacktestQuery, AppError> {
    Ok(BacktestQuery::from_pairs(each(&pairs(text)?), call().today())?)
}

/// Reads the query of a customer's events.
pub fn event_query(text: &str) -> Result<EventQuery, AppError> {
    Ok(EventQuery::from_pairs(each(&pairs(text)?))?)
}

/// Reads which page of a list is asked for.
pub fn paging(text: &str) -> Result<Paging, AppError> {
    Ok(Paging::from_pairs(each(&pairs(text)?))?)
}

/// Reads the day that is asked for, and what is known of it.
pub fn day(as_of: Option<String>, known_at: Option<String>) -> Result<AsOf, AppError> {
    Ok(AsOf::parse(as_of.as_deref(), known_at.as_deref(), call().today())?)
}

/// Reads the spans of a customer's page.
pub fn page_days(history: i64, change: i64) -> Result<PageDays, AppError> {
    Ok(PageDays::new(history, change)?)
}

/// Reads measures, as a list in JSON.
pub fn measures(text: &str) -> Result<Vec<Measure>, AppError> {
    let sent: Vec<MeasureInput> =
        serde_json::from_str(text).map_err(|error| AppError::BadRequest(format!("The measures: {error}")))?;
    let mut errors = FieldErrors::default();
    if sent.len() > MOST_FACTORS {
        errors.add("measures", format!("must be at most {MOST_FACTORS} measures"));
    }
    let parse = |(place, input): (usize, &MeasureInput)| input.parse(&mut errors, &format!("measures.{place}"));
    let measures: Vec<_> = sent.iter().enumerate().filter_map(parse).collect();
    Ok(errors.or(|| measures)?)
}

/// Returns the theme that the request's browser remembers.
pub fn theme(parts: &Parts) -> ThemeChoice {
    let mut preferences = Preferences::default();
    cookies(parts).for_each(|(name, value)| preferences.set(name, &value));
    preferences.theme
}
