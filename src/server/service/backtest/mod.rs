//! "Does it hold?" and "Could it be better?": past scores against what became of the customers since, and rules learned from it.

mod better;
mod kept;
mod looks;
mod question;
mod rests;
mod work;

use crate::domain::backtest::{BacktestProgress, Known, TestedScores};
use crate::domain::{Backtest, BacktestQuery, FieldErrors, Suggestion};
use crate::server::Call;
use crate::server::store::StoreError;
use crate::wire::AppError;
use crate::wire::pages::{BacktestPage, SuggestionPage, TestedScoresPage};
use chrono::Duration as Days;
pub use kept::{Backtests, LIMITS};
use question::{Answer, Question};
use std::sync::Arc;
use std::time::Duration;

/// The answer to a question, or how far the work on it is.
pub enum Told<T> {
    Done(T),
    Working(BacktestProgress),
}

impl<T> Told<T> {
    fn parts(self) -> (Option<T>, Option<BacktestProgress>) {
        match self {
            Self::Done(answer) => (Some(answer), None),
            Self::Working(progress) => (None, Some(progress)),
        }
    }
}

/// The longest wait for a result.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Returns the backtest of a query, or the progress when it takes longer than `patience`. The work then goes on for a while, and
/// the same query again gives the result.
pub async fn get_backtest(call: &Call, query: BacktestQuery, patience: Duration) -> Result<Told<Arc<Backtest>>, AppError> {
    let terms = resolve(call, query).await?;
    Ok(match call.backtests.get(&call.store, Question::Backtest(terms.clone()), patience).await? {
        Told::Done(Answer::Backtest(backtest)) => {
            looks::note_test(call, &terms).await;
            Told::Done(backtest)
        }
        Told::Done(_) => return Err(AppError::Internal),
        Told::Working(progress) => Told::Working(progress),
    })
}

/// Returns the suggestion of other rules, or the progress, as [`get_backtest`] does. Of the query only the horizon and who is left
/// out count: the days follow from today, and the rules are those in force.
pub async fn get_suggestion(call: &Call, query: BacktestQuery, patience: Duration) -> Result<Told<Suggestion>, AppError> {
    let before = |horizons: i64| call.today() - Days::days(horizons * query.horizon);
    let terms = BacktestQuery {
        days: vec![before(2), before(1)],
        version: Some(call.store.current_rulebook().await?.version),
        segment: None,
        known: Known::Now,
        ..query
    };
    Ok(match call.backtests.get(&call.store, Question::Suggestion(terms.clone()), patience).await? {
        Told::Done(Answer::Suggestion(suggestion)) => {
            looks::note_suggestion(call, &terms).await;
            let variants = looks::variants(&call.store, &terms).await?;
            Told::Done(Suggestion { variants, ..Suggestion::clone(&suggestion) })
        }
        Told::Done(_) => return Err(AppError::Internal),
        Told::Working(progress) => Told::Working(progress),
    })
}

/// Returns each factor's score of every case of one scorecard in force, on the latest day whose horizon has passed; or the
/// progress. Without a name it is the first scorecard. Whoever has these scores sees the AUC of any weights, so the look is noted:
/// rules made afterwards are fitted to these departures.
pub async fn get_tested_scores(
    call: &Call,
    query: BacktestQuery,
    scorecard: Option<&str>,
) -> Result<Told<Arc<TestedScores>>, AppError> {
    let day = call.today() - Days::days(query.horizon);
    let rulebook = call.store.current_rulebook().await?;
    let is_asked = |name: &str| scorecard.is_none_or(|asked| asked == name);
    let place = rulebook.scorecards().position(|scorecard| is_asked(&scorecard.name));
    let place = place.ok_or_else(|| FieldErrors::one("scorecard", "must be the name of a scorecard of the rules in force"))?;
    let version = Some(rulebook.version);
    let terms = BacktestQuery { days: vec![day], version, segment: None, known: Known::Now, ..query };
    Ok(match call.backtests.get(&call.store, Question::Scores(terms.clone(), place), PAGE_PATIENCE).await? {
        Told::Done(Answer::Scores(scores)) => {
            looks::note_weights(call, &terms).await;
            Told::Done(scores)
        }
        Told::Done(_) => return Err(AppError::Internal),
        Told::Working(progress) => Told::Working(progress),
    })
}

/// The longest wait of a page, which then shows the progress.
const PAGE_PATIENCE: Duration = Duration::from_secs(3);

/// Returns the read model of the backtest's page.
pub async fn get_backtest_page(call: &Call, query: BacktestQuery) -> Result<BacktestPage, AppError> {
    let (_, first_departure) = call.store.first_fact_and_departure().await?;
    let (backtest, progress) = get_backtest(call, query, PAGE_PATIENCE).await?.parts();
    let backtest = backtest.map(|backtest| Backtest::clone(&backtest));
    Ok(BacktestPage { backtest, progress, has_departures: first_departure.is_some(), currency: call.settings.currency.clone() })
}

/// Returns the read model of the suggestion on the backtest's page. Before anybody has left there is none.
pub async fn get_suggestion_page(call: &Call, query: BacktestQuery) -> Result<SuggestionPage, AppError> {
    let (suggestion, progress) = match call.store.first_fact_and_departure().await? {
        (_, None) => (None, None),
        _ => get_suggestion(call, query, PAGE_PATIENCE).await?.parts(),
    };
    let rulebook = call.store.current_rulebook().await?;
    Ok(SuggestionPage { suggestion, progress, rulebook, currency: call.settings.currency.clone() })
}

/// Returns the read model of weights that are moved while their figure is in sight.
pub async fn get_tested_scores_page(call: &Call, query: BacktestQuery, scorecard: &str) -> Result<TestedScoresPage, AppError> {
    let (scores, progress) = get_tested_scores(call, query, Some(scorecard)).await?.parts();
    Ok(TestedScoresPage { scores: scores.map(|scores| TestedScores::clone(&scores)), progress })
}

/// The time between two reports of progress to a caller who waits until the work is done.
const TELLING: Duration = Duration::from_secs(1);

/// Returns the backtest of a query, however long it takes. `told` hears of the progress.
pub async fn work_out_backtest(
    call: &Call,
    query: BacktestQuery,
    told: impl Fn(BacktestProgress),
) -> Result<Arc<Backtest>, AppError> {
    until_done(|| get_backtest(call, query.clone(), TELLING), told).await
}

/// Returns the suggestion of other rules, however long it takes. `told` hears of the progress.
pub async fn work_out_suggestion(
    call: &Call,
    query: BacktestQuery,
    told: impl Fn(BacktestProgress),
) -> Result<Suggestion, AppError> {
    until_done(|| get_suggestion(call, query.clone(), TELLING), told).await
}

async fn until_done<T, F>(ask: impl Fn() -> F, told: impl Fn(BacktestProgress)) -> Result<T, AppError>
where
    F: Future<Output = Result<Told<T>, AppError>>,
{
    loop {
        match ask().await? {
            Told::Done(answer) => return Ok(answer),
            Told::Working(progress) => told(progress),
        }
    }
}

/// Fills in what the query leaves open: the days, and the version of the rules.
async fn resolve(call: &Call, query: BacktestQuery) -> Result<BacktestQuery, AppError> {
    let days = query.test_days(call.today(), call.store.first_fact_and_departure().await?);
    let days = query.days_in_memory(days, call.store.count_all_customers().await?)?;
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
