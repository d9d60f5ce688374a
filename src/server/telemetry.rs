//! What the server tells its operator: the log (one line a request, with an id) and the metrics.

use super::config::{LogArgs, LogFormat};
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use axum_prometheus::metrics;
use axum_prometheus::metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::Instant;
use tracing::Instrument;
use tracing_subscriber::EnvFilter;

/// Starts logging to standard error; a panic is logged like everything else.
pub fn init(args: &LogArgs) -> Result<(), String> {
    let filter = args.log.clone().or_else(|| std::env::var("RUST_LOG").ok()).unwrap_or_else(|| "info".into());
    let filter = EnvFilter::try_new(&filter).map_err(|error| format!("LOG={filter} is no log filter: {error}"))?;
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    match args.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "panicked")));
    Ok(())
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives each request an id, and logs and measures it when it is answered.
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

/// The id that a proxy in front of us gave, or a new one.
fn request_id(headers: &HeaderMap) -> String {
    let is_plain =
        |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let sent = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(is_plain);
    sent.map_or_else(|| format!("{:016x}", rand::random::<u64>()), str::to_owned)
}

/// A client may invent methods; a label must not grow with them.
fn method_label(method: &Method) -> &str {
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::PUT, Method::DELETE, Method::OPTIONS];
    if known.contains(method) { method.as_str() } else { "other" }
}

/// Counts an accepted event.
pub fn count_event(kind: &'static str, repeated: bool) {
    metrics::counter!("events_accepted_total", "kind" => kind, "repeated" => repeated.to_string()).increment(1);
}

/// Requests are fast: from a millisecond up.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// The process's one recorder; `None` where something else has installed one.
fn recorder() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let install = || {
        let durations = Matcher::Suffix("_seconds".into());
        PrometheusBuilder::new().set_buckets_for_metric(durations, &BUCKETS).ok()?.install_recorder().ok()
    };
    HANDLE.get_or_init(install).as_ref()
}

/// Begins to collect metrics; without this they are dropped.
pub fn start_metrics() {
    recorder();
    metrics::describe_counter!("http_requests_total", "Requests answered, by method, route and status.");
    metrics::describe_histogram!("http_request_duration_seconds", "Time to answer a request, by method and route.");
    metrics::describe_counter!("events_accepted_total", "Events accepted, by kind; a repeat stored nothing new.");
}

/// All metrics in the Prometheus text format.
pub fn render_metrics() -> String {
    recorder().map_or_else(String::new, |handle| {
        handle.run_upkeep();
        handle.render()
    })
}
