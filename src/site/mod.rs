//! The whole site: REST API, pages, server functions, assets and operations behind one stack of middleware.

pub mod assets;
pub mod connections;
mod problem_page;
mod request_log;

use crate::app;
use crate::server::browser::{page, plain_forms, upload};
use crate::server::guard::Guard;
use crate::server::{AppState, api, guard, metrics};
use crate::wire::{AppError, PageAssets};
use assets::Assets;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Extensions, StatusCode, Uri, Version};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use hyper::body::Body as _;
use leptos::prelude::{LeptosOptions, expect_context, provide_context, use_nonce};
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use leptos_axum::{AxumRouteListing, LeptosRoutes, ResponseOptions};
use problem_page::show_problem_as_page;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};

/// The largest body, in bytes, of forms and single API requests.
const MAX_BODY: usize = 64 * 1024;
/// The longest time to answer a request whose body has arrived.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The routes of the pages, found once. While Leptos walks the app for them, pages that render elsewhere in the process
/// would wait for ever.
static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| leptos_axum::generate_route_list(app::App));

/// Builds the router that answers every request. Pages load their script and style from `assets`.
pub fn router(app: AppState, assets: Assets) -> Router {
    metrics::start_metrics();
    let of_pages = Arc::new(assets.of_pages());
    let (of_context, of_document) = (of_pages.clone(), of_pages.clone());
    let (context, document) = (move || page_context(&of_context), move || document(&of_document));
    let not_found = move |State(app), request| not_found(app, of_pages.clone(), request);
    let pages = Router::new().leptos_routes_with_context(&app, ROUTES.clone(), context, document).fallback(not_found);
    let plain_forms = middleware::from_fn_with_state(pages.clone().with_state(app.clone()), plain_forms::answer);
    let settings = app.settings.clone();
    Router::new()
        .merge(api::router())
        .merge(assets.router())
        .merge(pages)
        .layer(plain_forms)
        .layer(middleware::from_fn(time_out))
        .layer(middleware::from_fn(limit_body))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .merge(api::streaming_router())
        .merge(upload::router())
        .with_state(app)
        .layer(middleware::from_fn_with_state(settings.pace, guard::pace::keep_pace))
        .layer(middleware::map_response(set_error_status))
        .layer(middleware::from_fn(guard::require_same_origin))
        .layer(middleware::from_fn_with_state(Guard::new(settings.clone()), guard::require_token))
        .layer(middleware::from_fn_with_state(settings, guard::hosts::require_host))
        .layer(CatchPanicLayer::custom(|_| AppError::Internal.into_response()))
        .layer(middleware::from_fn(show_problem_as_page))
        .layer(middleware::map_response(guard::keep_redirects_here))
        // Placed outside of the layers that replace bodies.
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(4)).compress_when(is_html_or_json))
        .layer(middleware::from_fn(guard::add_headers))
        .layer(middleware::from_fn(request_log::observe))
}

impl axum::extract::FromRef<AppState> for LeptosOptions {
    fn from_ref(_: &AppState) -> Self {
        Self::builder().output_name("customer-health").build()
    }
}

/// Renders the document around a page.
fn document(assets: &PageAssets) -> impl leptos::IntoView + use<> {
    app::shell::shell(LeptosOptions::builder().output_name("customer-health").build(), assets.clone())
}

/// Prepares the context of a page or server function before it renders. The page's own inline scripts may run; no others
/// may.
fn page_context(assets: &PageAssets) {
    page::provide(&expect_context(), assets.live.clone(), assets.save_chart.clone());
    let Some(nonce) = use_nonce() else { return };
    if let Ok(policy) = HeaderValue::from_str(&guard::page_policy(&nonce)) {
        expect_context::<ResponseOptions>().insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Sets the status of a failed server function from the error in its body. Leptos answers 500 for arguments that it cannot
/// read.
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

/// Answers an unknown path with the app's own page for it.
async fn not_found(app: AppState, assets: Arc<PageAssets>, request: Request) -> Response {
    if is_api(request.uri()) {
        return AppError::NotFound(format!("{} here", request.uri().path())).into_response();
    }
    let of_context = assets.clone();
    let context = move || {
        provide_context(app.clone());
        page_context(&of_context);
    };
    let mut response = leptos_axum::render_app_async_with_context(context, move || document(&assets))(request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

pub fn is_api(uri: &Uri) -> bool {
    uri.path() == "/api" || uri.path().starts_with("/api/")
}

/// Returns whether to compress an answer. Assets were compressed when they were built, and small or binary answers are not
/// worth it.
fn is_html_or_json(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    ["text/html", "application/json", "application/problem+json"].iter().any(|kind| content_type.starts_with(kind))
}

/// Reads the whole body of a form or a JSON object, up to the limit, for pages and API alike.
async fn limit_body(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
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
