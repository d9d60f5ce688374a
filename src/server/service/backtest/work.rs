//! The work on a backtest: loads the customers' facts in chunks, scores all test days of a customer in one pass, and hands the
//! cases to the scoring.

use crate::domain::backtest::{Auc, BacktestProgress, Known, LeftOut};
use crate::domain::{AsOf, Backtest, BacktestQuery, Band, CustomerId, Factors, NaiveDate};
use crate::scoring::backtest::{self, Case, Churned, Departure, Fate, TestCase, Tested};
use crate::scoring::{self, DayScores, Facts};
use crate::server::service::health::Scoring;
use crate::server::store::{BacktestMarks, MarkedFacts, Reach, Store};
use crate::wire::AppError;
use chrono::Duration;
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
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

/// A backtest, with marks of what it rests on.
pub struct Worked {
    pub backtest: Arc<Backtest>,
    /// A hash of the customers, as [`Tested::within`] leaves them.
    customers: u64,
    facts: MarkedFacts,
    marks: Mutex<Arc<BacktestMarks>>,
}

impl Worked {
    /// Returns whether everything that it rests on is unchanged.
    pub async fn still_holds(&self, store: &Store, query: &BacktestQuery) -> Result<bool, AppError> {
        let lock = || self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let marks = Arc::clone(&lock());
        let Some(renewed) = store.renew_backtest_marks(&self.facts, &marks).await? else { return Ok(false) };
        *lock() = Arc::new(renewed);
        Ok(hash(&customers(store, query).await?) == self.customers)
    }
}

fn hash(customers: &[Tested]) -> u64 {
    let mut hasher = DefaultHasher::new();
    customers.hash(&mut hasher);
    hasher.finish()
}

/// Returns the customers that the test rests on.
async fn customers(store: &Store, terms: &BacktestQuery) -> Result<Vec<Tested>, AppError> {
    let customers = store.list_tested_customers().await?;
    Ok(customers.into_iter().filter_map(|customer| customer.within(terms)).collect())
}

/// Everything that the chunks share.
struct Ground {
    store: Store,
    terms: BacktestQuery,
    /// The rules of today, or of the version that was asked for, with the sources of today.
    now: Scoring,
    /// The rules and sources that were known on each test day.
    then: Vec<Scoring>,
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
pub async fn work_out(store: &Store, query: &BacktestQuery, progress: &Progress) -> Result<Worked, AppError> {
    let customers = customers(store, query).await?;
    progress.all.store(customers.len(), Ordering::Relaxed);
    let last = query.days.last().copied().unwrap_or_default();
    let left = customers.iter().filter(|customer| !customer.churned.is_empty()).map(|customer| customer.id).collect();
    let facts = MarkedFacts { last, left, end: last + Duration::days(query.horizon) };
    let (hash, marks) = (hash(&customers), store.backtest_marks(&facts).await?);
    let ground = Arc::new(Ground::load(store, query.clone()).await?);
    let mut all = Cases::default();
    let mut chunks = customers.chunks(CUSTOMERS_AT_ONCE);
    let mut running = JoinSet::new();
    let mut begin = |running: &mut JoinSet<_>| {
        if let Some(chunk) = chunks.next() {
            let (ground, chunk) = (Arc::clone(&ground), chunk.to_vec());
            running.spawn(async move { Ok((chunk.len(), Box::pin(ground.cases(&chunk)).await?)) });
        }
    };
    (0..CHUNKS_AT_ONCE).for_each(|_| begin(&mut running));
    while let Some(ended) = running.join_next().await {
        begin(&mut running);
        let (number, cases): (usize, Cases) = ended.map_err(failed).and_then(|ended| ended)?;
        progress.done.fetch_add(number, Ordering::Relaxed);
        all.add(cases);
    }
    let labels = ground.labels();
    let terms = ground.terms.clone();
    let backtest = tokio::task::spawn_blocking(move || all.backtest(terms, &labels)).await.map_err(failed)?;
    Ok(Worked { backtest: Arc::new(backtest), customers: hash, facts, marks: Mutex::new(Arc::new(marks)) })
}

fn failed(error: tokio::task::JoinError) -> AppError {
    tracing::error!(%error, "a backtest failed");
    AppError::Internal
}

impl Ground {
    async fn load(store: &Store, terms: BacktestQuery) -> Result<Self, AppError> {
        let mut now = Scoring::current(store).await?;
        if let Some(version) = terms.version {
            now.rulebook = store.get_rulebook(version).await?.rulebook;
        }
        let mut then = Vec::new();
        for day in &terms.days {
            let mut known = Scoring::of(store, AsOf::known_then(*day)).await?;
            // Beside the test as known now, only the facts are those of the time.
            if terms.version.is_some() {
                known.rulebook = now.rulebook.clone();
            }
            then.push(known);
        }
        Ok(Self { store: store.clone(), terms, now, then })
    }

