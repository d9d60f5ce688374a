//! The work on a backtest: loads the customers' facts in chunks, scores all test days of a customer in one pass, and hands the
//! cases to the scoring.

use super::looks;
use super::question::{Answer, Question};
use super::rests::Rests;
use crate::domain::backtest::{Auc, BacktestProgress, Known, LeftOut, TestedFactor, TestedScores};
use crate::domain::{AsOf, Backtest, BacktestQuery, Band, CustomerId, FactorKey, Factors, NaiveDate};
use crate::scoring::backtest::{self, Case, Churned, Departure, Fate, TestCase, Tested};
use crate::scoring::{self, DayScores, Facts};
use crate::server::service::health::Scoring;
use crate::server::store::{Reach, Store};
use crate::wire::AppError;
use chrono::Duration;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::JoinSet;

/// The customers that are loaded and scored at once.
const CUSTOMERS_AT_ONCE: usize = 250;
/// The chunks worked on at a time: one waits for the database while the other is scored.
const CHUNKS_AT_ONCE: usize = 2;

/// The number of customers that are done, and of all.
#[derive(Default)]
pub struct Progress {
    done: AtomicUsize,
    all: AtomicUsize,
}

impl Progress {
    pub fn told(&self) -> BacktestProgress {
        let number = |number: &AtomicUsize| number.load(Ordering::Relaxed) as i64;
        BacktestProgress { customers_done: number(&self.done), customers: number(&self.all) }
    }
}

/// Everything that the chunks share.
struct Ground {
    store: Store,
    terms: BacktestQuery,
    /// The rules of today, or of the version that was asked for, with the sources of today.
    now: Arc<Scoring>,
    /// The rules and sources that were known on each test day. Those that are the same as `now` are the same one.
    then: Vec<Arc<Scoring>>,
}

/// The cases of some customers.
#[derive(Default)]
struct Cases {
    cases: Vec<TestCase>,
    left_out: LeftOut,
    /// The cases as they were known then, with their scores.
    then: Vec<(Case, i64)>,
}

/// Works a backtest out. `query` says its days, and its version where there is one.
pub async fn work_out(store: &Store, query: &BacktestQuery, progress: &Progress) -> Result<(Answer, Rests), AppError> {
    let (customers, rests) = Rests::load(store, &Question::Backtest(query.clone())).await?;
    let fitted_here = looks::fitted_here(store, query).await?;
    let ground = Arc::new(Ground::load(store, query.clone()).await?);
    let mut all = Cases::default();
    let of_chunk = |chunk: Vec<Tested>| {
        let ground = Arc::clone(&ground);
        async move { Box::pin(ground.cases(&chunk)).await }
    };
    in_chunks(&customers, progress, of_chunk, |cases| all.add(cases)).await?;
    let (labels, terms) = (ground.labels(), ground.terms.clone());
    let backtest = tokio::task::spawn_blocking(move || all.backtest(terms, &labels, fitted_here)).await.map_err(failed)?;
    Ok((Answer::Backtest(Arc::new(backtest)), rests))
}

/// Works out the factors' scores of one day, of the customers that the scorecard at a place scored on it.
pub async fn scores(
    store: &Store,
    query: &BacktestQuery,
    scorecard: usize,
    progress: &Progress,
) -> Result<(Answer, Rests), AppError> {
    let (customers, rests) = Rests::load(store, &Question::Scores(query.clone(), scorecard)).await?;
    let ground = Arc::new(Ground::load(store, query.clone()).await?);
    let of_chunk = |chunk: Vec<Tested>| {
        let ground = Arc::clone(&ground);
        async move {
            let (_, stood) = ground.stood(&chunk);
            let scored = ground.known_now(&stood, &Box::pin(ground.facts(&stood)).await?);
            let is_of = |scores: &DayScores| scores.scorecard == scorecard && scores.band != Band::NoData;
            let with_band = scored.into_iter().filter(|(.., scores)| is_of(scores));
            Ok(with_band.map(|(customer, _, left, scores)| (customer.id, left.is_some(), scores.factors)).collect::<Vec<_>>())
        }
    };
    let mut all = Vec::new();
    in_chunks(&customers, progress, of_chunk, |scored: Vec<_>| all.extend(scored)).await?;
    all.sort_unstable_by_key(|(customer, ..)| *customer);
    let factor = |key: FactorKey| TestedFactor {
        key,
        scores: all.iter().filter_map(|(.., factors)| factors.get(key)).map(|score| TestedScores::write(*score)).collect(),
    };
    let rules = ground.now.rulebook.scorecards().nth(scorecard);
    let keys = rules.into_iter().flat_map(|rules| rules.factors.keys());
    let scores = TestedScores {
        horizon: query.horizon,
        day: query.days.first().copied().unwrap_or_default(),
        n: all.len(),
        left: (0..).zip(&all).filter(|(_, (_, left, _))| *left).map(|(place, _)| place).collect(),
        factors: keys.map(factor).collect(),
    };
    Ok((Answer::Scores(Arc::new(scores)), rests))
}

