//! The table `readings`: what was measured, when, and from when to when it is known. Nothing is ever deleted from it but with its
//! customer.

use crate::domain::{AsOf, CustomerId, EventBody, EventId, NaiveDate, NewEvent, Reading, ReadingValue};
use crate::scoring::ReadingFact;
use crate::server::store::sql::bind::{Bind, Row, binds, day, end, row, time};
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::texts::Texts;
use crate::server::store::{StoreError, StoreResult};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The end of knowledge that has not ended.
const STILL_KNOWN: Bind = Bind::Day(Some(i32::MAX));

/// Returns the row of an event that is a reading.
pub fn reading_row(customer: CustomerId, event: &NewEvent, id: EventId, received_at: DateTime<Utc>) -> Option<Row> {
    let EventBody::Reading { name, value } = &event.body else { return None };
    Some(row! {
        customer_id: customer,
        name: name,
        occurred_at: event.occurred_at,
        thousandths: value.thousandths(),
        event_id: id,
        day: event.day(),
        received_day: received_at.date_naive(),
        retracted_day: STILL_KNOWN,
    })
}

pub async fn insert_readings(tx: &mut Tx, rows: Vec<Row>) -> StoreResult<()> {
    tx.insert_rows("readings", rows, "").await?;
    Ok(())
}

/// Ends what is known of those of the customers' events that are readings.
pub async fn end_readings(tx: &mut Tx, customers: &[CustomerId], events: &[EventId], today: NaiveDate) -> StoreResult<()> {
    if events.is_empty() {
        return Ok(());
    }
    let sql =
        format!("UPDATE readings SET retracted_day = $3 WHERE customer_id {} AND event_id {}", tx.one_of(), tx.one_of_second());
    let events = Bind::Ints(events.iter().map(|id| Some(id.0)).collect());
    tx.execute(AssertSqlSafe(sql), vec![customers.into(), events, today.into()]).await?;
    Ok(())
}

/// Walks the names of readings of the customers in `$1` from one to the next, however many readings a name has.
const NAMES: &str = "WITH RECURSIVE names (customer_id, name) AS (
        SELECT id, (SELECT MIN(name) FROM readings WHERE customer_id = customers.id) FROM customers WHERE id {of}
        UNION ALL
        SELECT customer_id, (
            SELECT MIN(later.name) FROM readings AS later WHERE later.customer_id = names.customer_id AND later.name > names.name
        ) FROM names WHERE name IS NOT NULL
    ) ";

/// Returns the names of the customers' readings that count now.
pub async fn load_reading_names(tx: &mut Tx, customers: &[CustomerId]) -> StoreResult<HashMap<CustomerId, BTreeSet<String>>> {
    let mut names = HashMap::<_, BTreeSet<_>>::new();
    if customers.is_empty() {
        return Ok(names);
    }
    let sql = format!(
        "{} SELECT customer_id, name FROM names WHERE name IS NOT NULL AND EXISTS (
             SELECT 1 FROM readings WHERE readings.customer_id = names.customer_id AND readings.name = names.name
             AND retracted_day = $2
         )",
        NAMES.replace("{of}", tx.one_of())
    );
    let rows: Vec<(i64, String)> = tx.all(AssertSqlSafe(sql), vec![customers.into(), STILL_KNOWN]).await?;
    for (customer, name) in rows {
        names.entry(CustomerId(customer)).or_default().insert(name);
    }
    Ok(names)
}

