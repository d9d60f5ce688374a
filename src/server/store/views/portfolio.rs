//! The portfolio's figures: how the customers that a query selects stand today. Each is counted by the very
//! condition that selects the list it links to.

use crate::domain::list::{ChangeFilter, RenewalFilter, is_new};
use crate::domain::numbers::round_div;
use crate::domain::portfolio::{BandTally, MeanScore, Mention, Mentions, Movers, Tally};
use crate::domain::{Band, CustomerId, CustomerQuery, NaiveDate, Points, Portfolio, Segment};
use crate::scoring;
use crate::server::store::ledger::connections::connections_of;
use crate::server::store::sql::bind::{binds, day};
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::first_days::earliest_day;
use crate::server::store::tables::scorecards::current_rulebook;
use crate::server::store::views::selection::Selection;
use crate::server::store::views::silence::load_recent_fact_days;
use crate::server::store::views::tally::{TallyRow, tally_columns};
use crate::server::store::{Store, StoreError, StoreResult};
use sqlx::AssertSqlSafe;

/// The most customers that a summary names.
const NAMED: i64 = 5;

impl Store {
    /// From current rows of the customers that the query's filters select. Those without data are in no mean, no mover and not
    /// in the distribution.
    pub async fn get_portfolio(&self, query: &CustomerQuery, currency: &str, today: NaiveDate) -> StoreResult<Portfolio> {
        let mut tx = self.read().await?;
        let everybody = Selection::load(&mut tx, query, today).await?;
        let groups = load_groups(&mut tx, &everybody).await?;
        let [up7, down7, up30, down30, new_churn_risks, renewals_at_risk, renewals_overdue] =
            load_mentions(&mut tx, everybody, query.archived, today).await?;
        let archived = Selection::load(&mut tx, &CustomerQuery { archived: true, ..query.clone() }, today).await?;
        let rulebook = current_rulebook(&mut tx).await?;
        let connections = connections_of(&mut tx, &rulebook).await?;
        Ok(Portfolio {
            today,
            as_of: today,
            known_at: None,
            history_from: None,
            first_fact_on: earliest_day(&connections.sources),
            owner: query.owner.clone(),
            currency: currency.to_owned(),
            all: groups.iter().map(Group::tally).sum(),
            bands: Band::ALL.map(|band| band_tally(band, &groups)).to_vec(),
            unconnected: connections.unconnected(rulebook.factors().into_iter()),
            factors: rulebook.names(),
            band_limits: rulebook.rest().bands.clone(),
            mean: mean(&groups),
            distribution: distribution(&groups, |tally| tally.customers),
            distribution_arr_cents: distribution(&groups, |tally| tally.arr_cents),
            movers7: Movers { days: 7, up: up7, down: down7 },
            movers30: Movers { days: 30, up: up30, down: down30 },
            new_churn_risks,
            renewals_at_risk,
            renewals_overdue,
            needed: groups.iter().map(|group| group.needed).sum(),
            archived: tally(&mut tx, &archived).await?.customers,
            silent_sources: scoring::silent_sources(&load_recent_fact_days(&mut tx, today.into()).await?, today),
            has_demo: tx.optional::<(i64,)>("SELECT id FROM customers WHERE is_demo LIMIT 1", binds![]).await?.is_some(),
        })
    }

    /// Returns the ARR of all active customers together, in cents. It is summed in two parts, so that no sum overflows.
    pub async fn sum_arr(&self) -> StoreResult<i64> {
        let sql =
            "SELECT COALESCE(CAST(SUM(arr_cents / 1000000) AS BIGINT), 0), COALESCE(CAST(SUM(arr_cents % 1000000) AS BIGINT), 0)
                   FROM customers WHERE archived_day IS NULL";
        let (millions, rest): (i64, i64) = self.read_once().await?.one(sql, binds![]).await?;
        Ok(millions.saturating_mul(1_000_000).saturating_add(rest))
    }
}

