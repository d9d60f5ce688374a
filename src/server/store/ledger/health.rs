//! Scoring anew: the only place that writes health, in the transaction of the facts, and for everybody when the UTC day
//! changes.

use crate::domain::band_change::{BandChange, BandChangeCause, Standing};
use crate::domain::band_runs::BandRuns;
use crate::domain::list::is_new;
use crate::domain::{Band, CustomerId, Health, HistoryPoint, NaiveDate, Segment, Traits};
use crate::scoring::{self, BAND_MEMORY_DAYS, Facts, Scores, Signs};
use crate::server::store::ledger::facts::load_facts;
use crate::server::store::ledger::rules::{Rules, load_basis, load_rules};
use crate::server::store::sql::bind::{Bind, Row, binds, day, tenths};
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::locks::AdvisoryLock;
use crate::server::store::tables::band_changes::insert_band_changes;
use crate::server::store::tables::customer_health::Scored;
use crate::server::store::tables::customers::{
    Basis, CustomerRecord, Known, Noted, lock_known_customers, no_customer, read_measured,
};
use crate::server::store::tables::scorecards::read_rulebook;
use crate::server::store::{Store, StoreResult};
use chrono::{DateTime, Duration, Utc};
use sqlx::AssertSqlSafe;

/// The most customers that one transaction scores: others want to write as well.
const CUSTOMERS_PER_RESCORE: usize = 200;

impl Store {
    /// Rescores, in one transaction, up to `limit` customers whose row is not of `today`, the current scorecard and the
    /// current connections; how many it did. None while another process is at it.
    pub async fn roll_over(&self, now: DateTime<Utc>, limit: i64) -> StoreResult<u64> {
        let today = now.date_naive();
        // Most of the time nothing is stale, and knowing that takes no lock.
        if stale(&mut self.read().await?, today, 1).await?.is_empty() {
            return Ok(0);
        }
        let mut tx = self.write().await?;
        if !tx.try_lock(AdvisoryLock::RollOver).await? {
            return Ok(0);
        }
        let stale = stale(&mut tx, today, limit).await?;
        let known = lock_known_customers(&mut tx, &stale).await?;
        let rules = load_rules(&mut tx).await?;
        let occasion = Occasion { cause: BandChangeCause::Time, now };
        rescore_customers(&mut tx, &known, &rules, occasion).await?;
        tx.commit().await?;
        Ok(known.len() as u64)
    }

    /// A customer's health of today from its row, in one look; `None` when that is stale.
    pub async fn get_health_of_today(&self, id: CustomerId, today: NaiveDate) -> StoreResult<Option<Health>> {
        let sql = "SELECT measured, scored_day, scorecard_version, connections_version, connections.version AS current_connections,
                   scorecard.version AS current_version, content, segment, start_day, came_back, first_fact_day
                   FROM customers, connections, (SELECT version, content FROM scorecards ORDER BY version DESC LIMIT 1) AS scorecard
                   WHERE customers.id = $1 AND connections.id = 1";
        let row: Option<HealthRow> = self.read_once().await?.optional(sql, binds![id]).await?;
        let row = row.ok_or_else(|| no_customer(id))?;
        let current = (today.to_epoch_days(), row.current_version, row.current_connections);
        if (row.scored_day, row.scorecard_version, row.connections_version) != current {
            return Ok(None);
        }
        let rulebook = read_rulebook(row.current_version, &row.content)?;
        let scorecard = rulebook.scorecard_of(&row.traits(), today);
        Ok(Some(scoring::score(id, &read_measured(id, &row.measured)?, scorecard, today)))
    }

