//! `/api/customers/{id}/readings`: the values that were measured last.

use super::extract::{Id, Json, Query};
use super::parameters::DayParameters;
use crate::domain::{AsOf, CustomerId, Readings};
use crate::server::Call;
use crate::server::service::readings;
use crate::wire::AppError;

/// Lists a customer's readings as of a day: the latest one of each name, by name. Of several at the same time it is the largest.
#[utoipa::path(get, path = "/api/customers/{id}/readings", tag = "Events", params(
        ("id" = i64, Path, description = "The customer's id"), DayParameters),
    responses((status = 200, description = "The latest reading of each name", body = Readings)))]
pub async fn list_readings(
    call: Call,
    Id(customer): Id<CustomerId>,
    query: Query<DayParameters>,
) -> Result<Json<Readings>, AppError> {
    let [as_of, known_at] = query.values(["as_of", "known_at"]);
    readings::list_readings(&call, customer, AsOf::parse(as_of, known_at, call.today())?).await.map(Json)
}
