//! Batches of events. Each event gets its own verdict, none spoils the others, and refused ones are kept in the quarantine.

use crate::domain::band_change::BandChangeCause;
use crate::domain::batch::MAX_ITEM_BYTES;
use crate::domain::event::{DEFAULT_SOURCE, MAX_SOURCE_CHARS};
use crate::domain::list::Paging;
use crate::domain::quarantine::{BOUNDS, MAX_CORRECTED_CHARS};
use crate::domain::{
    BatchReport, CustomerId, EventInput, FieldErrors, ItemReport, ItemVerdict, NewEvent, Page, QuarantineId, QuarantinePage,
    QuarantinedItem,
};
use crate::server::formats::json;
use crate::server::store::{Incoming, RefusedItem, StoreError, Verdict};
use crate::server::{Call, metrics};
use crate::wire::AppError;
use crate::wire::pages::EventEffect;
use std::collections::{BTreeSet, HashMap};
use tokio::task::JoinHandle;

/// The items that are stored while the next are read, and about the bytes that these may have.
const ITEMS_PER_CHUNK: usize = 8000;
const CHUNK_BYTES: usize = 4 << 20;

/// An item as it was sent, with its position.
pub struct Item {
    pub line: i64,
    /// At most [`MAX_ITEM_BYTES`]. Of a longer item it is the beginning.
    pub content: Vec<u8>,
    pub is_too_long: bool,
}

/// A batch that is arriving. While one chunk is stored, the next is read, so memory holds two chunks, whatever the batch's
/// size.
pub struct Batch {
    call: Call,
    chunk: Vec<Item>,
    chunk_bytes: usize,
    storing: Option<JoinHandle<Stored>>,
    touched: BTreeSet<CustomerId>,
    report: BatchReport,
}

struct Stored {
    reports: Vec<ItemReport>,
    touched: Vec<CustomerId>,
    /// Ok when all other events are stored, and the refused items are in the quarantine.
    result: Result<(), AppError>,
}

impl Batch {
    pub fn new(call: &Call) -> Self {
        let (touched, report) = (BTreeSet::new(), BatchReport::default());
        Self { call: call.clone(), chunk: Vec::new(), chunk_bytes: 0, storing: None, touched, report }
    }

    pub async fn push(&mut self, item: Item) -> Result<(), AppError> {
        self.chunk_bytes += item.content.len();
        self.chunk.push(item);
        if self.chunk.len() == ITEMS_PER_CHUNK || self.chunk_bytes >= CHUNK_BYTES { self.store().await } else { Ok(()) }
    }

    /// Stores everything that has arrived, and waits until it is stored.
    pub async fn store_all(&mut self) -> Result<(), AppError> {
        if !self.chunk.is_empty() {
            self.store().await?;
        }
        self.stored().await
    }

    /// Returns whether no item has arrived yet.
    pub fn is_untouched(&self) -> bool {
        self.chunk.is_empty() && self.storing.is_none() && self.report.items.is_empty()
    }

    /// Reads the waiting chunk while the one before is stored, then begins to store it.
    async fn store(&mut self) -> Result<(), AppError> {
        self.chunk_bytes = 0;
        let lines = self.chunk.iter().map(|item| item.line).collect();
        let items = parse_chunk(&self.call, std::mem::take(&mut self.chunk)).await?;
        self.stored().await?;
        let call = self.call.clone();
        self.storing = Some(tokio::spawn(async move { store_chunk(&call, lines, items).await }));
        Ok(())
    }

    async fn stored(&mut self) -> Result<(), AppError> {
        let Some(storing) = self.storing.take() else { return Ok(()) };
        let stored = storing.await.map_err(|_| AppError::Internal)?;
        stored.reports.into_iter().for_each(|item| self.report.push(item));
        self.touched.extend(stored.touched);
        stored.result
    }

    /// Stores the rest and brings scores up to date. Returns the verdicts up to the first failure, and that failure if there
    /// was one.
    pub async fn finish(mut self) -> (BatchReport, Result<(), AppError>) {
        let finished = self.store_rest().await;
        let not_kept = self.report.items.iter().filter(|item| item.not_kept).count();
        self.report.quarantine = (not_kept > 0).then(|| format!("{not_kept} refused items are not in the quarantine: {BOUNDS}"));
        (self.report, finished)
    }