    /// Scores those of these customers anew whose health is stale, some in each transaction. `cause` is why it is.
    pub async fn rescore(&self, customers: &[CustomerId], cause: BandChangeCause, now: DateTime<Utc>) -> StoreResult<()> {
        let today = now.date_naive();
        for some in customers.chunks(CUSTOMERS_PER_RESCORE) {
            let mut tx = self.write().await?;
            let rules = load_rules(&mut tx).await?;
            let stale = stale_of(&mut tx, some, rules.basis(today)).await?;
            let known = lock_known_customers(&mut tx, &stale).await?;
            rescore_customers(&mut tx, &known, &rules, Occasion { cause, now }).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Counts the customers not scored yet as of `today` under the current scorecard and connections, and all customers.
    pub async fn count_stale(&self, today: NaiveDate) -> StoreResult<(i64, i64)> {
        let mut tx = self.read().await?;
        let basis = load_basis(&mut tx, today).await?;
        let sql = "SELECT COUNT(CASE WHEN scored_day <> $1 OR scorecard_version <> $2 OR connections_version <> $3 THEN 1 END),
                   COUNT(*) FROM customers";
        tx.one(sql, binds![basis.day, basis.scorecard_version, basis.connections_version]).await
    }
}

/// A customer's stored health, with the rules in force.
#[derive(sqlx_macros::FromRow)]
struct HealthRow {
    measured: String,
    scored_day: i32,
    scorecard_version: i64,
    connections_version: i64,
    current_connections: i64,
    current_version: i64,
    content: String,
    segment: String,
    start_day: Option<i32>,
    came_back: bool,
    first_fact_day: Option<i32>,
}

impl HealthRow {
    fn traits(&self) -> Traits {
        let (segment, start_date) = (Segment::named(&self.segment), self.start_day.map(day));
        Traits { segment, start_date, came_back: self.came_back, first_fact_on: self.first_fact_day.map(day) }
    }
}

/// Says in SQL that the health in a row is stale, its [`Basis`] being $2 to $4.
const STALE: &str = "(scored_day <> $2 OR scorecard_version <> $3 OR connections_version <> $4)";

/// Returns customers whose stored health is stale. SQLite finds them in an index of these columns alone; another condition would
/// make it walk the table for each transaction of a roll-over.
async fn stale(tx: &mut Tx, today: NaiveDate, limit: i64) -> StoreResult<Vec<CustomerId>> {
    let basis = load_basis(tx, today).await?;
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

/// Today's health of a stored customer, from its row when that is current, else from its facts.
pub async fn health_of_today(tx: &mut Tx, row: &CustomerRecord, rules: &Rules, today: NaiveDate) -> StoreResult<Health> {
    let id = CustomerId(row.id);
    if row.is_scored_on(rules.basis(today)) {
        return Ok(scoring::score(id, &row.measured()?, rules.rulebook.scorecard_of(&row.traits(), today), today));
    }
    let found = load_facts(tx, &[row.known()], rules.reach(today), today).await?;
    Ok(rules.health(id, &found[&id], today))
}

/// Scores locked customers from their facts and stores what comes out.
async fn rescore_customers(tx: &mut Tx, known: &[Known], rules: &Rules, occasion: Occasion) -> StoreResult<()> {
    let found = load_facts(tx, known, rules.reach(occasion.today()), occasion.today()).await?;
    put_scored(tx, known.iter().map(|known| (known, &found[&known.id])), rules, occasion).await
}

/// Rescores one customer and returns today's health. Stores also what else is known of it.
pub async fn rescore_customer(tx: &mut Tx, known: Known, rules: &Rules, occasion: Occasion) -> StoreResult<Health> {
    let found = load_facts(tx, std::slice::from_ref(&known), rules.reach(occasion.today()), occasion.today()).await?;
    let facts = &found[&known.id];
    put_scored(tx, [(&known, facts)], rules, occasion).await?;
    Ok(rules.health(known.id, facts, occasion.today()))
}

/// Scores customers and writes their health of today. Their facts must reach back as far as [`Rules::reach`].
pub async fn put_scored<'a>(
    tx: &mut Tx,
    scored: impl IntoIterator<Item = (&'a Known, &'a Facts)>,
    rules: &Rules,
    occasion: Occasion,
) -> StoreResult<()> {
    let score = |(known, facts)| NewHealth::of_facts(known, facts, rules, occasion.today());
    let healths = scored.into_iter().map(score).collect::<StoreResult<_>>()?;
    put_health(tx, healths, occasion).await
}

/// Writes customers' health of today and appends the changes of their bands. Nothing else writes either.
pub async fn put_health(tx: &mut Tx, healths: Vec<NewHealth>, occasion: Occasion) -> StoreResult<()> {
    let mut rows = Vec::with_capacity(healths.len());
    let mut changes = Vec::new();
    for NewHealth { customer, row, basis, noted, moves } in healths {
        tx.changed(customer);
        rows.push(row);
        changes.extend(moves.into_iter().map(|step| BandChange {
            customer_id: customer,
            day: step.day,
            before: step.before,
            after: step.after,
            scorecard_version: basis.scorecard_version,
            cause: step.restated.unwrap_or_else(|| occasion.cause_of(&noted, basis)),
            is_restated: step.restated.is_some(),
            noted_at: occasion.now,
        }));
    }
    tx.update_rows("customers", rows).await?;
    insert_band_changes(tx, &changes).await
}

/// When and why health is written.
#[derive(Clone, Copy)]
pub struct Occasion {
    /// The reason of whoever writes. Newer rules or connections go before it.
    pub cause: BandChangeCause,
    pub now: DateTime<Utc>,
}

impl Occasion {
    pub fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }

    fn cause_of(&self, noted: &Noted, basis: Basis) -> BandChangeCause {
        if noted.scorecard_version != basis.scorecard_version {
            BandChangeCause::Rules
        } else if noted.connections_version != basis.connections_version {
            BandChangeCause::Connections
        } else {
            self.cause
        }
    }
}

/// A customer's health of today, ready to be put in the place of what was noted before.
pub struct NewHealth {
    customer: CustomerId,
    row: Row,
    basis: Basis,
    noted: Noted,
    moves: Vec<BandMove>,
}

/// A change of band that is not noted yet.
struct BandMove {
    day: NaiveDate,
    before: Standing,
    after: Standing,
    /// The cause, where the day is one before changes were noted.
    restated: Option<BandChangeCause>,
}

impl NewHealth {
    /// Scores a customer from its facts, which must reach back as far as [`Rules::reach`].
    pub fn of_facts(known: &Known, facts: &Facts, rules: &Rules, today: NaiveDate) -> StoreResult<Self> {
        let Rules { rulebook, connections, .. } = rules;
        let scorecard = rulebook.scorecard_of(&facts.traits(), today);
        let history = scoring::history(facts, rulebook, connections, today - Duration::days(BAND_MEMORY_DAYS), today);
        let point = |days_ago: usize| history.iter().rev().nth(days_ago).copied();
        let change = |days: usize| scoring::change(point(days)?, point(0)?);
        let mut trend = scoring::trend(&history);
        trend.pop();
        let measured = scoring::measure(facts, scorecard, connections, today);
        let scored = Scored {
            scores: Scores::of(&measured, scorecard),
            measured: &measured,
            band_since: scoring::band_since(&history).unwrap_or(today),
            band_fell_on: scoring::band_fell_on(&history),
            band_runs: Some(BandRuns::of(&history).to_string()),
            band7: point(7).map_or(Band::NoData, |point| point.band).name(),
            change7: change(7),
            change30: change(30),
            change90: change(90),
            trend: &serde_json::Value::from_iter(trend.into_iter().map(tenths)).to_string(),
        };
        let basis = rules.basis(today);
        let row = row(&scored, known, facts.first_fact_on, Some(today), rules, basis)?;
        let moves = moves_since(&known.noted, &history, facts, today);
        Ok(Self { customer: known.id, row, basis, noted: known.noted, moves })
    }

