//! Event intake. `post_events` stores a few events and returns each one's score change; `insert_events` stores batches. Both
//! lock the customers they touch.

use crate::domain::band_change::BandChangeCause;
use crate::domain::{Event, EventBody, EventId, ImportCounts, NaiveDate, Source};
use crate::server::store::ledger::connections::write_facts;
use crate::server::store::ledger::health::{Occasion, put_health};
use crate::server::store::ledger::plan::{Plan, Step};
use crate::server::store::ledger::rules::{Rules, load_rules};
use crate::server::store::ledger::standings::Standings;
use crate::server::store::sql::bind::storable;
use crate::server::store::sql::db::{Db, Tx};
use crate::server::store::sql::pools::Pools;
use crate::server::store::tables::customers::store_stale;
use crate::server::store::tables::events::find_event;
use crate::server::store::tables::imports::{add_import_counts, hold_import, keep_import_events};
use crate::server::store::{Attempt, Incoming, Store, StoreError, StoreResult, StoredEvent, Verdict, count_verdicts};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The most attempts of a transaction when somebody else takes a message id between our look and our write.
const MAX_ATTEMPTS: usize = 5;

/// The events of one transaction of many: enough to share the wait for the disk, few enough for others to get a turn.
const EVENTS_PER_TRANSACTION: usize = 2000;
/// The number of such transactions that PostgreSQL works on at a time; SQLite has one writer.
const POSTGRES_WRITERS: usize = 2;
/// The number of transactions of single events that PostgreSQL works on at a time.
const POSTGRES_POST_WRITERS: usize = 3;

impl Store {
    /// Returns how many groups of single events are best stored at a time: SQLite has one writer.
    pub fn post_writers(&self) -> usize {
        self.writers(POSTGRES_POST_WRITERS)
    }

    fn writers(&self, on_postgres: usize) -> usize {
        if let Pools::Sqlite { .. } = self.db.pools { 1 } else { on_postgres }
    }

    /// Stores events in their order. Returns each with its effect on the score. Returns `None`, and stores nothing, when one of
    /// several may connect a source: that changes everybody's score, so such an event must come alone.
    pub async fn post_events(&self, incoming: &[&Incoming]) -> StoreResult<Option<Vec<StoreResult<StoredEvent>>>> {
        let Some(occasion) = occasion(incoming, BandChangeCause::Facts) else { return Ok(Some(Vec::new())) };
        let today = occasion.today();
        for _ in 0..MAX_ATTEMPTS {
            let (mut tx, before, moves) = begin_intake(&self.db, incoming).await?;
            if moves && incoming.len() > 1 {
                return Ok(None);
            }
            let mut plan = Plan::make(&mut tx, incoming).await?;
            plan.note_users(&mut tx, &before.rulebook, today).await?;
            let mut standings = Standings::load(&mut tx, &plan, &before, moves, today).await?;
            let Some(ids) = plan.write(&mut tx, moves, today).await? else { continue };
            let after = if moves { &load_rules(&mut tx).await? } else { &before };
            let mut stored = Vec::with_capacity(incoming.len());
            for (place, one) in incoming.iter().enumerate() {
                let health_before = standings.health(one.customer, &before, today)?;
                standings.add(&plan, place, today);
                stored.push((health_before, standings.health(one.customer, after, today)?));
            }
            let healths =
                plan.changed.values().map(|known| standings.new_health(known, after, today)).collect::<StoreResult<_>>()?;
            put_health(&mut tx, healths, occasion).await?;
            let mut answers = Vec::with_capacity(incoming.len());
            for (place, ((step, (before, after)), one)) in plan.steps.into_iter().zip(stored).zip(incoming).enumerate() {
                answers.push(match step {
                    Step::Append(_) => {
                        Ok(StoredEvent { event: stored_event(ids.of_event(place)?, one), before, after, repeated: false })
                    }
                    Step::Repeat(_) => {
                        let id = ids.of_event(place)?;
                        let event = find_event(&mut tx, id).await?.unwrap_or_else(|| stored_event(id, one));
                        Ok(StoredEvent { event, before, after, repeated: true })
                    }
                    Step::Refuse(_, error) => Err(error),
                    Step::Reissue(reissue) => Err(reissue.conflict(&ids)),
                });
            }
            tx.commit().await?;
            return Ok(Some(answers));
        }
        Err(taken_again_and_again())
    }

