//! `/api/customers/{id}/health`: a customer's score and its causes, on any day and between any two.

use super::extract::{Id, Json, Query};
use super::parameters::{ChangeParameters, DayParameters, HistoryParameters};
use crate::domain::{AsOf, ChangeDays, CustomerId, Health, HealthChange, HealthHistory, HistoryDays};
use crate::server::Call;
use crate::server::service::health;
use crate::wire::AppError;

/// Returns a customer's health as of a UTC day: restated, or as it was known.
#[utoipa::path(get, path = "/api/customers/{id}/health", tag = "Health", params(
        ("id" = i64, Path, description = "The customer's id"), DayParameters),
    responses((status = 200, description = "Score, band, coverage and factors", body = Health)))]
pub async fn get_health(call: Call, Id(customer): Id<CustomerId>, query: Query<DayParameters>) -> Result<Json<Health>, AppError> {
    let [as_of, known_at] = query.values(["as_of", "known_at"]);
    health::get_health(&call, customer, AsOf::parse(as_of, known_at, call.today())?).await.map(Json)
}

/// Returns a customer's score on each UTC day of a range, up to ten years.
/// Scores are restated, or as they were known at the end of one day.
#[utoipa::path(get, path = "/api/customers/{id}/health/history", tag = "Health", params(
        ("id" = i64, Path, description = "The customer's id"), HistoryParameters),
    responses((status = 200, description = "One score for each day", body = HealthHistory)))]
pub async fn get_health_history(
    call: Call,
    Id(customer): Id<CustomerId>,
    query: Query<HistoryParameters>,
) -> Result<Json<HealthHistory>, AppError> {
    let [from, to, known_at] = query.values(["from", "to", "known_at"]);
    health::get_health_history(&call, customer, HistoryDays::parse(from, to, known_at, call.today())?).await.map(Json)
}

/// Explains a score's change between two UTC days by cause and factor. The parts sum to the difference exactly.
#[utoipa::path(get, path = "/api/customers/{id}/health/changes", tag = "Health", params(
        ("id" = i64, Path, description = "The customer's id"), ChangeParameters),
    responses((status = 200, description = "Health on both days, and the causes of the difference", body = HealthChange)))]
pub async fn get_health_changes(
    call: Call,
    Id(customer): Id<CustomerId>,
    query: Query<ChangeParameters>,
) -> Result<Json<HealthChange>, AppError> {
    let [from, to, known] = query.values(["from", "to", "known"]);
    health::get_health_changes(&call, customer, ChangeDays::parse(from, to, known, call.today())?).await.map(Json)
}