    async fn store_rest(&mut self) -> Result<(), AppError> {
        let stored = self.store().await;
        let stored = stored.and(self.stored().await);
        let touched: Vec<_> = self.touched.iter().copied().collect();
        stored.and(self.call.store.rescore(&touched, BandChangeCause::Facts, self.call.now).await.map_err(AppError::from))
    }
}

/// An item's text, with the event parsed from it or its errors.
type Read = (String, Result<Incoming, FieldErrors>);

async fn store_chunk(call: &Call, lines: Vec<i64>, read: Vec<Read>) -> Stored {
    let (mut events, mut items) = (Vec::with_capacity(lines.len()), Vec::with_capacity(lines.len()));
    for (content, read) in read {
        items.push((content, read.map(|event| events.push(event))));
    }
    let (verdicts, stored) = call.store.insert_events(&events).await;
    let mut verdicts = verdicts.into_iter().zip(&events);
    let (mut reports, mut refused, mut touched) = (Vec::<ItemReport>::with_capacity(lines.len()), Vec::new(), Vec::new());
    let mut places_of_refused = Vec::new();
    for (line, (content, read)) in lines.into_iter().zip(items) {
        let (verdict, event_id, FieldErrors(errors)) = match read.map(|()| verdicts.next()) {
            Err(errors) => (ItemVerdict::Rejected, None, errors),
            Ok(None | Some((None, _))) => continue,
            Ok(Some((Some(Verdict::Accepted(id)), event))) => {
                metrics::count_event(event.event.body.kind().name(), false);
                touched.push(event.customer);
                (ItemVerdict::Accepted, Some(id), FieldErrors::default())
            }
            Ok(Some((Some(Verdict::Duplicate(id)), _))) => (ItemVerdict::Duplicate, Some(id), FieldErrors::default()),
            Ok(Some((Some(Verdict::Refused(field, error)), _))) => {
                let is_conflict = matches!(error, StoreError::Conflict(_));
                let verdict = if is_conflict { ItemVerdict::Conflict } else { ItemVerdict::Rejected };
                (verdict, None, FieldErrors::one(field, error.to_string()))
            }
        };
        if event_id.is_none() {
            places_of_refused.push(reports.len());
            refused.push(RefusedItem { source: named_source(&content), content, verdict, errors: errors.clone() });
        }
        reports.push(ItemReport { line, verdict, event_id, errors, not_kept: false });
    }
    // Even if the quarantine fails, the events are stored, and their sender must be told.
    let kept = if refused.is_empty() { Ok(Vec::new()) } else { call.store.quarantine(&refused, call.now).await };
    let kept = kept.map(|kept| places_of_refused.into_iter().zip(kept).for_each(|(place, kept)| reports[place].not_kept = !kept));
    Stored { reports, touched, result: stored.and(kept).map_err(AppError::from) }
}

/// Returns the source that a refused item names, as far as it can be read.
fn named_source(content: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Named {
        source: Option<String>,
    }
    let named = serde_json::from_str::<Named>(content).ok().and_then(|named| named.source);
    let mut errors = FieldErrors::default();
    let source = errors.optional_text("source", named.as_deref(), MAX_SOURCE_CHARS);
    errors.or(|| source).ok().flatten().unwrap_or_else(|| DEFAULT_SOURCE.to_owned())
}

/// Parses items and looks up the customers that they name.
async fn parse_chunk(call: &Call, chunk: Vec<Item>) -> Result<Vec<Read>, AppError> {
    let now = call.now;
    let parsed: Vec<_> = chunk
        .into_iter()
        .map(|item| {
            let parsed = parse(&item, now);
            (parsed, String::from_utf8_lossy(item.content.trim_ascii()).replace('\0', "\u{fffd}"))
        })
        .collect();
    let external: BTreeSet<_> = parsed
        .iter()
        .filter_map(|(parsed, _)| match parsed {
            Ok((Address::External(id), _)) => Some(id.clone()),
            _ => None,
        })
        .collect();
    let found = match external.is_empty() {
        true => HashMap::new(),
        false => call.store.find_customers(external.into_iter().collect()).await?,
    };
    let address = |(parsed, content): (Result<(Address, NewEvent), FieldErrors>, String)| {
        let incoming = parsed.and_then(|(address, event)| {
            let customer = match address {
                Address::Id(id) => id,
                Address::External(id) => *found
                    .get(&id)
                    .ok_or_else(|| FieldErrors::one("externalId", format!("names no customer: there is no \"{id}\"")))?,
            };
            Ok(Incoming { customer, event, received_at: now })
        });
        (content, incoming)
    };
    Ok(parsed.into_iter().map(address).collect())
}