    /// Returns the names of all factors: those of the latest rules come first.
    fn labels(&self) -> Factors<String> {
        let rules = std::iter::once(&self.now).chain(self.then.iter().rev());
        rules.flat_map(|rules| rules.rulebook.factors()).map(|(key, rule)| (key, rule.label.clone())).collect()
    }

    /// Returns the cases of some customers.
    async fn cases(&self, customers: &[Tested]) -> Result<Cases, AppError> {
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
        let known_then = self.known_then(&stood).await?;
        let scored = match self.terms.known {
            Known::Then => known_then,
            Known::Now => {
                let case = |(customer, day, left, scores): &Scored<'_>| {
                    (Case { customer: customer.id, day: *day, left: left.is_some() }, scores.score.0)
                };
                let with_band = known_then.iter().filter(|(.., scores)| scores.band != Band::NoData);
                found.then = with_band.map(case).collect();
                self.known_now(&stood).await?
            }
        };
        let with_band = |(.., scores): &Scored<'_>| scores.band != Band::NoData;
        let (scored, without): (Vec<_>, Vec<_>) = scored.into_iter().partition(with_band);
        found.left_out.no_data += without.len() as i64;
        if self.terms.known == Known::Then {
            // Of whom nothing was known then, there was no data either.
            let all: usize = stood.iter().map(|(_, days)| days.len()).sum();
            found.left_out.no_data += (all - scored.len() - without.len()) as i64;
        }
        let last_healthy = self.last_healthy(&scored).await?;
        found.cases = scored.into_iter().map(|scored| test_case(scored, &last_healthy)).collect();
        Ok(found)
    }

