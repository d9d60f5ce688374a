//! The portfolio's figures.

use super::health;
use crate::domain::{FieldErrors, Portfolio};
use crate::error::AppError;
use crate::server::AppState;
use std::collections::BTreeSet;

/// How all active customers, or those of one owner, stand today.
pub async fn get_portfolio(app: &AppState, owner: Option<&str>) -> Result<Portfolio, AppError> {
    let mut errors = FieldErrors::default();
    let owner = errors.optional_text("owner", owner, 200);
    let owner = errors.or(|| owner)?;
    let mut portfolio = app.store.get_portfolio(owner.as_deref(), &app.settings.currency, app.today()).await?;
    explain_movers(app, &mut portfolio).await?;
    Ok(portfolio)
}

/// Adds its main cause to each change that the portfolio tells.
async fn explain_movers(app: &AppState, portfolio: &mut Portfolio) -> Result<(), AppError> {
    let today = portfolio.as_of;
    let Portfolio { movers7, movers30, new_churn_risks, .. } = portfolio;
    let mut told =
        [(7, vec![&mut movers7.up, &mut movers7.down, new_churn_risks]), (30, vec![&mut movers30.up, &mut movers30.down])];
    let ids: BTreeSet<_> =
        told.iter().flat_map(|(_, lists)| lists).flat_map(|list| &list.items).map(|mention| mention.id).collect();
    let changes = health::Changes::load(app, &ids.into_iter().collect::<Vec<_>>(), today, 30).await?;
    for (days, lists) in &mut told {
        for mention in lists.iter_mut().flat_map(|list| &mut list.items) {
            mention.cause = changes.over(mention.id, *days).and_then(|change| change.main_cause());
        }
    }
    Ok(())
}
