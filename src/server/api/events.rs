//! `/api/customers/{id}/events` and `/api/events/{id}/retract`: submit, list and retract events.

use super::extract::{Id, Json, NoQuery, Query, ReasonInput};
use super::inputs::{CustomerEvent, RetractInput};
use super::parameters::EventParameters;
use crate::domain::{CustomerId, Event, EventId, EventInput, EventQuery, FieldErrors, Page};
use crate::server::Call;
use crate::server::service::events;
use crate::wire::AppError;
use crate::wire::pages::EventEffect;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;

/// Accepts one event. When the answer comes, the event is stored for good and is in the score.
///
/// The same `messageId` (or `Idempotency-Key` header) with the same content again is harmless: it answers 200 with the
/// first event. With other content it is a 409.
#[utoipa::path(post, path = "/api/customers/{id}/events", tag = "Events", request_body = CustomerEvent,
    params(("id" = i64, Path, description = "The customer's id"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 200, pattern = r"^[ -~]*[!-~][ -~]*$",
            description = "The same as `messageId`; when both are sent they are equal")),
    responses((status = 201, description = "The event, and what it did to the score", body = EventEffect),
        (status = 200, description = "The event had been accepted before", body = EventEffect)))]
pub async fn submit_event(
    call: Call,
    Id(customer): Id<CustomerId>,
    _: NoQuery,
    headers: HeaderMap,
    Json(input): Json<EventInput>,
) -> Result<impl IntoResponse, AppError> {
    let message_id = message_id(&headers, input.message_id)?;
    let effect = events::submit_event(&call, customer, EventInput { message_id, ..input }).await?;
    Ok((if effect.repeated { StatusCode::OK } else { StatusCode::CREATED }, Json(effect)))
}

/// Returns the message id from the body or the header. When both have one, they must agree.
fn message_id(headers: &HeaderMap, body: Option<String>) -> Result<Option<String>, FieldErrors> {
    const HEADER: &str = "Idempotency-Key";
    let refuse = |message| Err(FieldErrors::one(HEADER, message));
    let mut sent = headers.get_all(HEADER).iter();
    match (sent.next().map(|value| value.to_str().map(str::trim)), sent.next(), body) {
        (None, _, body) => Ok(body),
        (_, Some(_), _) => refuse("is given more than once"),
        (Some(Err(_)), ..) => refuse("must be plain ASCII text"),
        (Some(Ok("")), ..) => refuse("must not be empty"),
        (Some(Ok(header)), ..) if header.len() > 200 => refuse("must be at most 200 characters"),
        (Some(Ok(header)), None, Some(body)) if header != body.trim() => refuse("must equal messageId when both are sent"),
        (Some(Ok(header)), None, _) => Ok(Some(header.to_owned())),
    }
}

/// Lists a customer's events, newest first, retracted ones included.
#[utoipa::path(get, path = "/api/customers/{id}/events", tag = "Events", params(("id" = i64, Path, description = "The customer's id"), EventParameters),
    responses((status = 200, description = "One page of events", body = Page<Event>)))]
pub async fn list_events(
    call: Call,
    Id(customer): Id<CustomerId>,
    query: Query<EventParameters>,
) -> Result<Json<Page<Event>>, AppError> {
    events::list_events(&call, customer, EventQuery::from_pairs(query.pairs())?).await.map(Json)
}

/// Retracts an event, with a reason. It stays visible and no longer counts; its message id stays used.
#[utoipa::path(post, path = "/api/events/{id}/retract", tag = "Events", params(("id" = i64, Path, description = "The event's id")),
    request_body = RetractInput,
    responses((status = 200, description = "The event, and what retracting it did to the score", body = EventEffect)))]
pub async fn retract_event(
    call: Call,
    Id(event): Id<EventId>,
    _: NoQuery,
    Json(input): Json<ReasonInput>,
) -> Result<Json<EventEffect>, AppError> {
    events::retract_event(&call, event, input.reason.as_deref()).await.map(Json)
}
