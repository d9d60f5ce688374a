//! `/api/customers/{id}/outcomes` and `/api/outcomes`: what became of a customer, taking it back, and the reasons to choose from.

use super::extract::{Id, Json, NoQuery, ReasonInput};
use super::inputs::{NewOutcome, RetractInput};
use crate::domain::{CustomerId, Outcome, OutcomeId, OutcomeInput};
use crate::server::Call;
use crate::server::service::outcomes;
use crate::wire::AppError;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Serialize;

/// A customer's outcomes.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Outcomes {
    items: Vec<Outcome>,
    total: usize,
}

/// Lists what became of a customer, the latest first, retracted outcomes included.
#[utoipa::path(get, path = "/api/customers/{id}/outcomes", tag = "Outcomes",
    params(("id" = i64, Path, description = "The customer's id")),
    responses((status = 200, description = "The outcomes", body = Outcomes)))]
pub async fn list_outcomes(call: Call, Id(customer): Id<CustomerId>, _: NoQuery) -> Result<Json<Outcomes>, AppError> {
    let items = outcomes::list_outcomes(&call, customer).await?;
    Ok(Json(Outcomes { total: items.len(), items }))
}

/// Tells what became of a customer. `churned` archives it since that day; facts still come in.
///
/// The same `outcome` and `date` with the same content again is harmless: it answers 200 with the first one. With other content it
/// is a 409, until the first one is retracted.
#[utoipa::path(post, path = "/api/customers/{id}/outcomes", tag = "Outcomes", request_body = NewOutcome,
    params(("id" = i64, Path, description = "The customer's id")),
    responses((status = 201, description = "The outcome", body = Outcome),
        (status = 200, description = "The outcome, which had been told before", body = Outcome)))]
pub async fn add_outcome(
    call: Call,
    Id(customer): Id<CustomerId>,
    _: NoQuery,
    Json(input): Json<OutcomeInput>,
) -> Result<impl IntoResponse, AppError> {
    let kept = outcomes::add_outcome(&call, customer, input).await?;
    Ok((if kept.repeated { StatusCode::OK } else { StatusCode::CREATED }, Json(kept.outcome)))
}

/// The reasons of outcomes.
#[derive(Serialize, utoipa::ToSchema)]
pub struct OutcomeReasons {
    items: Vec<String>,
    total: usize,
}

/// Lists the reasons to choose from for an outcome, in the order in which they are offered. They are edited on `/scorecard`. An
/// outcome may have another reason.
#[utoipa::path(get, path = "/api/outcomes/reasons", tag = "Outcomes",
    responses((status = 200, description = "The reasons", body = OutcomeReasons)))]
pub async fn list_outcome_reasons(call: Call, _: NoQuery) -> Result<Json<OutcomeReasons>, AppError> {
    let items = outcomes::list_outcome_reasons(&call).await?;
    Ok(Json(OutcomeReasons { total: items.len(), items }))
}

/// Retracts an outcome, with a reason. It stays visible and no longer counts; who was archived by it is active again.
#[utoipa::path(post, path = "/api/outcomes/{id}/retract", tag = "Outcomes",
    params(("id" = i64, Path, description = "The outcome's id")), request_body = RetractInput,
    responses((status = 200, description = "The outcome, with its retraction", body = Outcome)))]
pub async fn retract_outcome(
    call: Call,
    Id(outcome): Id<OutcomeId>,
    _: NoQuery,
    Json(input): Json<ReasonInput>,
) -> Result<Json<Outcome>, AppError> {
    outcomes::retract_outcome(&call, outcome, input.reason.as_deref()).await.map(Json)
}
