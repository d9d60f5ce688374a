//! Current health: one group of columns per customer, always what its facts give. Changed in the transaction of the
//! facts, and for everybody when the UTC day changes. There is no other stored score.

use super::customers::{self, CustomerRecord};
use super::db::{Bind, Tx, binds};
use super::facts::{self, Known};
use super::{Store, StoreError, StoreResult, connections, scorecards};
use crate::domain::{Band, CustomerId, Health, NaiveDate, Points, Scorecard};
use crate::scoring::{self, BAND_MEMORY_DAYS, Connections, Facts};
use chrono::Duration;

impl Store {
    /// Rescores, in one transaction, up to `limit` customers whose row is not of `today`, the current scorecard and the
    /// current connections; how many it did.
    pub async fn roll_over(&self, today: NaiveDate, limit: i64) -> StoreResult<u64> {
        // Most of the time nothing is stale, and knowing that takes no lock.
        let mut tx = self.read().await?;
        let basis = basis(&mut tx, today).await?;
        let sql = "SELECT id FROM customers WHERE scored_day <> $1 OR scorecard_version <> $2 OR connections_version <> $3
                   LIMIT $4";
        let binds = binds![basis.day, basis.scorecard_version, basis.connections_version, limit];
        let stale: Vec<(i64,)> = tx.all(sql, binds).await?;
        drop(tx);
        if stale.is_empty() {
            return Ok(0);
        }
        let mut tx = self.write().await?;
        let rules = rules(&mut tx).await?;
        let stale: Vec<_> = stale.into_iter().map(|(id,)| CustomerId(id)).collect();
        let known = customers::lock_all(&mut tx, &stale).await?;
        rescore(&mut tx, &known, &rules, today).await?;
        tx.commit().await?;
        Ok(known.len() as u64)
    }
}

/// On what a stored health was scored. When any of the three has changed since, it is stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Basis {
    pub day: NaiveDate,
    pub scorecard_version: i64,
    pub connections_version: i64,
}

pub(super) async fn basis(tx: &mut Tx, today: NaiveDate) -> StoreResult<Basis> {
    Ok(rules(tx).await?.basis(today))
}

/// What every score depends on besides the customer's facts.
pub(super) struct Rules {
    pub scorecard: Scorecard,
    pub connections: Connections,
    pub connections_version: i64,
}

impl Rules {
    pub(super) fn basis(&self, day: NaiveDate) -> Basis {
        Basis { day, scorecard_version: self.scorecard.version, connections_version: self.connections_version }
    }

    fn health(&self, id: CustomerId, facts: &Facts, today: NaiveDate) -> Health {
        let measured = scoring::measure(facts, &self.scorecard, &self.connections, today);
        scoring::score(id, &measured, &self.scorecard, today)
    }

    /// How far back facts must be known to score today and all the days since which it may have been in its band.
    pub(super) fn reach(&self, today: NaiveDate) -> NaiveDate {
        today - Duration::days(BAND_MEMORY_DAYS + self.scorecard.lookback_days())
    }
}

pub(super) async fn rules(tx: &mut Tx) -> StoreResult<Rules> {
    let scorecard = scorecards::current(tx).await?;
    let (connections, connections_version) = connections::load(tx).await?;
    Ok(Rules { scorecard, connections, connections_version })
}

/// Today's health of a stored customer, from its row when that is current, else from its facts.
pub(super) async fn today(tx: &mut Tx, row: &CustomerRecord, rules: &Rules, today: NaiveDate) -> StoreResult<Health> {
    let id = CustomerId(row.id);
    let measured = match row.is_scored_on(rules.basis(today)) {
        true => row.measured()?,
        false => {
            let found = facts::load(tx, &[row.known()], rules.reach(today), today).await?;
            scoring::measure(&found[&id], &rules.scorecard, &rules.connections, today)
        }
    };
    Ok(scoring::score(id, &measured, &rules.scorecard, today))
}

