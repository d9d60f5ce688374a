//! The table `fact_days`: the days on which anybody had a fact, by kind, with the days at whose ends that was known.

use crate::domain::{AsOf, EventKind, NaiveDate, Window};
use crate::server::store::sql::bind::{Bind, binds, day, row};
use crate::server::store::sql::db::Tx;
use crate::server::store::{Incoming, StoreError, StoreResult};
use std::collections::BTreeMap;

/// The end of knowledge that has not ended.
const STILL_KNOWN: Bind = Bind::Day(Some(i32::MAX));

/// The days that facts are of, by kind, each with the earliest day on which one was received.
pub type FactDays = BTreeMap<(NaiveDate, EventKind), NaiveDate>;

/// Returns the days that events are of.
pub fn fact_days_of<'a>(incoming: impl IntoIterator<Item = &'a Incoming>) -> FactDays {
    let mut days = FactDays::new();
    for Incoming { event, received_at, .. } in incoming {
        let received_on = received_at.date_naive();
        let first = days.entry((event.day(), event.body.kind())).or_insert(received_on);
        *first = received_on.min(*first);
    }
    days
}

/// Notes days of facts that are received now. A day that is noted already stays as it is, and no row of it is locked: else all
/// writers would wait for the one that has today's.
pub async fn store_fact_days(tx: &mut Tx, days: FactDays) -> StoreResult<()> {
    insert(tx, days, "DO NOTHING").await
}

/// Notes days of facts that may have been received before others of the same days.
pub async fn store_past_fact_days(tx: &mut Tx, days: FactDays) -> StoreResult<()> {
    let earlier = "DO UPDATE SET known_from_day = excluded.known_from_day
                   WHERE fact_days.known_from_day > excluded.known_from_day";
    insert(tx, days, earlier).await
}

async fn insert(tx: &mut Tx, days: FactDays, when_noted: &str) -> StoreResult<()> {
    // In the order of the key, so that no two writers wait for each other.
    let row = |((day, kind), received_on): ((NaiveDate, EventKind), NaiveDate)| row![day: day, kind: kind.name(), known_from_day: received_on, known_to_day: STILL_KNOWN];
    let rows = days.into_iter().map(row).collect();
    tx.insert_rows("fact_days", rows, &format!("ON CONFLICT (day, kind, known_to_day) {when_noted}")).await?;
    Ok(())
}

/// Ends what is known of a day: at the end of `today` it has no fact of the kind any more.
pub async fn end_fact_day(tx: &mut Tx, day: NaiveDate, kind: EventKind, today: NaiveDate) -> StoreResult<()> {
    // What was known at the end of no day leaves no trace.
    let sql = "DELETE FROM fact_days WHERE day = $1 AND kind = $2 AND known_to_day = $3 AND known_from_day >= $4";
    tx.execute(sql, vec![day.into(), kind.name().into(), STILL_KNOWN, today.into()]).await?;
    let sql = "UPDATE fact_days SET known_to_day = $4 WHERE day = $1 AND kind = $2 AND known_to_day = $3";
    tx.execute(sql, vec![day.into(), kind.name().into(), STILL_KNOWN, today.into()]).await?;
    Ok(())
}

/// Returns the days within a window on which anybody had a fact, by kind, as it is known of `at`.
pub async fn load_fact_days(tx: &mut Tx, window: Window, at: AsOf) -> StoreResult<Vec<(EventKind, NaiveDate)>> {
    // A row for each kind, because a row costs more to fetch than its content.
    let sql = "SELECT kind, string_agg(CAST(day AS TEXT), ' ') FROM fact_days
               WHERE day BETWEEN $1 AND $2 AND known_from_day <= $3 AND known_to_day > $3 GROUP BY kind";
    let known_at = at.known_at.unwrap_or(NaiveDate::MAX);
    let rows: Vec<(String, String)> = tx.all(sql, binds![window.from, window.to, known_at]).await?;
    let mut days = Vec::new();
    for (name, numbers) in rows {
        let corrupt = || StoreError::Corrupt(format!("days of facts, {name} {numbers}"));
        let kind = EventKind::parse(&name).ok_or_else(corrupt)?;
        for number in numbers.split(' ') {
            days.push((kind, day(number.parse().map_err(|_| corrupt())?)));
        }
    }
    Ok(days)
}
