//! The tables `user_weeks` and `user_names`: rows of `user_days` that were packed, one for each customer and week, in which users are
//! numbers, and the customers' names by number.

use crate::domain::{CustomerId, EventKind, NaiveDate};
use crate::server::store::sql::bind::{Row, day, row};
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::texts::Texts;
use crate::server::store::{StoreError, StoreResult};
use chrono::Datelike;
use std::collections::BTreeMap;

/// A kind of facts, their day, the day of their receipt, and the number of the user whom they named.
pub type Deed = (EventKind, NaiveDate, NaiveDate, usize);

/// A customer's weeks as they are stored, each behind the number of its first day, and the names of its users, with a line break behind
/// each.
#[derive(Default)]
pub struct UserWeeks {
    pub names: String,
    pub lines: String,
}

/// The texts that these tables are read as.
#[derive(Clone, Copy)]
enum Part {
    Names,
    Weeks,
}

/// Returns the first day of a day's week. No week is of two months, so that a month can be dropped.
pub fn first_of_week(day: NaiveDate) -> NaiveDate {
    let week = (day.day0() / 7).min(3);
    day.with_day0(7 * week).unwrap_or(day)
}

/// Loads the weeks that have days of `from..=to`. Customers without names have none.
pub async fn load_user_weeks(
    tx: &mut Tx,
    customers: &[CustomerId],
    days: (NaiveDate, NaiveDate),
) -> StoreResult<BTreeMap<CustomerId, UserWeeks>> {
    let mut texts = Texts::of(tx, customers);
    select_user_weeks(&mut texts, [Part::Names, Part::Weeks], days);
    let mut found = BTreeMap::<_, UserWeeks>::new();
    for (part, customer, text) in texts.load(tx).await? {
        let weeks = found.entry(customer).or_default();
        match part {
            Part::Names => weeks.names = text,
            Part::Weeks => weeks.lines = text,
        }
    }
    Ok(found)
}

/// Selects the names, as the first part, and the weeks that have days of `from..=to`, as the second.
pub fn select_user_weeks<P: Copy>(texts: &mut Texts<P>, [names, weeks]: [P; 2], (from, to): (NaiveDate, NaiveDate)) {
    let [from, to] = [first_of_week(from), to].map(|day| texts.place(day));
    let condition = format!("first_day BETWEEN {from} AND {to}");
    texts.add(weeks, "user_weeks", &condition, "CAST(first_day AS TEXT) || '\n' || users");
    texts.add(names, "user_names", "true", "names");
}

/// Stores weeks in the place of those that are there.
pub async fn store_user_weeks(
    tx: &mut Tx,
    customer: CustomerId,
    weeks: &BTreeMap<NaiveDate, BTreeMap<Deed, i64>>,
) -> StoreResult<()> {
    let row = |(first, counts): (&NaiveDate, _)| {
        row! { customer_id: customer, first_day: *first, users: written(*first, counts) }
    };
    tx.replace_rows("user_weeks", &["customer_id", "first_day"], weeks.iter().map(row).collect()).await
}

/// Stores customers' names in the place of those that are there.
pub async fn store_user_names<'a>(tx: &mut Tx, names: impl IntoIterator<Item = (CustomerId, &'a str)>) -> StoreResult<()> {
    let row = |(customer, names): (CustomerId, &str)| row! { customer_id: customer, names: names };
    tx.replace_rows("user_names", &["customer_id"], names.into_iter().map(row).collect::<Vec<Row>>()).await
}

fn written(first: NaiveDate, counts: &BTreeMap<Deed, i64>) -> String {
    let counts: Vec<_> = counts.iter().filter(|(_, count)| **count != 0).collect();
    let mut text = String::new();
    for of_kind in counts.chunk_by(|((one, ..), _), ((other, ..), _)| one == other) {
        text.extend(of_kind.first().into_iter().flat_map(|((kind, ..), _)| [kind.name(), "\n"]));
        for of_days in of_kind.chunk_by(|((_, day, on, _), _), ((_, other, other_on, _), _)| (day, on) == (other, other_on)) {
            let Some(((_, day, received_on, _), _)) = of_days.first() else { continue };
            let later = match (*received_on - *day).num_days() {
                0 => String::new(),
                later => format!("+{later}"),
            };
            let user = |((.., user), count): &(&Deed, &i64)| match count {
                1 => user.to_string(),
                count => format!("{user}*{count}"),
            };
            let users = of_days.iter().map(user).collect::<Vec<_>>().join(" ");
            text.push_str(&format!("{}{later}\t{users}\n", (*day - first).num_days()));
        }
    }
    text
}

impl UserWeeks {
    /// Tells the counts of the asked kinds.
    pub fn tell(&self, is_asked: impl Fn(EventKind) -> bool, mut told: impl FnMut(Deed, i64)) -> StoreResult<()> {
        let corrupt = |line| StoreError::Corrupt(format!("users of a week: {line}"));
        let users = self.names.bytes().filter(|byte| *byte == b'\n').count();
        let (mut first, mut kind) = (None, None);
        for line in self.lines.split('\n').filter(|line| !line.is_empty()) {
            let Some((days, named)) = line.split_once('\t') else {
                match line.parse() {
                    Ok(number) => first = Some(number),
                    Err(_) => kind = Some(EventKind::parse(line).ok_or_else(|| corrupt(line))?),
                }
                continue;
            };
            let (first, kind) = first.zip(kind).ok_or_else(|| corrupt(line))?;
            if is_asked(kind) {
                let (on, received_on) = parse_days(first, days).ok_or_else(|| corrupt(line))?;
                for written in named.split(' ') {
                    let (user, count) = parse_user(written).filter(|(user, _)| *user < users).ok_or_else(|| corrupt(line))?;
                    told((kind, on, received_on, user), count);
                }
            }
        }
        Ok(())
    }
}

/// Returns the day and the day of receipt that are written as days since the week's first, which is a number, and days until the receipt.
fn parse_days(first: i32, written: &str) -> Option<(NaiveDate, NaiveDate)> {
    let (since, later) = written.split_once('+').unwrap_or((written, "0"));
    let on = first + since.parse::<i32>().ok()?;
    Some((day(on), day(on + later.parse::<i32>().ok()?)))
}

/// Returns a user's number and the number of facts.
fn parse_user(written: &str) -> Option<(usize, i64)> {
    match written.split_once('*') {
        None => Some((written.parse().ok()?, 1)),
        Some((user, count)) => Some((user.parse().ok()?, count.parse().ok()?)),
    }
}
