//! Users' days over the years: those of events that an older release stored are counted, those of past days or of many users are
//! packed, and those of long ago are dropped.

use crate::domain::{CustomerId, EventKind, NaiveDate};
use crate::scoring::Users;
use crate::server::store::ledger::connections::{change_users_from, write_connections};
use crate::server::store::sql::bind::{binds, day, end, midnight, time};
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::locks::AdvisoryLock;
use crate::server::store::tables::connections::load_connections;
use crate::server::store::tables::customers::lock_customers;
use crate::server::store::tables::event_log::{dropped_to, events_kept_from, first_of_month};
use crate::server::store::tables::events::read_body;
use crate::server::store::tables::user_days::{add_user_days, delete_user_days, user_day_rows};
use crate::server::store::tables::user_weeks::{Deed, first_of_week, load_user_weeks, store_user_names, store_user_weeks};
use crate::server::store::{Store, StoreError, StoreResult};
use chrono::Duration;
use sqlx::AssertSqlSafe;
use std::collections::{BTreeMap, HashSet};

/// The customers whose days one transaction drops.
const CUSTOMERS_DROPPED_TOGETHER: i64 = 500;
/// A customer's counts of today that are not packed before the day is over, since few are read as fast as a week.
const MOST_KEPT_APART: i64 = 200;

/// The progress of counting the users of older events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsersCounted {
    /// The customer that is next, and the last that there is.
    pub next: CustomerId,
    pub last: CustomerId,
}

impl UsersCounted {
    pub fn is_done(&self) -> bool {
        self.next > self.last
    }
}

/// The place up to which users of older events are counted: all days of customers before this one, and its days before this day.
#[derive(Clone, Copy)]
struct Place {
    customer: CustomerId,
    day: NaiveDate,
}

impl Store {
    /// Counts, in one transaction, the users of about `most` more events that an older release has stored, or of a day where that has
    /// more. Returns `None` when all are counted. Work that is cut off goes on the next time, and several processes take turns: a
    /// customer's days are counted anew, whatever is there.
    pub async fn count_older_users(&self, most: i64) -> StoreResult<Option<UsersCounted>> {
        if load_connections(&mut self.read().await?).await?.0.users_from.is_some() {
            return Ok(None);
        }
        let mut tx = self.write().await?;
        tx.lock(AdvisoryLock::Users).await?;
        let mut place = load_place(&mut tx).await?;
        let (last,): (Option<i64>,) = tx.one("SELECT MAX(id) FROM customers", binds![]).await?;
        let last = CustomerId(last.unwrap_or_default());
        let mut left = most;
        while left > 0 && place.customer <= last {
            let sql = "SELECT id FROM customers WHERE id >= $1 ORDER BY id LIMIT 1";
            let Some((next,)) = tx.optional::<(i64,)>(sql, binds![place.customer]).await? else { break };
            if next != place.customer.0 {
                place = Place::first_of(CustomerId(next));
            }
            left -= count_some(&mut tx, &mut place, left).await?;
        }
        let counted = UsersCounted { next: place.customer, last };
        let sql = "UPDATE event_log SET users_counted_to_customer = $1, users_counted_to_day = $2 WHERE id = 1";
        tx.execute(sql, binds![place.customer, place.day]).await?;
        tx.commit().await?;
        if counted.is_done() {
            self.finish_users().await?;
        }
        Ok(Some(counted))
    }

    /// Notes that from now on all users of the events that are kept are known.
    async fn finish_users(&self) -> StoreResult<()> {
        let mut tx = write_connections(&self.db).await?;
        // An event can be received on the day before its own, since clocks differ.
        let kept_from = events_kept_from(&mut tx).await?.and_then(|kept| kept.succ_opt());
        change_users_from(&mut tx, |from| from.or(kept_from).or(Some(day(0)))).await?;
        tx.commit().await
    }

