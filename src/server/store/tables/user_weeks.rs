//! The table `user_weeks`: the rows of `user_days` of days that are over, a row for each customer and week.

use crate::domain::{CustomerId, EventKind, NaiveDate};
use crate::server::store::sql::bind::{Row, binds, day, row};
use crate::server::store::sql::db::Tx;
use crate::server::store::{StoreError, StoreResult};
use chrono::Datelike;
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;

/// Whom a kind of facts named, their day, and the day of their receipt.
pub type Seen<'a> = (EventKind, &'a str, NaiveDate, NaiveDate);

/// A customer's weeks as they are stored, each behind the number of its first day.
pub struct UserWeeks {
    pub customer: CustomerId,
    pub lines: String,
}

/// Returns the first day of a day's week. No week is of two months, so that a month can be dropped.
pub fn first_of_week(day: NaiveDate) -> NaiveDate {
    let week = (day.day0() / 7).min(3);
    day.with_day0(7 * week).unwrap_or(day)
}

/// Loads the weeks that have days of `from..=to`.
pub async fn load_user_weeks(
    tx: &mut Tx,
    customers: &[CustomerId],
    (from, to): (NaiveDate, NaiveDate),
) -> StoreResult<Vec<UserWeeks>> {
    let (is_asked, customers) = tx.of_customers(customers);
    let sql = select_user_weeks(is_asked, "$2", "$3");
    let rows: Vec<(i64, String)> = tx.all(AssertSqlSafe(sql), binds![customers, first_of_week(from), to]).await?;
    Ok(rows.into_iter().map(|(customer, lines)| UserWeeks { customer: CustomerId(customer), lines }).collect())
}

/// Returns the SQL that selects customers and the lines of their [`UserWeeks`] whose first days are within these.
pub fn select_user_weeks(is_asked: &str, from: &str, to: &str) -> String {
    // All of a customer in one row, because a row costs more to fetch than its content.
    format!(
        "SELECT customer_id, string_agg(first_day || '\n' || users, '') AS lines FROM user_weeks
         WHERE customer_id {is_asked} AND first_day BETWEEN {from} AND {to} GROUP BY customer_id"
    )
}

/// Stores weeks in the place of those that are there.
pub async fn store_user_weeks(tx: &mut Tx, rows: Vec<Row>) -> StoreResult<()> {
    tx.replace_rows("user_weeks", &["customer_id", "first_day"], rows).await
}

/// Returns the row of a week with these counts.
pub fn user_week_row(customer: CustomerId, first: NaiveDate, counts: &BTreeMap<Seen<'_>, i64>) -> Row {
    row! { customer_id: customer, first_day: first, users: written(first, counts) }
}

fn written(first: NaiveDate, counts: &BTreeMap<Seen<'_>, i64>) -> String {
    let counts: Vec<_> = counts.iter().filter(|(_, count)| **count != 0).collect();
    let mut text = String::new();
    for of_kind in counts.chunk_by(|((one, ..), _), ((other, ..), _)| one == other) {
        text.extend(of_kind.first().into_iter().flat_map(|((kind, ..), _)| [kind.name(), "\n"]));
        for of_user in of_kind.chunk_by(|((_, one, ..), _), ((_, other, ..), _)| one == other) {
            let days: Vec<_> = of_user
                .iter()
                .map(|((_, _, day, received_on), count)| {
                    let times = if **count == 1 { String::new() } else { format!("*{count}") };
                    let later = match (*received_on - *day).num_days() {
                        0 => String::new(),
                        later => format!("+{later}"),
                    };
                    format!("{}{times}{later}", (*day - first).num_days())
                })
                .collect();
            text.push_str(&days.join(" "));
            text.extend(of_user.first().into_iter().flat_map(|((_, user, ..), _)| ["\t", user, "\n"]));
        }
    }
    text
}

impl UserWeeks {
    /// Tells the counts of the users that are asked for.
    pub fn tell<'a>(
        &'a self,
        is_asked: impl Fn(EventKind, &str) -> bool,
        mut told: impl FnMut(Seen<'a>, i64),
    ) -> StoreResult<()> {
        let corrupt = |line| StoreError::Corrupt(format!("customer {}, users of a week: {line}", self.customer));
        let (mut first, mut kind) = (None, None);
        for line in self.lines.lines() {
            let Some((days, user)) = line.split_once('\t') else {
                match line.parse::<i32>() {
                    Ok(number) => first = Some(number),
                    Err(_) => kind = Some(EventKind::parse(line).ok_or_else(|| corrupt(line))?),
                }
                continue;
            };
            let (first, kind) = first.zip(kind).ok_or_else(|| corrupt(line))?;
            if is_asked(kind, user) {
                for written in days.split(' ') {
                    let (since, count, later) = parse_day(written).ok_or_else(|| corrupt(line))?;
                    let on = day(first + since);
                    told((kind, user, on, if later == 0 { on } else { day(first + since + later) }), count);
                }
            }
        }
        Ok(())
    }
}

/// Returns the days since the week's first, the number of facts, and the days until their receipt.
fn parse_day(written: &str) -> Option<(i32, i64, i32)> {
    // Nearly all are one fact that was received on its day.
    if let [digit @ b'0'..=b'9'] = written.as_bytes() {
        return Some((i32::from(digit - b'0'), 1, 0));
    }
    let (written, later) = written.split_once('+').unwrap_or((written, "0"));
    let (since, count) = written.split_once('*').unwrap_or((written, "1"));
    Some((since.parse().ok()?, count.parse().ok()?, later.parse().ok()?))
}
