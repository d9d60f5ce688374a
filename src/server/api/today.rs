//! `/api/today`: who needs somebody.

use super::extract::{Json, Query};
use super::parameters::TodayParameters;
use crate::domain::{CustomerQuery, Today};
use crate::server::Call;
use crate::server::service::today;
use crate::wire::AppError;

/// Lists the customers that need somebody, most urgent first, each with its reason in facts.
/// Somebody is needed by a customer that is At risk or in Churn risk, is not new, and whose band fell within 14 days, whose
/// renewal is within 90 days or over, that did nothing for 14 days after it had been active, or that has an overdue invoice.
#[utoipa::path(get, path = "/api/today", tag = "Portfolio", params(TodayParameters),
    responses((status = 200, description = "One page of the customers that need somebody", body = Today)))]
pub async fn get_today(call: Call, query: Query<TodayParameters>) -> Result<Json<Today>, AppError> {
    let query = CustomerQuery::from_pairs(query.pairs())?;
    today::get_today(&call, &query).await.map(Json)
}
