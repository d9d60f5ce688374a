//! "Does it hold?": past scores against what became of the customers since.

mod kept;
mod work;

use crate::domain::backtest::{BacktestProgress, Known};
use crate::domain::{Backtest, BacktestQuery, FieldErrors};
use crate::server::Call;
use crate::server::store::StoreError;
use crate::wire::AppError;
use crate::wire::pages::BacktestPage;
pub use kept::{Backtests, Limits};
use std::sync::Arc;
use std::time::Duration;

/// The answer to a question, or how far the work on it is.
pub enum Told {
    Done(Arc<Backtest>),
    Working(BacktestProgress),
}

/// The longest wait for a result.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Returns the backtest of a query, or the progress when it takes longer than `patience`. The work then goes on for a while, and
/// the same query again gives the result.
pub async fn get_backtest(call: &Call, query: BacktestQuery, patience: Duration) -> Result<Told, AppError> {
    let question = resolve(call, query).await?;
    call.backtests.get(&call.store, question, patience).await
}

/// The longest wait of a page, which then shows the progress.
const PAGE_PATIENCE: Duration = Duration::from_secs(3);

/// Returns the read model of the backtest's page.
pub async fn get_backtest_page(call: &Call, query: BacktestQuery) -> Result<BacktestPage, AppError> {
    let (_, first_departure) = call.store.first_fact_and_departure().await?;
    let (backtest, progress) = match get_backtest(call, query, PAGE_PATIENCE).await? {
        Told::Done(backtest) => (Some(Backtest::clone(&backtest)), None),
        Told::Working(progress) => (None, Some(progress)),
    };
    Ok(BacktestPage { backtest, progress, has_departures: first_departure.is_some(), currency: call.settings.currency.clone() })
}

/// Returns the backtest of a query, however long it takes. `told` hears of the progress.
pub async fn work_out_backtest(
    call: &Call,
    query: BacktestQuery,
    told: impl Fn(BacktestProgress),
) -> Result<Arc<Backtest>, AppError> {
    let question = resolve(call, query).await?;
    loop {
        match call.backtests.get(&call.store, question.clone(), Duration::from_secs(1)).await? {
            Told::Done(backtest) => return Ok(backtest),
            Told::Working(progress) => told(progress),
        }
    }
}

/// Fills in what the query leaves open: the days, and the version of the rules.
async fn resolve(call: &Call, query: BacktestQuery) -> Result<BacktestQuery, AppError> {
    let days = query.test_days(call.today(), call.store.first_fact_and_departure().await?);
    let version = match (query.version, query.known) {
        (None, Known::Now) => Some(call.store.current_rulebook().await?.version),
        (None, Known::Then) => None,
        (Some(version), _) => match call.store.get_rulebook(version).await {
            Ok(_) => Some(version),
            Err(StoreError::NotFound(_)) => {
                let latest = call.store.current_rulebook().await?.version;
                let rule = format!("must be the number of a version of the rules: 1 to {latest}");
                return Err(FieldErrors::one("version", rule).into());
            }
            Err(error) => return Err(error.into()),
        },
    };
    let segment = call.store.known_segment(query.segment).await?;
    Ok(BacktestQuery { days, version, segment, ..query })
}
