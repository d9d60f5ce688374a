//! What a form that was sent without JavaScript leaves for the next page, in a cookie that lives until that page reads
//! it. The cookie holds only what the same browser has just sent, and is never trusted.

use super::page::{append_cookie, cookies};
use crate::wire::Flash;
use axum::http::request::Parts;

const COOKIE: &str = "flash";
const SECONDS: i64 = 180;
/// Browsers keep 4096 bytes of name, value and attributes.
const MAX_BYTES: usize = 3600;

/// Leaves a flash for the next page. Values that do not fit are given up, the longest first.
pub fn leave(mut flash: Flash) {
    while let Some(text) = encode(&flash) {
        if text.len() <= MAX_BYTES {
            return append_cookie(COOKIE, &text, SECONDS);
        }
        let Some(values) = flash.echo.as_mut().map(|echo| &mut echo.values.0) else { return };
        let longest = values.iter().max_by_key(|(_, value)| value.len()).map(|(name, _)| name.clone());
        let Some(longest) = longest else { return };
        values.remove(&longest);
    }
}

/// The flash that was left for this page; it is gone afterwards.
pub fn take(parts: &Parts) -> Flash {
    let Some((_, text)) = cookies(parts).find(|(name, _)| *name == COOKIE) else { return Flash::default() };
    append_cookie(COOKIE, "", 0);
    serde_json::from_str(&text).unwrap_or_default()
}

fn encode(flash: &Flash) -> Option<String> {
    serde_json::to_string(flash).ok()
}
