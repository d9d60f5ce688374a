//! Health: of today from the current row, of any other day from the facts that are, or were, known.

use crate::domain::letters::composed;
use crate::domain::list::{MAX_PAGE_SIZE, is_new};
use crate::domain::{
    AsOf, AskedDay, Customer, CustomerId, CustomerRow, DayCount, EventKind, FactorKey, Factors, FieldErrors, Health,
    HealthChange, HealthHistory, NaiveDate, Scorecard,
};
use crate::scoring::{self, Connections, Facts, Standing};
use crate::server::Call;
use crate::server::store::{CurrentHealth, Store};
use crate::wire::AppError;
use crate::wire::pages::CustomerPage;
use chrono::Duration;
use std::collections::HashMap;

/// What every score needs besides the facts.
pub(super) struct Scoring {
    scorecard: Scorecard,
    connections: Connections,
}

impl Scoring {
    /// Of a store's own today.
    pub(super) async fn current(store: &Store) -> Result<Self, AppError> {
        Ok(Self { scorecard: store.current_scorecard().await?, connections: store.connections().await? })
    }

    /// What was in force, and known to be connected, when knowledge was cut; the current ones where it was not.
    async fn of(store: &Store, at: AsOf) -> Result<Self, AppError> {
        let Some(known_at) = at.known_at else { return Self::current(store).await };
        let connections = store.connections_known_on(known_at).await?;
        Ok(Self { scorecard: store.scorecard_in_force(known_at).await?, connections })
    }
}

/// The store in which the asked day is today.
pub(super) async fn store_of(call: &Call, at: AsOf) -> Result<Store, AppError> {
    match at.is_today(call.today()) {
        true => Ok(call.store.clone()),
        false => Box::pin(call.past_days.get(&call.store, at)).await,
    }
}

/// A customer's health as of a day (today when absent): under all facts known now, or under those known at the end of a day.
pub async fn get_health(call: &Call, id: CustomerId, as_of: Option<&str>, known_at: Option<&str>) -> Result<Health, AppError> {
    let today = call.today();
    let at = parse_day_asked(as_of, known_at, today)?;
    if at.is_today(today)
        && let Some(health) = call.store.get_health_of_today(id, today).await?
    {
        return Ok(health);
    }
    let scoring = Scoring::of(&call.store, at).await?;
    let facts = call.store.load_facts(id, at.day - Duration::days(scoring.scorecard.lookback_days()), at).await?;
    Ok(scoring.health(id, &facts, at.day))
}

/// How many days a history has unless told otherwise, and at most.
const HISTORY_DAYS: i64 = 90;
const MAX_HISTORY_DAYS: i64 = 3660;

/// A customer's scores of all days from one to another (today when absent), under all facts known now, or under those known
/// at the end of a day.
pub async fn get_health_history(
    call: &Call,
    id: CustomerId,
    from: Option<&str>,
    to: Option<&str>,
    known_at: Option<&str>,
) -> Result<HealthHistory, AppError> {
    let today = call.today();
    let mut errors = FieldErrors::default();
    let from = parse_day(&mut errors, "from", from, today);
    let AskedDay { as_of: to, known_at } =
        AskedDay { as_of: parse_day(&mut errors, "to", to, today), ..AskedDay::parse(&mut errors, None, known_at) };
    errors.or(|| ())?;
    let at = AskedDay { as_of: to, known_at }.resolve(today)?;
    let (from, to) = (from.unwrap_or(at.day - Duration::days(HISTORY_DAYS - 1)), at.day);
    if from > to {
        return Err(FieldErrors::one("from", format!("must not be after the last day ({to})")).into());
    }
    if (to - from).num_days() >= MAX_HISTORY_DAYS {
        return Err(
            FieldErrors::one("from", format!("must be less than {MAX_HISTORY_DAYS} days before the last day ({to})")).into()
        );
    }
    let Scoring { scorecard, connections } = Scoring::of(&call.store, at).await?;
    let facts = call.store.load_facts(id, from - Duration::days(scorecard.lookback_days()), at).await?;
    let days = scoring::history(&facts, &scorecard, &connections, from, to);
    Ok(HealthHistory { customer_id: id, from, to, known_at: at.known_at, scorecard_version: scorecard.version, days })
}

/// How long a change reaches back unless told otherwise, in days.
const CHANGE_DAYS: i64 = 30;