/// Works on customers in chunks, a few at a time, and takes what comes of each, in any order.
pub async fn in_chunks<T, F>(
    customers: &[Tested],
    progress: &Progress,
    work: impl Fn(Vec<Tested>) -> F,
    mut take: impl FnMut(T),
) -> Result<(), AppError>
where
    T: Send + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    progress.all.store(customers.len(), Ordering::Relaxed);
    let mut chunks = customers.chunks(CUSTOMERS_AT_ONCE);
    let mut running = JoinSet::new();
    let mut begin = |running: &mut JoinSet<_>| {
        if let Some(chunk) = chunks.next() {
            let (number, working) = (chunk.len(), work(chunk.to_vec()));
            running.spawn(async move { Ok((number, working.await?)) });
        }
    };
    (0..CHUNKS_AT_ONCE).for_each(|_| begin(&mut running));
    while let Some(ended) = running.join_next().await {
        begin(&mut running);
        let (number, done): (usize, T) = ended.map_err(failed).and_then(|ended| ended)?;
        progress.done.fetch_add(number, Ordering::Relaxed);
        take(done);
    }
    Ok(())
}

pub fn failed(error: tokio::task::JoinError) -> AppError {
    tracing::error!(%error, "a backtest failed");
    AppError::Internal
}

impl Ground {
    async fn load(store: &Store, terms: BacktestQuery) -> Result<Self, AppError> {
        let mut now = Scoring::current(store).await?;
        if let Some(version) = terms.version {
            now.rulebook = Arc::new(store.get_rulebook(version).await?.rulebook);
            now.connections = store.connections(&now.rulebook).await?;
        }
        let (now, mut then) = (Arc::new(now), Vec::new());
        for day in &terms.days {
            let mut known = Scoring::of(store, AsOf::known_then(*day)).await?;
            // With a version given, its rules score the past days too: only the facts and sources are those known then.
            if terms.version.is_some() {
                known.rulebook = now.rulebook.clone();
                known.connections = store.connections_known_on(&now.rulebook, *day).await?;
            }
            then.push(if known == *now { Arc::clone(&now) } else { Arc::new(known) });
        }
        Ok(Self { store: store.clone(), terms, now, then })
    }

    /// Returns the names of all factors: those of the latest rules come first.
    fn labels(&self) -> Factors<String> {
        let rules = std::iter::once(&self.now).chain(self.then.iter().rev());
        rules.flat_map(|rules| rules.rulebook.factors()).map(|(key, rule)| (key, rule.label.clone())).collect()
    }

