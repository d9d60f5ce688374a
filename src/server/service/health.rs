//! Health: today's from the stored row, any other day's from the facts known now or known then.

use crate::domain::letters::composed;
use crate::domain::list::{MAX_PAGE_SIZE, is_new, new_until};
use crate::domain::measure::Measure;
use crate::domain::people::PEOPLE_DAYS;
use crate::domain::scorecard::FactorRule;
use crate::domain::{
    AsOf, ChangeDays, Customer, CustomerId, CustomerRow, DayCount, Factors, Fall, Health, HealthChange, HealthHistory,
    HistoryDays, HistoryPoint, NaiveDate, PageDays, Rulebook, Scorecard,
};
use crate::scoring::{self, Connections, Facts, ScoreInputs};
use crate::server::Call;
use crate::server::store::{CurrentHealth, Reach, Store};
use crate::wire::AppError;
use crate::wire::pages::CustomerPage;
use chrono::Duration;
use std::collections::HashMap;
use std::sync::Arc;

/// Everything besides facts that a score follows from.
#[derive(PartialEq)]
pub(super) struct Scoring {
    pub(super) rulebook: Arc<Rulebook>,
    pub(super) connections: Connections,
}

impl Scoring {
    /// Returns the current rules and connections of a store, as of its own today.
    pub(super) async fn current(store: &Store) -> Result<Self, AppError> {
        let (rulebook, connections) = store.rules(None).await?;
        Ok(Self { rulebook, connections })
    }

    /// Returns the rules and connections as known when knowledge was cut; the current ones when it was not.
    pub(super) async fn of(store: &Store, at: AsOf) -> Result<Self, AppError> {
        let (rulebook, connections) = store.rules(at.known_at).await?;
        Ok(Self { rulebook, connections })
    }

    /// Returns them with a customer's facts, as far back as scores of the days from `from` on need them.
    async fn with_facts(store: &Store, id: CustomerId, from: NaiveDate, at: AsOf) -> Result<(Self, Facts), AppError> {
        let (rulebook, connections, facts) = store.rules_and_facts(id, from, at).await?;
        Ok((Self { rulebook, connections }, facts))
    }
}

/// Returns today's store, or a replayed one for a past day. The asked day is today in it.
pub(super) async fn store_of(call: &Call, at: AsOf) -> Result<Store, AppError> {
    match at.is_today(call.today()) {
        true => Ok(call.store.clone()),
        false => Box::pin(call.past_days.get(&call.store, at)).await,
    }
}

/// Returns the day since which segments and start dates have a history, where less than that is known of them.
pub(super) async fn history_from(call: &Call, at: AsOf) -> Result<Option<NaiveDate>, AppError> {
    let Some(known_at) = at.known_at else { return Ok(None) };
    Ok(call.store.history_day().await?.filter(|first| known_at < *first))
}

/// A customer's health as of a day: under all facts known now, or under those known at the end of a day.
pub async fn get_health(call: &Call, id: CustomerId, at: AsOf) -> Result<Health, AppError> {
    let today = call.today();
    if at.is_today(today)
        && let Some(health) = call.store.get_health_of_today(id, today).await?
    {
        return Ok(health);
    }
    let (scoring, facts) = Scoring::with_facts(&call.store, id, at.day, at).await?;
    Ok(scoring.health(id, &facts, at.day))
}

/// A customer's scores of all days from one to another, under all facts known now, or under those known at the end of a day.
pub async fn get_health_history(call: &Call, id: CustomerId, days: HistoryDays) -> Result<HealthHistory, AppError> {
    let HistoryDays { from, to: at } = days;
    let (Scoring { rulebook, connections }, facts) = Scoring::with_facts(&call.store, id, from, at).await?;
    let days = scoring::history(&facts, &rulebook, &connections, from, at.day);
    Ok(HealthHistory { customer_id: id, from, to: at.day, known_at: at.known_at, scorecard_version: rulebook.version, days })
}

/// Why a customer's score changed from a day to another.
pub async fn get_health_changes(call: &Call, id: CustomerId, days: ChangeDays) -> Result<HealthChange, AppError> {
    let ChangeDays { from, to } = days;
    let scoring = Scoring::current(&call.store).await?;
    let facts = call.store.load_facts(id, Reach::of(&scoring.rulebook, from.day), to).await?;
    match from.known_at {
        None => Ok(scoring.change(id, &facts, from.day, to)),
        Some(_) => change_since_then(call, id, from.day, &scoring, &facts, to).await,
    }
}

