//! The portfolio's figures: how all active customers, or those of one owner, stand today. Each is counted by the very
//! condition that selects the list it links to.

use super::db::{Tx, binds, day};
use super::facts::earliest;
use super::list::Selection;
use super::{Store, StoreError, StoreResult, connections, scorecards};
use crate::domain::list::{ChangeFilter, RenewalFilter, is_new};
use crate::domain::numbers::round_div;
use crate::domain::portfolio::{BandTally, MeanScore, Mention, Mentions, Movers, Tally};
use crate::domain::{Band, CustomerId, CustomerQuery, NaiveDate, Points, Portfolio, Segment};
use sqlx::AssertSqlSafe;

/// How many customers a summary names.
const NAMED: i64 = 5;

impl Store {
    /// From current rows. Customers without data are in no mean, no mover and not in the distribution.
    pub async fn get_portfolio(&self, owner: Option<&str>, currency: &str, today: NaiveDate) -> StoreResult<Portfolio> {
        let mut tx = self.read().await?;
        let everybody = CustomerQuery { owner: owner.map(str::to_owned), ..CustomerQuery::default() };
        let groups = load_groups(&mut tx, &everybody, today).await?;
        let changed = |change| CustomerQuery { change: Some(change), ..everybody.clone() };
        let renewing =
            |renewal, bands: &[Band]| CustomerQuery { renewal: Some(renewal), bands: bands.to_vec(), ..everybody.clone() };
        let movers7 = Movers {
            days: 7,
            up: mentions(&mut tx, &changed(ChangeFilter::Up7), "change_7", "change_7 DESC", today).await?,
            down: mentions(&mut tx, &changed(ChangeFilter::Down7), "change_7", "change_7", today).await?,
        };
        let movers30 = Movers {
            days: 30,
            up: mentions(&mut tx, &changed(ChangeFilter::Up30), "change_30", "change_30 DESC", today).await?,
            down: mentions(&mut tx, &changed(ChangeFilter::Down30), "change_30", "change_30", today).await?,
        };
        let risks = changed(ChangeFilter::NewChurnRisk);
        let new_churn_risks = mentions(&mut tx, &risks, "change_7", "change_7", today).await?;
        let not_healthy = renewing(RenewalFilter::Next90, &[Band::AtRisk, Band::ChurnRisk, Band::NoData]);
        let renewals_at_risk = mentions(&mut tx, &not_healthy, "change_7", "renewal_day", today).await?;
        let overdue = renewing(RenewalFilter::Overdue, &[]);
        let renewals_overdue = mentions(&mut tx, &overdue, "change_7", "renewal_day", today).await?;
        let archived = CustomerQuery { archived: true, ..everybody.clone() };
        let (connections, _) = connections::load(&mut tx).await?;
        Ok(Portfolio {
            today,
            as_of: today,
            known_at: None,
            first_fact_on: earliest(&connections.0),
            owner: everybody.owner.clone(),
            currency: currency.to_owned(),
            all: groups.iter().map(Group::tally).sum(),
            bands: Band::ALL.map(|band| band_tally(band, &groups)).to_vec(),
            band_limits: scorecards::current(&mut tx).await?.bands,
            mean: mean(&groups),
            distribution: distribution(&groups),
            movers7,
            movers30,
            new_churn_risks,
            renewals_at_risk,
            renewals_overdue,
            archived: tally(&mut tx, &Selection::of(&archived, today)).await?.customers,
            unconnected: connections.unconnected(),
            has_demo: tx.optional::<(i64,)>("SELECT id FROM customers WHERE is_demo LIMIT 1", binds![]).await?.is_some(),
        })
    }
}

/// The sums that a tally is made of. ARR is summed in two parts, so that no sum overflows however large the ARRs.
macro_rules! tally_columns {
    () => {
        "COUNT(*) AS customers, COUNT(arr_cents) AS arr_known, \
         COALESCE(CAST(SUM(arr_cents / 1000000) AS BIGINT), 0) AS arr_millions, \
         COALESCE(CAST(SUM(arr_cents % 1000000) AS BIGINT), 0) AS arr_rest"
    };
}

#[derive(sqlx::FromRow)]
struct TallyRow {
    customers: i64,
    arr_known: i64,
    arr_millions: i64,
    arr_rest: i64,
}

impl TallyRow {
    fn tally(&self) -> Tally {
        Tally {
            customers: self.customers,
            arr_cents: self.arr_millions.saturating_mul(1_000_000).saturating_add(self.arr_rest),
            arr_unknown: self.customers - self.arr_known,
        }
    }
}

