//! The table `user_days`: how often facts of a kind named a user on a day, by the day on which that was received.

use crate::domain::{CustomerId, EventKind, NaiveDate};
use crate::scoring::{LastSeen, UserDays};
use crate::server::store::sql::bind::{Row, binds, day, row};
use crate::server::store::sql::db::Tx;
use crate::server::store::{Incoming, StoreError, StoreResult};
use sqlx::AssertSqlSafe;
use std::collections::{BTreeMap, HashMap};

/// Somebody who did something: the customer, the name, the kind of event, its day and the day of its receipt.
pub type Deed<'a> = (CustomerId, &'a str, EventKind, NaiveDate, NaiveDate);

/// Returns the counts of users that events add up to, as rows for [`add_user_days`].
pub fn user_days_of<'a>(incoming: impl IntoIterator<Item = &'a Incoming>) -> Vec<Row> {
    let mut counts = BTreeMap::<_, i64>::new();
    for Incoming { customer, event, received_at } in incoming {
        let Some(user) = event.body.user() else { continue };
        *counts.entry((*customer, user, event.body.kind(), event.day(), received_at.date_naive())).or_default() += 1;
    }
    counts.into_iter().map(|(deed, count)| user_day_row(deed, count)).collect()
}

/// Returns the row that adds a count to a user's day. A count below 0 takes back.
pub fn user_day_row((customer, user, kind, day, received_on): Deed<'_>, count: i64) -> Row {
    row! { customer_id: customer, user_name: user, kind: kind.name(), day: day, received_day: received_on, count: count }
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

/// Loads the users whom the customers' facts of these kinds name on the days `from..=to`, as received by the end of `known_on`.
pub async fn load_user_days(
    tx: &mut Tx,
    customers: &[CustomerId],
    kinds: &[EventKind],
    (from, to): (NaiveDate, NaiveDate),
    known_on: NaiveDate,
) -> StoreResult<HashMap<CustomerId, Vec<UserDays>>> {
    let kinds = kinds.iter().map(|kind| format!("'{}'", kind.name())).collect::<Vec<_>>().join(", ");
    // A row for each customer, because a row costs more to fetch than its content. No user has control characters. Counts are added
    // up here, which takes a quarter of the time.
    let sql = format!(
        "SELECT customer_id, string_agg(line, '\n') FROM (
             SELECT customer_id, kind || '\t' || user_name || '\t' || string_agg(
                 CAST(day AS TEXT) || CASE WHEN count = 1 THEN '' ELSE ':' || CAST(count AS TEXT) END, ' '
             ) AS line FROM user_days
             WHERE customer_id {} AND kind IN ({kinds}) AND day BETWEEN $2 AND $3 AND received_day <= $4
             GROUP BY customer_id, user_name, kind
         ) AS users GROUP BY customer_id",
        tx.one_of()
    );
    let rows: Vec<(i64, String)> = tx.all(AssertSqlSafe(sql), binds![customers, from, to, known_on]).await?;
    let users = |(customer, lines): (i64, String)| {
        let parsed =
            |line| parse_user(line).ok_or_else(|| StoreError::Corrupt(format!("customer {customer}, user's days: {line}")));
        let mut users = lines.split('\n').map(parsed).collect::<StoreResult<Vec<_>>>()?;
        users.retain(|user| !user.days.is_empty());
        Ok((CustomerId(customer), users))
    };
    rows.into_iter().map(users).collect()
}

/// Reads a kind, a user, and the days on which the user counts: "login", "ann" and "20528 20530:2 20530:-2".
fn parse_user(line: &str) -> Option<UserDays> {
    let (kind, rest) = line.split_once('\t')?;
    let (user, counts) = rest.split_once('\t')?;
    let count = |text: &str| match text.split_once(':') {
        Some((number, count)) => Some((day(number.parse().ok()?), count.parse().ok()?)),
        None => Some((day(text.parse().ok()?), 1)),
    };
    let mut counts: Vec<(NaiveDate, i64)> = counts.split(' ').map(count).collect::<Option<_>>()?;
    counts.sort_unstable();
    let of_days = counts.chunk_by(|(one, _), (other, _)| one == other);
    let counted = of_days.filter(|day| day.iter().map(|(_, count)| count).sum::<i64>() > 0);
    let days = counted.filter_map(|day| day.first()).map(|(day, _)| *day).collect();
    Some(UserDays { user: user.to_owned(), kind: EventKind::parse(kind)?, days })
}

/// Returns when facts that count named customers' users last, on the days from each one's own up to `to`.
pub async fn load_last_seen(
    tx: &mut Tx,
    users: impl IntoIterator<Item = ((CustomerId, &str), NaiveDate)>,
    to: NaiveDate,
) -> StoreResult<HashMap<(CustomerId, String), LastSeen>> {
    let rows = users.into_iter().map(|((customer, user), from)| vec![customer.into(), user.into(), from.into()]).collect();
    let mut seen = HashMap::<_, LastSeen>::new();
    for (given, binds) in tx.given_rows(rows) {
        let sql = format!(
            "SELECT customer_id, user_name, kind, MAX(day) FROM (
                 SELECT customer_id, user_name, kind, day FROM {given} JOIN user_days ON customer_id = given.column1
                 AND user_name = given.column2 AND day >= given.column3 AND day <= {}
                 GROUP BY customer_id, user_name, kind, day HAVING SUM(count) > 0
             ) AS counted GROUP BY customer_id, user_name, kind",
            to.to_epoch_days()
        );
        for (customer, user, kind, last) in tx.all::<(i64, String, String, i32)>(AssertSqlSafe(sql), binds).await? {
            let kind = EventKind::parse(&kind).ok_or_else(|| StoreError::Corrupt(format!("event kind {kind}")))?;
            seen.entry((CustomerId(customer), user)).or_default().0.push((kind, day(last)));
        }
    }
    Ok(seen)
}
