//! The portfolio's figures.

use super::answers::Question;
use super::health::{Changes, Scoring, history_from, store_of};
use crate::domain::list::RenewalTotals;
use crate::domain::portfolio::Mentions;
use crate::domain::{AsOf, BandHistory, CustomerQuery, Portfolio};
use crate::server::Call;
use crate::server::store::Store;
use crate::wire::AppError;
use std::collections::BTreeSet;

/// Returns the figures of the customers that a query selects, as of its day: under all facts known now, or under those known at
/// the end of a day. Its lists name their first customers, with the causes of their changes.
pub async fn get_portfolio(call: &Call, query: &CustomerQuery) -> Result<Portfolio, AppError> {
    let (at, question) = Question::of(call, &query.of_figures()).await?;
    call.answers.portfolios.get(&question, compute(call, query, at)).await
}

/// Returns the same figures without any names, for those who only count.
pub async fn get_portfolio_figures(call: &Call, query: &CustomerQuery) -> Result<Portfolio, AppError> {
    let (at, question) = Question::of(call, &query.of_figures()).await?;
    let work_out = async {
        let mut portfolio = load(call, &store_of(call, at).await?, query, at).await?;
        lists(&mut portfolio).for_each(|list| list.items.clear());
        Ok(portfolio)
    };
    call.answers.figures.get(&question, work_out).await
}

/// Returns customers and ARR by band over the query's period up to its day.
pub async fn get_portfolio_bands(call: &Call, query: &CustomerQuery) -> Result<BandHistory, AppError> {
    let (at, question) = Question::of(call, &query.of_figures()).await?;
    let work_out = async {
        let history = store_of(call, at).await?.get_band_history(query, &call.settings.currency, at.day).await?;
        Ok(BandHistory { known_at: at.known_at, ..history })
    };
    call.answers.bands.get(&question, work_out).await
}

/// Returns the renewals of the customers that a query selects, by month and band.
pub async fn get_portfolio_renewals(call: &Call, query: &CustomerQuery) -> Result<RenewalTotals, AppError> {
    let (at, question) = Question::of(call, &query.of_figures()).await?;
    let work_out = async {
        let totals = store_of(call, at).await?.sum_renewals(query, &call.settings.currency, at.day).await?;
        Ok(RenewalTotals { known_at: at.known_at, ..totals })
    };
    call.answers.renewals.get(&question, work_out).await
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
    portfolio.history_from = history_from(call, at).await?;
    let connections = call.store.connections(&call.store.current_rulebook().await?).await?;
    portfolio.first_fact_on = connections.sources.iter().filter_map(|(_, first)| *first).min();
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
