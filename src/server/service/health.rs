//! Health: of today from the current row, of any other day from the facts.

use crate::domain::list::{MAX_PAGE_SIZE, is_new};
use crate::domain::pages::{CustomerPage, DayCount, HistoryPoint};
use crate::domain::{
    CustomerId, CustomerRow, EventKind, FactorKey, Factors, FieldErrors, Health, HealthChange, NaiveDate, Points, Scorecard,
};
use crate::error::AppError;
use crate::scoring::{self, Connections, Facts, Standing};
use crate::server::AppState;
use crate::server::store::CurrentHealth;
use chrono::Duration;
use std::collections::HashMap;

/// The sparkline's points, a week apart.
const TREND_POINTS: i64 = 14;

/// What every score needs besides the facts.
pub(super) struct Scoring {
    scorecard: Scorecard,
    connections: Connections,
}

pub(super) async fn current(app: &AppState) -> Result<Scoring, AppError> {
    Ok(Scoring { scorecard: app.store.current_scorecard().await?, connections: app.store.connections().await? })
}

/// A customer's health as of a day (today when absent), under all facts known now.
pub async fn get_health(app: &AppState, id: CustomerId, as_of: Option<&str>) -> Result<Health, AppError> {
    let today = app.today();
    let as_of = parse_as_of(as_of, today)?.unwrap_or(today);
    let scoring = current(app).await?;
    let row = app.store.get_current(id, today).await?;
    if as_of == today && row.is_current {
        return Ok(scoring::score(id, &row.measured, &scoring.scorecard, today));
    }
    let facts = app.store.load_facts(id, as_of - Duration::days(scoring.scorecard.lookback_days()), as_of).await?;
    Ok(scoring.health(id, &facts, as_of))
}

/// How long a change reaches back unless told otherwise, in days.
const CHANGE_DAYS: i64 = 30;

/// Why a customer's score changed from a day to another (today when absent). `known` is `then` (when absent) or `now`.
pub async fn get_health_changes(
    app: &AppState,
    id: CustomerId,
    from: Option<&str>,
    to: Option<&str>,
    known: Option<&str>,
) -> Result<HealthChange, AppError> {
    let today = app.today();
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
    let scoring = current(app).await?;
    let earliest = from - Duration::days(scoring.scorecard.lookback_days());
    let facts = app.store.load_facts(id, earliest, to).await?;
    match known {
        Some("now") => Ok(scoring.change(id, &facts, from, &facts, to)),
        _ => Ok(scoring.change(id, &app.store.load_facts_known_on(id, earliest, from).await?, from, &facts, to)),
    }
}

/// How the scores of some customers came to what they are today.
pub(super) struct Changes {
    scoring: Scoring,
    facts: HashMap<CustomerId, Facts>,
    today: NaiveDate,
}

impl Changes {
    /// Loads what explains changes over up to `days` days.
    pub(super) async fn load(app: &AppState, ids: &[CustomerId], today: NaiveDate, days: i64) -> Result<Self, AppError> {
        let scoring = current(app).await?;
        let earliest = today - Duration::days(days + scoring.scorecard.lookback_days());
        let facts = app.store.load_facts_of(ids, earliest, today).await?;
        Ok(Self { scoring, facts, today })
    }

    /// The change since some days ago, as everything is known now.
    pub(super) fn over(&self, id: CustomerId, days: i64) -> Option<HealthChange> {
        let facts = self.facts.get(&id)?;
        Some(self.scoring.change(id, facts, self.today - Duration::days(days), facts, self.today))
    }
}