/// The customers of one band within one step of the distribution.
#[derive(sqlx::FromRow)]
struct Group {
    band: String,
    step: Option<i64>,
    #[sqlx(flatten)]
    tally: TallyRow,
    score_sum: i64,
    change_7_sum: i64,
    change_7_known: i64,
    change_30_sum: i64,
    change_30_known: i64,
}

impl Group {
    fn tally(&self) -> Tally {
        self.tally.tally()
    }
}

async fn load_groups(tx: &mut Tx, query: &CustomerQuery, today: NaiveDate) -> StoreResult<Vec<Group>> {
    let Selection { condition, binds } = Selection::of(query, today);
    let sql = format!(
        concat!(
            "SELECT band, CASE WHEN score >= 900 THEN 9 ELSE score / 100 END AS step, ",
            tally_columns!(),
            ", COALESCE(CAST(SUM(score) AS BIGINT), 0) AS score_sum, \
             COALESCE(CAST(SUM(change_7) AS BIGINT), 0) AS change_7_sum, COUNT(change_7) AS change_7_known, \
             COALESCE(CAST(SUM(change_30) AS BIGINT), 0) AS change_30_sum, COUNT(change_30) AS change_30_known \
             FROM customers WHERE {} GROUP BY 1, 2"
        ),
        condition
    );
    tx.all(AssertSqlSafe(sql), binds).await
}

fn band_tally(band: Band, groups: &[Group]) -> BandTally {
    BandTally { band, tally: groups.iter().filter(|group| group.band == band.name()).map(Group::tally).sum() }
}

fn mean(groups: &[Group]) -> MeanScore {
    let scored = || groups.iter().filter(|group| group.step.is_some());
    let mean = |sum: fn(&Group) -> i64, count: fn(&Group) -> i64| {
        let count: i64 = scored().map(count).sum();
        (count > 0).then(|| Points(round_div(scored().map(sum).sum::<i64>().into(), count.into()) as i64))
    };
    MeanScore {
        score: mean(|group| group.score_sum, |group| group.tally.customers),
        change7: mean(|group| group.change_7_sum, |group| group.change_7_known),
        change30: mean(|group| group.change_30_sum, |group| group.change_30_known),
    }
}

fn distribution(groups: &[Group]) -> Vec<i64> {
    let step = |step: i64| groups.iter().filter(|group| group.step == Some(step)).map(|group| group.tally.customers).sum();
    (0..10).map(step).collect()
}

async fn tally(tx: &mut Tx, selection: &Selection) -> StoreResult<Tally> {
    let sql = format!(concat!("SELECT ", tally_columns!(), " FROM customers WHERE {}"), selection.condition);
    Ok(tx.one::<TallyRow>(AssertSqlSafe(sql), selection.binds.clone()).await?.tally())
}

#[derive(sqlx::FromRow)]
struct MentionRow {
    id: i64,
    name: String,
    segment: String,
    score: Option<i64>,
    band: String,
    change: Option<i64>,
    arr_cents: Option<i64>,
    renewal_day: Option<i32>,
    start_day: Option<i32>,
    first_fact_day: Option<i32>,
}

impl MentionRow {
    fn mention(self, today: NaiveDate) -> StoreResult<Mention> {
        let corrupt = |column| StoreError::Corrupt(format!("customer {}, {column}", self.id));
        Ok(Mention {
            id: CustomerId(self.id),
            segment: Segment::parse(&self.segment).ok_or_else(|| corrupt("segment"))?,
            score: self.score.map(Points),
            band: Band::parse(&self.band).ok_or_else(|| corrupt("band"))?,
            change: self.change.map(Points),
            arr_cents: self.arr_cents,
            renewal_date: self.renewal_day.map(day),
            is_new: is_new(self.start_day.map(day), self.first_fact_day.map(day), today),
            cause: None,
            name: self.name,
        })
    }
}

/// The customers that a query selects: all of them in figures, the first few by name.
async fn mentions(tx: &mut Tx, query: &CustomerQuery, change: &str, order: &str, today: NaiveDate) -> StoreResult<Mentions> {
    let selection = Selection::of(query, today);
    let tally = tally(tx, &selection).await?;
    let sql = format!(
        "SELECT id, name, segment, score, band, {change} AS change, arr_cents, renewal_day, start_day, first_fact_day
         FROM customers WHERE {} ORDER BY {order}, id LIMIT {NAMED}",
        selection.condition
    );
    let rows: Vec<MentionRow> = tx.all(AssertSqlSafe(sql), selection.binds).await?;
    let items = rows.into_iter().map(|row| row.mention(today)).collect::<StoreResult<_>>()?;
    Ok(Mentions { tally, items })
}
