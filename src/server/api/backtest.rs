//! `/api/backtest`: past scores against the departures that followed.

use super::extract::{Json, Query};
use super::parameters::{BacktestParameters, SuggestionParameters};
use crate::domain::backtest::BacktestProgress;
use crate::domain::{Backtest, BacktestQuery, Suggestion};
use crate::server::Call;
use crate::server::service::backtest::{self, PATIENCE, Told};
use crate::wire::AppError;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Returns how well the scores of past days told the customers that left from those that stayed: the AUC with its 95 % interval,
/// churn rates by band and tenth, each factor's own AUC, and the customers that left. It waits for up to 20 seconds; then it
/// answers 202, the work goes on for a minute, and the same address asked again gives the result. A result is kept until a fact
/// up to its last test day, a departure or the rules change.
#[utoipa::path(get, path = "/api/backtest", tag = "Scorecards", params(BacktestParameters), responses(
    (status = 200, description = "The figures of all test days together", body = Backtest),
    (status = 202, description = "It is still being worked out: ask again", body = BacktestProgress)))]
pub async fn get_backtest(call: Call, query: Query<BacktestParameters>) -> Result<Response, AppError> {
    let query = BacktestQuery::from_pairs(query.pairs(), call.today())?;
    Ok(match backtest::get_backtest(&call, query, PATIENCE).await? {
        Told::Done(backtest) => Json(Backtest::clone(&backtest)).into_response(),
        Told::Working(progress) => still_working(progress),
    })
}

/// Returns other rules for each scorecard but those of onboarding customers, learned on the departures of one horizon and tested on those of the next, with the
/// evidence for them. Only the verdict `better` comes with the advice to use the draft, which can take its scorecard's place in what is sent to `/api/rulebooks`. Nothing
/// changes by itself. It answers 202 as `/api/backtest` does, and a result is kept until a fact up to yesterday, a customer's name,
/// segment or ARR, a departure or the rules change.
#[utoipa::path(get, path = "/api/backtest/suggestion", tag = "Scorecards", params(SuggestionParameters), responses(
    (status = 200, description = "The rules that were tried, and what they told", body = Suggestion),
    (status = 202, description = "It is still being worked out: ask again", body = BacktestProgress)))]
pub async fn get_suggestion(call: Call, query: Query<SuggestionParameters>) -> Result<Response, AppError> {
    let query = BacktestQuery::from_pairs(query.pairs(), call.today())?;
    Ok(match backtest::get_suggestion(&call, query, PATIENCE).await? {
        Told::Done(suggestion) => Json(suggestion).into_response(),
        Told::Working(progress) => still_working(progress),
    })
}

fn still_working(progress: BacktestProgress) -> Response {
    (StatusCode::ACCEPTED, [(header::RETRY_AFTER, "2")], Json(progress)).into_response()
}
