//! Daily activity: how often a customer did something on a day, by the day on which that was received.

use crate::domain::{CustomerId, EventKind, NaiveDate};
use crate::server::store::sql::bind::{Row, row};
use crate::server::store::sql::db::Tx;
use crate::server::store::{Incoming, StoreResult};
use std::collections::BTreeMap;

/// Returns the counts that events add up to, as rows for [`add_counts`].
pub fn counts_of<'a>(incoming: impl IntoIterator<Item = &'a Incoming>) -> Vec<Row> {
    let mut counts = BTreeMap::<_, i64>::new();
    for Incoming { customer, event, received_at } in incoming {
        let (key, count) = event.body.activity();
        let of = (*customer, event.day(), event.body.kind(), key, received_at.date_naive());
        *counts.entry(of).or_default() += count;
    }
    let row = |((customer, day, kind, key, received_on), count)| count_row(customer, day, kind, key, received_on, count);
    counts.into_iter().map(row).collect()
}

/// Returns the row that adds a count to a customer's day. A count below 0 takes back.
pub fn count_row(customer: CustomerId, day: NaiveDate, kind: EventKind, key: &str, received_on: NaiveDate, count: i64) -> Row {
    row! { customer_id: customer, day: day, kind: kind.name(), key: key, received_day: received_on, count: count }
}

/// Adds counts to days. No two of the rows differ only in the count.
pub async fn add_counts(tx: &mut Tx, rows: Vec<Row>) -> StoreResult<()> {
    let add = "ON CONFLICT (customer_id, day, kind, key, received_day)
               DO UPDATE SET count = daily_activity.count + excluded.count";
    tx.insert_rows("daily_activity", rows, add).await?;
    Ok(())
}
