//! `/api/portfolio`: figures about the customers that filters select, all active ones where there are none.

use super::extract::{Json, Query};
use super::parameters::PortfolioParameters;
use crate::domain::list::RenewalTotals;
use crate::domain::{BandHistory, CustomerQuery, Portfolio};
use crate::server::Call;
use crate::server::service::portfolio;
use crate::wire::AppError;

/// Returns counts and ARR per band, the mean score, its distribution, the biggest movers and renewals at risk.
#[utoipa::path(get, path = "/api/portfolio", tag = "Portfolio",
    params(PortfolioParameters),
    responses((status = 200, description = "The portfolio as of the day", body = Portfolio)))]
pub async fn get_portfolio(call: Call, query: Query<PortfolioParameters>) -> Result<Json<Portfolio>, AppError> {
    portfolio::get_portfolio(&call, &CustomerQuery::from_pairs(query.pairs())?).await.map(Json)
}

/// Returns customers and ARR by band for each day of a period that ends on the day, and the moves between bands from its first
/// day to its last. The list of customers with the same filters and day, `days`, and `moved` or `moved_by_rules`, has exactly those of a move.
#[utoipa::path(get, path = "/api/portfolio/bands", tag = "Portfolio",
    params(PortfolioParameters),
    responses((status = 200, description = "The bands of the period", body = BandHistory)))]
pub async fn get_portfolio_bands(call: Call, query: Query<PortfolioParameters>) -> Result<Json<BandHistory>, AppError> {
    portfolio::get_portfolio_bands(&call, &CustomerQuery::from_pairs(query.pairs())?).await.map(Json)
}

/// Returns the renewals of the customers by month and by the band that they are in: their number and their ARR. `renewal` chooses
/// the days; without it every month with a renewal is there.
#[utoipa::path(get, path = "/api/portfolio/renewals", tag = "Portfolio",
    params(PortfolioParameters),
    responses((status = 200, description = "The renewals by month and band", body = RenewalTotals)))]
pub async fn get_portfolio_renewals(call: Call, query: Query<PortfolioParameters>) -> Result<Json<RenewalTotals>, AppError> {
    portfolio::get_portfolio_renewals(&call, &CustomerQuery::from_pairs(query.pairs())?).await.map(Json)
}
