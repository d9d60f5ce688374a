//! Takes an event back. Its counts, its invoice and the customer's health change in one transaction, while the customer is
//! locked.

use crate::domain::band_change::BandChangeCause;
use crate::domain::{Event, EventBody, EventId, EventKind, NaiveDate, Source};
use crate::server::store::ledger::connections::{settle_connections, write_connections};
use crate::server::store::ledger::fact_days::settle_fact_day;
use crate::server::store::ledger::facts::{ALL_FACTS, load_last_activity};
use crate::server::store::ledger::health::{Occasion, health_of_today, rescore_customer};
use crate::server::store::ledger::rules::load_rules;
use crate::server::store::sql::bind::binds;
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::customers::{CustomerRecord, Known, lock_customer, store_first_facts};
use crate::server::store::tables::daily_activity::{add_counts, count_row};
use crate::server::store::tables::events::get_event;
use crate::server::store::tables::invoices::settle_invoice;
use crate::server::store::tables::readings::end_readings;
use crate::server::store::tables::retractions::{retraction_row, store_retractions};
use crate::server::store::tables::user_days::{add_user_days, user_day_rows};
use crate::server::store::{Store, StoreError, StoreResult, StoredEvent};
use chrono::{DateTime, Utc};

impl Store {
    /// Takes an event back: it stays visible and no longer counts. Conflict when it is retracted already.
    pub async fn retract_event(&self, id: EventId, reason: &str, now: DateTime<Utc>) -> StoreResult<StoredEvent> {
        let today = now.date_naive();
        let Event { customer_id: customer, body, occurred_at, received_at, .. } = get_event(&mut self.read().await?, id).await?;
        let (kind, day) = (body.kind(), occurred_at.date_naive());
        let mut tx = write_connections(&self.db).await?;
        let rules = load_rules(&mut tx).await?;
        let moves_first = |source| rules.connections.sources.get(source).is_none_or(|first| day <= first);
        let moves = match &body {
            EventBody::Reading { name, .. } => rules.connections.readings.get(name).is_some_and(|first| day <= *first),
            _ => Source::of(kind).is_some_and(moves_first),
        };
        let row = lock_customer(&mut tx, customer).await?;
        if get_event(&mut tx, id).await?.retraction.is_some() {
            return Err(StoreError::Conflict(format!("event {id} is retracted already")));
        }
        let before = health_of_today(&mut tx, &row, &rules, today).await?;
        let taken_back = retraction_row(id, reason, now, (customer, kind, day, received_at.date_naive()));
        store_retractions(&mut tx, vec![taken_back]).await?;
        let (key, times) = body.activity();
        add_counts(&mut tx, vec![count_row(customer, day, kind, key, today, -times)]).await?;
        let deed = body.user().map(|user| ((customer, user, kind, day, today), -1));
        add_user_days(&mut tx, user_day_rows(deed)).await?;
        settle_fact_day(&mut tx, day, kind, today).await?;
        if let EventBody::Reading { .. } = body {
            end_readings(&mut tx, &[customer], &[id], today).await?;
        }
        if let Some(number) = body.invoice_number() {
            settle_invoice(&mut tx, customer, number).await?;
        }
        let known = known_without(&mut tx, &row, kind, day, occurred_at).await?;
        if moves {
            store_first_facts(&mut tx, [&known]).await?;
            settle_connections(&mut tx, today).await?;
        }
        let rules = if moves { load_rules(&mut tx).await? } else { rules };
        let after = rescore_customer(&mut tx, known, &rules, Occasion { cause: BandChangeCause::Facts, now }).await?;
        let event = get_event(&mut tx, id).await?;
        tx.commit().await?;
        Ok(StoredEvent { event, before, after, repeated: false })
    }
}

/// Returns a customer's known facts after one was retracted: its first and its latest one may be others now.
async fn known_without(
    tx: &mut Tx,
    row: &CustomerRecord,
    kind: EventKind,
    day: NaiveDate,
    occurred_at: DateTime<Utc>,
) -> StoreResult<Known> {
    let mut known = row.known();
    let id = known.id;
    let first = known.first_fact_mut(kind);
    if *first == Some(day) {
        let is_like_it = |other: &EventKind| Source::of(*other) == Source::of(kind);
        let kinds: Vec<_> = EventKind::ALL.into_iter().filter(is_like_it).collect();
        let kind = |index: usize| kinds.get(index).unwrap_or(&kinds[0]).name();
        let sql = "SELECT MIN(day) FROM (SELECT day FROM daily_activity WHERE customer_id = $1 AND kind IN ($2, $3, $4)
                   GROUP BY day, kind, key HAVING SUM(count) > 0) AS counted";
        let (number,): (Option<i32>,) = tx.one(sql, binds![id, kind(0), kind(1), kind(2)]).await?;
        *first = number.map(crate::server::store::sql::bind::day);
    }
    if known.last_activity_at == Some(occurred_at) {
        known.last_activity_at = load_last_activity(tx, &[known.id], ALL_FACTS, NaiveDate::MIN).await?.remove(&known.id);
    }
    Ok(known)
}
