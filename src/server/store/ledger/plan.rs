//! Plans of transactions with events. A plan recognises repeats; the other events it appends, counts, and derives invoices from.

use crate::domain::reading::MAX_READING_NAMES;
use crate::domain::{CustomerId, Event, EventBody, EventId, NaiveDate, NewEvent, Rulebook};
use crate::scoring::{Invoice, LastSeen};
use crate::server::store::ledger::connections::settle_connections;
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::customers::{CustomerRecord, Known, lock_customers, no_customer, store_first_facts};
use crate::server::store::tables::daily_activity::{add_counts, counts_of};
use crate::server::store::tables::event_keys::{UsedKeys, claim_keys, content_hash, key_row, load_keys};
use crate::server::store::tables::events::{EventRef, event_row, find_events, insert_events, last_event_id};
use crate::server::store::tables::fact_days::{fact_days_of, store_fact_days};
use crate::server::store::tables::invoices::{InvoiceFact, derive_invoice, invoice_row, load_facts_about, store_invoices};
use crate::server::store::tables::origin::events_named;
use crate::server::store::tables::readings::{insert_readings, load_reading_names, reading_row};
use crate::server::store::tables::user_days::{add_user_days, load_last_seen, user_days_of};
use crate::server::store::{Incoming, StoreError, StoreResult, Verdict};
use chrono::{DateTime, Duration, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The decision about an event.
pub enum Step {
    /// Append the event. Its invoice, if it is about one, is then this one.
    Append(Option<Invoice>),
    /// Store nothing: the event repeats this one.
    Repeat(EventRef),
    /// Refuse the event; the field is to blame.
    Refuse(&'static str, StoreError),
    /// Refuse the event: its invoice was issued before with other content.
    Reissue(Reissue),
}

impl Step {
    /// Returns the verdict on the event at a place of the batch, which is written.
    pub fn verdict(self, place: usize, ids: &BatchIds) -> StoreResult<Verdict> {
        Ok(match self {
            Self::Append(_) => Verdict::Accepted(ids.of_event(place)?),
            Self::Repeat(_) => Verdict::Duplicate(ids.of_event(place)?),
            Self::Refuse(field, error) => Verdict::Refused(field, error),
            Self::Reissue(reissue) => Verdict::Refused("number", reissue.conflict(ids)),
        })
    }

    /// Returns the verdict that the event would get if its batch were written.
    pub fn expected_verdict(self) -> Verdict<()> {
        match self {
            Self::Append(_) => Verdict::Accepted(()),
            Self::Repeat(_) => Verdict::Duplicate(()),
            Self::Refuse(field, error) => Verdict::Refused(field, error),
            Self::Reissue(reissue) => Verdict::Refused("number", reissue.conflict(&BatchIds::default())),
        }
    }
}

/// The ids of a batch's events as far as it is written: each event's own id, or that of the event it repeats. A refused event
/// has none.
#[derive(Default)]
pub struct BatchIds(Vec<Option<EventId>>);

impl BatchIds {
    fn find(&self, event: EventRef) -> Option<EventId> {
        match event {
            EventRef::Stored(id) => Some(id),
            EventRef::InBatch(place) => self.0.get(place).copied().flatten(),
        }
    }

    /// Returns the id of the event at a place of the batch. Fails where the event was refused.
    pub fn of_event(&self, place: usize) -> StoreResult<EventId> {
        let no_id = || StoreError::Corrupt(format!("event {place} of a batch has no id"));
        self.find(EventRef::InBatch(place)).ok_or_else(no_id)
    }
}

/// The conflict of an invoice that is issued again with other content.
pub struct Reissue {
    number: String,
    first: (EventRef, NaiveDate),
    /// The facts that would void the new invoice too, since facts about an invoice may arrive in any order.
    voids: Vec<(EventRef, NaiveDate)>,
}

impl Reissue {
    /// Returns the conflict, which names the events that are to be retracted first.
    pub fn conflict(&self, ids: &BatchIds) -> StoreError {
        let name = |(event, day): &(EventRef, NaiveDate)| match ids.find(*event) {
            Some(id) => format!("event {id} of {day}"),
            None => format!("of {day}, in the same request"),
        };
        let voids: Vec<_> = self.voids.iter().map(name).collect();
        let (number, first) = (&self.number, name(&self.first));
        StoreError::Conflict(match voids.is_empty() {
            true => format!("invoice {number} was issued before with other content ({first}); retract that first"),
            false => format!(
                "invoice {number} was issued before with other content ({first}) and voided ({}); retract both the issue and \
                 the void first, or the void holds for the new invoice too",
                voids.join(", ")
            ),
        })
    }
}

/// The work of a transaction, decided on the rows that it has locked.
pub struct Plan<'a> {
    pub incoming: &'a [&'a Incoming],
    /// One for each event.
    pub steps: Vec<Step>,
    /// When each event's user was seen last before it, where the rules measure users and it is of today.
    pub seen: Vec<LastSeen>,
    /// The customers before, by id.
    pub customers: Vec<CustomerRecord>,
    /// The customers that get events, as they are afterwards.
    pub changed: BTreeMap<CustomerId, Known>,
    keys: Keys<'a>,
    used: Used,
    /// All facts about the invoices that the events are about, the events included.
    invoices: HashMap<(CustomerId, String), Vec<InvoiceFact>>,
    /// The names of readings of the customers that get readings, those of the batch included.
    reading_names: HashMap<CustomerId, BTreeSet<String>>,
}

