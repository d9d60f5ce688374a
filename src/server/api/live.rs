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

/// When a browser whose stream broke off tries again.
const RETRY: Duration = Duration::from_secs(1);
/// How often a silent stream shows that it is alive: more often than proxies give up on one.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// See `service::live::follow`.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct LiveParameters {
    /// Only changes of this customer.
    #[param(minimum = 1)]
    customer: Option<i64>,
    /// The id of the last message that was received, like the header `Last-Event-ID`: whoever missed something since is
    /// told so at once.
    since: Option<String>,
}

/// Tells which customers changed, as server-sent events, right after each change is stored. No content: read again what
/// you show. At most two messages a second; what happens meanwhile is one message.
#[utoipa::path(get, path = "/api/live", tag = "Portfolio", params(LiveParameters), responses(
    (status = 200, description = "The data of each message", body = Changed, content_type = "text/event-stream")))]
pub async fn follow_changes(call: Call, headers: HeaderMap, query: Query<LiveParameters>) -> Result<impl IntoResponse, AppError> {
    let [customer, since] = query.values(["customer", "since"]);
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let mut errors = FieldErrors::default();
    let customer = customer.map(|id| CustomerId(integer(&mut errors, "customer", id, 1, i64::MAX)));
    errors.or(|| ())?;
    let news = live::follow(&call, customer, last.or(since));
    let hello = Event::default().retry(RETRY).id(news.mark());
    let messages = stream::unfold(news, |mut news| async {
        let changed = news.next().await?;
        Some((Event::default().id(news.mark()).json_data(changed), news))
    });
    let messages = stream::once(async { Ok(hello) }).chain(messages);
    // nginx would collect the messages.
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((unbuffered, Sse::new(messages).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))))
}