/// Loads a customer's latest reading of each name, by name, as it is known of `at`. Of several at the same time it is the largest.
pub async fn load_latest_readings(tx: &mut Tx, customer: CustomerId, at: AsOf) -> StoreResult<Vec<Reading>> {
    let sql = format!(
        "{} SELECT name, latest FROM (
             SELECT name, (
                 SELECT CAST(thousandths AS TEXT) || ' ' || CAST(occurred_at AS TEXT) FROM readings AS known
                 WHERE known.customer_id = names.customer_id AND known.name = names.name
                 AND occurred_at < $2 AND received_day <= $3 AND retracted_day > $3
                 ORDER BY occurred_at DESC, thousandths DESC LIMIT 1
             ) AS latest FROM names WHERE name IS NOT NULL
         ) AS found WHERE latest IS NOT NULL ORDER BY name",
        NAMES.replace("{of}", "= $1")
    );
    let known_at = at.known_at.unwrap_or(NaiveDate::MAX);
    let rows: Vec<(String, String)> = tx.all(AssertSqlSafe(sql), binds![customer, end(Some(at.day)), known_at]).await?;
    let reading = |(name, latest): (String, String)| {
        let parsed = latest.split_once(' ').and_then(|(thousandths, micros)| {
            Some((ReadingValue::of_thousandths(thousandths.parse().ok()?)?, time(micros.parse().ok()?)))
        });
        let (value, occurred_at) =
            parsed.ok_or_else(|| StoreError::Corrupt(format!("customer {customer}, reading {name}: {latest}")))?;
        Ok(Reading { name, value, day: occurred_at.date_naive(), occurred_at })
    };
    rows.into_iter().map(reading).collect()
}

/// Returns the day of the earliest reading of each name, of any customer, as it was known at the end of a day. A name without any
/// is left out.
pub async fn load_first_readings(tx: &mut Tx, names: &[&str], known_on: NaiveDate) -> StoreResult<BTreeMap<String, NaiveDate>> {
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let of_name = |place: usize| {
        format!(
            "SELECT {place} AS place, (
                 SELECT day FROM readings WHERE name = ${} AND received_day <= $1 AND retracted_day > $1 ORDER BY day LIMIT 1
             ) AS first_day",
            place + 2
        )
    };
    let sql = (0..names.len()).map(of_name).collect::<Vec<_>>().join(" UNION ALL ");
    let binds = [known_on.into()].into_iter().chain(names.iter().map(|name| (*name).into())).collect();
    let found: Vec<(i32, Option<i32>)> = tx.all(AssertSqlSafe(sql), binds).await?;
    let first = |(place, number): (i32, Option<i32>)| Some(((*names.get(place as usize)?).to_owned(), day(number?)));
    Ok(found.into_iter().filter_map(first).collect())
}

/// Selects the readings of these names, of the days `from..=to`, as received by the end of `known_on`, for [`parse_readings`].
pub fn select_readings<P: Copy>(
    texts: &mut Texts<P>,
    part: P,
    names: &[String],
    (from, to): (NaiveDate, NaiveDate),
    known_on: NaiveDate,
) {
    let [from, to, known_on] = [from, to, known_on].map(|day| texts.place(day));
    let names: Vec<_> = names.iter().map(|name| texts.place(name)).collect();
    // Days are written as sums, so that PostgreSQL looks for the customers: it takes any range for a small one, and would read those of
    // all customers by the names and days.
    let condition = format!(
        "name IN ({}) AND day + 0 BETWEEN {from} AND {to} AND received_day + 0 <= {known_on} AND retracted_day + 0 > {known_on}",
        names.join(", ")
    );
    texts.add(part, "readings", &condition, "CAST(occurred_at AS TEXT) || ' ' || CAST(thousandths AS TEXT) || ' ' || name");
}

/// Reads readings of these names, which share them.
pub fn parse_readings(text: &str, names: &[String]) -> StoreResult<Vec<ReadingFact>> {
    let names: Vec<Arc<str>> = names.iter().map(|name| name.as_str().into()).collect();
    let reading = |line: &str| {
        let mut parts = line.splitn(3, ' ');
        let at = time(parts.next()?.parse().ok()?);
        let value = ReadingValue::of_thousandths(parts.next()?.parse().ok()?)?;
        let name = parts.next()?;
        Some(ReadingFact { name: names.iter().find(|asked| ***asked == *name)?.clone(), at, value })
    };
    // No name has line breaks.
    text.split('\n').map(|line| reading(line).ok_or_else(|| StoreError::Corrupt(format!("readings, {line}")))).collect()
}