    /// Stores many events, those of one customer in one transaction. Returns a verdict for each, and none for the events of a
    /// transaction that failed. The health of customers with events of the past is stale until [`Store::rescore`]; whoever reads
    /// it before computes it from facts.
    pub async fn insert_events(&self, incoming: &[Incoming]) -> (Vec<Option<Verdict>>, StoreResult<()>) {
        self.insert_in_parts(None, incoming, self.writers(POSTGRES_WRITERS)).await
    }

    /// Stores the events of an import as [`Self::insert_events`] does. The import remembers them as ranges of ids, so one
    /// transaction at a time gives those, and counts them in the same transactions.
    pub async fn insert_events_of(&self, attempt: Attempt, incoming: &[Incoming]) -> (Vec<Option<Verdict>>, StoreResult<()>) {
        self.insert_in_parts(Some(attempt), incoming, 1).await
    }

    async fn insert_in_parts(
        &self,
        import: Option<Attempt>,
        incoming: &[Incoming],
        writers: usize,
    ) -> (Vec<Option<Verdict>>, StoreResult<()>) {
        let mut verdicts: Vec<_> = incoming.iter().map(|_| None).collect();
        let mut parts = split_by_customer(incoming).into_iter();
        let insert = |part: Vec<usize>| async move {
            let events: Vec<_> = part.iter().map(|place| &incoming[*place]).collect();
            (self.insert_together(import, &events).await, part)
        };
        let mut under_way: FuturesUnordered<_> = parts.by_ref().take(writers).map(insert).collect();
        let mut result = Ok(());
        while let Some((inserted, part)) = under_way.next().await {
            match inserted {
                Ok(found) => part.into_iter().zip(found).for_each(|(place, verdict)| verdicts[place] = Some(verdict)),
                Err(error) => result = Err(error),
            }
            if result.is_ok() {
                under_way.extend(parts.next().map(insert));
            }
        }
        (verdicts, result)
    }

    async fn insert_together(&self, import: Option<Attempt>, incoming: &[&Incoming]) -> StoreResult<Vec<Verdict>> {
        let cause = if import.is_some() { BandChangeCause::Import } else { BandChangeCause::Facts };
        let Some(occasion) = occasion(incoming, cause) else { return Ok(Vec::new()) };
        let today = occasion.today();
        for _ in 0..MAX_ATTEMPTS {
            let (mut tx, rules, moves) = begin_intake(&self.db, incoming).await?;
            let counts = match import {
                Some(attempt) => hold_import(&mut tx, attempt).await?,
                None => ImportCounts::default(),
            };
            let mut plan = Plan::make(&mut tx, incoming).await?;
            plan.note_users(&mut tx, &rules.rulebook, today).await?;
            // Scores are computed while the database writes.
            let score = async {
                let (mut standings, _) = Standings::carried(&plan, &rules, moves, today)?;
                (0..incoming.len()).for_each(|place| standings.add(&plan, place, today));
                let (carried, stale): (Vec<_>, Vec<_>) = plan.changed.values().partition(|known| standings.has(known.id));
                let health = |known| standings.new_health(known, &rules, today);
                let healths = carried.into_iter().map(health).collect::<StoreResult<_>>()?;
                StoreResult::Ok((healths, stale))
            };
            let (ids, (healths, stale)) = tokio::try_join!(plan.write(&mut tx, moves, today), score)?;
            let Some(ids) = ids else { continue };
            put_health(&mut tx, healths, occasion).await?;
            store_stale(&mut tx, stale).await?;
            if let Some(attempt) = import {
                let appended = plan.steps.iter().enumerate().filter(|(_, step)| matches!(step, Step::Append(_)));
                let appended: Vec<_> = appended.map(|(place, _)| ids.of_event(place)).collect::<StoreResult<_>>()?;
                keep_import_events(&mut tx, attempt.import, appended).await?;
            }
            let verdict = |(place, step): (usize, Step)| step.verdict(place, &ids);
            let verdicts: Vec<_> = plan.steps.into_iter().enumerate().map(verdict).collect::<StoreResult<_>>()?;
            if let (Some(attempt), Some(last)) = (import, incoming.last()) {
                let more = count_verdicts(&verdicts);
                add_import_counts(&mut tx, attempt, counts, more, last.received_at).await?;
            }
            tx.commit().await?;
            return Ok(verdicts);
        }
        Err(taken_again_and_again())
    }