/// Everything the customer's page shows besides its timeline. `history_days` is 30, 90 or 180, `change_days` 7, 30 or 90.
pub async fn get_customer_page(
    app: &AppState,
    id: CustomerId,
    as_of: Option<&str>,
    history_days: i64,
    change_days: i64,
) -> Result<CustomerPage, AppError> {
    let today = app.today();
    let as_of = parse_as_of(as_of, today)?.unwrap_or(today);
    if ![30, 90, 180].contains(&history_days) {
        return Err(FieldErrors::one("days", "must be one of 30, 90, 180").into());
    }
    if ![7, 30, 90].contains(&change_days) {
        return Err(FieldErrors::one("since", "must be one of 7, 30, 90").into());
    }
    let scoring = current(app).await?;
    let Scoring { scorecard, connections } = &scoring;
    let lookback = Duration::days(2 * scorecard.lookback_days());
    let earliest = (today - Duration::days(history_days)).min(as_of - Duration::days(scoring::BAND_MEMORY_DAYS));
    let customer = app.store.get_customer(id).await?;
    let facts = app.store.load_facts(id, earliest - lookback, today).await?;
    let measured = scoring::measure(&facts, scorecard, connections, as_of);
    let memory = scoring::history(&facts, scorecard, connections, as_of - Duration::days(scoring::BAND_MEMORY_DAYS), as_of);
    let change = |days: usize| scoring::change(*memory.iter().rev().nth(days)?, *memory.last()?);
    Ok(CustomerPage {
        today,
        health: scoring::score(id, &measured, scorecard, as_of),
        band_since: scoring::band_since(&memory).unwrap_or(as_of),
        change7: change(7),
        change30: change(30),
        change90: change(90),
        is_new: is_new(customer.fields.start_date, facts.first_fact_on, as_of),
        history: scoring::history(&facts, scorecard, connections, today - Duration::days(history_days - 1), today),
        scorecard_marks: app.store.list_scorecard_marks().await?,
        changes: scoring.change(id, &facts, as_of - Duration::days(change_days), &facts, as_of),
        drivers: scoring::drivers(id, &measured, scorecard, as_of),
        activity: activity(&facts, scorecard, as_of),
        invoices: scoring::invoice_rows(&facts.invoices, as_of),
        features: scoring::feature_uses(&facts, scorecard, as_of),
        notes: app.store.list_notes(id).await?,
        unconnected: connections.unconnected(),
        currency: app.settings.currency.clone(),
        customer,
        scorecard: scoring.scorecard,
    })
}

/// The list's rows, health and trend included, from one load of the page's facts.
pub(super) async fn list_row(
    app: &AppState,
    scoring: &Scoring,
    found: Vec<CurrentHealth>,
    today: NaiveDate,
) -> Result<Vec<CustomerRow>, AppError> {
    let ids: Vec<_> = found.iter().map(|row| row.customer.id).collect();
    let trend_from = today - Duration::days(7 * (TREND_POINTS - 1));
    let reach = Duration::days(scoring.scorecard.lookback_days());
    let mut facts = app.store.load_facts_of(&ids, trend_from - reach, today).await?;
    let row = |current: CurrentHealth| {
        let facts = facts.remove(&current.customer.id).unwrap_or_default();
        let trend = scoring.trend(&facts, today);
        scoring.row(current, &facts, trend, today)
    };
    Ok(found.into_iter().map(row).collect())
}

/// The same without trends, for thousands of rows: facts are loaded only where the stored health is stale.
pub(super) async fn export_row(
    app: &AppState,
    scoring: &Scoring,
    found: Vec<CurrentHealth>,
    today: NaiveDate,
) -> Result<Vec<CustomerRow>, AppError> {
    let from = today - Duration::days(scoring.scorecard.lookback_days());
    let stale: Vec<_> = found.iter().filter(|row| !row.is_current).map(|row| row.customer.id).collect();
    let mut facts = HashMap::new();
    for ids in stale.chunks(MAX_PAGE_SIZE as usize) {
        facts.extend(app.store.load_facts_of(ids, from, today).await?);
    }
    let row = |current: CurrentHealth| {
        let facts = facts.remove(&current.customer.id).unwrap_or_default();
        scoring.row(current, &facts, Vec::new(), today)
    };
    Ok(found.into_iter().map(row).collect())
}

impl Scoring {
    fn row(&self, current: CurrentHealth, facts: &Facts, trend: Vec<Option<Points>>, today: NaiveDate) -> CustomerRow {
        let id = current.customer.id;
        let health = match current.is_current {
            true => scoring::score(id, &current.measured, &self.scorecard, today),
            false => self.health(id, facts, today),
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

    fn change(&self, id: CustomerId, known: &Facts, from: NaiveDate, facts: &Facts, to: NaiveDate) -> HealthChange {
        let before = Standing { facts: known, scorecard: &self.scorecard, day: from };
        let after = Standing { facts, scorecard: &self.scorecard, day: to };
        scoring::explain_change(id, before, after, &self.connections)
    }

    fn trend(&self, facts: &Facts, today: NaiveDate) -> Vec<Option<Points>> {
        let from = today - Duration::days(7 * (TREND_POINTS - 1));
        let history = scoring::history(facts, &self.scorecard, &self.connections, from, today);
        history.iter().step_by(7).map(HistoryPoint::shown_score).collect()
    }
}

fn parse_as_of(text: Option<&str>, today: NaiveDate) -> Result<Option<NaiveDate>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let day = parse_day(&mut errors, "as_of", text, today);
    errors.or(|| day)
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