/// The way in which an item names its customer.
#[derive(Clone, Debug)]
pub(super) enum Address {
    Id(CustomerId),
    External(String),
}

impl Address {
    pub(super) fn external(&self) -> Option<&str> {
        match self {
            Self::Id(_) => None,
            Self::External(id) => Some(id),
        }
    }
}

fn parse(item: &Item, now: chrono::DateTime<chrono::Utc>) -> Result<(Address, NewEvent), FieldErrors> {
    if item.is_too_long {
        return Err(FieldErrors::one("body", format!("must be at most {MAX_ITEM_BYTES} bytes")));
    }
    let mut input: EventInput = json::parse(&item.content).map_err(|error| match error {
        AppError::Invalid(errors) => errors,
        error => FieldErrors::one("body", error.to_string()),
    })?;
    let mut errors = FieldErrors::default();
    let address = match (input.customer_id.take(), input.external_id.take()) {
        (Some(id), None) => Some(Address::Id(CustomerId(id))),
        (None, Some(id)) => Some(Address::External(errors.required_text("externalId", Some(&id), 200))),
        (None, None) => {
            errors.add("customerId", "is required, or externalId");
            None
        }
        (Some(_), Some(_)) => {
            errors.add("customerId", "must not be sent together with externalId");
            None
        }
    };
    let event = match input.parse(now) {
        Ok(event) => Some(event),
        Err(more) => {
            errors.0.extend(more.0);
            None
        }
    };
    match (address, event) {
        (Some(address), Some(event)) => errors.or(|| (address, event)),
        _ => Err(errors),
    }
}

/// Refused items, the latest first.
pub async fn list_quarantine(call: &Call, paging: Paging) -> Result<Page<QuarantinedItem>, AppError> {
    Ok(call.store.list_quarantine(paging.page, paging.page_size).await?)
}

/// Refused items as their page shows them, with the time that its times are relative to.
pub async fn get_quarantine_page(call: &Call, paging: Paging) -> Result<QuarantinePage, AppError> {
    let uses = call.store.quarantine_uses().await?.into_iter().collect();
    Ok(QuarantinePage { page: list_quarantine(call, paging).await?, uses, now: call.now })
}

/// Counts the items in the quarantine.
pub async fn count_quarantine(call: &Call) -> Result<i64, AppError> {
    Ok(call.store.count_quarantine().await?)
}

/// Sends a refused item again, corrected or as it was. It leaves the quarantine when it is accepted or turns out to be a
/// duplicate.
pub async fn replay_quarantined(call: &Call, id: QuarantineId, corrected: Option<String>) -> Result<EventEffect, AppError> {
    let item = call.store.get_quarantined(id).await?;
    if item.is_cut && corrected.is_none() {
        return Err(FieldErrors::one("content", "is required: only the beginning of this item is kept").into());
    }
    if corrected.as_ref().is_some_and(|content| content.chars().count() > MAX_CORRECTED_CHARS) {
        return Err(FieldErrors::one("content", format!("must be at most {MAX_CORRECTED_CHARS} characters")).into());
    }
    let content = corrected.unwrap_or(item.content).into_bytes();
    let read = parse_chunk(call, vec![Item { line: 1, content, is_too_long: false }]).await?.pop();
    let incoming = match read {
        Some((_, Ok(incoming))) => incoming,
        Some((_, Err(errors))) => return Err(errors.into()),
        None => return Err(AppError::Internal),
    };
    let stored = call.posts.insert_event(incoming.customer, &incoming.event, incoming.received_at).await?;
    metrics::count_event(incoming.event.body.kind().name(), stored.repeated);
    match call.store.discard_quarantined(id).await {
        // Somebody else was faster.
        Ok(()) | Err(StoreError::NotFound(_)) => Ok(stored.into()),
        Err(error) => Err(error.into()),
    }
}

pub async fn discard_quarantined(call: &Call, id: QuarantineId) -> Result<(), AppError> {
    Ok(call.store.discard_quarantined(id).await?)
}

/// Discards every item up to `up_to`, so that no item goes that the visitor has not seen. Returns how many went.
pub async fn discard_quarantine(call: &Call, up_to: QuarantineId) -> Result<u64, AppError> {
    Ok(call.store.discard_quarantine(up_to).await?)
}