    /// Returns the customers that stood on a test day, and counts those that are left out.
    fn stood<'a>(&self, customers: &'a [Tested]) -> (Cases, Vec<Stood<'a>>) {
        let mut found = Cases::default();
        let mut stood = Vec::new();
        for customer in customers {
            let fates: Vec<_> =
                self.terms.days.iter().filter_map(|day| Some((*day, customer.fate(*day, &self.terms)?))).collect();
            let of_test = fates.into_iter().filter_map(|(day, fate)| found.take(day, fate)).collect::<Vec<_>>();
            if !of_test.is_empty() {
                stood.push((customer, of_test));
            }
        }
        (found, stood)
    }

    /// Returns the cases of some customers.
    async fn cases(&self, customers: &[Tested]) -> Result<Cases, AppError> {
        let (mut found, stood) = self.stood(customers);
        let facts = self.facts(&stood).await?;
        let known_now = self.known_now(&stood, &facts);
        let known_then = self.known_then(&stood, &facts, &known_now).await?;
        let scored = match self.terms.known {
            Known::Then => known_then,
            Known::Now => {
                let case = |(customer, day, left, scores): &Scored<'_>| {
                    (Case { customer: customer.id, day: *day, left: left.is_some() }, scores.score.0)
                };
                let with_band = known_then.iter().filter(|(.., scores)| scores.band != Band::NoData);
                found.then = with_band.map(case).collect();
                known_now
            }
        };
        let with_band = |(.., scores): &Scored<'_>| scores.band != Band::NoData;
        let (scored, without): (Vec<_>, Vec<_>) = scored.into_iter().partition(with_band);
        found.left_out.no_data += without.len() as i64;
        if self.terms.known == Known::Then {
            // A customer that was entered only after the day counts as one without data.
            let all: usize = stood.iter().map(|(_, days)| days.len()).sum();
            found.left_out.no_data += (all - scored.len() - without.len()) as i64;
        }
        let last_healthy = self.last_healthy(&scored).await?;
        found.cases = scored.into_iter().map(|scored| test_case(scored, &last_healthy)).collect();
        Ok(found)
    }

    /// Loads what is known now of customers, as far back as any of the rules need it.
    async fn facts(&self, stood: &[Stood<'_>]) -> Result<HashMap<CustomerId, Facts>, AppError> {
        let (Some(first), Some(last)) = (self.terms.days.first(), self.terms.days.last()) else { return Ok(HashMap::new()) };
        let reach = |rules: &Arc<Scoring>| Reach::of(&rules.rulebook, *first);
        let reach = self.then.iter().map(reach).fold(reach(&self.now), Reach::and);
        let ids: Vec<_> = stood.iter().map(|(customer, _)| customer.id).collect();
        Ok(self.store.load_facts_of(&ids, reach, *last).await?)
    }

    /// Scores customers with everything that is known now.
    fn known_now<'a>(&self, stood: &[Stood<'a>], facts: &HashMap<CustomerId, Facts>) -> Vec<Scored<'a>> {
        stood.iter().flat_map(|(customer, days)| score_days(customer, facts.get(&customer.id), &self.now, days)).collect()
    }

    /// Scores customers with what was known on each day: of most it is what is known now. Those that were not created yet are left out.
    async fn known_then<'a>(
        &self,
        stood: &[Stood<'a>],
        facts: &HashMap<CustomerId, Facts>,
        now: &[Scored<'a>],
    ) -> Result<Vec<Scored<'a>>, AppError> {
        let ids: Vec<_> = stood.iter().map(|(customer, _)| customer.id).collect();
        let otherwise = self.store.list_known_otherwise(&ids, &self.terms.days).await?;
        let mut then = Vec::with_capacity(now.len());
        for (day, rules) in self.terms.days.iter().zip(&self.then) {
            let there = now.iter().filter(|(customer, on, ..)| on == day && customer.created_on <= *day);
            let (other, same): (Vec<_>, Vec<_>) = there.partition(|(customer, ..)| otherwise.contains(&(customer.id, *day)));
            let other_ids: Vec<_> = other.iter().map(|(customer, ..)| customer.id).collect();
            let reach = Reach::of(&rules.rulebook, *day);
            let other_facts = self.store.load_facts_of(&other_ids, reach, AsOf::known_then(*day)).await?;
            let of_day = |(customer, _, left, _): &Scored<'a>, facts: &HashMap<CustomerId, Facts>| {
                score_days(customer, facts.get(&customer.id), rules, &[(*day, *left)])
            };
            then.extend(other.into_iter().flat_map(|known| of_day(known, &other_facts)));
            match Arc::ptr_eq(rules, &self.now) {
                true => then.extend(same.into_iter().cloned()),
                false => then.extend(same.into_iter().flat_map(|known| of_day(known, facts))),
            }
        }
        Ok(then)
    }

    /// Returns the last Healthy day, restated, before each departure.
    async fn last_healthy(&self, scored: &[Scored<'_>]) -> Result<LastHealthy, AppError> {
        let left = scored.iter().filter_map(|(customer, _, left, _)| left.map(|left| ((customer.id, left.on), left.started)));
        let departures: BTreeMap<_, _> = left.collect();
        let on = || departures.keys().map(|(_, on)| *on);
        let (Some(first), Some(last)) = (on().min(), on().max()) else { return Ok(LastHealthy::new()) };
        let Scoring { rulebook, connections } = &*self.now;
        let memory = Duration::days(scoring::BAND_MEMORY_DAYS);
        let ids: Vec<_> = departures.keys().map(|(customer, _)| *customer).collect();
        let facts = self.store.load_facts_of(&ids, Reach::of(rulebook, first - memory), last).await?;
        let (none, mut found) = (Facts::default(), LastHealthy::new());
        for ((customer, on), started) in departures {
            let (first, last) = (on - memory, on - Duration::days(1));
            let facts = facts_of_life(facts.get(&customer).unwrap_or(&none), last, started);
            let days = scoring::history(&facts, rulebook, connections, first, last);
            let healthy = days.iter().rev().find(|point| point.band == Band::Healthy);
            found.extend(healthy.map(|point| ((customer, on), point.day)));
        }
        Ok(found)
    }
}

