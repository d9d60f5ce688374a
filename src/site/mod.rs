//! The whole site: REST API, pages, server functions, assets and operations behind the same middleware.

mod assets;
mod request_log;

use crate::app;
use crate::server::browser::{page, plain_forms, upload};
use crate::server::{AppState, api, guard, metrics};
use crate::wire::AppError;
use assets::page_assets;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Extensions, Method, StatusCode, Uri, Version};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use leptos::prelude::{LeptosOptions, expect_context, provide_context, use_nonce};
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use leptos_axum::{AxumRouteListing, LeptosRoutes, ResponseOptions};
use std::sync::LazyLock;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};

/// The largest body, in bytes.
const MAX_BODY: usize = 64 * 1024;
/// A request that is not answered by then will not be.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Found once: while Leptos walks the app for its routes, pages that render elsewhere in the process would wait for ever.
static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| leptos_axum::generate_route_list(app::App));

/// Everything the server answers.
pub fn router(app: AppState) -> Router {
    metrics::start_metrics();
    let pages = Router::new().leptos_routes_with_context(&app, ROUTES.clone(), page_context, document).fallback(not_found);
    let plain_forms = middleware::from_fn_with_state(pages.clone().with_state(app.clone()), plain_forms::answer);
    Router::new()
        .merge(api::router())
        .merge(assets::router())
        .merge(pages)
        .layer(plain_forms)
        .layer(middleware::from_fn(limit_body))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn(time_out))
        .merge(api::streaming_router())
        .merge(upload::router())
        .with_state(app.clone())
        .layer(middleware::map_response(set_error_status))
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(4)).compress_when(is_html_or_json))
        .layer(middleware::from_fn(guard::require_same_origin))
        .layer(middleware::from_fn_with_state(app, guard::require_token))
        .layer(CatchPanicLayer::custom(|_| AppError::Internal.into_response()))
        .layer(middleware::from_fn(show_problem_as_page))
        .layer(middleware::from_fn(guard::add_headers))
        .layer(middleware::from_fn(request_log::observe))
}

impl axum::extract::FromRef<AppState> for LeptosOptions {
    fn from_ref(_: &AppState) -> Self {
        Self::builder().output_name("customer-health").build()
    }
}

/// The document of every page.
fn document() -> impl leptos::IntoView {
    app::shell::shell(LeptosOptions::builder().output_name("customer-health").build(), page_assets())
}

/// Runs once for each page and server function, before it renders: lets the page run its own inline scripts and no others.
fn page_context() {
    page::provide(&expect_context(), page_assets().live);
    let Some(nonce) = use_nonce() else { return };
    if let Ok(policy) = HeaderValue::from_str(&guard::page_policy(&nonce)) {
        expect_context::<ResponseOptions>().insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Leptos answers 500 when a server function cannot read its arguments; the error in the body knows better.
async fn set_error_status(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR || !response.headers().contains_key(SERVER_FN_ERROR_HEADER) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, MAX_BODY).await.unwrap_or_default();
    let status = serde_json::from_slice::<AppError>(&body).ok().and_then(|error| StatusCode::from_u16(error.status()).ok());
    parts.status = status.unwrap_or(parts.status);
    (parts, body).into_response()
}

/// A path that is nothing: the app says so in its own words.
async fn not_found(State(app): State<AppState>, request: Request) -> Response {
    if is_api(request.uri()) {
        return AppError::NotFound(format!("{} here", request.uri().path())).into_response();
    }
    let context = move || {
        provide_context(app.clone());
        page_context();
    };
    let mut response = leptos_axum::render_app_async_with_context(context, document)(request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

fn is_api(uri: &Uri) -> bool {
    uri.path() == "/api" || uri.path().starts_with("/api/")
}

/// Assets are compressed when they are built; anything small or binary is not worth it.
fn is_html_or_json(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    ["text/html", "application/json", "application/problem+json"].iter().any(|kind| content_type.starts_with(kind))
}

/// Reads the whole body, for pages and API alike: what comes is a form or a JSON object of a few short fields.
async fn limit_body(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await {
        Ok(bytes) => next.run(Request::from_parts(parts, bytes.into())).await,
        Err(refused) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            AppError::TooLarge(format!("The body must be at most {MAX_BODY} bytes.")).into_response()
        }
        Err(_) => AppError::BadRequest("The body could not be read to its end.".into()).into_response(),
    }
}

async fn time_out(mut request: Request, next: Next) -> Response {
    let leaving = page::notice_leaving(&mut request);
    match tokio::time::timeout(TIMEOUT, next.run(request)).await {
        Ok(response) => {
            leaving.disarm();
            response
        }
        Err(_) => AppError::Unavailable.into_response(),
    }
}

/// People get a refusal as a page, programs as they asked for it.
async fn show_problem_as_page(request: Request, next: Next) -> Response {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wants_page = accept.contains("text/html") && !is_api(request.uri());
    let was_sent = request.method() == Method::POST;
    let response = next.run(request).await;
    match response.extensions().get::<AppError>() {
        Some(error) if wants_page => {
            let html = Html(problem_page(error, was_sent));
            let (mut parts, _) = response.into_parts();
            parts.headers.remove(header::CONTENT_TYPE);
            parts.headers.remove(header::CONTENT_LENGTH);
            // The body that is replaced may have been compressed.
            parts.headers.remove(header::CONTENT_ENCODING);
            (parts, html).into_response()
        }
        _ => response,
    }
}

/// Needs neither the app nor the database, since either may be what failed. Who sent a form is told where its text is.
fn problem_page(error: &AppError, was_sent: bool) -> String {
    let escape = |text: String| text.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} - Customer Health</title>\
         <link rel=\"stylesheet\" href=\"{style}\"></head><body><main><h1>{title}</h1><p>{detail}</p>{kept}\
         <p><a href=\"/\">Back to the portfolio</a></p></main></body></html>",
        title = error.title(),
        style = page_assets().stylesheet,
        detail = escape(error.to_string()),
        kept = if was_sent { "<p>Go back in your browser: what you typed is still there.</p>" } else { "" },
    )
}
