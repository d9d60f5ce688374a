//! The work on a suggestion: the rhythm of use from a sample, then one pass over the customers' facts for all three days.

use super::looks;
use super::question::{Answer, Question, days};
use super::rests::Rests;
use super::work::{Progress, facts_of_life, failed, in_chunks};
use crate::domain::{BacktestQuery, CustomerId, NaiveDate, Scorecard, Suggestion};
use crate::scoring::backtest::{Fate, Tested};
use crate::scoring::suggest::{self, Days, Kinds, Learning, Seen};
use crate::server::service::health::Scoring;
use crate::server::store::{Reach, Store};
use crate::wire::AppError;
use std::sync::Arc;

/// The customers whose rhythm of use is looked at.
const RHYTHM_OF: usize = 1000;

/// Works a suggestion out. `terms` says its days and the version in force.
pub async fn work_out(store: &Store, terms: &BacktestQuery, progress: &Progress) -> Result<(Answer, Rests), AppError> {
    let (customers, rests) = Rests::load(store, &Question::Suggestion(terms.clone())).await?;
    let (fitted_here, days) = (looks::fitted_here(store, terms).await?, days(terms));
    let now = Scoring::current(store).await?;
    let tried = tried(store, &now, &customers, days).await?;
    let (first_fact_on, _) = store.first_fact_and_departure().await?;
    let needed_from = suggest::facts_needed_from(&now.scorecard, &tried, days.learned_on);
    let scorecard = match first_fact_on.is_some_and(|first| first <= needed_from) {
        false => suggest::without_history(days, first_fact_on, needed_from),
        true => {
            let ground = Arc::new(Ground { store: store.clone(), terms: terms.clone(), days, now, tried });
            let mut all = Portfolios::default();
            let of_chunk = |chunk: Vec<Tested>| {
                let ground = Arc::clone(&ground);
                async move { Box::pin(ground.seen(&chunk)).await }
            };
            in_chunks(&customers, progress, of_chunk, |seen: Portfolios| all.add(seen)).await?;
            tokio::task::spawn_blocking(move || all.suggest(&ground, &customers)).await.map_err(failed)?
        }
    };
    let suggestion = Suggestion {
        horizon: terms.horizon,
        learned_on: days.learned_on,
        tested_on: days.tested_on,
        drafted_on: days.drafted_on,
        version: terms.version.unwrap_or_default(),
        min_age: terms.min_age,
        exclude_involuntary: terms.exclude_involuntary,
        skip_days: terms.skip_days,
        variants: 0,
        fitted_here,
        scorecards: vec![scorecard],
    };
    Ok((Answer::Suggestion(Arc::new(suggestion)), rests))
}

/// Returns the rules of other kinds, by the rhythm of customers that are spread over all.
async fn tried(store: &Store, now: &Scoring, customers: &[Tested], days: Days) -> Result<Scorecard, AppError> {
    let mut kinds = Kinds::new(&now.scorecard, &now.connections, days.learned_on);
    let ids: Vec<_> = customers.iter().step_by(customers.len().div_ceil(RHYTHM_OF).max(1)).map(|customer| customer.id).collect();
    for ids in ids.chunks(250) {
        let facts = store.load_facts_of(ids, kinds.rhythm_from(), days.learned_on).await?;
        facts.values().for_each(|facts| kinds.add(facts));
    }
    Ok(kinds.scorecard())
}

/// Everything that the chunks share.
struct Ground {
    store: Store,
    terms: BacktestQuery,
    days: Days,
    now: Scoring,
    tried: Scorecard,
}

/// The portfolios of the three days.
#[derive(Default)]
struct Portfolios {
    learned: Vec<Seen>,
    tested: Vec<Seen>,
    today: Vec<Seen>,
}

impl Ground {
    /// Measures some customers on the days on which they were there.
    async fn seen(&self, customers: &[Tested]) -> Result<Portfolios, AppError> {
        let Self { days, now, tried, .. } = self;
        let reach = Reach::of(&now.scorecard, days.learned_on).and(Reach::of(tried, days.learned_on));
        let ids: Vec<_> = customers.iter().map(|customer| customer.id).collect();
        let mut facts = self.store.load_facts_of(&ids, reach, days.drafted_on).await?;
        let mut found = Portfolios::default();
        for customer in customers {
            let facts = facts.remove(&customer.id).unwrap_or_default();
            let seen = |day: NaiveDate| {
                let left = match customer.fate(day, &self.terms)? {
                    Fate::Stayed => false,
                    Fate::Left(_) => true,
                    _ => return None,
                };
                let facts = facts_of_life(&facts, day, customer.start_on(day));
                Seen::new(customer.id, left, &facts, (&now.scorecard, tried), &now.connections, day)
            };
            found.learned.extend(seen(days.learned_on));
            found.tested.extend(seen(days.tested_on));
            // Who has left since is not in today's portfolio.
            found.today.extend(seen(days.drafted_on).filter(|seen| !seen.left));
        }
        Ok(found)
    }
}

impl Portfolios {
    fn add(&mut self, other: Self) {
        self.learned.extend(other.learned);
        self.tested.extend(other.tested);
        self.today.extend(other.today);
    }

    fn suggest(mut self, ground: &Ground, customers: &[Tested]) -> crate::domain::suggestion::ScorecardSuggestion {
        // Chunks end in any order.
        for portfolio in [&mut self.learned, &mut self.tested, &mut self.today] {
            portfolio.sort_unstable_by_key(|seen| seen.customer);
        }
        let who = |id: CustomerId| {
            let found = customers.binary_search_by_key(&id, |customer| customer.id).ok().and_then(|place| customers.get(place));
            found.map(|customer| (customer.name.clone(), customer.arr_cents)).unwrap_or_default()
        };
        let Self { learned, tested, today } = &self;
        let Ground { days, now, tried, .. } = ground;
        Learning { now: &now.scorecard, tried, days: *days, learned, tested, today }.suggest(who)
    }
}