/// The last Healthy day before a departure: by the customer and the day on which it left.
type LastHealthy = HashMap<(CustomerId, NaiveDate), NaiveDate>;

/// A customer with the days on which it is tested, each with the departure that follows.
type Stood<'a> = (&'a Tested, Vec<(NaiveDate, Option<Churned>)>);

/// A customer on a day, the departure that follows, and its scores.
type Scored<'a> = (&'a Tested, NaiveDate, Option<Churned>, DayScores);

/// Scores the days of a customer, those of one life in one walk.
fn score_days<'a>(
    customer: &'a Tested,
    facts: Option<&Facts>,
    rules: &Scoring,
    days: &[(NaiveDate, Option<Churned>)],
) -> Vec<Scored<'a>> {
    let none = Facts::default();
    let facts = facts.unwrap_or(&none);
    let mut scored = Vec::with_capacity(days.len());
    for life in days.chunk_by(|(a, _), (b, _)| customer.start_on(*a) == customer.start_on(*b)) {
        let on: Vec<_> = life.iter().map(|(day, _)| *day).collect();
        let Some(first) = on.first() else { continue };
        let facts = facts_of_life(facts, *first, customer.start_on(*first));
        let scores = scoring::scores_on(&facts, &rules.rulebook, &rules.connections, &on);
        scored.extend(life.iter().zip(scores).map(|((day, left), scores)| (customer, *day, *left, scores)));
    }
    scored
}

/// Returns the facts that count on a day, with the start that the customer had then: who came back has had another one.
pub fn facts_of_life(facts: &Facts, day: NaiveDate, start_date: Option<NaiveDate>) -> Cow<'_, Facts> {
    match facts.life_on(day) {
        life if life.start_date == start_date => life,
        life => Cow::Owned(Facts { start_date, came_back: false, ..life.into_owned() }),
    }
}

fn test_case((customer, day, left, scores): Scored<'_>, last_healthy: &LastHealthy) -> TestCase {
    let departure = |left: Churned| Departure {
        name: customer.name.clone(),
        after_days: (left.on - day).num_days(),
        last_healthy_on: last_healthy.get(&(customer.id, left.on)).copied(),
    };
    TestCase {
        customer: customer.id,
        day,
        score: scores.score,
        band: scores.band,
        factors: scores.factors,
        tenure_days: customer.tenure_on(day),
        arr_cents: left.and_then(|left| left.arr_before_cents).or(customer.arr_cents),
        departure: left.map(departure).map(Box::new),
    }
}

impl Cases {
    /// Counts a customer that is left out of a day. Returns the day with the departure of one that is not.
    fn take(&mut self, day: NaiveDate, fate: Fate) -> Option<(NaiveDate, Option<Churned>)> {
        let counter = match fate {
            Fate::Stayed => return Some((day, None)),
            Fate::Left(churned) => return Some((day, Some(churned))),
            Fate::TooYoung => &mut self.left_out.too_young,
            Fate::ArchivedOtherwise => &mut self.left_out.archived_otherwise,
            Fate::Involuntary => &mut self.left_out.involuntary,
            Fate::Skipped => &mut self.left_out.skipped,
        };
        *counter += 1;
        None
    }

    fn add(&mut self, other: Self) {
        self.cases.extend(other.cases);
        self.then.extend(other.then);
        self.left_out.add(other.left_out);
    }

    fn backtest(mut self, terms: BacktestQuery, labels: &Factors<String>, fitted_here: bool) -> Backtest {
        // Chunks end in any order.
        self.cases.sort_unstable_by_key(|case| (case.day, case.customer));
        self.then.sort_unstable_by_key(|(case, _)| (case.day, case.customer));
        let known_then = self.known_then();
        backtest::backtest(terms, labels, &self.cases, known_then, self.left_out, fitted_here)
    }

    fn known_then(&self) -> Option<Auc> {
        let (cases, scores): (Vec<_>, Vec<_>) = self.then.iter().map(|(case, score)| (*case, Some(*score))).unzip();
        backtest::auc_of(&cases, &scores)
    }
}
