//! Cookies: a visitor's preferences, and how names and values are written into headers.

use crate::domain::FieldErrors;
use crate::wire::AppError;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Returns the request's cookies with decoded values.
pub(in crate::server) fn cookies(parts: &Parts) -> impl Iterator<Item = (&str, String)> {
    let headers = parts.headers.get_all(header::COOKIE).into_iter();
    let pairs = headers.filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).map(|(name, value)| (name, percent_decode(value)))
}

/// The seconds in a year.
const REMEMBERED_SECONDS: i64 = 365 * 24 * 3600;

/// Sets a preference's cookie.
pub fn set_cookie(name: &str, value: &str) -> Result<(), AppError> {
    if !["theme", "owner", "whose", "shortcuts", "columns"].contains(&name) {
        return Err(FieldErrors::one("name", "must be one of theme, owner, whose, shortcuts, columns").into());
    }
    if value.len() > 500 {
        return Err(FieldErrors::one("value", "must be at most 500 bytes").into());
    }
    append_cookie(name, value, REMEMBERED_SECONDS);
    Ok(())
}

/// Remembers the name that somebody signed with, as the suggestion of the next form that asks for one.
pub(in crate::server) fn remember_author(name: &str) {
    append_cookie("author", name, REMEMBERED_SECONDS);
}

/// Returns the cookie of an author as a header's value.
pub(in crate::server) fn author_cookie(name: &str) -> String {
    cookie("author", name, REMEMBERED_SECONDS)
}

/// Returns a cookie as a header's value. Scripts can never read it.
pub(in crate::server) fn cookie(name: &str, value: &str, max_age_seconds: i64) -> String {
    format!("{name}={}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax", percent_encode(value))
}

/// Adds a cookie to the response.
pub(in crate::server) fn append_cookie(name: &str, value: &str, max_age_seconds: i64) {
    let cookie = HeaderValue::from_str(&cookie(name, value, max_age_seconds));
    if let (Some(options), Ok(cookie)) = (use_context::<ResponseOptions>(), cookie) {
        options.append_header(header::SET_COOKIE, cookie);
    }
}

/// Replaces everything but letters, digits and `-_.` by `%XX`.
pub(in crate::server) fn percent_encode(text: &str) -> String {
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