/// The events of the batch and the hashes of their contents, by source and message id.
type Keys<'a> = BTreeMap<(&'a str, &'a str), (EventRef, String)>;

impl<'a> Plan<'a> {
    pub async fn make(tx: &mut Tx, incoming: &'a [&'a Incoming]) -> StoreResult<Self> {
        let ids: BTreeSet<_> = incoming.iter().map(|one| one.customer).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let customers = lock_customers(tx, &ids).await?;
        let hash = |one: &&Incoming| content_hash(one.customer, &one.event);
        let hashes: Vec<_> = incoming.iter().map(hash).collect::<StoreResult<_>>()?;
        let used = Used::load(tx, incoming, &hashes).await?;
        let numbers: BTreeSet<_> = incoming.iter().filter_map(|one| one.event.body.invoice_number()).collect();
        let numbers = numbers.into_iter().map(str::to_owned).collect();
        let invoices = load_facts_about(tx, &ids, numbers).await?;
        let measured: BTreeSet<_> = incoming.iter().filter(|one| is_reading(one)).map(|one| one.customer).collect();
        let reading_names = load_reading_names(tx, &Vec::from_iter(measured)).await?;
        let mut plan = Self {
            incoming,
            steps: Vec::with_capacity(incoming.len()),
            seen: vec![LastSeen::default(); incoming.len()],
            customers,
            changed: BTreeMap::new(),
            keys: Keys::new(),
            used,
            invoices,
            reading_names,
        };
        for (index, (one, hash)) in incoming.iter().zip(hashes).enumerate() {
            let step = plan.step(EventRef::InBatch(index), one, hash);
            plan.steps.push(step);
        }
        Ok(plan)
    }

    fn step(&mut self, this: EventRef, one: &'a Incoming, hash: String) -> Step {
        let Incoming { customer, event, .. } = one;
        let Ok(position) = self.customers.binary_search_by_key(&customer.0, |row| row.id) else {
            return Step::Refuse("customerId", no_customer(*customer));
        };
        let key = event.message_id.as_deref().map(|message_id| (event.source.as_str(), message_id));
        if let Some(key) = key {
            let stored = self.used.keys.get(&(key.0.to_owned(), key.1.to_owned()));
            let stored = stored.map(|(first, content)| (EventRef::Stored(*first), content));
            let in_batch = || self.keys.get(&key).map(|(first, content)| (*first, content));
            match stored.or_else(in_batch) {
                Some((first, content)) if *content == hash || self.says_the_same(first, one) => return Step::Repeat(first),
                Some(_) => return Step::Refuse("messageId", message_conflict(event)),
                None => {}
            }
        }
        let mut step = Step::Append(None);
        if let Some(number) = event.body.invoice_number() {
            let facts = self.invoices.entry((*customer, number.to_owned())).or_default();
            match issued_before(facts, event) {
                Some(Ok(first)) => step = Step::Repeat(first),
                Some(Err(reissue)) => return Step::Reissue(reissue),
                None => {
                    facts.push(InvoiceFact { event: this, day: event.day(), body: event.body.clone() });
                    step = Step::Append(derive_invoice(number, facts));
                }
            }
        }
        if let EventBody::Reading { name, .. } = &event.body {
            let names = self.reading_names.entry(*customer).or_default();
            if !names.contains(name) && names.len() >= MAX_READING_NAMES {
                return Step::Refuse("name", too_many_names());
            }
            names.insert(name.clone());
        }
        if let Some(key) = key {
            let first = if let Step::Repeat(first) = step { first } else { this };
            self.keys.insert(key, (first, hash));
        }
        if let Step::Append(_) = step {
            let known = self.changed.entry(*customer).or_insert_with(|| self.customers[position].known());
            known.note_fact(event.body.kind(), event.day());
            if event.body.kind().is_done_by_customer() {
                known.last_activity_at = known.last_activity_at.max(Some(event.occurred_at));
            }
        }
        step
    }

    /// Returns whether the event states an earlier event's fact in other words, for example with a default written out, as exports
    /// do. An event without a time of its own may be of any time.
    fn says_the_same(&self, earlier: EventRef, one: &Incoming) -> bool {
        let has_time = one.event.content.occurred_at.is_some();
        let is_same = |customer: CustomerId, body: &EventBody, occurred_at: DateTime<Utc>| {
            (customer, body) == (one.customer, &one.event.body) && (!has_time || occurred_at == one.event.occurred_at)
        };
        match earlier {
            EventRef::Stored(id) => {
                let stored = self.used.events.get(&id);
                stored.is_some_and(|event| is_same(event.customer_id, &event.body, event.occurred_at))
            }
            EventRef::InBatch(place) => {
                let Incoming { customer, event, .. } = &self.incoming[place];
                is_same(*customer, &event.body, event.occurred_at)
            }
        }
    }

    /// Notes when the users of events of today were seen last, where the rules measure users. So their effect on the number of users
    /// is known without facts.
    pub async fn note_users(&mut self, tx: &mut Tx, rulebook: &Rulebook, today: NaiveDate) -> StoreResult<()> {
        let kinds = rulebook.user_kinds();
        if kinds.is_empty() {
            return Ok(());
        }
        let from = today - Duration::days(rulebook.user_days());
        let mut named = Vec::new();
        for (place, (step, Incoming { customer, event, .. })) in self.steps.iter().zip(self.incoming).enumerate() {
            let is_counted = matches!(step, Step::Append(_)) && event.day() == today && kinds.contains(&event.body.kind());
            named.extend(event.body.user().filter(|_| is_counted).map(|user| (place, (*customer, user), event.body.kind())));
        }
        // Who came back is not known from before.
        let begins = |customer: &CustomerId| {
            let known = self.changed.get(customer).filter(|known| known.came_back);
            known.and_then(|known| known.start_date).filter(|start| *start <= today).map_or(from, |start| start.max(from))
        };
        let users: BTreeMap<_, _> = named.iter().map(|(_, user, _)| (*user, begins(&user.0))).collect();
        let mut seen = load_last_seen(tx, users, today).await?;
        for (place, (customer, user), kind) in named {
            let last = seen.entry((customer, user.to_owned())).or_default();
            self.seen[place] = last.clone();
            last.0.push((kind, today));
        }
        Ok(())
    }

    pub fn appended(&self) -> impl Iterator<Item = &Incoming> {
        self.steps.iter().zip(self.incoming).filter(|(step, _)| matches!(step, Step::Append(_))).map(|(_, one)| *one)
    }

    /// Writes the events and all that is derived from them except health. Returns `None` when another process took one of the
    /// message ids meanwhile: then the transaction is to be begun again.
    pub async fn write(&self, tx: &mut Tx, moves: bool, today: NaiveDate) -> StoreResult<Option<BatchIds>> {
        let row = |one: &Incoming| event_row(one.customer, &one.event, one.received_at);
        let rows = self.appended().map(row).collect::<StoreResult<_>>()?;
        let mut written = insert_events(tx, rows).await?.into_iter();
        let mut ids = BatchIds(Vec::with_capacity(self.steps.len()));
        for step in &self.steps {
            let id = match step {
                Step::Append(_) => written.next(),
                Step::Repeat(first) => ids.find(*first),
                Step::Refuse(..) | Step::Reissue(_) => None,
            };
            ids.0.push(id);
        }
        let key = |((source, message_id), (event, hash)): (&(&str, &str), &(EventRef, String))| {
            Some(key_row(source, message_id, ids.find(*event)?, hash.clone()))
        };
        // In the order of the keys, so that no two of us wait for each other.
        if !claim_keys(tx, self.keys.iter().filter_map(key).collect()).await? {
            return Ok(None);
        }
        self.write_counts(tx).await?;
        self.write_readings(tx, &ids).await?;
        self.changed.keys().for_each(|customer| tx.changed(*customer));
        if moves {
            store_first_facts(tx, self.changed.values()).await?;
            settle_connections(tx, today).await?;
        }
        Ok(Some(ids))
    }

    async fn write_readings(&self, tx: &mut Tx, ids: &BatchIds) -> StoreResult<()> {
        let mut rows = Vec::new();
        for (place, (step, one)) in self.steps.iter().zip(self.incoming).enumerate() {
            if matches!(step, Step::Append(_)) && is_reading(one) {
                rows.extend(reading_row(one.customer, &one.event, ids.of_event(place)?, one.received_at));
            }
        }
        insert_readings(tx, rows).await
    }

    async fn write_counts(&self, tx: &mut Tx) -> StoreResult<()> {
        let mut settled = BTreeMap::new();
        for Incoming { customer, event, .. } in self.appended() {
            if let Some(number) = event.body.invoice_number() {
                let facts = &self.invoices[&(*customer, number.to_owned())];
                settled.extend(derive_invoice(number, facts).map(|invoice| ((*customer, number), invoice)));
            }
        }
        add_counts(tx, counts_of(self.appended())).await?;
        add_user_days(tx, user_days_of(self.appended())).await?;
        store_fact_days(tx, fact_days_of(self.appended())).await?;
        let row = |((customer, _), invoice): (&(CustomerId, &str), &Invoice)| invoice_row(*customer, invoice);
        store_invoices(tx, settled.iter().map(row).collect()).await
    }
}

