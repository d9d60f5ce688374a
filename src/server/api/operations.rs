//! Probes and metrics for the operator's machines. They answer whatever a query says: a load balancer that adds one must not
//! find the server dead.

use crate::server::{Call, metrics};
use crate::wire::AppError;
use axum::http::header;
use axum::response::IntoResponse;
use std::time::Duration;

/// Returns whether the process is alive. Never asks for the access token. A query is ignored.
#[utoipa::path(get, path = "/healthz", tag = "Operations", responses((status = 200, description = "Alive", body = str)))]
pub async fn get_healthz() -> &'static str {
    "ok"
}

/// The longest wait for the database. Load balancers do not wait long for an answer.
const READINESS_PATIENCE: Duration = Duration::from_secs(2);

/// Tells whether the database answers and can be written, which a full disk prevents.
/// When not, it answers 503 with `Retry-After`. Never asks for the access token. A query is ignored.
#[utoipa::path(get, path = "/readyz", tag = "Operations", responses((status = 200, description = "Ready", body = str)))]
pub async fn get_readyz(call: Call) -> Result<&'static str, AppError> {
    match tokio::time::timeout(READINESS_PATIENCE, call.store.check_writable(call.now)).await {
        Ok(Ok(())) => Ok("ready"),
        failed_or_late => {
            tracing::warn!(?failed_or_late, "not ready");
            Err(AppError::Unavailable)
        }
    }
}

/// Returns metrics in Prometheus' text format: requests by route, their duration, accepted events. A query is ignored.
#[utoipa::path(get, path = "/metrics", tag = "Operations", responses((status = 200, description = "Metrics", body = str)))]
pub async fn get_metrics() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics::render_metrics())
}
