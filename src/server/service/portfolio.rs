//! The portfolio's figures.

use super::health::{Changes, Scoring, store_of};
use crate::domain::list::RenewalTotals;
use crate::domain::portfolio::Mentions;
use crate::domain::{AsOf, BandHistory, CustomerQuery, FactorKey, NaiveDate, Portfolio};
use crate::server::Call;
use crate::server::store::{Snapshot, Store};
use crate::wire::AppError;
use quick_cache::sync::Cache;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Returns the figures of the customers that a query selects, as of its day: under all facts known now, or under those known at
/// the end of a day. Its lists name their first customers, with the causes of their changes.
pub async fn get_portfolio(call: &Call, query: &CustomerQuery) -> Result<Portfolio, AppError> {
    let (at, question) = Question::of(call, query, true).await?;
    let answer = call.figures.portfolios.get_or_insert_async(&question, async { compute(call, query, at).await.map(Arc::new) });
    Ok(Portfolio::clone(&*answer.await?))
}

/// Returns the same figures without any names, for those who only count.
pub async fn get_portfolio_figures(call: &Call, query: &CustomerQuery) -> Result<Portfolio, AppError> {
    let (at, question) = Question::of(call, query, false).await?;
    let answer = call.figures.portfolios.get_or_insert_async(&question, async {
        let mut portfolio = load(call, &store_of(call, at).await?, query, at).await?;
        lists(&mut portfolio).for_each(|list| list.items.clear());
        Ok::<_, AppError>(Arc::new(portfolio))
    });
    Ok(Portfolio::clone(&*answer.await?))
}

/// Returns customers and ARR by band over the query's period up to its day.
pub async fn get_portfolio_bands(call: &Call, query: &CustomerQuery) -> Result<BandHistory, AppError> {
    let (at, question) = Question::of(call, query, false).await?;
    let answer = call.figures.bands.get_or_insert_async(&question, async {
        let store = store_of(call, at).await?;
        let history = store.get_band_history(query, &call.settings.currency, at.day).await?;
        Ok::<_, AppError>(Arc::new(BandHistory { known_at: at.known_at, ..history }))
    });
    Ok(BandHistory::clone(&*answer.await?))
}

/// Returns the renewals of the customers that a query selects, by month and band.
pub async fn get_portfolio_renewals(call: &Call, query: &CustomerQuery) -> Result<RenewalTotals, AppError> {
    let (at, question) = Question::of(call, query, false).await?;
    let answer = call.figures.renewals.get_or_insert_async(&question, async {
        let store = store_of(call, at).await?;
        let totals = store.sum_renewals(query, &call.settings.currency, at.day).await?;
        Ok::<_, AppError>(Arc::new(RenewalTotals { known_at: at.known_at, ..totals }))
    });
    Ok(RenewalTotals::clone(&*answer.await?))
}

/// Everything that an answer rests on.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    snapshot: Snapshot,
    today: NaiveDate,
    at: AsOf,
    /// The query string of the filters and the period.
    of: String,
    named: bool,
}

impl Question {
    async fn of(call: &Call, query: &CustomerQuery, named: bool) -> Result<(AsOf, Self), AppError> {
        let at = query.at.resolve(call.today())?;
        let of = query.of_figures().to_query_string();
        Ok((at, Self { snapshot: call.store.snapshot().await?, today: call.today(), at, of, named }))
    }
}

/// The latest answers. Each is valid until the database changes, for everybody who asks.
pub struct Figures {
    portfolios: Cache<Question, Arc<Portfolio>>,
    bands: Cache<Question, Arc<BandHistory>>,
    renewals: Cache<Question, Arc<RenewalTotals>>,
}

impl Default for Figures {
    fn default() -> Self {
        Self { portfolios: Cache::new(100), bands: Cache::new(100), renewals: Cache::new(100) }
    }
}

async fn compute(call: &Call, query: &CustomerQuery, at: AsOf) -> Result<Portfolio, AppError> {
    let store = store_of(call, at).await?;
    let mut portfolio = load(call, &store, query, at).await?;
    explain_movers(call, Scoring::current(&store).await?, at, &mut portfolio).await?;
    Ok(portfolio)
}

async fn load(call: &Call, store: &Store, query: &CustomerQuery, at: AsOf) -> Result<Portfolio, AppError> {
    let mut portfolio = store.get_portfolio(query, &call.settings.currency, at.day).await?;
    (portfolio.today, portfolio.known_at) = (call.today(), at.known_at);
    let connections = call.store.connections().await?;
    portfolio.first_fact_on = FactorKey::ALL.into_iter().filter_map(|key| *connections.0.get(key)).min();
    Ok(portfolio)
}

/// The lists in a portfolio that name customers.
fn lists(portfolio: &mut Portfolio) -> impl Iterator<Item = &mut Mentions> {
    let Portfolio { movers7, movers30, new_churn_risks, renewals_at_risk, renewals_overdue, .. } = portfolio;
    let movers = [&mut movers7.up, &mut movers7.down, &mut movers30.up, &mut movers30.down];
    movers.into_iter().chain([new_churn_risks, renewals_at_risk, renewals_overdue])
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
