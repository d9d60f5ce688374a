//! The portfolio's figures.

use super::health::{Changes, Scoring, store_of};
use crate::domain::list::OwnerFilter;
use crate::domain::{AsOf, FactorKey, NaiveDate, Portfolio};
use crate::server::Call;
use crate::server::store::Snapshot;
use crate::wire::AppError;
use quick_cache::sync::Cache;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Returns the figures of all active customers, or those of one owner, as of a day: under all facts known now, or under those known at
/// the end of a day.
pub async fn get_portfolio(call: &Call, owner: Option<OwnerFilter>, at: AsOf) -> Result<Portfolio, AppError> {
    let question = (call.store.snapshot().await?, call.today(), at, owner.clone());
    let answer = call.figures.0.get_or_insert_async(&question, async { compute(call, owner, at).await.map(Arc::new) });
    Ok(Portfolio::clone(&*answer.await?))
}

/// The latest answers. Each is valid until the database changes, for everybody who asks.
pub struct Figures(Cache<(Snapshot, NaiveDate, AsOf, Option<OwnerFilter>), Arc<Portfolio>>);

impl Default for Figures {
    fn default() -> Self {
        Self(Cache::new(100))
    }
}

async fn compute(call: &Call, owner: Option<OwnerFilter>, at: AsOf) -> Result<Portfolio, AppError> {
    let store = store_of(call, at).await?;
    let mut portfolio = store.get_portfolio(owner, &call.settings.currency, at.day).await?;
    (portfolio.today, portfolio.known_at) = (call.today(), at.known_at);
    let connections = call.store.connections().await?;
    portfolio.first_fact_on = FactorKey::ALL.into_iter().filter_map(|key| *connections.0.get(key)).min();
    explain_movers(call, Scoring::current(&store).await?, at, &mut portfolio).await?;
    Ok(portfolio)
}

/// Adds its main cause to each change in the portfolio.
async fn explain_movers(call: &Call, scoring: Scoring, at: AsOf, portfolio: &mut Portfolio) -> Result<(), AppError> {
    let Portfolio { movers7, movers30, new_churn_risks, .. } = portfolio;
    let mut told =
        [(7, vec![&mut movers7.up, &mut movers7.down, new_churn_risks]), (30, vec![&mut movers30.up, &mut movers30.down])];
    let ids: BTreeSet<_> =
        told.iter().flat_map(|(_, lists)| lists).flat_map(|list| &list.items).map(|mention| mention.id).collect();
    let changes = Changes::load(call, scoring, &ids.into_iter().collect::<Vec<_>>(), at, 30).await?;
    for (days, lists) in &mut told {
        for mention in lists.iter_mut().flat_map(|list| &mut list.items) {
            mention.cause = changes.over(mention.id, *days).and_then(|change| change.main_cause());
        }
    }
    Ok(())
}