    /// Drops users' days before the month of `day`, as [`Store::drop_events_before`] does with raw events, and is to be called
    /// before it. Measures whose window reaches before that month are not measured from then on.
    pub async fn drop_users_before(&self, day: NaiveDate) -> StoreResult<()> {
        let month = first_of_month(day);
        if dropped_to(&mut self.read().await?).await?.is_some_and(|done| done >= month) {
            return Ok(());
        }
        // Before the first user goes.
        let mut tx = write_connections(&self.db).await?;
        change_users_from(&mut tx, |from| from.map(|from| from.max(month))).await?;
        tx.commit().await?;
        let mut passed = 0;
        loop {
            let mut tx = self.write().await?;
            let sql = "SELECT MAX(id) FROM (SELECT id FROM customers WHERE id > $1 ORDER BY id LIMIT $2) AS next";
            let (Some(last),): (Option<i64>,) = tx.one(sql, binds![passed, CUSTOMERS_DROPPED_TOGETHER]).await? else {
                return Ok(());
            };
            // Whoever packs or adds to these rows holds the customers too.
            let lock = format!("SELECT id FROM customers WHERE id > $1 AND id <= $2 ORDER BY id {}", tx.for_update());
            tx.all::<(i64,)>(AssertSqlSafe(lock), binds![passed, last]).await?;
            for (table, day) in [("user_days", "day"), ("user_weeks", "first_day")] {
                let sql = format!("DELETE FROM {table} WHERE customer_id > $1 AND customer_id <= $2 AND {day} < $3");
                tx.execute(AssertSqlSafe(sql), binds![passed, last, month]).await?;
            }
            forget_names(&mut tx, (passed, last)).await?;
            tx.commit().await?;
            passed = last;
        }
    }

    /// Packs the users' days of the customers that have some of before `today`, or more than [`MOST_KEPT_APART`], about `most` counts in
    /// each transaction. What arrives later waits for the next time. The users of older events are counted first.
    pub async fn pack_users(&self, today: NaiveDate, most: i64) -> StoreResult<()> {
        if load_connections(&mut self.read().await?).await?.0.users_from.is_none() {
            return Ok(());
        }
        let (mut passed, mut begun) = (0, None);
        loop {
            let mut tx = self.write().await?;
            let mut left = most;
            while left > 0 {
                let next = match begun {
                    Some(begun) => Some(begun),
                    None => next_to_pack(&mut tx, passed, today).await?,
                };
                let Some(customer) = next else { return tx.commit().await };
                let packed = pack_some(&mut tx, customer, left).await?;
                passed = customer.0;
                begun = (packed == left).then_some(customer);
                left -= packed;
            }
            tx.commit().await?;
        }
    }
}

impl Place {
    fn first_of(customer: CustomerId) -> Self {
        Self { customer, day: day(0) }
    }
}

async fn load_place(tx: &mut Tx) -> StoreResult<Place> {
    let sql = "SELECT users_counted_to_customer, users_counted_to_day FROM event_log WHERE id = 1";
    let (customer, number): (i64, i32) = tx.one(sql, binds![]).await?;
    Ok(Place { customer: CustomerId(customer), day: day(number) })
}

/// Says in SQL that an event can name a user.
fn can_name_user() -> String {
    let kinds = EventKind::ALL.into_iter().filter(|kind| kind.names_user()).map(|kind| format!("'{}'", kind.name()));
    format!("kind IN ({})", kinds.collect::<Vec<_>>().join(", "))
}

/// Counts the users of a customer's next events, about as many as there may be, and moves the place behind them. Returns how many
/// events there were.
async fn count_some(tx: &mut Tx, place: &mut Place, most: i64) -> StoreResult<i64> {
    let Place { customer, day: from } = *place;
    // Whoever adds events or takes them back holds the customer too.
    lock_customers(tx, &[customer]).await?;
    let can_name = can_name_user();
    let sql = format!(
        "SELECT day FROM events WHERE customer_id = $1 AND {can_name} AND occurred_at >= $2 ORDER BY occurred_at LIMIT 1 OFFSET $3"
    );
    let last: Option<(i32,)> = tx.optional(AssertSqlSafe(sql), binds![customer, midnight(from), most]).await?;
    let last = last.map(|(number,)| day(number));
    let sql = format!(
        "SELECT day, received_day, payload, retracted_at, COUNT(*) FROM events LEFT JOIN retractions ON event_id = id
         WHERE customer_id = $1 AND {can_name} AND occurred_at >= $2 AND occurred_at < $3
         GROUP BY day, received_day, payload, retracted_at"
    );
    let rows: Vec<(i32, i32, String, Option<i64>, i64)> =
        tx.all(AssertSqlSafe(sql), binds![customer, midnight(from), end(last)]).await?;
    let mut deeds = Vec::new();
    let mut events = 0;
    for (number, received_on, payload, retracted_at, count) in rows {
        events += count;
        let body = read_body(format_args!("of customer {customer}"), &payload)?;
        let Some(user) = body.user() else { continue };
        let mut add = |received_on, count| {
            deeds.push(((customer, user.to_owned(), body.kind(), day(number), received_on), count));
        };
        add(day(received_on), count);
        retracted_at.into_iter().for_each(|at| add(time(at).date_naive(), -count));
    }
    delete_user_days(tx, customer, (from, last.unwrap_or(NaiveDate::MAX))).await?;
    add_user_days(tx, user_day_rows(deeds)).await?;
    *place = match last {
        Some(last) => Place { customer, day: last + Duration::days(1) },
        None => Place::first_of(CustomerId(customer.0 + 1)),
    };
    // Customers without events take their turn too.
    Ok(events.max(1))
}