/// The message ids of the batch that stored events have used, each with its event and the hash of the content. Where the hash is
/// another one, the stored event itself is loaded, to be compared.
struct Used {
    keys: UsedKeys,
    events: HashMap<EventId, Event>,
}

impl Used {
    async fn load(tx: &mut Tx, incoming: &[&Incoming], hashes: &[String]) -> StoreResult<Self> {
        let mut keys = load_keys(tx, incoming).await?;
        let message_ids = incoming.iter().filter_map(|one| one.event.message_id.as_deref()).collect();
        let exported = events_named(tx, message_ids).await?;
        let mut differing = BTreeSet::new();
        let last = if exported.is_empty() { None } else { last_event_id(tx).await? };
        for (Incoming { event, .. }, hash) in incoming.iter().zip(hashes) {
            let Some(message_id) = &event.message_id else { continue };
            let key = (event.source.clone(), message_id.clone());
            match (keys.get(&key), exported.get(message_id.as_str())) {
                (Some((first, content)), _) if content != hash => {
                    differing.insert(*first);
                }
                // One of ours, that came without a message id. Later ones were lost with what a backup did not have.
                (None, Some(id)) if last.is_some_and(|last| *id <= last) => {
                    differing.insert(*id);
                    keys.insert(key, (*id, String::new()));
                }
                _ => {}
            }
        }
        let events = find_events(tx, differing).await?;
        Ok(Self { keys, events })
    }
}

