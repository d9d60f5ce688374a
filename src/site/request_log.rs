//! The log line and the metrics of every request.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use axum_prometheus::metrics;
use std::time::Instant;
use tracing::Instrument;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives each request an id, logs it and counts it when it is answered.
pub async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    let span = tracing::info_span!("request", request_id = %id);
    async move {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
        let mut response = next.run(request).await;
        let (status, elapsed) = (response.status().as_u16(), started.elapsed());
        let ms = elapsed.as_micros() as f64 / 1000.0;
        tracing::info!(%method, path, status, ms, "answered");
        let labels = [("method", method_label(&method).to_owned()), ("route", route), ("status", status.to_string())];
        metrics::counter!("http_requests_total", &labels).increment(1);
        metrics::histogram!("http_request_duration_seconds", &labels[..2]).record(elapsed.as_secs_f64());
        response.headers_mut().extend(HeaderValue::from_str(&id).map(|id| (REQUEST_ID, id)));
        response
    }
    .instrument(span)
    .await
}

/// Returns the id that a proxy in front of us gave the request, or a new one.
fn request_id(headers: &HeaderMap) -> String {
    let is_plain =
        |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let sent = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(is_plain);
    sent.map_or_else(|| format!("{:016x}", rand::random::<u64>()), str::to_owned)
}

/// Returns the method as a label of metrics. Clients may invent methods, and the number of labels must not grow with them.
fn method_label(method: &Method) -> &str {
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::PUT, Method::DELETE, Method::OPTIONS];
    if known.contains(method) { method.as_str() } else { "other" }
}