    /// Scores customers with everything that is known now.
    async fn known_now<'a>(&self, stood: &[Stood<'a>]) -> Result<Vec<Scored<'a>>, AppError> {
        let (Some(first), Some(last)) = (self.terms.days.first(), self.terms.days.last()) else { return Ok(Vec::new()) };
        let Scoring { rulebook, connections } = &self.now;
        let ids: Vec<_> = stood.iter().map(|(customer, _)| customer.id).collect();
        let mut facts = self.store.load_facts_of(&ids, Reach::of(rulebook, *first), *last).await?;
        let mut scored = Vec::new();
        for (customer, of_test) in stood {
            let facts = facts.remove(&customer.id).unwrap_or_default();
            for life in of_test.chunk_by(|(a, _), (b, _)| customer.start_on(*a) == customer.start_on(*b)) {
                let days: Vec<_> = life.iter().map(|(day, _)| *day).collect();
                let Some(first) = days.first() else { continue };
                let facts = facts_of_life(&facts, *first, customer.start_on(*first));
                let scores = scoring::scores_on(&facts, rulebook, connections, &days);
                scored.extend(life.iter().zip(scores).map(|((day, left), scores)| (*customer, *day, *left, scores)));
            }
        }
        Ok(scored)
    }

    /// Scores customers with what was known on each day. Those that were not created yet are left out.
    async fn known_then<'a>(&self, stood: &[Stood<'a>]) -> Result<Vec<Scored<'a>>, AppError> {
        let mut scored = Vec::new();
        for (day, Scoring { rulebook, connections }) in self.terms.days.iter().zip(&self.then) {
            let known = stood.iter().filter(|(customer, _)| customer.created_on <= *day);
            let there: Vec<_> =
                known.filter_map(|(customer, of_test)| Some((*customer, of_test.iter().find(|(on, _)| on == day)?.1))).collect();
            if there.is_empty() {
                continue;
            }
            let ids: Vec<_> = there.iter().map(|(customer, _)| customer.id).collect();
            let mut facts = self.store.load_facts_of(&ids, Reach::of(rulebook, *day), AsOf::known_then(*day)).await?;
            for (customer, left) in there {
                let facts = facts.remove(&customer.id).unwrap_or_default();
                let facts = facts_of_life(&facts, *day, customer.start_on(*day));
                let scores = scoring::scores_on(&facts, rulebook, connections, &[*day]).pop();
                scored.extend(scores.map(|scores| (customer, *day, left, scores)));
            }
        }
        Ok(scored)
    }

    /// Returns the last Healthy day, restated, of those that left.
    async fn last_healthy(&self, scored: &[Scored<'_>]) -> Result<HashMap<CustomerId, NaiveDate>, AppError> {
        let left = || scored.iter().filter_map(|(customer, _, left, _)| Some((*customer, (*left)?)));
        let (Some(first), Some(last)) = (left().map(|(_, left)| left.on).min(), left().map(|(_, left)| left.on).max()) else {
            return Ok(HashMap::new());
        };
        let Scoring { rulebook, connections } = &self.now;
        let memory = Duration::days(scoring::BAND_MEMORY_DAYS);
        let ids: Vec<_> = left().map(|(customer, _)| customer.id).collect();
        let mut facts = self.store.load_facts_of(&ids, Reach::of(rulebook, first - memory), last).await?;
        let mut found = HashMap::new();
        for (customer, left) in left() {
            let facts = facts.remove(&customer.id).unwrap_or_default();
            let (first, last) = (left.on - memory, left.on - Duration::days(1));
            let days = scoring::history(&facts_of_life(&facts, last, left.started), rulebook, connections, first, last);
            let healthy = days.iter().rev().find(|point| point.band == Band::Healthy);
            found.extend(healthy.map(|point| (customer.id, point.day)));
        }
        Ok(found)
    }
}

/// A customer with the days on which it is tested, each with the departure that follows.
type Stood<'a> = (&'a Tested, Vec<(NaiveDate, Option<Churned>)>);

/// A customer on a day, the departure that follows, and its scores.
type Scored<'a> = (&'a Tested, NaiveDate, Option<Churned>, DayScores);

/// Returns the facts that count on a day, with the start that the customer had then: who came back has had another one.
fn facts_of_life(facts: &Facts, day: NaiveDate, start_date: Option<NaiveDate>) -> Cow<'_, Facts> {
    match facts.life_on(day) {
        life if life.start_date == start_date => life,
        life => Cow::Owned(Facts { start_date, came_back: false, ..life.into_owned() }),
    }
}

fn test_case((customer, day, left, scores): Scored<'_>, last_healthy: &HashMap<CustomerId, NaiveDate>) -> TestCase {
    let departure = |left: Churned| Departure {
        name: customer.name.clone(),
        after_days: (left.on - day).num_days(),
        last_healthy_on: last_healthy.get(&customer.id).copied(),
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

    fn backtest(mut self, terms: BacktestQuery, labels: &Factors<String>) -> Backtest {
        // Chunks end in any order.
        self.cases.sort_unstable_by_key(|case| (case.day, case.customer));
        self.then.sort_unstable_by_key(|(case, _)| (case.day, case.customer));
        let known_then = self.known_then();
        backtest::backtest(terms, labels, &self.cases, known_then, self.left_out)
    }

    fn known_then(&self) -> Option<Auc> {
        let (cases, scores): (Vec<_>, Vec<_>) = self.then.iter().map(|(case, score)| (*case, Some(*score))).unzip();
        backtest::auc_of(&cases, &scores)
    }
}
