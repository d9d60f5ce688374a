//! What pages need from the server beside their data: state, cookies, HTTP status. Everything here goes through
//! Leptos' context, which [`provide`] fills for each request.

use super::{AppState, flash, thaw_styles, upload};
use crate::app::state::{PageStart, Preferences, ResponseStatus};
use crate::domain::{CustomerQuery, FieldErrors};
use crate::error::AppError;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_router::location::RequestUrl;
use std::sync::Arc;

/// Fills the context of one page or one server function.
pub fn provide(state: &AppState) {
    provide_context(state.clone());
    provide_context(thaw_styles::page_styles());
    provide_context(ResponseStatus(Arc::new(respond_with(use_context::<ResponseOptions>()))));
    // Only pages have a RequestUrl. What is left for a page must not be taken by a server function.
    if let (Some(parts), Some(_)) = (use_context::<Parts>(), use_context::<RequestUrl>()) {
        let mut preferences = Preferences::default();
        cookies(&parts).for_each(|(name, value)| preferences.set(name, &value));
        let seed = format!("{:032x}", rand::random::<u128>());
        let (now, mark) = (state.now(), state.store.mark());
        let mut flash = flash::take(&parts);
        flash.echo = upload::take_refusal(&parts).or(flash.echo);
        provide_context(PageStart { preferences, flash, seed, now, mark });
    }
}

fn respond_with(options: Option<ResponseOptions>) -> impl Fn(u16) {
    move |status| {
        if let (Some(options), Ok(status)) = (&options, StatusCode::from_u16(status)) {
            options.set_status(status);
        }
    }
}

/// The state that [`provide`] put into context.
pub fn app() -> AppState {
    expect_context()
}

/// Runs a use case; when it fails, the page or the server function answers with the failure's status.
pub async fn answer<T>(work: impl Future<Output = Result<T, AppError>>) -> Result<T, AppError> {
    let respond = use_context::<ResponseStatus>();
    let result = work.await;
    if let (Err(error), Some(ResponseStatus(respond))) = (&result, respond) {
        respond(error.status());
    }
    result
}

/// The names and values of a query string.
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads the text after the question mark.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        let refused = |error| AppError::BadRequest(format!("The query string: {error}"));
        serde_urlencoded::from_str(text).map(Self).map_err(refused)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// The list's query from the text after the question mark.
pub fn customer_query(text: &str) -> Result<CustomerQuery, AppError> {
    Ok(CustomerQuery::from_pairs(Pairs::parse(text)?.iter())?)
}

/// The request's cookies, values decoded.
pub(super) fn cookies(parts: &Parts) -> impl Iterator<Item = (&str, String)> {
    let headers = parts.headers.get_all(header::COOKIE).into_iter();
    let pairs = headers.filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).map(|(name, value)| (name, percent_decode(value)))
}

/// Path and query of the page that a plain form was sent from; `None` when a script sent it.
pub(super) fn plain_form_origin() -> Option<String> {
    let parts = use_context::<Parts>()?;
    let text = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if !text(header::ACCEPT).is_some_and(|accept| accept.contains("text/html")) {
        return None;
    }
    let page = text(header::REFERER).and_then(|referer| referer.parse::<Uri>().ok());
    Some(page.and_then(|uri| uri.path_and_query().map(ToString::to_string)).unwrap_or_else(|| "/".into()))
}

/// How long preferences are remembered: a year.
const REMEMBERED_SECONDS: i64 = 365 * 24 * 3600;

/// Remembers a preference.
pub fn set_cookie(name: &str, value: &str) -> Result<(), AppError> {
    if !["theme", "owner", "shortcuts"].contains(&name) {
        return Err(FieldErrors::one("name", "must be one of theme, owner, shortcuts").into());
    }
    if value.len() > 500 {
        return Err(FieldErrors::one("value", "must be at most 500 bytes").into());
    }
    append_cookie(name, value, REMEMBERED_SECONDS);
    if let Some(origin) = plain_form_origin() {
        leptos_axum::redirect(&origin);
    }
    Ok(())
}

/// Remembers the name that somebody signed with: forms that ask for it begin with it.
pub(super) fn remember_author(name: &str) {
    append_cookie("author", name, REMEMBERED_SECONDS);
}

/// The same as a header's value.
pub(super) fn author_cookie(name: &str) -> String {
    cookie("author", name, REMEMBERED_SECONDS)
}

/// No script ever reads it.
pub(super) fn cookie(name: &str, value: &str, max_age_seconds: i64) -> String {
    format!("{name}={}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax", percent_encode(value))
}

/// Adds a cookie to the response.
pub(super) fn append_cookie(name: &str, value: &str, max_age_seconds: i64) {
    let cookie = HeaderValue::from_str(&cookie(name, value, max_age_seconds));
    if let (Some(options), Ok(cookie)) = (use_context::<ResponseOptions>(), cookie) {
        options.append_header(header::SET_COOKIE, cookie);
    }
}

/// Everything but letters, digits and `-_.` becomes `%XX`.
fn percent_encode(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(encode).collect()
}

fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).filter(|_| first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