/// Forgets the names of users who are in no week any more, of the customers behind the first up to the last. The others keep their
/// numbers.
async fn forget_names(tx: &mut Tx, (passed, last): (i64, i64)) -> StoreResult<()> {
    let sql = "SELECT customer_id FROM user_names WHERE customer_id > $1 AND customer_id <= $2";
    let customers: Vec<(i64,)> = tx.all(sql, binds![passed, last]).await?;
    let customers: Vec<_> = customers.into_iter().map(|(id,)| CustomerId(id)).collect();
    let mut kept = Vec::new();
    for (customer, weeks) in load_user_weeks(tx, &customers, (day(0), NaiveDate::MAX)).await? {
        let mut used = HashSet::new();
        weeks.tell(|_| true, |(.., user), _| used.extend([user])).map_err(|error| error.of_customer(customer))?;
        let line = |(number, name): (usize, &str)| if used.contains(&number) { format!("{name}\n") } else { "\n".into() };
        kept.push((customer, weeks.names.lines().enumerate().map(line).collect::<String>()));
    }
    store_user_names(tx, kept.iter().map(|(customer, names)| (*customer, names.as_str()))).await
}

/// Returns the first customer behind `passed` whose counts are to be packed.
async fn next_to_pack(tx: &mut Tx, passed: i64, today: NaiveDate) -> StoreResult<Option<CustomerId>> {
    let sql = "SELECT customer_id FROM user_days WHERE customer_id > $1 GROUP BY customer_id
               HAVING MIN(day) < $2 OR COUNT(*) > $3 ORDER BY customer_id LIMIT 1";
    let next: Option<(i64,)> = tx.optional(sql, binds![passed, today, MOST_KEPT_APART]).await?;
    Ok(next.map(|(id,)| CustomerId(id)))
}

/// Packs a customer's first `most` counts. Returns how many there were.
async fn pack_some(tx: &mut Tx, customer: CustomerId, most: i64) -> StoreResult<i64> {
    // Whoever adds to these rows holds the customer too.
    lock_customers(tx, &[customer]).await?;
    let sql = "SELECT user_name, kind, day, received_day, count FROM user_days WHERE customer_id = $1
               ORDER BY user_name, kind, day, received_day LIMIT $2";
    let rows: Vec<(String, String, i32, i32, i64)> = tx.all(sql, binds![customer, most]).await?;
    let days = rows.iter().map(|(_, _, number, ..)| day(*number));
    let (Some(from), Some(to), Some(last)) = (days.clone().min(), days.max(), rows.last()) else { return Ok(0) };
    let packed = load_user_weeks(tx, &[customer], (from, to)).await?.remove(&customer).unwrap_or_default();
    let mut users = Users::of_counts(packed.names.clone(), Vec::new(), &[]);
    let numbers = users.number(rows.iter().map(|(user, ..)| user.as_str()));
    let mut weeks = BTreeMap::<_, BTreeMap<_, i64>>::new();
    for (user, (_, kind, number, received_on, count)) in numbers.into_iter().zip(&rows) {
        let kind = EventKind::parse(kind).ok_or_else(|| StoreError::Corrupt(format!("event kind {kind}")))?;
        let on = day(*number);
        *weeks.entry(first_of_week(on)).or_default().entry((kind, on, day(*received_on), user)).or_default() += count;
    }
    let add = |deed: Deed, count| {
        weeks.entry(first_of_week(deed.1)).and_modify(|counts| *counts.entry(deed).or_default() += count);
    };
    packed.tell(|_| true, add).map_err(|error| error.of_customer(customer))?;
    store_user_weeks(tx, customer, &weeks).await?;
    store_user_names(tx, [(customer, users.names())]).await?;
    let (user, kind, number, received_on, _) = last;
    let sql = "DELETE FROM user_days WHERE customer_id = $1 AND (user_name, kind, day, received_day) <= ($2, $3, $4, $5)";
    tx.execute(sql, binds![customer, user, kind, day(*number), day(*received_on)]).await?;
    Ok(rows.len() as i64)
}
