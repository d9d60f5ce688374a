//! The message of an accepted form, left in a cookie for the page that the form leads to; and, for a page, the result of the
//! form before it. The cookie repeats what this browser was just answered, and is never trusted.

use super::cookies::{append_cookie, cookie, cookies, percent_encode};
use crate::wire::{Done, Echo, Flash};
use axum::http::HeaderValue;
use axum::http::request::Parts;

const COOKIE: &str = "flash";
const SECONDS: i64 = 180;
/// The most bytes of a cookie's name and value. Browsers keep 4096, as they are sent.
const MAX_COOKIE_BYTES: usize = 4000;

/// Returns the cookie that tells the next page about an accepted form. A message too long for a cookie is shortened.
pub fn cookie_of(mut done: Done) -> Option<HeaderValue> {
    loop {
        let text = serde_json::to_string(&done).ok()?;
        if percent_encode(&text).len() <= MAX_COOKIE_BYTES || done.message.is_empty() {
            return HeaderValue::from_str(&cookie(COOKIE, &text, SECONDS)).ok();
        }
        let kept = done.message.chars().count() * 3 / 4;
        done.message = done.message.chars().take(kept).chain(['…']).collect();
        if kept == 0 {
            done.message.clear();
        }
    }
}

/// Takes the result of the form that led to this page. Its cookie is deleted.
pub fn take(parts: &Parts) -> Flash {
    let text = cookies(parts).find(|(name, _)| *name == COOKIE).map(|(_, text)| text);
    if text.is_some() {
        append_cookie(COOKIE, "", 0);
    }
    match parts.extensions.get::<Echo>() {
        Some(echo) => Flash { done: None, echo: Some(echo.clone()) },
        None => Flash { done: text.and_then(|text| serde_json::from_str(&text).ok()), echo: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::EventId;

    #[test]
    fn a_message_of_any_length_fits_and_keeps_its_undo() {
        for message in ["Login logged", &"ж".repeat(2000), &"🦀\"<;%".repeat(5000)] {
            let done = Done { message: message.to_owned(), undo: vec![EventId(i64::MAX); 2], ..Done::default() };
            let cookie = cookie_of(done.clone()).unwrap();
            let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            assert!(pair.len() <= 4096, "{} bytes", pair.len());
            let (parts, ()) = axum::http::Request::builder().header("cookie", pair).body(()).unwrap().into_parts();
            let told = take(&parts).done.unwrap();
            assert_eq!(told.undo, done.undo);
            let kept = told.message.trim_end_matches('…');
            assert!(done.message.starts_with(kept) && kept.chars().count() >= 12, "{kept}");
        }
    }
}
