//! The metrics that Prometheus reads.

use axum_prometheus::metrics;
use axum_prometheus::metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

/// Counts an accepted event.
pub fn count_event(kind: &'static str, repeated: bool) {
    metrics::counter!("events_accepted_total", "kind" => kind, "repeated" => repeated.to_string()).increment(1);
}

/// The upper bounds of the histogram of seconds. They begin at a millisecond, since requests are fast.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// Returns the process's one recorder; `None` when other code has installed one.
fn recorder() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let install = || {
        let durations = Matcher::Suffix("_seconds".into());
        PrometheusBuilder::new().set_buckets_for_metric(durations, &BUCKETS).ok()?.install_recorder().ok()
    };
    HANDLE.get_or_init(install).as_ref()
}

/// Starts to collect metrics. Before that, they are dropped.
pub fn start_metrics() {
    recorder();
    metrics::describe_counter!("http_requests_total", "Requests answered, by method, route and status.");
    metrics::describe_histogram!("http_request_duration_seconds", "Time to answer a request, by method and route.");
    metrics::describe_counter!("events_accepted_total", "Events accepted, by kind; a repeat stored nothing new.");
}

/// Returns all metrics in Prometheus' text format.
pub fn render_metrics() -> String {
    recorder().map_or_else(String::new, |handle| {
        handle.run_upkeep();
        handle.render()
    })
}
