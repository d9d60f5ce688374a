//! `/api/customers/{id}/health`: one customer's score and how it came about, on any day and between any two.

use super::extract::{Id, Json, Query};
use crate::domain::{CustomerId, Health, HealthChange};
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
    let [as_of] = query.known(["as_of"])?;
    health::get_health(&app, customer, as_of).await.map(Json)
}

/// Why a customer's score changed between two UTC days: parts by cause and factor that sum to the difference exactly.
#[utoipa::path(get, path = "/api/customers/{id}/health/changes", tag = "Health", params(
        ("id" = i64, Path, description = "The customer's id"),
        ("from" = Option<chrono::NaiveDate>, Query, description = "30 days before `to` when absent"),
        ("to" = Option<chrono::NaiveDate>, Query, description = "Today when absent; not in the future"),
        ("known" = Option<String>, Query, description = "What the first day's health rests on: what was known `then`, at its \
            end (when absent), or what is known `now`")),
    responses((status = 200, description = "Health on both days, and the causes of the difference", body = HealthChange)))]
pub async fn get_health_changes(
    State(app): State<AppState>,
    Id(customer): Id<CustomerId>,
    query: Query,
) -> Result<Json<HealthChange>, AppError> {
    let [from, to, known] = query.known(["from", "to", "known"])?;
    health::get_health_changes(&app, customer, from, to, known).await.map(Json)
}
