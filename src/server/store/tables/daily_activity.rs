//! Daily activity: how often a customer did something on a day, by the day on which that was received.

use crate::server::store::sql::bind::{Bind, binds};
use crate::server::store::sql::db::Tx;
use crate::server::store::{Incoming, StoreResult};
use std::collections::BTreeMap;

/// The rows of [`count`] that events add up to.
pub fn counts_of<'a>(incoming: impl IntoIterator<Item = &'a Incoming>) -> Vec<Vec<Bind>> {
    let mut counts = BTreeMap::<_, i64>::new();
    for Incoming { customer, event, received_at } in incoming {
        let (key, count) = event.body.activity();
        let of = (*customer, event.day(), event.body.kind().name(), key, received_at.date_naive());
        *counts.entry(of).or_default() += count;
    }
    let row = |((customer, day, kind, key, received_on), count)| binds![customer, day, kind, key, received_on, count];
    counts.into_iter().map(row).collect()
}

/// Adds counts to days, or takes them back. Each row: customer, day, kind, key, day received, count; no two alike but in
/// the count.
pub async fn add_counts(tx: &mut Tx, rows: Vec<Vec<Bind>>) -> StoreResult<()> {
    let into = "INSERT INTO daily_activity (customer_id, day, kind, key, received_day, count)";
    let add = "ON CONFLICT (customer_id, day, kind, key, received_day)
               DO UPDATE SET count = daily_activity.count + excluded.count";
    tx.insert_rows(into, rows, add).await?;
    Ok(())
}
