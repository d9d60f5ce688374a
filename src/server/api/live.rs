//! `/api/live`: the stream that open pages follow.

use super::extract::Query;
use crate::domain::list::integer;
use crate::domain::{CustomerId, FieldErrors};
use crate::server::Call;
use crate::server::service::live;
use crate::server::store::Changed;
use crate::wire::AppError;
use axum::http::{HeaderMap, HeaderName};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, StreamExt};
use std::time::Duration;

/// The time after which a browser whose stream broke off connects again.
const RECONNECT_AFTER: Duration = Duration::from_secs(1);
/// The pause after which a silent stream sends a sign of life: shorter than the patience of proxies.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Parameters of `service::live::follow`.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct LiveParameters {
    /// The only customer whose changes are wanted.
    #[param(minimum = 1)]
    customer: Option<i64>,
    /// The id of the last message that was received, like the header `Last-Event-ID`. A client that missed changes since is
    /// told at once.
    since: Option<String>,
}

/// Tells which customers changed, as server-sent events, right after each change is stored.
/// Messages have no content: read again what you show. At most two come a second; changes in between share a message.
#[utoipa::path(get, path = "/api/live", tag = "Portfolio", params(LiveParameters), responses(
    (status = 200, description = "The data of each message", body = Changed, content_type = "text/event-stream")))]
pub async fn follow_changes(call: Call, headers: HeaderMap, query: Query<LiveParameters>) -> Result<impl IntoResponse, AppError> {
    let [customer, since] = query.values(["customer", "since"]);
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let mut errors = FieldErrors::default();
    let customer = customer.map(|id| CustomerId(integer(&mut errors, "customer", id, 1, i64::MAX)));
    errors.or(|| ())?;
    let news = live::follow(&call, customer, last.or(since));
    let hello = Event::default().retry(RECONNECT_AFTER).id(news.mark());
    let messages = stream::unfold(news, |mut news| async {
        let changed = news.next().await?;
        Some((Event::default().id(news.mark()).json_data(changed), news))
    });
    let messages = stream::once(async { Ok(hello) }).chain(messages);
    // nginx would hold the messages back.
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((unbuffered, Sse::new(messages).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))))
}
