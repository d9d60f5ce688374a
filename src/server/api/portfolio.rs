//! `/api/portfolio` and `/api/scorecard`: how all customers stand, and by which rules.

use super::extract::{Json, NoQuery, Query};
use crate::domain::{Portfolio, Scorecard};
use crate::error::AppError;
use crate::server::AppState;
use crate::server::service::portfolio;
use axum::extract::State;

/// Counts and ARR per band, the mean score, its distribution, the biggest movers and renewals at risk.
#[utoipa::path(get, path = "/api/portfolio", tag = "Portfolio",
    params(("owner" = Option<String>, Query, description = "Only the customers of this owner"), super::parameters::DayParameters),
    responses((status = 200, description = "The portfolio as of the day", body = Portfolio)))]
pub async fn get_portfolio(State(app): State<AppState>, query: Query) -> Result<Json<Portfolio>, AppError> {
    let [owner, as_of, known_at] = query.known(["owner", "as_of", "known_at"])?;
    portfolio::get_portfolio(&app, owner, as_of, known_at).await.map(Json)
}

/// The current scorecard: weights, windows, targets, bands.
#[utoipa::path(get, path = "/api/scorecard", tag = "Portfolio",
    responses((status = 200, description = "The current scorecard", body = Scorecard)))]
pub async fn get_scorecard(State(app): State<AppState>, _: NoQuery) -> Result<Json<Scorecard>, AppError> {
    portfolio::get_scorecard(&app).await.map(Json)
}
