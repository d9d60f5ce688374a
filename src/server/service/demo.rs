//! The demo portfolio, for somebody who looks around.

use crate::server::{AppState, demo};
use crate::wire::AppError;

/// Fills an empty database with the default demo portfolio; any other database stays as it is.
pub async fn load_demo(app: &AppState) -> Result<(), AppError> {
    let options = demo::Options { currency: app.settings.currency.clone(), ..demo::Options::default() };
    let summary = demo::run_if_empty(&app.store, &options, app.now()).await?;
    tracing::info!(%summary, "demo portfolio loaded");
    Ok(())
}