    /// Carries on the health that was noted today.
    pub fn carried_on(known: &Known, scored: &Scored<'_>, rules: &Rules, today: NaiveDate) -> StoreResult<Self> {
        let basis = rules.basis(today);
        let row = row(scored, known, known.first_fact_on(), known.noted.until, rules, basis)?;
        let before = known.noted.standing;
        let after = Standing { band: scored.scores.band, score: scored.scores.shown_score() };
        // What is not noted yet is noted by the roll-over, from the facts.
        let is_move = known.noted.until.is_some() && before.band != after.band;
        let moves = is_move.then_some(BandMove { day: basis.day, before, after, restated: None });
        Ok(Self { customer: known.id, row, basis, noted: known.noted, moves: moves.into_iter().collect() })
    }

    /// Returns the health columns of the customer's row, whose `id` comes first.
    pub fn into_row(self) -> Row {
        self.row
    }
}

/// Returns the health columns of the customer's row, with how urgently the customer needs somebody.
fn row(
    scored: &Scored<'_>,
    known: &Known,
    first_fact_on: Option<NaiveDate>,
    noted_until: Option<NaiveDate>,
    rules: &Rules,
    basis: Basis,
) -> StoreResult<Row> {
    let signs = Signs {
        band: scored.scores.band,
        score: scored.scores.score,
        is_new: is_new(known.start_date, first_fact_on, basis.day),
        band_fell_on: scored.band_fell_on,
        renewal_date: known.renewal_date,
        last_activity_on: known.last_activity_at.map(|time| time.date_naive()),
        overdue_invoices: scored.measured.invoices().overdue,
    };
    scored.row(known, first_fact_on, noted_until, signs.urgency(basis.day), basis, &rules.columns)
}
/// The days before today whose changes are noted, as restated, for a customer of whom none were.
const RESTATED_DAYS: usize = 180;

/// Returns the changes of band between what was noted and the end of `history`, which is today. All of them are restated when
/// nothing was noted. Days on which nothing ran are walked one by one: each change is told on its day.
fn moves_since(noted: &Noted, history: &[HistoryPoint], facts: &Facts, today: NaiveDate) -> Vec<BandMove> {
    let standing = |point: &HistoryPoint| Standing { band: point.band, score: point.shown_score() };
    let history = match noted.until {
        None => &history[history.len().saturating_sub(RESTATED_DAYS + 1)..],
        Some(_) => history,
    };
    let mut before = match (noted.until, history.first()) {
        (None, Some(first)) => standing(first),
        _ => noted.standing,
    };
    let is_new = |day: NaiveDate| noted.until.is_none_or(|until| day > until || day == today);
    let mut moves = Vec::new();
    for point in history.iter().filter(|point| is_new(point.day)) {
        let after = standing(point);
        if after.band != before.band {
            let happened = || facts.daily.iter().any(|daily| daily.day == point.day);
            let cause = || if happened() { BandChangeCause::Facts } else { BandChangeCause::Time };
            moves.push(BandMove { day: point.day, before, after, restated: noted.until.is_none().then(cause) });
        }
        before = after;
    }
    moves
}
