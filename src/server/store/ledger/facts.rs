//! Loads customers' facts in the form that scoring takes.

use crate::domain::{AsOf, CustomerId, EventKind, NaiveDate, Rulebook};
use crate::scoring::{DailyCount, Facts};
use crate::server::store::sql::bind::{binds, day, end, midnight, time};
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::texts::Texts;
use crate::server::store::tables::customers::{Known, get_customer_record, load_known_customers};
use crate::server::store::tables::event_log::events_kept_from;
use crate::server::store::tables::former_customers::load_customers_known_on;
use crate::server::store::tables::invoices::{load_invoices_known_on, parse_invoices, select_invoices};
use crate::server::store::tables::readings::{parse_readings, select_readings};
use crate::server::store::tables::user_days::{UsersText, select_user_days};
use crate::server::store::tables::user_weeks::select_user_weeks;
use crate::server::store::{Store, StoreError, StoreResult};
use chrono::{DateTime, Duration, Utc};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;
use std::str::FromStr;

impl Store {
    /// Loads the facts known of a customer as of a day, as far as `reach` says.
    pub async fn load_facts(&self, customer: CustomerId, reach: impl Into<Reach>, at: impl Into<AsOf>) -> StoreResult<Facts> {
        let mut tx = self.read().await?;
        let known = get_customer_record(&mut tx, customer).await?.known();
        Ok(load_facts(&mut tx, &[known], reach, at.into()).await?.remove(&customer).unwrap_or_default())
    }

    /// [`Self::load_facts`] for many customers.
    pub async fn load_facts_of(
        &self,
        customers: &[CustomerId],
        reach: impl Into<Reach>,
        at: impl Into<AsOf>,
    ) -> StoreResult<HashMap<CustomerId, Facts>> {
        let mut tx = self.read().await?;
        let known = load_known_customers(&mut tx, customers).await?;
        load_facts(&mut tx, &known, reach, at.into()).await
    }
}

/// The facts that scoring needs.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The earliest day of daily activity and of readings.
    from: NaiveDate,
    /// The names of readings.
    readings: Vec<String>,
    /// The kinds of events whose users are asked for, and the earliest day of these.
    users: Vec<EventKind>,
    users_from: NaiveDate,
}

impl Reach {
    /// Reaches back as far as scores of the days from `from` on need it.
    pub fn of(rulebook: &Rulebook, from: NaiveDate) -> Self {
        let readings = rulebook.readings().into_iter().map(str::to_owned).collect();
        let users_from = from - Duration::days(rulebook.user_days());
        Self { from: from - Duration::days(rulebook.lookback_days()), readings, users: rulebook.user_kinds(), users_from }
    }

    /// Reaches as far as both do.
    pub fn and(self, other: Self) -> Self {
        let Self { from, readings, users, users_from } = other;
        Self {
            from: self.from.min(from),
            readings: [self.readings, readings].concat(),
            users: [self.users, users].concat(),
            users_from: self.users_from.min(users_from),
        }
    }
}

impl From<NaiveDate> for Reach {
    /// Reaches back to a day, without readings and users.
    fn from(from: NaiveDate) -> Self {
        Self { from, readings: Vec::new(), users: Vec::new(), users_from: NaiveDate::MAX }
    }
}

/// Asks for all facts that are known now, of any day.
pub const ALL_FACTS: AsOf = AsOf { day: NaiveDate::MAX, known_at: None };

/// The tables that facts are read from in one statement.
#[derive(Clone, Copy)]
enum Part {
    Daily,
    Readings,
    UserDays,
    UserWeeks,
    UserNames,
    Invoices,
}

/// Kinds in a line of activity are numbers below this, in the order of [`EventKind::ALL`].
const KIND_NUMBERS: i32 = 16;

/// Returns the SQL that writes one count as a short line, since writing takes most of the time. Day and kind are one number. The
/// count and the key follow, except for a count of 1 without a key. Examples: `164011`, `164009 3 export`.
fn activity_line() -> String {
    let kinds = EventKind::ALL.iter().enumerate().map(|(number, kind)| format!("WHEN '{}' THEN {number}", kind.name()));
    let kinds = kinds.collect::<Vec<_>>().join(" ");
    format!(
        "CAST(day * {KIND_NUMBERS} + CASE kind {kinds} ELSE {unknown} END AS TEXT)
         || CASE WHEN count = 1 AND key = '' THEN '' ELSE ' ' || CAST(count AS TEXT) || ' ' || key END",
        unknown = KIND_NUMBERS - 1
    )
}

fn parse_count(line: &str) -> Option<DailyCount> {
    let (number, rest) = leading_number::<i32>(line)?;
    let kind = *EventKind::ALL.get(number.rem_euclid(KIND_NUMBERS) as usize)?;
    let day = day(number.div_euclid(KIND_NUMBERS));
    let Some(rest) = rest.strip_prefix(' ') else { return Some(DailyCount { day, kind, key: String::new(), count: 1 }) };
    let (count, key) = leading_number(rest)?;
    Some(DailyCount { day, kind, key: key.strip_prefix(' ')?.to_owned(), count })
}

