//! A customer's readings: the latest value of each name.

use crate::domain::{AsOf, CustomerId, Readings};
use crate::server::Call;
use crate::wire::AppError;

/// Returns the latest reading of each name as of a day, as known now, or at the end of a day.
pub async fn list_readings(call: &Call, customer: CustomerId, at: AsOf) -> Result<Readings, AppError> {
    call.store.get_customer(customer).await?;
    Ok(Readings { customer_id: customer, as_of: at.day, items: call.store.list_readings(customer, at).await? })
}
