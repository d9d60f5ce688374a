//! `/api/backtest`: past scores against the departures that followed.

use super::extract::{Json, Query};
use super::parameters::BacktestParameters;
use crate::domain::backtest::BacktestProgress;
use crate::domain::{Backtest, BacktestQuery};
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
        Told::Working(progress) => (StatusCode::ACCEPTED, [(header::RETRY_AFTER, "2")], Json(progress)).into_response(),
    })
}