/// Why a customer's score changed from a day to another (today when absent). `known` is `then` (when absent) or `now`: whether
/// the first day's health is what it was that day, or what it would have been with what is known now.
pub async fn get_health_changes(
    call: &Call,
    id: CustomerId,
    from: Option<&str>,
    to: Option<&str>,
    known: Option<&str>,
) -> Result<HealthChange, AppError> {
    let today = call.today();
    let mut errors = FieldErrors::default();
    if !matches!(known, None | Some("then" | "now")) {
        errors.add("known", "must be one of then, now");
    }
    let mut day = |name, text| parse_day(&mut errors, name, text, today);
    let (from, to) = (day("from", from), day("to", to).unwrap_or(today));
    let from = from.unwrap_or(to - Duration::days(CHANGE_DAYS));
    if errors.0.is_empty() && from > to {
        errors.add("from", format!("must not be after the day it is compared with ({to})"));
    }
    errors.or(|| ())?;
    let scoring = Scoring::current(&call.store).await?;
    let facts = call.store.load_facts(id, from - Duration::days(scoring.scorecard.lookback_days()), to).await?;
    match known {
        Some("now") => Ok(scoring.change(id, &facts, from, to)),
        _ => change_since_then(call, id, from, &scoring, &facts, to).await,
    }
}

/// The change from what a day's health was that day.
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
    let lookback = scoring.scorecard.lookback_days().max(then.scorecard.lookback_days());
    let known = call.store.load_facts(id, from - Duration::days(lookback), at).await?;
    Ok(scoring::explain_change(id, then.standing(&known, from), scoring.standing(facts, to)))
}

/// How the scores of some customers came to what they are on a day.
pub(super) struct Changes {
    scoring: Scoring,
    facts: HashMap<CustomerId, Facts>,
    day: NaiveDate,
}

impl Changes {
    /// Loads what explains changes over up to `days` days.
    pub(super) async fn load(call: &Call, scoring: Scoring, ids: &[CustomerId], at: AsOf, days: i64) -> Result<Self, AppError> {
        let earliest = at.day - Duration::days(days + scoring.scorecard.lookback_days());
        let facts = call.store.load_facts_of(ids, earliest, at).await?;
        Ok(Self { scoring, facts, day: at.day })
    }

    /// The change since some days before, under the same knowledge.
    pub(super) fn over(&self, id: CustomerId, days: i64) -> Option<HealthChange> {
        let facts = self.facts.get(&id)?;
        Some(self.scoring.change(id, facts, self.day - Duration::days(days), self.day))
    }
}

/// Everything the customer's page shows besides its timeline. `history_days` is 30, 90 or 180, `change_days` 7, 30 or 90.
pub async fn get_customer_page(
    call: &Call,
    id: CustomerId,
    as_of: Option<&str>,
    known_at: Option<&str>,
    history_days: i64,
    change_days: i64,
) -> Result<CustomerPage, AppError> {
    let today = call.today();
    let at = parse_day_asked(as_of, known_at, today)?;
    let (as_of, last) = (at.day, at.known_at.unwrap_or(today));
    if ![30, 90, 180].contains(&history_days) {
        return Err(FieldErrors::one("days", "must be one of 30, 90, 180").into());
    }
    if ![7, 30, 90].contains(&change_days) {
        return Err(FieldErrors::one("since", "must be one of 7, 30, 90").into());
    }
    let scoring = Scoring::of(&call.store, at).await?;
    let Scoring { scorecard, connections } = &scoring;
    let lookback = Duration::days(2 * scorecard.lookback_days());
    let earliest = (last - Duration::days(history_days)).min(as_of - Duration::days(scoring::BAND_MEMORY_DAYS));
    let customer = call.store.get_customer(id).await?;
    let facts = call.store.load_facts(id, earliest - lookback, AsOf { day: last, ..at }).await?;
    let since = as_of - Duration::days(change_days);
    let changes = match at.known_at {
        None => scoring.change(id, &facts, since, as_of),
        Some(_) => change_since_then(call, id, since, &scoring, &facts, as_of).await?,
    };
    let measured = scoring::measure(&facts, scorecard, connections, as_of);
    let memory = scoring::history(&facts, scorecard, connections, as_of - Duration::days(scoring::BAND_MEMORY_DAYS), as_of);
    let change = |days: usize| scoring::change(*memory.iter().rev().nth(days)?, *memory.last()?);
    Ok(CustomerPage {
        same_external_id: find_same_external_id(call, &customer).await?,
        today,
        known_at: at.known_at,
        health: scoring::score(id, &measured, scorecard, as_of),
        has_facts: measured.has_facts,
        band_since: scoring::band_since(&memory).unwrap_or(as_of),
        change7: change(7),
        change30: change(30),
        change90: change(90),
        is_new: is_new(customer.fields.start_date, facts.first_fact_on, as_of),
        history: scoring::history(&facts, scorecard, connections, last - Duration::days(history_days - 1), last),
        scorecard_marks: call.store.list_scorecard_marks().await?,
        changes,
        drivers: scoring::drivers(id, &measured, scorecard, as_of),
        activity: activity(&facts, scorecard, as_of),
        invoices: scoring::invoice_rows(&facts.invoices, as_of),
        features: scoring::feature_uses(&facts, scorecard, as_of),
        notes: call.store.list_notes(id).await?,
        unconnected: connections.unconnected(),
        currency: call.settings.currency.clone(),
        customer,
        scorecard: scoring.scorecard,
    })
}