    /// Returns the verdicts that events would get. Nothing is stored.
    pub async fn check_events(&self, incoming: &[Incoming]) -> StoreResult<Vec<Verdict<()>>> {
        let mut tx = self.write().await?;
        let incoming: Vec<_> = incoming.iter().collect();
        Ok(Plan::make(&mut tx, &incoming).await?.steps.into_iter().map(Step::expected_verdict).collect())
    }
}

/// Splits events into transactions. Returns the places of each transaction's events. All events of a customer are in one, so that
/// few customers are locked and written twice. Customers whose events claim the same message id share one, in which the first
/// claim wins.
fn split_by_customer(incoming: &[Incoming]) -> Vec<Vec<usize>> {
    let (mut claims, mut tied) = (HashMap::new(), HashSet::new());
    for Incoming { customer, event, .. } in incoming {
        let Some(message_id) = &event.message_id else { continue };
        let first = *claims.entry((&event.source, message_id)).or_insert(*customer);
        if first != *customer {
            tied.extend([first, *customer]);
        }
    }
    let customer = |place: &usize| Some(incoming[*place].customer).filter(|customer| !tied.contains(customer));
    let mut places: Vec<_> = (0..incoming.len()).collect();
    places.sort_by_key(customer);
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for inseparable in places.chunk_by(|one, next| customer(one) == customer(next)) {
        match parts.last_mut().filter(|part| part.len() < EVENTS_PER_TRANSACTION) {
            Some(part) => part.extend(inseparable),
            None => parts.push(inseparable.to_vec()),
        }
    }
    parts.iter_mut().for_each(|part| part.sort_unstable());
    parts
}

/// Begins a transaction for events. Returns it with the rules, and whether one of the events may connect a source earlier than
/// it is connected now.
async fn begin_intake(db: &Db, incoming: &[&Incoming]) -> StoreResult<(Tx, Rules, bool)> {
    let mut first = BTreeMap::<Source, NaiveDate>::new();
    let mut readings = BTreeMap::<&str, NaiveDate>::new();
    for Incoming { event, .. } in incoming {
        let day = match (Source::of(event.body.kind()), &event.body) {
            (Some(source), _) => first.entry(source).or_insert(event.day()),
            (None, EventBody::Reading { name, .. }) => readings.entry(name).or_insert(event.day()),
            (None, _) => continue,
        };
        *day = event.day().min(*day);
    }
    let moves = |Rules { rulebook, connections, .. }: &Rules| {
        let is_measured = |name: &str| !readings.is_empty() && rulebook.readings().contains(&name);
        first.iter().any(|(source, day)| connections.sources.get(*source).is_none_or(|connected| *day < connected))
            || readings
                .iter()
                .any(|(name, day)| connections.readings.get(*name).is_none_or(|connected| day < connected) && is_measured(name))
    };
    write_facts(db, moves).await
}

/// Returns one time, and so one day, for events that are stored together, also when midnight passes while they wait. No
/// events make no occasion.
fn occasion(incoming: &[&Incoming], cause: BandChangeCause) -> Option<Occasion> {
    let now = incoming.iter().map(|one| one.received_at).max()?;
    Some(Occasion { cause, now })
}

fn taken_again_and_again() -> StoreError {
    StoreError::Conflict("others are sending the same message ids at this moment; try again".into())
}

/// Returns the event as it can be read from now on.
fn stored_event(id: EventId, Incoming { customer, event, received_at }: &Incoming) -> Event {
    Event {
        id,
        customer_id: *customer,
        body: event.body.clone(),
        source: event.source.clone(),
        message_id: event.message_id.clone(),
        occurred_at: event.occurred_at,
        received_at: storable(*received_at),
        retraction: None,
    }
}
