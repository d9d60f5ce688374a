//! The guards of every request: the access token, same-origin writes, and the headers that tell a browser what a page may
//! do.

pub mod guesses;
pub mod hosts;
pub mod pace;

use crate::server::Settings;
use crate::wire::AppError;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_extra::headers::HeaderMapExt;
use axum_extra::headers::authorization::{Authorization, Basic, Bearer};
use guesses::{Guesses, MAX_GUESSES, client_address};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Instant;
use subtle::ConstantTimeEq;

/// A text that is never logged.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the number of characters.
    pub fn length(&self) -> usize {
        self.0.chars().count()
    }

    /// Compares with a guess in a time that does not depend on it. Comparing digests hides the length as well.
    fn matches(&self, guess: &str) -> bool {
        Sha256::digest(&self.0).ct_eq(&Sha256::digest(guess)).into()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// Returns whether a request is a load balancer's probe. Probes need no token, may use any host name, and are answered even
/// when the server is busy.
pub fn is_probe(uri: &Uri) -> bool {
    ["/healthz", "/readyz"].contains(&uri.path())
}

/// The state of the access token's guard.
#[derive(Clone)]
pub struct Guard {
    settings: Arc<Settings>,
    guesses: Arc<Guesses>,
}

impl Guard {
    pub fn new(settings: Arc<Settings>) -> Self {
        Self { settings, guesses: Arc::default() }
    }
}

/// Requires the access token, when one is configured. After too many wrong tokens from an address no token is looked at, not
/// even the right one: if it passed, guessing on would find it.
pub async fn require_token(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let Some(token) = guard.settings.access_token.as_ref().filter(|_| !is_probe(request.uri())) else {
        return next.run(request).await;
    };
    if let Some(sent) = sent_token(request.headers()) {
        let (address, now) = (client_address(request.extensions(), request.headers()), Instant::now());
        if let Some(wait) = guard.guesses.wait(address, now) {
            let seconds = wait.as_secs() + 1;
            let text = format!("There were {MAX_GUESSES} wrong access tokens from your address. Try again in {seconds} seconds.");
            return ([(header::RETRY_AFTER, seconds.to_string())], AppError::TooMany(text)).into_response();
        }
        if token.matches(&sent) {
            return next.run(request).await;
        }
        guard.guesses.note_wrong(address, &sent, now);
    }
    let challenge = [(header::WWW_AUTHENTICATE, "Basic realm=\"Customer Health\", charset=\"UTF-8\"")];
    (challenge, AppError::Unauthorized).into_response()
}

fn sent_token(headers: &HeaderMap) -> Option<String> {
    let bearer = || headers.typed_get::<Authorization<Bearer>>().map(|bearer| bearer.token().to_owned());
    let basic = || headers.typed_get::<Authorization<Basic>>().map(|basic| basic.password().to_owned());
    bearer().or_else(basic)
}

/// Refuses writes that another site makes a browser send. Programs other than browsers send neither header, and pass.
pub async fn require_same_origin(request: Request, next: Next) -> Response {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS];
    match reads.contains(request.method()) || is_same_origin(request.headers(), request.uri()) {
        true => next.run(request).await,
        false => AppError::Forbidden("Writes must come from this site's own pages.".into()).into_response(),
    }
}

fn is_same_origin(headers: &HeaderMap, uri: &Uri) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return ["same-origin", "none"].contains(&site);
    }
    let Some(origin) = text(header::ORIGIN) else { return true };
    // HTTP/2 names the host in the URI instead of in a header.
    let host = text(header::HOST).or_else(|| uri.authority().map(|authority| authority.as_str()));
    origin.split_once("://").is_some_and(|(_, origin)| host.is_some_and(|host| origin.eq_ignore_ascii_case(host)))
}

/// Keeps redirects on this site. Browsers and Leptos send plain forms back to the address that the request claims to come
/// from. A `Location` that is more than a path becomes its path, or the first page.
pub async fn keep_redirects_here(mut response: Response) -> Response {
    if let Some(location) = response.headers_mut().get_mut(header::LOCATION)
        && !location.to_str().is_ok_and(is_path_here)
    {
        let path = location.to_str().ok().and_then(|text| text.parse::<Uri>().ok());
        let path = path.and_then(|uri| uri.path_and_query().map(ToString::to_string)).filter(|path| is_path_here(path));
        *location = path.and_then(|path| path.parse().ok()).unwrap_or(HeaderValue::from_static("/"));
    }
    response
}

/// Returns whether a `Location` is a path on this site. Browsers ignore tabs and line ends in it, and take two leading
/// slashes, forward or backward, for another site.
fn is_path_here(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    is_plain && text.starts_with('/') && !text.starts_with("//")
}

/// Forbids everything to answers that are not pages.
const NO_PAGE_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
/// Allows inline styles, which the bundled API documentation uses.
const DOCS_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; \
                           base-uri 'none'; frame-ancestors 'none'";

/// The policy of a page whose inline scripts and styles carry `nonce`. Charts set style attributes.
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         style-src-attr 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    )
}

/// Returns the policy of a page without any file, whose one style element carries `nonce`.
pub fn problem_page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// Adds the security headers to every answer that has not set its own.
pub async fn add_headers(request: Request, next: Next) -> Response {
    let policy = if request.uri().path().starts_with("/api/docs") { DOCS_POLICY } else { NO_PAGE_POLICY };
    let mut response = next.run(request).await;
    let mut add = |name: HeaderName, value: &'static str| {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    };
    add(header::CONTENT_SECURITY_POLICY, policy);
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // A customer's page leads back to the list that it was opened from, by its referrer: see `LastList`.
    add(header::REFERRER_POLICY, "same-origin");
    add(header::CACHE_CONTROL, "no-store");
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_redirect_stays_on_this_site() {
        let cases = [
            ("/customers/7?tab=notes", "/customers/7?tab=notes"),
            ("/a#form-1", "/a#form-1"),
            ("/search?next=https://evil.example", "/search?next=https://evil.example"),
            ("https://localhost:3000/import?x=1", "/import?x=1"),
            ("https://evil.example/import", "/import"),
            ("//evil.example", "/"),
            ("https://localhost//evil.example", "/"),
            ("///evil.example", "/"),
            ("/\\evil.example", "/"),
            ("\\\\evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("javascript:alert(1)", "/"),
            ("evil", "/"),
            ("", "/"),
        ];
        for (location, expected) in cases {
            let response = keep_redirects_here(([(header::LOCATION, location)], "").into_response()).await;
            assert_eq!(response.headers()[header::LOCATION], expected, "{location:?}");
        }
    }
}
