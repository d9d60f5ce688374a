//! The people at a customer, as far as raw events name them.

use crate::domain::people::{PEOPLE_DAYS, People};
use crate::domain::{AsOf, CustomerId};
use crate::server::Call;
use crate::wire::AppError;

/// Returns who was seen within the 90 days up to a day, as known now, or at the end of a day.
pub async fn list_people(call: &Call, customer: CustomerId, at: AsOf) -> Result<People, AppError> {
    call.store.get_customer(customer).await?;
    Ok(call.store.list_people(customer, at, PEOPLE_DAYS).await?)
}