/// Explains the change from the health that was known on a past day.
async fn change_since_then(
    call: &Call,
    id: CustomerId,
    from: NaiveDate,
    scoring: &Scoring,
    facts: &Facts,
    to: NaiveDate,
) -> Result<HealthChange, AppError> {
    let at = AsOf::known_then(from);
    let then = Scoring::of(&call.store, at).await?;
    let reach = Reach::of(&scoring.rulebook, from).and(Reach::of(&then.rulebook, from));
    let known = call.store.load_facts(id, reach, at).await?;
    Ok(scoring::explain_change(id, then.standing(&known, from), scoring.standing(facts, to)))
}

/// Explanations of some customers' score changes up to a day.
pub(super) struct Changes {
    scoring: Scoring,
    facts: HashMap<CustomerId, Facts>,
    day: NaiveDate,
}

impl Changes {
    /// Loads the facts that explain changes over up to `days` days.
    pub(super) async fn load(call: &Call, scoring: Scoring, ids: &[CustomerId], at: AsOf, days: i64) -> Result<Self, AppError> {
        let reach = Reach::of(&scoring.rulebook, at.day - Duration::days(days));
        let facts = call.store.load_facts_of(ids, reach, at).await?;
        Ok(Self { scoring, facts, day: at.day })
    }

    /// Explains the change over the last `days` days, with the same knowledge at both ends.
    pub(super) fn over(&self, id: CustomerId, days: i64) -> Option<HealthChange> {
        let facts = self.facts.get(&id)?;
        Some(self.scoring.change(id, facts, self.day - Duration::days(days), self.day))
    }
}

/// Everything the customer's page shows besides its timeline.
pub async fn get_customer_page(call: &Call, id: CustomerId, at: AsOf, days: PageDays) -> Result<CustomerPage, AppError> {
    let today = call.today();
    let (as_of, last) = (at.day, at.known_at.unwrap_or(today));
    let scoring = Scoring::of(&call.store, at).await?;
    let Scoring { rulebook, connections } = &scoring;
    let earliest = (last - Duration::days(days.history)).min(as_of - Duration::days(scoring::BAND_MEMORY_DAYS));
    let customer = call.store.get_customer(id).await?;
    // Windows are held against those before them.
    let reach = Reach::of(rulebook, earliest - Duration::days(rulebook.lookback_days()));
    let facts = call.store.load_facts(id, reach, AsOf { day: last, ..at }).await?;
    let since = as_of - Duration::days(days.change);
    let changes = match at.known_at {
        None => scoring.change(id, &facts, since, as_of),
        Some(_) => change_since_then(call, id, since, &scoring, &facts, as_of).await?,
    };
    let scorecard = rulebook.scorecard_of(&facts.traits(), as_of);
    let life = facts.life_on(as_of);
    let measured = scoring::measure(&facts, scorecard, connections, as_of);
    let memory = scoring::history(&facts, rulebook, connections, as_of - Duration::days(scoring::BAND_MEMORY_DAYS), as_of);
    let history = scoring::history(&facts, rulebook, connections, last - Duration::days(days.history - 1), last);
    let health = scoring::score(id, &measured, scorecard, as_of);
    let new_until = new_until(life.start_date, life.first_fact_on, as_of);
    let renewal = customer.fields.renewal_date;
    let subject = scoring::Subject { facts: &life, health: &health, scorecard, renewal, is_new: new_until.is_some() };
    let change = |days: usize| scoring::change(*memory.iter().rev().nth(days)?, *memory.last()?);
    Ok(CustomerPage {
        same_external_id: find_same_external_id(call, &customer).await?,
        today,
        known_at: at.known_at,
        history_from: history_from(call, at).await?,
        headline: scoring::headline(&subject),
        falls: scoring.falls(id, &facts, &history),
        people: call.store.list_people(id, at, PEOPLE_DAYS).await?,
        readings: call.store.list_readings(id, at).await?,
        health,
        has_facts: measured.has_facts,
        band_since: scoring::band_since(&memory).unwrap_or(as_of),
        change7: change(7),
        change30: change(30),
        change90: change(90),
        new_until,
        history,
        scorecard_marks: call.store.list_scorecard_marks().await?,
        changes,
        drivers: scoring::drivers(&measured, scorecard),
        activity: activity(&life, scorecard, as_of),
        invoices: scoring::invoice_rows(&facts.invoices, as_of),
        features: features(scorecard, as_of).map(|window| scoring::feature_uses(&life, window)).unwrap_or_default(),
        notes: call.store.list_notes(id).await?,
        outcomes: call.store.list_outcomes(id).await?,
        outcome_reasons: call.store.list_outcome_reasons().await?,
        unconnected: connections.unconnected(scorecard.factors.iter()),
        silent_sources: scoring::silent_sources(&call.store.list_recent_fact_days(at).await?, as_of),
        currency: call.settings.currency.clone(),
        customer,
        scorecard: scorecard.clone(),
    })
}