fn is_reading(one: &Incoming) -> bool {
    matches!(one.event.body, EventBody::Reading { .. })
}

fn too_many_names() -> StoreError {
    StoreError::Rule(
        "name",
        format!(
            "would be one more than the {MAX_READING_NAMES} names of readings that a customer may have; retract all readings of one \
             of them first"
        ),
    )
}

fn message_conflict(event: &NewEvent) -> StoreError {
    let message_id = event.message_id.as_deref().unwrap_or_default();
    StoreError::Conflict(format!(
        "message id \"{message_id}\" of source \"{}\" was used before, for another customer or with other content",
        event.source
    ))
}

/// Returns the event that issued this invoice before: as a repeat when its content is the same, else as a conflict.
fn issued_before(facts: &[InvoiceFact], event: &NewEvent) -> Option<Result<EventRef, Reissue>> {
    let EventBody::InvoiceIssued { number, .. } = &event.body else { return None };
    let issue = facts.iter().find(|fact| matches!(fact.body, EventBody::InvoiceIssued { .. }))?;
    if issue.day == event.day() && issue.body == event.body {
        return Some(Ok(issue.event));
    }
    let name = |fact: &InvoiceFact| (fact.event, fact.day);
    let voids = facts.iter().filter(|fact| matches!(fact.body, EventBody::InvoiceVoided { .. })).map(name);
    Some(Err(Reissue { number: number.clone(), first: name(issue), voids: voids.collect() }))
}
