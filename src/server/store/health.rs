//! Current health: one group of columns per customer, always what its facts give. Changed in the transaction of the
//! facts, and for everybody when the UTC day changes. There is no other stored score.

use super::bind::{Bind, binds};
use super::connections::{self, connections_columns};
use super::customers::{self, CustomerRecord};
use super::db::Tx;
use super::facts::{self, Known};
use super::{Store, StoreError, StoreResult, scorecards};
use crate::domain::{Band, CustomerId, Health, NaiveDate, Points, Scorecard};
use crate::scoring::{self, BAND_MEMORY_DAYS, Connections, Facts, Measurements, Scores};
use chrono::Duration;
use sqlx::AssertSqlSafe;

/// An arbitrary number that means "roll-over" among the database's advisory locks.
const LOCK: &str = "SELECT pg_try_advisory_xact_lock(7100919)";

/// The most customers that one transaction scores: others want to write as well.
const CHUNK: usize = 200;

impl Store {
    /// Rescores, in one transaction, up to `limit` customers whose row is not of `today`, the current scorecard and the
    /// current connections; how many it did. None while another process is at it.
    pub async fn roll_over(&self, today: NaiveDate, limit: i64) -> StoreResult<u64> {
        // Most of the time nothing is stale, and knowing that takes no lock.
        if stale(&mut self.read().await?, today, 1).await?.is_empty() {
            return Ok(0);
        }
        let mut tx = self.write().await?;
        if tx.has_locks() {
            let (is_ours,): (bool,) = tx.one(LOCK, binds![]).await?;
            if !is_ours {
                return Ok(0);
            }
        }
        let stale = stale(&mut tx, today, limit).await?;
        let known = customers::lock_all(&mut tx, &stale).await?;
        let rules = rules(&mut tx).await?;
        rescore(&mut tx, &known, &rules, today).await?;
        tx.commit().await?;
        Ok(known.len() as u64)
    }

    /// A customer's health of today from its row, in one look; `None` when that is stale.
    pub async fn get_health_of_today(&self, id: CustomerId, today: NaiveDate) -> StoreResult<Option<Health>> {
        let sql = "SELECT measured, scored_day, scorecard_version, connections_version, connections.version, scorecard.version, content
                   FROM customers, connections, (SELECT version, content FROM scorecards ORDER BY version DESC LIMIT 1) AS scorecard
                   WHERE customers.id = $1 AND connections.id = 1";
        let row: Option<(String, i32, i64, i64, i64, i64, String)> = self.read().await?.optional(sql, binds![id]).await?;
        let (measured, scored_day, scored_by, scored_with, connections_version, version, content) =
            row.ok_or_else(|| customers::no_customer(id))?;
        if (scored_day, scored_by, scored_with) != (today.to_epoch_days(), version, connections_version) {
            return Ok(None);
        }
        let scorecard = scorecards::read(version, &content)?;
        Ok(Some(scoring::score(id, &customers::read_measured(id, &measured)?, &scorecard, today)))
    }

