//! `/api/customers/{id}/people`: who uses the product at a customer, and who has stopped.

use super::extract::{Id, Json, Query};
use super::parameters::DayParameters;
use crate::domain::people::People;
use crate::domain::{AsOf, CustomerId};
use crate::server::Call;
use crate::server::service::people;
use crate::wire::AppError;

/// Lists the people whom logins and feature uses of the last 90 days name, those who have stopped first, at most 200.
///
/// Raw events that were dropped after their retention name nobody: `keptFrom` says from which day of receipt they are kept. Where
/// a customer has very many events, `from` is later than 90 days before the as-of day.
#[utoipa::path(get, path = "/api/customers/{id}/people", tag = "Health", params(
        ("id" = i64, Path, description = "The customer's id"), DayParameters),
    responses((status = 200, description = "Who was seen when, and what they used", body = People)))]
pub async fn list_people(
    call: Call,
    Id(customer): Id<CustomerId>,
    query: Query<DayParameters>,
) -> Result<Json<People>, AppError> {
    let [as_of, known_at] = query.values(["as_of", "known_at"]);
    people::list_people(&call, customer, AsOf::parse(as_of, known_at, call.today())?).await.map(Json)
}
