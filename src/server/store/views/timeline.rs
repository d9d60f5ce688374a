//! A customer's timeline: events with the API calls of a day as one entry, notes and outcomes, newest first.

use crate::domain::timeline::Entry;
use crate::domain::{CustomerId, EventFilter, EventId, NoteId, OutcomeId, Page};
use crate::server::store::sql::bind::{binds, day, end, midnight};
use crate::server::store::tables::events::find_events;
use crate::server::store::tables::notes::find_notes;
use crate::server::store::tables::outcomes::find_outcomes;
use crate::server::store::{Store, StoreResult};

/// Returns the text of an entry's kind, the entry's number and its amount, newest first. Each part reads no more rows than the
/// page reaches to. Calls stand at the beginning of their day, and so below what happened on it; outcomes
/// stand at its end.
const ENTRIES: &str = "SELECT what, number, amount FROM (
        SELECT * FROM (
            SELECT 'event' AS what, id AS number, occurred_at AS at, CAST(1 AS BIGINT) AS amount FROM events
            WHERE customer_id = $1 AND kind <> 'api_call' AND occurred_at >= $2 AND occurred_at < $3
            ORDER BY occurred_at DESC, id DESC LIMIT $4
        ) AS facts
        UNION ALL SELECT * FROM (
            SELECT 'calls' AS what, CAST(day AS BIGINT) AS number, CAST(day AS BIGINT) * 86400000000 AS at,
                CAST(SUM(count) AS BIGINT) AS amount
            FROM daily_activity WHERE customer_id = $1 AND kind = 'api_call' AND day >= $6 AND day <= $7
            GROUP BY day HAVING SUM(count) > 0 ORDER BY day DESC LIMIT $4
        ) AS calls
        UNION ALL SELECT * FROM (
            SELECT 'note' AS what, id AS number, created_at AS at, CAST(1 AS BIGINT) AS amount FROM notes
            WHERE customer_id = $1 AND created_at >= $2 AND created_at < $3
            ORDER BY created_at DESC, id DESC LIMIT $4
        ) AS kept
        UNION ALL SELECT * FROM (
            SELECT 'outcome' AS what, id AS number, CAST(day AS BIGINT) * 86400000000 + 86399999999 AS at, CAST(1 AS BIGINT) AS amount
            FROM outcomes WHERE customer_id = $1 AND day >= $6 AND day <= $7 ORDER BY day DESC, id DESC LIMIT $4
        ) AS ended
    ) AS entries ORDER BY at DESC, what DESC, number DESC LIMIT $4 - $5 OFFSET $5";

/// Counts all events, those that are entries of their own, days with API calls, notes, and outcomes.
const COUNTS: &str = "SELECT
        (SELECT COUNT(*) FROM events WHERE customer_id = $1 AND occurred_at >= $2 AND occurred_at < $3),
        (SELECT COUNT(*) FROM events WHERE customer_id = $1 AND kind <> 'api_call' AND occurred_at >= $2 AND occurred_at < $3)
        + (SELECT COUNT(*) FROM (SELECT day FROM daily_activity
            WHERE customer_id = $1 AND kind = 'api_call' AND day >= $4 AND day <= $5 GROUP BY day HAVING SUM(count) > 0) AS days)
        + (SELECT COUNT(*) FROM notes WHERE customer_id = $1 AND created_at >= $2 AND created_at < $3)
        + (SELECT COUNT(*) FROM outcomes WHERE customer_id = $1 AND day >= $4 AND day <= $5)";

impl Store {
    /// Returns a page of the timeline's entries, and the number of events. With a kind only its events are entries, each of them.
    pub async fn list_entries(
        &self,
        customer: CustomerId,
        filter: &EventFilter,
        page: i64,
        page_size: i64,
    ) -> StoreResult<(Page<Entry>, i64)> {
        if filter.kind.is_some() {
            let events = self.list_events(customer, filter, page, page_size).await?;
            let total = events.total;
            let items = events.items.into_iter().map(Entry::Event).collect();
            return Ok((Page { items, total, page, page_size }, total));
        }
        let mut tx = self.read().await?;
        let from = filter.from.map_or(i64::MIN, |day| midnight(day).timestamp_micros());
        let until = filter.to.map_or(i64::MAX, |day| end(Some(day)).timestamp_micros());
        let first = i64::from(filter.from.map_or(i32::MIN, |day| day.to_epoch_days()));
        let last = i64::from(filter.to.map_or(i32::MAX, |day| day.to_epoch_days()));
        let (events, total): (i64, i64) = tx.one(COUNTS, binds![customer, from, until, first, last]).await?;
        let (reach, passed) = (page * page_size, (page - 1) * page_size);
        let rows: Vec<(String, i64, i64)> = tx.all(ENTRIES, binds![customer, from, until, reach, passed, first, last]).await?;
        let ids = |kind: &str| rows.iter().filter(|(what, ..)| what == kind).map(|(_, id, _)| *id).collect::<Vec<_>>();
        let mut found = find_events(&mut tx, ids("event").into_iter().map(EventId).collect()).await?;
        let mut notes = find_notes(&mut tx, ids("note").into_iter().map(NoteId).collect()).await?;
        let mut outcomes = find_outcomes(&mut tx, ids("outcome").into_iter().map(OutcomeId).collect()).await?;
        let entry = |(what, number, amount): (String, i64, i64)| match what.as_str() {
            "event" => found.remove(&EventId(number)).map(Entry::Event),
            "note" => notes.remove(&NoteId(number)).map(Entry::Note),
            "outcome" => outcomes.remove(&OutcomeId(number)).map(Entry::Outcome),
            _ => Some(Entry::Calls { day: day(number as i32), calls: amount }),
        };
        let items = rows.into_iter().filter_map(entry).collect();
        Ok((Page { items, total, page, page_size }, events))
    }
}
