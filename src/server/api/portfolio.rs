//! `/api/portfolio`: figures about all customers together.

use super::extract::{Json, Query};
use super::parameters::PortfolioParameters;
use crate::domain::list::OwnerFilter;
use crate::domain::{AsOf, Portfolio};
use crate::server::Call;
use crate::server::service::portfolio;
use crate::wire::AppError;

/// Returns counts and ARR per band, the mean score, its distribution, the biggest movers and renewals at risk.
#[utoipa::path(get, path = "/api/portfolio", tag = "Portfolio",
    params(PortfolioParameters),
    responses((status = 200, description = "The portfolio as of the day", body = Portfolio)))]
pub async fn get_portfolio(call: Call, query: Query<PortfolioParameters>) -> Result<Json<Portfolio>, AppError> {
    let [owner, as_of, known_at] = query.values(["owner", "as_of", "known_at"]);
    let owner = OwnerFilter::parse(owner)?;
    portfolio::get_portfolio(&call, owner, AsOf::parse(as_of, known_at, call.today())?).await.map(Json)
}
