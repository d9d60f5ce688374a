//! The table `user_days`: how often facts of a kind named a user on a day, by the day on which that was received. What is read is
//! the sum of it and of the days that were packed into weeks.

use crate::domain::{CustomerId, EventKind, NaiveDate};
use crate::scoring::{LastSeen, NamedCount, Seen, Users};
use crate::server::store::sql::bind::{Row, binds, day, row};
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::texts::Texts;
use crate::server::store::tables::user_weeks::{UserWeeks, load_user_weeks};
use crate::server::store::{Incoming, StoreError, StoreResult};
use sqlx::AssertSqlSafe;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Somebody who did something: the customer, the name, the kind of event, its day and the day of its receipt.
pub type Deed<T> = (CustomerId, T, EventKind, NaiveDate, NaiveDate);

/// Returns the counts of users that events add up to, as rows for [`add_user_days`].
pub fn user_days_of<'a>(incoming: impl IntoIterator<Item = &'a Incoming>) -> Vec<Row> {
    user_day_rows(incoming.into_iter().filter_map(|Incoming { customer, event, received_at }| {
        Some(((*customer, event.body.user()?, event.body.kind(), event.day(), received_at.date_naive()), 1))
    }))
}

/// Returns the rows that add counts to users' days, each day's added up. A count below 0 takes back.
pub fn user_day_rows<T: AsRef<str> + Ord>(deeds: impl IntoIterator<Item = (Deed<T>, i64)>) -> Vec<Row> {
    let mut counts = BTreeMap::<_, i64>::new();
    for (deed, count) in deeds {
        *counts.entry(deed).or_default() += count;
    }
    let row = |((customer, user, kind, day, received_on), count): (Deed<T>, i64)| {
        row! { customer_id: customer, user_name: user.as_ref(), kind: kind.name(), day: day, received_day: received_on, count: count }
    };
    counts.into_iter().map(row).collect()
}

/// Adds counts to users' days. No two of the rows differ only in the count.
pub async fn add_user_days(tx: &mut Tx, rows: Vec<Row>) -> StoreResult<()> {
    let add = "ON CONFLICT (customer_id, user_name, kind, day, received_day)
               DO UPDATE SET count = user_days.count + excluded.count";
    tx.insert_rows("user_days", rows, add).await?;
    Ok(())
}

/// Deletes a customer's counts of the days `from..=to`.
pub async fn delete_user_days(tx: &mut Tx, customer: CustomerId, (from, to): (NaiveDate, NaiveDate)) -> StoreResult<()> {
    let sql = "DELETE FROM user_days WHERE customer_id = $1 AND day BETWEEN $2 AND $3";
    tx.execute(sql, binds![customer, from, to]).await?;
    Ok(())
}

/// Selects how often facts of these kinds named users on the days `from..=to`, as received by the end of `known_on`.
pub fn select_user_days<P: Copy>(
    texts: &mut Texts<P>,
    part: P,
    kinds: &[EventKind],
    (from, to): (NaiveDate, NaiveDate),
    known_on: NaiveDate,
) {
    let [from, to, known_on] = [from, to, known_on].map(|day| texts.place(day));
    let names = kinds.iter().map(|kind| format!("'{}'", kind.name())).collect::<Vec<_>>().join(", ");
    let condition = format!("kind IN ({names}) AND day BETWEEN {from} AND {to} AND received_day <= {known_on}");
    let numbers = kinds.iter().enumerate().map(|(place, kind)| format!("WHEN '{}' THEN {place}", kind.name()));
    // With as little work in SQL as can be: day and kind are one number, and a count of 1 is left out. No user has control characters.
    let line = format!(
        "(day * {} + CASE kind {} END) || CASE WHEN count = 1 THEN ' ' ELSE '\t' || count || ' ' END || user_name",
        kinds.len(),
        numbers.collect::<Vec<_>>().join(" ")
    );
    texts.add(part, "user_days", &condition, &line);
}

/// A customer's users as the tables have them: the days, and those that were packed into weeks.
#[derive(Default)]
pub struct UsersText {
    pub days: String,
    pub weeks: UserWeeks,
}

