//! Events: submit, list, retract.

use crate::domain::{CustomerId, Event, EventId, EventInput, EventQuery, FieldErrors, Page};
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
    let stored = call.posts.insert_event(customer, &event, now).await?;
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

/// A customer's events, newest first.
pub async fn list_events(call: &Call, customer: CustomerId, query: EventQuery) -> Result<Page<Event>, AppError> {
    let EventQuery { filter, paging } = query;
    call.store.get_customer(customer).await?;
    Ok(call.store.list_events(customer, &filter, paging.page, paging.page_size).await?)
}

/// A customer's events, notes and outcomes, newest first, with the API calls of a day as one entry.
pub async fn load_timeline(call: &Call, customer: CustomerId, query: EventQuery) -> Result<Timeline, AppError> {
    let EventQuery { filter, paging } = query;
    call.store.get_customer(customer).await?;
    let (page, events) = call.store.list_entries(customer, &filter, paging.page, paging.page_size).await?;
    Ok(Timeline { page, events, filter, kept_from: call.store.events_kept_from().await?, now: call.now })
}
