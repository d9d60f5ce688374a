//! The demo portfolio, for people who look around.

use crate::server::{Call, demo};
use crate::wire::AppError;

/// Loads the default demo portfolio into an empty database. Any other database stays as it is.
pub async fn load_demo(call: &Call) -> Result<(), AppError> {
    let options = demo::Options { currency: call.settings.currency.clone(), ..demo::Options::default() };
    let summary = demo::run_if_empty(&call.store, &options, call.now).await?;
    tracing::info!(%summary, "demo portfolio loaded");
    Ok(())
}
