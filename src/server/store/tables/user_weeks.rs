//! The tables `user_weeks` and `user_names`: rows of `user_days` that were packed, one for each customer and week, in which users are
//! numbers, and the customers' names by number.

use crate::domain::{CustomerId, EventKind, NaiveDate};
use crate::server::store::sql::bind::{Row, day, row};
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::texts::Texts;
use crate::server::store::{StoreError, StoreResult};
use chrono::Datelike;
use std::collections::BTreeMap;

/// A kind of facts, the number of the user whom they named, their day, and the day of their receipt.
pub type Deed = (EventKind, usize, NaiveDate, NaiveDate);

/// A customer's weeks as they are stored, each behind the number of its first day, and the names of its users, with a line break behind
/// each.
pub struct UserWeeks {
    pub customer: CustomerId,
    pub names: String,
    pub lines: String,
}

/// Returns the first day of a day's week. No week is of two months, so that a month can be dropped.
pub fn first_of_week(day: NaiveDate) -> NaiveDate {
    let week = (day.day0() / 7).min(3);
    day.with_day0(7 * week).unwrap_or(day)
}

/// Loads the weeks that have days of `from..=to`. Customers without names have none.
pub async fn load_user_weeks(tx: &mut Tx, customers: &[CustomerId], days: (NaiveDate, NaiveDate)) -> StoreResult<Vec<UserWeeks>> {
    let mut texts = Texts::of(tx, customers);
    select_user_weeks(&mut texts, true, days);
    texts.add(false, "user_names", "true", "names");
    let mut found = BTreeMap::new();
    for (is_weeks, customer, text) in texts.load(tx).await? {
        let UserWeeks { names, lines, .. } =
            found.entry(customer).or_insert_with(|| UserWeeks { customer, names: String::new(), lines: String::new() });
        *if is_weeks { lines } else { names } = text;
    }
    Ok(found.into_values().collect())
}

/// Selects the weeks that have days of `from..=to`.
pub fn select_user_weeks<P: Copy>(texts: &mut Texts<P>, part: P, (from, to): (NaiveDate, NaiveDate)) {
    let [from, to] = [first_of_week(from), to].map(|day| texts.place(day));
    let condition = format!("first_day BETWEEN {from} AND {to}");
    texts.add(part, "user_weeks", &condition, "CAST(first_day AS TEXT) || '\n' || users");
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
            text.extend(of_user.first().into_iter().map(|((_, user, ..), _)| format!("{}\t{user}\n", days.join(" "))));
        }
    }
    text
}

impl UserWeeks {
    /// Tells the counts of the users that are asked for.
    pub fn tell(&self, is_asked: impl Fn(EventKind, usize) -> bool, told: impl FnMut(Deed, i64)) -> StoreResult<()> {
        tell_weeks(&self.lines, &self.names, is_asked, told)
    }
}

/// Tells the counts in `lines` of the users that are asked for, with `names` as [`UserWeeks`] has both.
pub fn tell_weeks(
    lines: &str,
    names: &str,
    is_asked: impl Fn(EventKind, usize) -> bool,
    mut told: impl FnMut(Deed, i64),
) -> StoreResult<()> {
    let corrupt = |line| StoreError::Corrupt(format!("users of a week: {line}"));
    let (mut first, mut kind) = (None, None);
    for line in lines.split('\n').filter(|line| !line.is_empty()) {
        let Some((days, user)) = line.split_once('\t') else {
            match line.parse::<i32>() {
                Ok(number) => first = Some(number),
                Err(_) => kind = Some(EventKind::parse(line).ok_or_else(|| corrupt(line))?),
            }
            continue;
        };
        let (first, kind) = first.zip(kind).ok_or_else(|| corrupt(line))?;
        // Each name takes one letter at least, its line break.
        let user = user.parse().ok().filter(|user| *user < names.len()).ok_or_else(|| corrupt(line))?;
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