/// Customers as lists show them. Facts are loaded only where the stored health is stale.
pub(super) async fn rows(
    call: &Call,
    scoring: &Scoring,
    found: Vec<CurrentHealth>,
    at: AsOf,
) -> Result<Vec<CustomerRow>, AppError> {
    let from = trend_from(at.day) - Duration::days(scoring.scorecard.lookback_days());
    let stale: Vec<_> = found.iter().filter(|row| !row.is_current).map(|row| row.customer.id).collect();
    let mut facts = HashMap::new();
    for ids in stale.chunks(MAX_PAGE_SIZE as usize) {
        facts.extend(call.store.load_facts_of(ids, from, at).await?);
    }
    let row = |current: CurrentHealth| scoring.row(facts.remove(&current.customer.id), current, at.day);
    Ok(found.into_iter().map(row).collect())
}

fn trend_from(today: NaiveDate) -> NaiveDate {
    today - Duration::days(7 * (scoring::TREND_POINTS as i64 - 1))
}

impl Scoring {
    /// A row as it is stored or, where that is stale, with health and trend from the customer's facts.
    fn row(&self, facts: Option<Facts>, current: CurrentHealth, today: NaiveDate) -> CustomerRow {
        let id = current.customer.id;
        let (health, trend) = match facts {
            None => {
                let health = scoring::score(id, &current.measured, &self.scorecard, today);
                let trend = current.trend.into_iter().chain([health.shown_score()]).collect();
                (health, trend)
            }
            Some(facts) => {
                let history = scoring::history(&facts, &self.scorecard, &self.connections, trend_from(today), today);
                (self.health(id, &facts, today), scoring::trend(&history))
            }
        };
        CustomerRow {
            trend,
            weakest: scoring::weakest(&health),
            is_new: is_new(current.customer.fields.start_date, current.first_fact_on, today),
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
        let measured = scoring::measure(facts, &self.scorecard, &self.connections, as_of);
        scoring::score(id, &measured, &self.scorecard, as_of)
    }

    fn standing<'a>(&'a self, facts: &'a Facts, day: NaiveDate) -> Standing<'a> {
        Standing { facts, scorecard: &self.scorecard, connections: &self.connections, day }
    }

    /// The change between two days of which the same is known.
    fn change(&self, id: CustomerId, facts: &Facts, from: NaiveDate, to: NaiveDate) -> HealthChange {
        scoring::explain_change(id, self.standing(facts, from), self.standing(facts, to))
    }
}

/// The day that an address asks for, with its knowledge.
pub(super) fn parse_day_asked(as_of: Option<&str>, known_at: Option<&str>, today: NaiveDate) -> Result<AsOf, FieldErrors> {
    let mut errors = FieldErrors::default();
    let asked = AskedDay::parse(&mut errors, as_of, known_at);
    errors.or(|| asked)?.resolve(today)
}

/// A day that is not in the future.
fn parse_day(errors: &mut FieldErrors, field: &str, text: Option<&str>, today: NaiveDate) -> Option<NaiveDate> {
    let day = text.filter(|text| !text.is_empty()).and_then(|text| crate::domain::customer::parse_date(errors, field, text));
    if day.is_some_and(|day| day > today) {
        errors.add(field, format!("must not be in the future (today is {today}, UTC)"));
    }
    day
}

/// Daily totals per factor, over twice its window.
fn activity(facts: &Facts, scorecard: &Scorecard, as_of: NaiveDate) -> Factors<Vec<DayCount>> {
    Factors::from_fn(|key| {
        let days = scorecard.factors.get(key).window_days.unwrap_or(90);
        let kinds = EventKind::ALL.into_iter().filter(|kind| FactorKey::fed_by(*kind) == key && !kind.is_invoice());
        scoring::daily_totals(facts, &kinds.collect::<Vec<_>>(), crate::domain::Window::ending(as_of, 2 * days))
    })
}

/// Returns another customer whose external id is the same in composed letters.
async fn find_same_external_id(call: &Call, customer: &Customer) -> Result<Option<CustomerId>, AppError> {
    let composed = customer.fields.external_id.as_deref().map(composed).unwrap_or_default();
    if customer.fields.external_id.as_ref().is_none_or(|id| *id == composed) {
        return Ok(None);
    }
    Ok(call.store.find_customers(vec![composed]).await?.into_values().next())
}
