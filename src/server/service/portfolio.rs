//! The portfolio's figures.

use crate::domain::{FieldErrors, Portfolio, Scorecard};
use crate::error::AppError;
use crate::server::AppState;

/// How all active customers, or those of one owner, stand today.
pub async fn get_portfolio(app: &AppState, owner: Option<&str>) -> Result<Portfolio, AppError> {
    let mut errors = FieldErrors::default();
    let owner = errors.optional_text("owner", owner, 200);
    let owner = errors.or(|| owner)?;
    Ok(app.store.get_portfolio(owner.as_deref(), &app.settings.currency, app.today()).await?)
}

pub async fn get_scorecard(app: &AppState) -> Result<Scorecard, AppError> {
    Ok(app.store.current_scorecard().await?)
}