/// Scores locked customers from their facts and stores what comes out.
async fn rescore(tx: &mut Tx, known: &[Known], rules: &Rules, today: NaiveDate) -> StoreResult<()> {
    let found = facts::load(tx, known, rules.reach(today), today).await?;
    for known in known {
        store(tx, known, &found[&known.id], rules, today).await?;
    }
    Ok(())
}

/// The same for one, whose health of today comes back. Stores also what else is known of it.
pub(super) async fn rescore_one(tx: &mut Tx, known: Known, rules: &Rules, today: NaiveDate) -> StoreResult<Health> {
    let known = [known];
    let found = facts::load(tx, &known, rules.reach(today), today).await?;
    store(tx, &known[0], &found[&known[0].id], rules, today).await
}

/// Writes one customer's health of today. `facts` must reach back as far as [`Rules::reach`].
pub(super) async fn store(tx: &mut Tx, known: &Known, facts: &Facts, rules: &Rules, today: NaiveDate) -> StoreResult<Health> {
    let mut binds = row(known, facts, rules, today)?;
    // The id comes last in the statement.
    binds.rotate_left(1);
    let sql = "UPDATE customers SET scored_day = $1, scorecard_version = $2, connections_version = $3, measured = $4,
               band = $5, band_since_day = $6, band_7 = $7, change_7 = $8, change_30 = $9, change_90 = $10,
               first_fact_day = $11, last_activity_at = $12, score = $13,
               login_frequency = $14, feature_adoption = $15, support_load = $16, invoice_timeliness = $17, api_trend = $18,
               first_login_day = $19, first_feature_day = $20, first_ticket_day = $21, first_invoice_day = $22,
               first_api_day = $23 WHERE id = $24";
    tx.execute(sql, binds).await?;
    Ok(rules.health(known.id, facts, today))
}

/// The columns of [`row`].
pub(super) const COLUMNS: &[&str] = &[
    "id",
    "scored_day",
    "scorecard_version",
    "connections_version",
    "measured",
    "band",
    "band_since_day",
    "band_7",
    "change_7",
    "change_30",
    "change_90",
    "first_fact_day",
    "last_activity_at",
    "score",
    "login_frequency",
    "feature_adoption",
    "support_load",
    "invoice_timeliness",
    "api_trend",
    "first_login_day",
    "first_feature_day",
    "first_ticket_day",
    "first_invoice_day",
    "first_api_day",
];

/// The values of the columns that keep one customer's health of today.
pub(super) fn row(known: &Known, facts: &Facts, rules: &Rules, today: NaiveDate) -> StoreResult<Vec<Bind>> {
    let Rules { scorecard, connections, connections_version } = rules;
    let measured = scoring::measure(facts, scorecard, connections, today);
    let health = scoring::score(known.id, &measured, scorecard, today);
    let history = scoring::history(facts, scorecard, connections, today - Duration::days(BAND_MEMORY_DAYS), today);
    let point = |days_ago: usize| history.iter().rev().nth(days_ago).copied();
    let change = |days: usize| scoring::change(point(days)?, point(0)?).map(|Points(tenths)| tenths);
    let shown = health.shown_score().is_some();
    let measured = serde_json::to_string(&measured).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let mut binds = binds![
        known.id,
        today,
        scorecard.version,
        *connections_version,
        measured,
        health.band.name(),
        scoring::band_since(&history).unwrap_or(today),
        point(7).map_or(Band::NoData, |point| point.band).name(),
        change(7),
        change(30),
        change(90),
        facts.first_fact_on,
        known.last_activity_at,
        health.shown_score().map(|Points(tenths)| tenths),
    ];
    binds.extend(health.factors.iter().map(|(_, factor)| shown.then_some(factor.score.0).into()));
    binds.extend(known.first_facts.iter().map(|(_, first)| (*first).into()));
    Ok(binds)
}
