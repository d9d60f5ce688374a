//! `/api/customers/{id}/health`: one customer's score and how it came about, on any day and between any two.

use super::extract::{Id, Json, Query};
use crate::domain::HealthHistory;
use crate::domain::{CustomerId, Health, HealthChange};
use crate::server::AppState;
use crate::server::service::health;
use crate::wire::AppError;
use axum::extract::State;

/// A customer's health as of a UTC day: restated, or as it was known.
#[utoipa::path(get, path = "/api/customers/{id}/health", tag = "Health", params(
        ("id" = i64, Path, description = "The customer's id"), super::parameters::DayParameters),
    responses((status = 200, description = "Score, band, coverage and the five factors", body = Health)))]
pub async fn get_health(
    State(app): State<AppState>,
    Id(customer): Id<CustomerId>,
    query: Query,
) -> Result<Json<Health>, AppError> {
    let [as_of, known_at] = query.known(["as_of", "known_at"])?;
    health::get_health(&app, customer, as_of, known_at).await.map(Json)
}

/// A customer's score on each UTC day of a range, up to ten years: restated, or as it was known at the end of one day.
#[utoipa::path(get, path = "/api/customers/{id}/health/history", tag = "Health", params(
        ("id" = i64, Path, description = "The customer's id"),
        ("from" = Option<chrono::NaiveDate>, Query, description = "89 days before `to` when absent"),
        ("to" = Option<chrono::NaiveDate>, Query, description = "The last day, not in the future. When absent: the day of \
            `known_at`, else today"),
        ("known_at" = Option<String>, Query, description = "A UTC day not before `to`, or `then` for `to` itself: every day is \
            scored from what was known at its end. When absent the history is restated: from everything known now")),
    responses((status = 200, description = "One score for each day", body = HealthHistory)))]
pub async fn get_health_history(
    State(app): State<AppState>,
    Id(customer): Id<CustomerId>,
    query: Query,
) -> Result<Json<HealthHistory>, AppError> {
    let [from, to, known_at] = query.known(["from", "to", "known_at"])?;
    health::get_health_history(&app, customer, from, to, known_at).await.map(Json)
}

/// Why a customer's score changed between two UTC days: parts by cause and factor that sum to the difference exactly.
#[utoipa::path(get, path = "/api/customers/{id}/health/changes", tag = "Health", params(
        ("id" = i64, Path, description = "The customer's id"),
        ("from" = Option<chrono::NaiveDate>, Query, description = "30 days before `to` when absent"),
        ("to" = Option<chrono::NaiveDate>, Query, description = "Today when absent; not in the future"),
        ("known" = Option<String>, Query, description = "What the first day's health rests on: the facts, sources and \
            scorecard of `then`, at its end (when absent), or those of `now`")),
    responses((status = 200, description = "Health on both days, and the causes of the difference", body = HealthChange)))]
pub async fn get_health_changes(
    State(app): State<AppState>,
    Id(customer): Id<CustomerId>,
    query: Query,
) -> Result<Json<HealthChange>, AppError> {
    let [from, to, known] = query.known(["from", "to", "known"])?;
    health::get_health_changes(&app, customer, from, to, known).await.map(Json)
}
