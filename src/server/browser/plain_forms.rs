//! Plain forms, sent by the browser itself: without JavaScript, or before the page is hydrated. Each is sent to the address
//! of its page and names its server function. An accepted form leads on to a page. A refused one is answered with its own
//! page, which shows everything that was sent, however long, and its errors.

use super::flash;
use crate::wire::{AppError, Echo, FUNCTION, FormValues, Outcome, Rejection};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use tower::ServiceExt;

/// A slot in which a plain form's outcome, and the status for its refusal, wait for [`answer`]. Requests from scripts have
/// no slot and get the outcome itself.
#[derive(Clone, Default)]
pub struct OutcomeSlot(Arc<Mutex<Option<(u16, Outcome)>>>);

impl OutcomeSlot {
    pub fn fill(&self, status: u16, outcome: Outcome) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((status, outcome));
    }

    fn take(&self) -> Option<(u16, Outcome)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Answers plain forms through the pages and server functions in `pages`. Lets every other request through.
pub async fn answer(State(pages): State<Router>, request: Request, next: Next) -> Response {
    match is_plain_form(&request) {
        true => receive(pages, request).await.unwrap_or_else(IntoResponse::into_response),
        false => next.run(request).await,
    }
}

fn is_plain_form(request: &Request) -> bool {
    let says = |name, text| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.contains(text))
    };
    request.method() == Method::POST
        && says(header::ACCEPT, "text/html")
        && says(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

async fn receive(pages: Router, request: Request) -> Result<Response, AppError> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|_| unreadable("it did not arrive to its end"))?;
    let form: FormValues = serde_urlencoded::from_bytes(&body).map_err(|error| unreadable(&error.to_string()))?;
    let (page, function) = match form.get(FUNCTION) {
        // Sent by a program to the function itself, or by a page of an earlier release.
        "" if parts.uri.path().starts_with("/app/") => (Uri::from_static("/"), parts.uri.clone()),
        name if name.starts_with("/app/") => (parts.uri.clone(), name.parse().map_err(|_| unreadable("it names no function"))?),
        _ => return Err(unreadable("it does not say what it is for")),
    };
    let slot = OutcomeSlot::default();
    let response = call(&pages, &parts, function, body, slot.clone()).await;
    match slot.take() {
        Some((_, Outcome::Done(done))) => {
            let target = done.go_to.clone().unwrap_or_else(|| page.to_string());
            Ok(lead_on(&target, response.headers(), flash::cookie_of(done)))
        }
        Some((status, Outcome::Rejected(rejection))) => show_again(&pages, &parts, page, status, form, rejection).await,
        None if response.status().is_success() => Ok(lead_on(&page.to_string(), response.headers(), None)),
        None => Err(error_in(response).await),
    }
}

fn unreadable(reason: &str) -> AppError {
    AppError::BadRequest(format!("The form cannot be read: {reason}."))
}

/// Calls a server function like a script would.
async fn call(pages: &Router, parts: &Parts, function: Uri, body: Bytes, slot: OutcomeSlot) -> Response {
    let mut request = Request::from_parts(parts.clone(), Body::from(body));
    *request.uri_mut() = function;
    request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    request.extensions_mut().insert(slot);
    send(pages, request).await
}

async fn send(pages: &Router, request: Request) -> Response {
    let Ok(response): Result<_, Infallible> = pages.clone().oneshot(request).await;
    response
}

/// Returns the error that a server function answered with.
async fn error_in(response: Response) -> AppError {
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap_or_default();
    serde_json::from_slice(&body).unwrap_or(AppError::Internal)
}

/// Redirects the browser to a page, with the cookies that the server function set.
fn lead_on(target: &str, answered: &HeaderMap, flash: Option<HeaderValue>) -> Response {
    // Without a fragment of its own, the page would inherit the form's.
    let target = if target.contains('#') { target.to_owned() } else { format!("{target}#") };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::from_str(&target).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, location);
    for cookie in answered.get_all(header::SET_COOKIE).into_iter().cloned().chain(flash) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Renders the form's page as if it had been asked for, with the form as it was sent and the status of its refusal.
async fn show_again(
    pages: &Router,
    parts: &Parts,
    page: Uri,
    status: u16,
    values: FormValues,
    rejection: Rejection,
) -> Result<Response, AppError> {
    let form = values.get("form").to_owned();
    let gone = AppError::Conflict(without_form(&rejection));
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = page;
    *request.headers_mut() = parts.headers.clone();
    for name in [header::CONTENT_LENGTH, header::CONTENT_TYPE, header::TRANSFER_ENCODING] {
        request.headers_mut().remove(name);
    }
    request.extensions_mut().insert(Echo { form: form.clone(), values, rejection });
    let (mut head, body) = send(pages, request).await.into_parts();
    let html = to_bytes(body, usize::MAX).await.map_err(|_| AppError::Internal)?;
    let is_shown = String::from_utf8_lossy(&html).contains(&format!("<form id=\"{form}\""));
    if head.status != StatusCode::OK || !is_shown {
        return Err(gone);
    }
    head.headers.remove(header::CONTENT_LENGTH);
    head.status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    Ok((head, html).into_response())
}

/// Renders the errors alone, for a form that is no longer on its page and for a page that cannot be shown.
fn without_form(rejection: &Rejection) -> String {
    let errors = rejection.errors.0.iter().map(|error| format!(" {} {}.", error.field, error.message));
    std::iter::once(rejection.message.clone()).chain(errors).collect()
}