/// Returns customers as rows of a list. Facts are loaded only for customers whose stored health is stale.
pub(super) async fn rows(
    call: &Call,
    scoring: &Scoring,
    found: Vec<CurrentHealth>,
    at: AsOf,
) -> Result<Vec<CustomerRow>, AppError> {
    let reach = Reach::of(&scoring.rulebook, trend_from(at.day));
    let stale: Vec<_> = found.iter().filter(|row| !row.is_current).map(|row| row.customer.id).collect();
    let mut facts = HashMap::new();
    for ids in stale.chunks(MAX_PAGE_SIZE as usize) {
        facts.extend(call.store.load_facts_of(ids, reach.clone(), at).await?);
    }
    let row = |current: CurrentHealth| scoring.row(facts.remove(&current.customer.id), current, at.day);
    Ok(found.into_iter().map(row).collect())
}

fn trend_from(today: NaiveDate) -> NaiveDate {
    today - Duration::days(7 * (scoring::TREND_POINTS as i64 - 1))
}

impl Scoring {
    /// Returns the stored row. Where health is stale, health and trend are computed from the customer's facts.
    fn row(&self, facts: Option<Facts>, current: CurrentHealth, today: NaiveDate) -> CustomerRow {
        let id = current.customer.id;
        let scorecard = self.rulebook.scorecard_of(&current.traits, today);
        let (health, trend) = match facts {
            None => {
                let health = scoring::score(id, &current.measured, scorecard, today);
                let trend = current.trend.into_iter().chain([health.shown_score()]).collect();
                (health, trend)
            }
            Some(facts) => {
                let history = scoring::history(&facts, &self.rulebook, &self.connections, trend_from(today), today);
                (self.health(id, &facts, today), scoring::trend(&history))
            }
        };
        CustomerRow {
            trend,
            weakest: scoring::weakest(&health, scorecard),
            reasons: scoring::reasons(&health, scorecard),
            is_new: is_new(current.customer.fields.start_date, current.traits.first_fact_on, today),
            band_since: current.band_since,
            change7: current.change7,
            change30: current.change30,
            change90: current.change90,
            last_activity_at: current.last_activity_at,
            customer: current.customer,
            health,
        }
    }

    fn health(&self, id: CustomerId, facts: &Facts, as_of: NaiveDate) -> Health {
        let scorecard = self.rulebook.scorecard_of(&facts.traits(), as_of);
        let measured = scoring::measure(facts, scorecard, &self.connections, as_of);
        scoring::score(id, &measured, scorecard, as_of)
    }

    /// Explains the steepest falls within a history.
    fn falls(&self, id: CustomerId, facts: &Facts, history: &[HistoryPoint]) -> Vec<Fall> {
        let explained = |(from, to)| {
            let change = self.change(id, facts, from, to);
            Fall { from, to, change: change.change, sentence: scoring::fall_sentence(&change) }
        };
        scoring::falls(history).into_iter().map(explained).collect()
    }

    fn standing<'a>(&'a self, facts: &'a Facts, day: NaiveDate) -> ScoreInputs<'a> {
        ScoreInputs { facts, rulebook: &self.rulebook, connections: &self.connections, day }
    }

    /// Explains the change between two days with the same knowledge at both.
    fn change(&self, id: CustomerId, facts: &Facts, from: NaiveDate, to: NaiveDate) -> HealthChange {
        scoring::explain_change(id, self.standing(facts, from), self.standing(facts, to))
    }
}

/// Returns the window in which the scorecard counts features, if it does.
fn features(scorecard: &Scorecard, as_of: NaiveDate) -> Option<crate::domain::Window> {
    let counts = |rule: &&FactorRule| matches!(rule.measure, Measure::DistinctFeatures { .. });
    scorecard.factors.values().find(counts).map(|rule| rule.measure.window(as_of))
}

/// Returns daily totals for each factor, over twice its window.
fn activity(facts: &Facts, scorecard: &Scorecard, as_of: NaiveDate) -> Factors<Vec<DayCount>> {
    scorecard.factors.map(|_, rule| {
        let days = rule.measure.window_days().unwrap_or(90);
        let kinds = rule.measure.kinds().filter(|kind| !kind.is_invoice());
        scoring::daily_totals(facts, &kinds.collect::<Vec<_>>(), crate::domain::Window::ending(as_of, 2 * days))
    })
}

/// Returns another customer whose external id becomes the same when its letters are composed.
async fn find_same_external_id(call: &Call, customer: &Customer) -> Result<Option<CustomerId>, AppError> {
    let composed = customer.fields.external_id.as_deref().map(composed).unwrap_or_default();
    if customer.fields.external_id.as_ref().is_none_or(|id| *id == composed) {
        return Ok(None);
    }
    Ok(call.store.find_customers(vec![composed]).await?.into_values().next())
}
