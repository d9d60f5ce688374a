//! The work on a suggestion: the rhythm of use from a sample, then one pass over the customers' facts for all three days.

use super::looks;
use super::question::{Answer, Question, days};
use super::rests::Rests;
use super::work::{Progress, facts_of_life, failed, in_chunks};
use crate::domain::suggestion::{Days, ScorecardSuggestion};
use crate::domain::{BacktestQuery, CustomerId, NaiveDate, Rulebook, Scorecard, Suggestion};
use crate::scoring::backtest::{Fate, Tested};
use crate::scoring::suggest::{self, Kinds, Learning, Seen};
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
    let ground = Arc::new(Ground { store: store.clone(), terms: terms.clone(), days, now, tried, first_fact_on });
    let mut all: Vec<_> = ground.scorecards().map(|_| Portfolios::default()).collect();
    if ground.scorecards().any(|(now, tried)| ground.lacks_history(now, tried).is_none()) {
        let of_chunk = |chunk: Vec<Tested>| {
            let ground = Arc::clone(&ground);
            async move { Box::pin(ground.seen(&chunk)).await }
        };
        let add = |seen: Vec<Portfolios>| all.iter_mut().zip(seen).for_each(|(all, seen)| all.add(seen));
        in_chunks(&customers, progress, of_chunk, add).await?;
    }
    let scorecards = tokio::task::spawn_blocking(move || ground.suggest(all, &customers)).await.map_err(failed)?;
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
        scorecards,
    };
    Ok((Answer::Suggestion(Arc::new(suggestion)), rests))
}

/// Returns the rulebook with measures of other kinds. Each scorecard fits the rhythm of its own customers within a sample that is
/// spread over all.
async fn tried(store: &Store, now: &Scoring, customers: &[Tested], days: Days) -> Result<Rulebook, AppError> {
    let Scoring { rulebook, connections } = now;
    let mut kinds: Vec<_> =
        rulebook.scorecards().map(|scorecard| Kinds::new(scorecard, rulebook, connections, days.learned_on)).collect();
    let rhythm_from = Kinds::rhythm_from(days.learned_on);
    let ids: Vec<_> = customers.iter().step_by(customers.len().div_ceil(RHYTHM_OF).max(1)).map(|customer| customer.id).collect();
    for ids in ids.chunks(250) {
        let facts = store.load_facts_of(ids, rhythm_from, days.learned_on).await?;
        for facts in facts.values() {
            let place = rulebook.place_of(&facts.life_on(days.learned_on).traits(), days.learned_on);
            kinds.iter_mut().skip(place).take(1).for_each(|kinds| kinds.add(facts));
        }
    }
    Ok(kinds.iter().map(Kinds::scorecard).fold(Rulebook::clone(rulebook), Rulebook::with_scorecard))
}

/// Everything that the chunks share.
struct Ground {
    store: Store,
    terms: BacktestQuery,
    days: Days,
    now: Scoring,
    tried: Rulebook,
    first_fact_on: Option<NaiveDate>,
}

/// The customers of a scorecard on the three days.
#[derive(Default)]
struct Portfolios {
    learned: Vec<Seen>,
    tested: Vec<Seen>,
    today: Vec<Seen>,
}

impl Ground {
    /// Returns each scorecard in force with the one that is tried in its place.
    fn scorecards(&self) -> impl Iterator<Item = (&Scorecard, &Scorecard)> {
        self.now.rulebook.scorecards().zip(self.tried.scorecards())
    }

    /// Returns the day from which on facts are needed to learn a scorecard; `None` where they are there.
    fn lacks_history(&self, now: &Scorecard, tried: &Scorecard) -> Option<NaiveDate> {
        let needed_from = suggest::facts_needed_from(now, tried, self.days.learned_on);
        self.first_fact_on.is_none_or(|first| first > needed_from).then_some(needed_from)
    }

    /// Measures some customers on the days on which they were there, each under its scorecard of the day.
    async fn seen(&self, customers: &[Tested]) -> Result<Vec<Portfolios>, AppError> {
        let Self { days, now, tried, .. } = self;
        let reach = Reach::of(&now.rulebook, days.learned_on).and(Reach::of(tried, days.learned_on));
        let ids: Vec<_> = customers.iter().map(|customer| customer.id).collect();
        let mut facts = self.store.load_facts_of(&ids, reach, days.drafted_on).await?;
        let mut found: Vec<_> = self.scorecards().map(|_| Portfolios::default()).collect();
        for customer in customers {
            let facts = facts.remove(&customer.id).unwrap_or_default();
            let seen = |day: NaiveDate| {
                let left = match customer.fate(day, &self.terms)? {
                    Fate::Stayed => false,
                    Fate::Left(_) => true,
                    _ => return None,
                };
                let facts = facts_of_life(&facts, day, customer.start_on(day));
                let place = now.rulebook.place_of(&facts.traits(), day);
                let rules = self.scorecards().nth(place).filter(|(now, _)| !now.onboarding)?;
                Some((place, Seen::new(customer.id, left, &facts, rules, &now.connections, day)?))
            };
            let mut add = |day: NaiveDate, part: fn(&mut Portfolios) -> &mut Vec<Seen>| {
                if let Some((place, seen)) = seen(day)
                    && let Some(portfolios) = found.get_mut(place)
                {
                    part(portfolios).push(seen);
                }
            };
            add(days.learned_on, |of| &mut of.learned);
            add(days.tested_on, |of| &mut of.tested);
            add(days.drafted_on, |of| &mut of.today);
        }
        // Who has left since is not in today's portfolio.
        found.iter_mut().for_each(|of| of.today.retain(|seen| !seen.left));
        Ok(found)
    }

    /// Suggests other rules for each scorecard, but for those of onboarding customers, whose band tells no risk.
    fn suggest(&self, all: Vec<Portfolios>, customers: &[Tested]) -> Vec<ScorecardSuggestion> {
        let scorecards = self.scorecards().zip(all).filter(|((now, _), _)| !now.onboarding);
        let suggested = scorecards.map(|((now, tried), portfolios)| match self.lacks_history(now, tried) {
            Some(needed_from) => suggest::without_history(now, self.days, self.first_fact_on, needed_from),
            None => portfolios.suggest(now, tried, self.days, customers),
        });
        suggested.collect()
    }
}

impl Portfolios {
    fn add(&mut self, other: Self) {
        self.learned.extend(other.learned);
        self.tested.extend(other.tested);
        self.today.extend(other.today);
    }

    fn suggest(mut self, now: &Scorecard, tried: &Scorecard, days: Days, customers: &[Tested]) -> ScorecardSuggestion {
        // Chunks end in any order.
        for portfolio in [&mut self.learned, &mut self.tested, &mut self.today] {
            portfolio.sort_unstable_by_key(|seen| seen.customer);
        }
        let who = |id: CustomerId| {
            let found = customers.binary_search_by_key(&id, |customer| customer.id).ok().and_then(|place| customers.get(place));
            found.map(|customer| (customer.name.clone(), customer.arr_cents)).unwrap_or_default()
        };
        let Self { learned, tested, today } = &self;
        Learning { now, tried, days, learned, tested, today }.suggest(who)
    }
}