/// Splits a text behind the number that it begins with.
fn leading_number<T: FromStr>(text: &str) -> Option<(T, &str)> {
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'-').count();
    let (number, rest) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, rest))
}

pub async fn load_facts(
    tx: &mut Tx,
    known: &[Known],
    reach: impl Into<Reach>,
    at: impl Into<AsOf>,
) -> StoreResult<HashMap<CustomerId, Facts>> {
    if known.is_empty() {
        return Ok(HashMap::new());
    }
    let (Reach { from, readings, users, users_from }, AsOf { day: to, known_at }) = (reach.into(), at.into());
    let ids: Vec<_> = known.iter().map(|known| known.id).collect();
    let mut found: HashMap<_, _> = known
        .iter()
        .map(|known| {
            let first_fact_on = known.first_fact_on();
            let Known { segment, start_date, came_back, .. } = *known;
            (known.id, Facts { segment, start_date, came_back, first_fact_on, ..Facts::default() })
        })
        .collect();
    let known_on = known_at.unwrap_or(NaiveDate::MAX);
    let mut texts = Texts::of(tx, &ids);
    select_daily(&mut texts, (from, to), known_on);
    if !readings.is_empty() {
        select_readings(&mut texts, Part::Readings, &readings, (from, to), known_on);
    }
    if !users.is_empty() {
        select_user_days(&mut texts, Part::UserDays, &users, (users_from, to), known_on);
        select_user_weeks(&mut texts, [Part::UserNames, Part::UserWeeks], (users_from, to));
    }
    if known_at.is_none() {
        select_invoices(&mut texts, Part::Invoices);
    }
    let mut users_as_text = HashMap::<_, UsersText>::new();
    for (part, customer, text) in texts.load(tx).await? {
        let Some(facts) = found.get_mut(&customer) else { continue };
        let named = |error: StoreError| error.of_customer(customer);
        match part {
            Part::Daily => facts.daily = parse_daily(&text).map_err(named)?,
            Part::Readings => facts.readings = parse_readings(&text, &readings).map_err(named)?,
            Part::UserDays => users_as_text.entry(customer).or_default().days = text,
            Part::UserWeeks => users_as_text.entry(customer).or_default().weeks.lines = text,
            Part::UserNames => users_as_text.entry(customer).or_default().weeks.names = text,
            Part::Invoices => facts.invoices = parse_invoices(&text).map_err(named)?,
        }
    }
    for (customer, text) in users_as_text {
        let users = text.parse(&users, (users_from, to), known_on).map_err(|error| error.of_customer(customer))?;
        found.entry(customer).and_modify(|facts| facts.users = users);
    }
    if let Some(known_at) = known_at {
        for (customer, invoice) in load_invoices_known_on(tx, &ids, known_at).await? {
            found.entry(customer).and_modify(|facts| facts.invoices.push(invoice));
        }
        for (customer, former) in load_customers_known_on(tx, &ids, known_at).await? {
            if let Some(facts) = found.get_mut(&customer) {
                facts.segment = Some(former.segment);
                (facts.start_date, facts.came_back) = (former.start_date, former.came_back);
            }
        }
        for (customer, first) in first_known_on(tx, ids.iter().map(|id| (*id, NaiveDate::MIN)), known_at).await? {
            if let Some(facts) = found.get_mut(&customer) {
                facts.first_fact_on = first;
            }
        }
    }
    let returned = |(id, facts): (&CustomerId, &Facts)| Some((*id, facts.start_date.filter(|_| facts.came_back)?));
    let returned: Vec<_> = found.iter().filter_map(returned).collect();
    for (customer, first) in first_known_on(tx, returned, known_at.unwrap_or(NaiveDate::MAX)).await? {
        found.entry(customer).and_modify(|facts| facts.first_fact_since = first);
    }
    Ok(found)
}

/// Returns the day of each customer's earliest fact since a day of its own, as it was known at the end of a day.
async fn first_known_on(
    tx: &mut Tx,
    customers: impl IntoIterator<Item = (CustomerId, NaiveDate)>,
    known_on: NaiveDate,
) -> StoreResult<Vec<(CustomerId, Option<NaiveDate>)>> {
    let rows = customers.into_iter().map(|(customer, since)| vec![customer.into(), since.into()]).collect();
    let mut found = Vec::new();
    for (given, binds) in tx.given_rows(rows) {
        let known_on = known_on.to_epoch_days();
        // Walks a customer's days only as far as the first that counted.
        let sql = format!(
            "SELECT column1, (
                 SELECT activity.day FROM daily_activity AS activity
                 WHERE activity.customer_id = column1 AND activity.day >= column2 AND activity.received_day <= {known_on}
                 AND (SELECT SUM(same.count) FROM daily_activity AS same WHERE same.customer_id = activity.customer_id
                      AND same.day = activity.day AND same.kind = activity.kind AND same.key = activity.key
                      AND same.received_day <= {known_on}) > 0
                 ORDER BY activity.day LIMIT 1
             ) AS first_day FROM {given}"
        );
        let rows: Vec<(i64, Option<i32>)> = tx.all(AssertSqlSafe(sql), binds).await?;
        found.extend(rows.into_iter().map(|(id, first)| (CustomerId(id), first.map(day))));
    }
    Ok(found)
}