    /// Scores those of these customers anew whose health is stale, some in each transaction.
    pub async fn rescore(&self, customers: &[CustomerId], today: NaiveDate) -> StoreResult<()> {
        for some in customers.chunks(CHUNK) {
            let mut tx = self.write().await?;
            let rules = rules(&mut tx).await?;
            let stale = stale_of(&mut tx, some, rules.basis(today)).await?;
            let known = customers::lock_all(&mut tx, &stale).await?;
            rescore(&mut tx, &known, &rules, today).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Says in SQL that the health in a row is stale, its [`Basis`] being $2 to $4.
const STALE: &str = "(scored_day <> $2 OR scorecard_version <> $3 OR connections_version <> $4)";

/// Customers whose stored health is stale.
async fn stale(tx: &mut Tx, today: NaiveDate, limit: i64) -> StoreResult<Vec<CustomerId>> {
    let basis = basis(tx, today).await?;
    let binds = binds![limit, basis.day, basis.scorecard_version, basis.connections_version];
    ids(tx, format!("SELECT id FROM customers WHERE {STALE} LIMIT $1"), binds).await
}

/// Returns the stale ones of these customers.
async fn stale_of(tx: &mut Tx, customers: &[CustomerId], basis: Basis) -> StoreResult<Vec<CustomerId>> {
    let binds = binds![customers, basis.day, basis.scorecard_version, basis.connections_version];
    let sql = format!("SELECT id FROM customers WHERE id {} AND {STALE}", tx.one_of());
    ids(tx, sql, binds).await
}

async fn ids(tx: &mut Tx, sql: String, binds: Vec<Bind>) -> StoreResult<Vec<CustomerId>> {
    let ids: Vec<(i64,)> = tx.all(AssertSqlSafe(sql), binds).await?;
    Ok(ids.into_iter().map(|(id,)| CustomerId(id)).collect())
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

/// Everything that every score depends on besides the customer's facts.
pub(super) struct Rules {
    pub scorecard: Scorecard,
    pub connections: Connections,
    pub connections_version: i64,
}

impl Rules {
    pub(super) fn basis(&self, day: NaiveDate) -> Basis {
        Basis { day, scorecard_version: self.scorecard.version, connections_version: self.connections_version }
    }

    pub(super) fn health(&self, id: CustomerId, facts: &Facts, today: NaiveDate) -> Health {
        let measured = scoring::measure(facts, &self.scorecard, &self.connections, today);
        scoring::score(id, &measured, &self.scorecard, today)
    }

    /// Returns the day back to which facts are needed to score today and all days since which a customer may be in its band.
    pub(super) fn reach(&self, today: NaiveDate) -> NaiveDate {
        today - Duration::days(BAND_MEMORY_DAYS + self.scorecard.lookback_days())
    }
}

#[derive(sqlx::FromRow)]
struct RulesRow {
    scorecard_version: i64,
    content: String,
    #[sqlx(flatten)]
    connections: connections::Row,
}

pub(super) async fn rules(tx: &mut Tx) -> StoreResult<Rules> {
    let sql = concat!(
        "SELECT scorecard.version AS scorecard_version, content, ",
        connections_columns!(),
        " FROM connections, (SELECT version, content FROM scorecards ORDER BY version DESC LIMIT 1) AS scorecard
          WHERE connections.id = 1"
    );
    let row: RulesRow = tx.one(sql, binds![]).await?;
    let (connections, connections_version) = row.connections.connections();
    Ok(Rules { scorecard: scorecards::read(row.scorecard_version, &row.content)?, connections, connections_version })
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
    store(tx, known.iter().map(|known| (known, &found[&known.id])), rules, today).await
}

/// Rescores one customer and returns today's health. Stores also what else is known of it.
pub(super) async fn rescore_one(tx: &mut Tx, known: Known, rules: &Rules, today: NaiveDate) -> StoreResult<Health> {
    let found = facts::load(tx, std::slice::from_ref(&known), rules.reach(today), today).await?;
    let facts = &found[&known.id];
    store(tx, [(&known, facts)], rules, today).await?;
    Ok(rules.health(known.id, facts, today))
}

/// Writes customers' health of today. Their facts must reach back as far as [`Rules::reach`].
pub(super) async fn store<'a>(
    tx: &mut Tx,
    scored: impl IntoIterator<Item = (&'a Known, &'a Facts)>,
    rules: &Rules,
    today: NaiveDate,
) -> StoreResult<()> {
    let mut rows = Vec::new();
    for (known, facts) in scored {
        tx.changed(known.id);
        rows.push(row(known, facts, rules, today)?);
    }
    tx.update_rows("customers", COLUMNS, rows).await
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
    "trend",
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

/// The values of [`COLUMNS`] that keep one customer's health of today.
pub(super) fn row(known: &Known, facts: &Facts, rules: &Rules, today: NaiveDate) -> StoreResult<Vec<Bind>> {
    let Rules { scorecard, connections, .. } = rules;
    let history = scoring::history(facts, scorecard, connections, today - Duration::days(BAND_MEMORY_DAYS), today);
    let point = |days_ago: usize| history.iter().rev().nth(days_ago).copied();
    let change = |days: usize| scoring::change(point(days)?, point(0)?);
    let mut trend = scoring::trend(&history);
    trend.pop();
    let measured = scoring::measure(facts, scorecard, connections, today);
    let scored = Scored {
        scores: Scores::of(&measured, scorecard),
        measured: &measured,
        band_since: scoring::band_since(&history).unwrap_or(today),
        band7: point(7).map_or(Band::NoData, |point| point.band).name(),
        change7: change(7),
        change30: change(30),
        change90: change(90),
        trend: &serde_json::Value::from_iter(trend.into_iter().map(tenths)).to_string(),
    };
    scored.row(known, facts.first_fact_on, rules, today)
}

/// A customer's health of a day, as it is stored.
pub(super) struct Scored<'a> {
    pub measured: &'a Measurements,
    pub scores: Scores,
    pub band_since: NaiveDate,
    pub band7: &'a str,
    pub change7: Option<Points>,
    pub change30: Option<Points>,
    pub change90: Option<Points>,
    /// The trend as it is stored.
    pub trend: &'a str,
}

fn tenths(points: Option<Points>) -> Option<i64> {
    points.map(|Points(tenths)| tenths)
}

impl Scored<'_> {
    /// The values of [`COLUMNS`].
    pub(super) fn row(
        &self,
        known: &Known,
        first_fact_on: Option<NaiveDate>,
        rules: &Rules,
        today: NaiveDate,
    ) -> StoreResult<Vec<Bind>> {
        let measured = serde_json::to_string(self.measured).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let shown = self.scores.shown_score();
        let mut binds = binds![
            known.id,
            today,
            rules.scorecard.version,
            rules.connections_version,
            measured,
            self.scores.band.name(),
            self.band_since,
            self.band7,
            tenths(self.change7),
            tenths(self.change30),
            tenths(self.change90),
            self.trend,
            first_fact_on,
            known.last_activity_at,
            tenths(shown),
        ];
        binds.extend(self.scores.factors.iter().map(|(_, score)| shown.map(|_| score.0).into()));
        binds.extend(known.first_facts.iter().map(|(_, first)| (*first).into()));
        Ok(binds)
    }
}