impl UsersText {
    /// Reads the users whom facts of these kinds name on the days `from..=to`, as received by the end of `known_on`.
    pub fn parse(self, kinds: &[EventKind], (from, to): (NaiveDate, NaiveDate), known_on: NaiveDate) -> StoreResult<Users> {
        let mut packed = Vec::new();
        let is_asked = |kind| kinds.contains(&kind);
        self.weeks.tell(is_asked, |(kind, day, received_on, user), count| {
            let is_asked = from <= day && day <= to && received_on <= known_on;
            packed.extend(is_asked.then_some((Seen { day, user, kind }, count)));
        })?;
        let count = |line| parse_count(line, kinds).ok_or_else(|| StoreError::Corrupt(format!("users' days, {line}")));
        let days = self.days.lines().map(count).collect::<StoreResult<Vec<_>>>()?;
        Ok(Users::of_counts(self.weeks.names, packed, &days))
    }
}

fn parse_count<'a>(line: &'a str, kinds: &[EventKind]) -> Option<NamedCount<'a>> {
    let (head, user) = line.split_once(' ')?;
    let (number, count) = match head.split_once('\t') {
        Some((number, count)) => (number, count.parse().ok()?),
        None => (head, 1),
    };
    let (number, number_of_kinds): (i32, _) = (number.parse().ok()?, i32::try_from(kinds.len()).ok()?);
    let kind = *kinds.get(number.rem_euclid(number_of_kinds) as usize)?;
    Some((user, kind, day(number.div_euclid(number_of_kinds)), count))
}

/// Returns when facts that count named customers' users last, on the days from each one's own up to `to`.
pub async fn load_last_seen(
    tx: &mut Tx,
    users: impl IntoIterator<Item = ((CustomerId, &str), NaiveDate)>,
    to: NaiveDate,
) -> StoreResult<HashMap<(CustomerId, String), LastSeen>> {
    let users: HashMap<_, _> = users.into_iter().collect();
    let rows = users.iter().map(|((customer, user), from)| vec![(*customer).into(), (*user).into(), (*from).into()]).collect();
    let mut counts = HashMap::<_, i64>::new();
    for (given, binds) in tx.given_rows(rows) {
        let sql = format!(
            "SELECT customer_id, user_name, kind, day, CAST(SUM(count) AS BIGINT) FROM {given} JOIN user_days
             ON customer_id = given.column1 AND user_name = given.column2 AND day >= given.column3 AND day <= {}
             GROUP BY customer_id, user_name, kind, day",
            to.to_epoch_days()
        );
        for (customer, user, kind, number, count) in tx.all::<(i64, String, String, i32, i64)>(AssertSqlSafe(sql), binds).await? {
            let kind = EventKind::parse(&kind).ok_or_else(|| StoreError::Corrupt(format!("event kind {kind}")))?;
            *counts.entry((CustomerId(customer), user, kind, day(number))).or_default() += count;
        }
    }
    let customers: BTreeSet<_> = users.keys().map(|(customer, _)| *customer).collect();
    let first = users.values().min().copied().unwrap_or(to);
    for (customer, weeks) in load_user_weeks(tx, &Vec::from_iter(customers), (first, to)).await? {
        let asked = |name| Some((name, *users.get(&(customer, name))?));
        let by_number: Vec<_> = weeks.names.lines().map(asked).collect();
        let asked = |number: usize| by_number.get(number).copied().flatten();
        let add = |(kind, day, _, user), count| {
            if let Some((name, _)) = asked(user).filter(|(_, from)| *from <= day && day <= to) {
                *counts.entry((customer, name.to_owned(), kind, day)).or_default() += count;
            }
        };
        weeks.tell(|_| true, add).map_err(|error| error.of_customer(customer))?;
    }
    let mut last = BTreeMap::new();
    for ((customer, user, kind, day), _) in counts.into_iter().filter(|(_, count)| *count > 0) {
        last.entry((customer, user, kind)).and_modify(|last: &mut NaiveDate| *last = day.max(*last)).or_insert(day);
    }
    let mut seen = HashMap::<_, LastSeen>::new();
    for ((customer, user, kind), last) in last {
        seen.entry((customer, user)).or_default().0.push((kind, last));
    }
    Ok(seen)
}