/// Returns the time of the latest thing that each customer had done as of a day. Customers who had done nothing are left out.
/// Only what was received from the day `received_from` on is looked at: PostgreSQL keeps events by the month of receipt, and need
/// not look into months before it. Where raw events were dropped only the day may be known; the time is then the midnight at its
/// beginning.
pub async fn load_last_activity(
    tx: &mut Tx,
    customers: &[CustomerId],
    at: AsOf,
    received_from: NaiveDate,
) -> StoreResult<HashMap<CustomerId, DateTime<Utc>>> {
    let kinds = EventKind::ALL.into_iter().filter(|kind| kind.is_done_by_customer());
    let kinds = kinds.map(|kind| format!("'{}'", kind.name())).collect::<Vec<_>>().join(", ");
    let known_at = at.known_at.unwrap_or(NaiveDate::MAX);
    let (is_asked, asked) = tx.of_customers(customers);
    // All in one text, because a row costs more to fetch than its content. Nothing is written for a customer without a time.
    let sql = format!(
        "SELECT COALESCE(string_agg(CAST(id AS TEXT) || ' ' || CAST(last_at AS TEXT), '\n'), '') FROM (
             SELECT id, (
                 SELECT occurred_at FROM events WHERE customer_id = customers.id AND kind IN ({kinds})
                 AND occurred_at < $2 AND received_day BETWEEN $5 AND $3
                 AND NOT EXISTS (SELECT 1 FROM retractions WHERE event_id = events.id AND retracted_at < $4)
                 ORDER BY occurred_at DESC LIMIT 1
             ) AS last_at FROM customers WHERE id {is_asked}
         ) AS activity"
    );
    let binds = binds![asked.clone(), end(Some(at.day)), known_at, end(at.known_at), received_from];
    let (lines,): (String,) = tx.one(AssertSqlSafe(sql), binds).await?;
    let mut latest = HashMap::with_capacity(customers.len());
    for line in lines.lines() {
        let parsed = line.split_once(' ').and_then(|(id, last)| Some((CustomerId(id.parse().ok()?), time(last.parse().ok()?))));
        latest.extend([parsed.ok_or_else(|| StoreError::Corrupt(format!("last activity, {line}")))?]);
    }
    if events_kept_from(tx).await?.is_some() {
        let sql = format!(
            "SELECT id, (
                 SELECT activity.day FROM daily_activity AS activity WHERE activity.customer_id = customers.id
                 AND activity.kind IN ({kinds}) AND activity.day <= $2 AND activity.received_day <= $3
                 AND (SELECT SUM(same.count) FROM daily_activity AS same WHERE same.customer_id = activity.customer_id
                      AND same.day = activity.day AND same.kind = activity.kind AND same.key = activity.key
                      AND same.received_day <= $3) > 0
                 ORDER BY activity.day DESC LIMIT 1
             ) AS last_day FROM customers WHERE id {is_asked}"
        );
        let rows: Vec<(i64, Option<i32>)> = tx.all(AssertSqlSafe(sql), binds![asked, at.day, known_at]).await?;
        for (id, last) in rows {
            let Some(midnight) = last.map(|last| midnight(day(last))) else { continue };
            latest.entry(CustomerId(id)).and_modify(|at| *at = midnight.max(*at)).or_insert(midnight);
        }
    }
    Ok(latest)
}

/// Selects the counts of the days `from..=to`, as received by the end of `known_on`. Scoring needs none of readings.
fn select_daily(texts: &mut Texts<Part>, (from, to): (NaiveDate, NaiveDate), known_on: NaiveDate) {
    let [from, to, known_on] = [from, to, known_on].map(|day| texts.place(day));
    let condition = format!("day BETWEEN {from} AND {to} AND received_day <= {known_on} AND kind <> 'reading'");
    texts.add(Part::Daily, "daily_activity", &condition, &activity_line());
}

fn parse_daily(text: &str) -> StoreResult<Vec<DailyCount>> {
    let count = |line| parse_count(line).ok_or_else(|| StoreError::Corrupt(format!("activity, {line}")));
    let mut daily = text.split('\n').map(count).collect::<StoreResult<_>>()?;
    sum_up(&mut daily);
    Ok(daily)
}

/// Leaves one count for each day, kind and key, in this order. Counts that were received on different days are added up, and
/// counts that were taken back are gone.
pub fn sum_up(daily: &mut Vec<DailyCount>) {
    daily.sort_unstable_by(|a, b| (a.day, a.kind, &a.key).cmp(&(b.day, b.kind, &b.key)));
    daily.dedup_by(|later, first| {
        let same = (later.day, later.kind, &later.key) == (first.day, first.kind, &first.key);
        first.count += if same { later.count } else { 0 };
        same
    });
    daily.retain(|daily| daily.count > 0);
}
