//! `/api/customers/{id}/health`: one customer's score and how it came about, on any day.

use super::extract::{Id, Json, Query};
use crate::domain::{CustomerId, Health};
use crate::error::AppError;
use crate::server::AppState;
use crate::server::service::health;
use axum::extract::State;

/// A customer's health as of a UTC day, under all facts known now and the current scorecard.
#[utoipa::path(get, path = "/api/customers/{id}/health", tag = "Health", params(
        ("id" = i64, Path, description = "The customer's id"),
        ("as_of" = Option<chrono::NaiveDate>, Query, description = "Today when absent; not in the future")),
    responses((status = 200, description = "Score, band, coverage and the five factors", body = Health)))]
pub async fn get_health(
    State(app): State<AppState>,
    Id(customer): Id<CustomerId>,
    query: Query,
) -> Result<Json<Health>, AppError> {
    health::get_health(&app, customer, query.only("as_of")?).await.map(Json)
}