/// The customers of one band within one step of the distribution.
#[derive(sqlx_macros::FromRow)]
struct Group {
    band: String,
    step: Option<i64>,
    #[sqlx(flatten)]
    tally: TallyRow,
    needed: i64,
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

async fn load_groups(tx: &mut Tx, Selection { condition, binds }: &Selection) -> StoreResult<Vec<Group>> {
    // By score first: that is an order of SQLite's index, and few groups are left to be sorted by step.
    let sql = format!(
        concat!(
            "SELECT band, CASE WHEN score >= 900 THEN 9 ELSE score / 100 END AS step, ",
            "CAST(SUM(customers) AS BIGINT) AS customers, CAST(SUM(arr_known) AS BIGINT) AS arr_known, \
             CAST(SUM(arr_millions) AS BIGINT) AS arr_millions, CAST(SUM(arr_rest) AS BIGINT) AS arr_rest, \
             CAST(SUM(needed) AS BIGINT) AS needed, \
             COALESCE(CAST(SUM(score * customers) AS BIGINT), 0) AS score_sum, \
             COALESCE(CAST(SUM(change_7_sum) AS BIGINT), 0) AS change_7_sum, \
             CAST(SUM(change_7_known) AS BIGINT) AS change_7_known, \
             COALESCE(CAST(SUM(change_30_sum) AS BIGINT), 0) AS change_30_sum, \
             CAST(SUM(change_30_known) AS BIGINT) AS change_30_known \
             FROM (SELECT band, score, ",
            tally_columns!(""),
            ", COUNT(urgency) AS needed, SUM(change_7) AS change_7_sum, COUNT(change_7) AS change_7_known, \
             SUM(change_30) AS change_30_sum, COUNT(change_30) AS change_30_known \
             FROM customers WHERE {} GROUP BY band, score) AS by_score GROUP BY 1, 2"
        ),
        condition
    );
    tx.all(AssertSqlSafe(sql), binds.clone()).await
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

fn distribution(groups: &[Group], figure: fn(&Tally) -> i64) -> Vec<i64> {
    let step = |step: i64| groups.iter().filter(|group| group.step == Some(step)).map(Group::tally).sum();
    (0..10).map(|number| figure(&step(number))).collect()
}

async fn tally(tx: &mut Tx, selection: &Selection) -> StoreResult<Tally> {
    let sql = format!(concat!("SELECT ", tally_columns!(""), " FROM customers WHERE {}"), selection.condition);
    Ok(tx.one::<TallyRow>(AssertSqlSafe(sql), selection.binds.clone()).await?.tally())
}

/// Some customers that a summary counts, and of whom it names the first.
struct List {
    query: CustomerQuery,
    /// The column of the change that is told.
    change: &'static str,
    /// By which column and in which direction the first are found.
    order: (&'static str, &'static str),
}

fn lists(everybody: &CustomerQuery) -> [List; 7] {
    let changed = |change, column, direction| {
        let query = CustomerQuery { change: Some(change), ..everybody.clone() };
        List { query, change: column, order: (column, direction) }
    };
    let renewing = |renewal, bands: &[Band]| {
        let query = CustomerQuery { renewal: Some(renewal), bands: bands.to_vec(), ..everybody.clone() };
        List { query, change: "change_7", order: ("renewal_day", "ASC") }
    };
    [
        changed(ChangeFilter::Up7, "change_7", "DESC"),
        changed(ChangeFilter::Down7, "change_7", "ASC"),
        changed(ChangeFilter::Up30, "change_30", "DESC"),
        changed(ChangeFilter::Down30, "change_30", "ASC"),
        changed(ChangeFilter::NewChurnRisk, "change_7", "ASC"),
        renewing(RenewalFilter::Next90, &[Band::AtRisk, Band::ChurnRisk, Band::NoData]),
        renewing(RenewalFilter::Overdue, &[]),
    ]
}

/// The columns that the lists' conditions and orders read.
const LISTED: &str = "id, band, band_7, change_7, change_30, arr_cents, renewal_day, start_day, first_fact_day";

/// All lists of the selected customers, each with its figures and its first customers. The table is read once, for those that
/// are on any list.
async fn load_mentions(tx: &mut Tx, everybody: Selection, archived: bool, today: NaiveDate) -> StoreResult<[Mentions; 7]> {
    let lists = lists(&CustomerQuery { archived, ..CustomerQuery::default() });
    // Said once for all lists, so that SQLite does not walk its index for each of them.
    let Selection { condition: of_everybody, mut binds } = everybody;
    let conditions = lists.each_ref().map(|list| {
        let selection = Selection::continuing(&list.query, today, std::mem::take(&mut binds));
        binds = selection.binds;
        selection.condition
    });
    let first = |(number, list): (usize, &List)| {
        let (List { change, order: (column, direction), .. }, condition) = (list, &conditions[number]);
        format!(
            concat!(
                "SELECT {} AS list, ROW_NUMBER() OVER (ORDER BY place {}, id) AS place, id, told, customers, arr_known, \
                 arr_millions, arr_rest FROM (SELECT id, {} AS place, {} AS told, ",
                tally_columns!(" OVER ()"),
                " FROM listed WHERE {} ORDER BY place {}, id LIMIT {}) AS list_{}"
            ),
            number, direction, column, change, condition, direction, NAMED, number
        )
    };
    let firsts: Vec<_> = lists.iter().enumerate().map(first).collect();
    let sql = format!(
        "WITH listed AS MATERIALIZED (SELECT {LISTED}, archived_day FROM customers
             WHERE {of_everybody} AND (({})))
         SELECT CAST(list AS BIGINT) AS list, customers, arr_known, arr_millions, arr_rest, named.id AS id, name, segment, score,
             band, told AS change, customer.arr_cents AS arr_cents, renewal_day, start_day, first_fact_day
         FROM ({}) AS named JOIN customers AS customer ON customer.id = named.id ORDER BY list, place",
        conditions.join(") OR ("),
        firsts.join(" UNION ALL ")
    );
    let rows: Vec<MentionRow> = tx.all(AssertSqlSafe(sql), binds).await?;
    let mut mentions = std::array::from_fn(|_| Mentions { tally: Tally::default(), items: Vec::new() });
    for row in rows {
        if let Some(list) = mentions.get_mut(row.list as usize) {
            list.tally = row.tally.tally();
            list.items.push(row.mention(today)?);
        }
    }
    Ok(mentions)
}

#[derive(sqlx_macros::FromRow)]
struct MentionRow {
    list: i64,
    #[sqlx(flatten)]
    tally: TallyRow,
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
            segment: Segment::named(&self.segment).ok_or_else(|| corrupt("segment"))?,
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
