//! Events: submit, list, retract.

use crate::domain::customer::parse_date;
use crate::domain::list::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, MAX_ROW, integer};
use crate::domain::{CustomerId, EventFilter, EventId, EventInput, EventKind, FieldErrors};
use crate::server::store::StoredEvent;
use crate::server::{Call, metrics};
use crate::wire::AppError;
use crate::wire::pages::{EventEffect, Timeline};

impl From<StoredEvent> for EventEffect {
    fn from(stored: StoredEvent) -> Self {
        Self { event: stored.event, health: stored.after, before: stored.before, repeated: stored.repeated }
    }
}

/// Accepts an event. When this returns, the event is durable and in the score.
pub async fn submit_event(call: &Call, customer: CustomerId, input: EventInput) -> Result<EventEffect, AppError> {
    let mut errors = FieldErrors::default();
    for (field, sent) in [("customerId", input.customer_id.is_some()), ("externalId", input.external_id.is_some())] {
        if sent {
            errors.add(field, "does not belong here: the address says whose event it is");
        }
    }
    errors.or(|| ())?;
    let now = call.now;
    let event = input.parse(now)?;
    let stored = call.store.insert_event(customer, &event, now).await?;
    metrics::count_event(event.body.kind().name(), stored.repeated);
    Ok(stored.into())
}

/// Retracts an event. It stays visible and no longer counts.
pub async fn retract_event(call: &Call, event: EventId, reason: Option<&str>) -> Result<EventEffect, AppError> {
    let mut errors = FieldErrors::default();
    let reason = errors.required_text("reason", reason, 500);
    let reason = errors.or(|| reason)?;
    Ok(call.store.retract_event(event, &reason, call.now).await?.into())
}

/// Lists a customer's events, newest first. The query's names: `kind`, `from` and `to` (days), `page`, `page_size`.
pub async fn list_events<'a>(
    call: &Call,
    customer: CustomerId,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Timeline, AppError> {
    let (mut filter, mut page, mut page_size) = (EventFilter::default(), 1, DEFAULT_PAGE_SIZE);
    let mut errors = FieldErrors::default();
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        match name {
            "kind" => {
                filter.kind = EventKind::parse(value);
                if filter.kind.is_none() {
                    errors.add(name, format!("must be one of {}", EventKind::ALL.map(EventKind::name).join(", ")));
                }
            }
            "from" => filter.from = parse_date(&mut errors, name, value),
            "to" => filter.to = parse_date(&mut errors, name, value),
            "page" => page = integer(&mut errors, name, value, 1, MAX_ROW),
            "page_size" => page_size = integer(&mut errors, name, value, 1, MAX_PAGE_SIZE),
            _ => {}
        }
    }
    if filter.from.zip(filter.to).is_some_and(|(from, to)| from > to) {
        errors.add("from", "must not be after `to`");
    }
    if errors.0.is_empty() && page > 1 && page * page_size > MAX_ROW {
        errors.add("page", format!("reaches beyond row {MAX_ROW}; filter by kind or days instead"));
    }
    errors.or(|| ())?;
    call.store.get_customer(customer).await?;
    let page = call.store.list_events(customer, &filter, page, page_size).await?;
    Ok(Timeline { page, filter, kept_from: call.store.events_kept_from().await?, now: call.now })
}
