//! `POST /api/events`: many events in one request, read while they arrive. And `/api/quarantine`: the events among them that
//! were refused.

use super::extract::{Id, Json, NoQuery, Query};
use super::inputs::BatchEvent;
use super::items::{Format, Splitter};
use super::parameters::PagingParameters;
use super::turns::{Places, Turn};
use crate::domain::batch::MAX_ITEMS;
use crate::domain::list::Paging;
use crate::domain::{BatchReport, Page, QuarantineId, QuarantinedItem};
use crate::server::Call;
use crate::server::service::batch::{self, Batch};
use crate::wire::AppError;
use crate::wire::pages::EventEffect;
use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};
use async_compression::zstd::DParameter;
use axum::body::Body;
use axum::extract::Extension;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt;
use serde::Deserialize;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::io::StreamReader;

/// The largest body, in bytes after decompression.
const MAX_BODY_BYTES: usize = 1 << 30;
/// The bytes that any body may unpack to, and the bytes that each sent byte allows beyond.
const FREE_BYTES: usize = 16 << 20;
const MAX_RATIO: usize = 100;
/// The largest window of zstd, as a power of two. Every decoder is meant to support it, and `zstd` up to level 19 needs no
/// more.
const ZSTD_WINDOW: u32 = 23;

/// Accepts up to 100,000 events in one request.
///
/// The body is a JSON array or NDJSON (`application/x-ndjson`), also compressed (`Content-Encoding: gzip` or `zstd`).
///
/// Each item is an event with its `customerId` or `externalId`, at most 64 KiB, and gets a verdict of its own; one bad item
/// never spoils the others. When the answer comes, the accepted events are stored for good and are in the score. Items with
/// a `messageId` can be sent again without harm, for instance when no answer came.
///
/// Refused items and conflicts are kept in the quarantine while it has room: 10,000 items and 16 MiB of a source, 40,000
/// items and 64 MiB of all. An item that is not kept has `notKept`, and `quarantine` says how many these are. When the items
/// cannot be read to their end, `error` says why, and the verdicts up to there are in the answer.
#[utoipa::path(post, path = "/api/events", tag = "Events", request_body(content(
        (Vec<BatchEvent> = "application/json"), (BatchEvent = "application/x-ndjson"))),
    responses((status = 200, description = "A verdict for every item", body = BatchReport),
        (status = 400, description = "The body could not be read to its end", body = BatchReport),
        (status = 413, description = "There are more than 100,000 items (blank lines count), or more than 1 GiB, or it unpacks to more than 16 MiB and 100 times what was sent: the others were not read", body = BatchReport),
        (status = 503, description = "The database stopped answering: send the items without a verdict again. Where too many such requests are under way, the answer is a problem instead: send everything again", body = BatchReport)))]
pub async fn submit_events(
    call: Call,
    Extension(places): Extension<Places>,
    _: NoQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, AppError> {
    let format = format(&headers)?;
    let mut reader = decode(&headers, body)?;
    let mut batch = Batch::new(&call);
    let mut turn = Turn::new(places);
    let read = read_items(&mut reader, format, &mut batch, &mut turn).await;
    if batch.is_untouched()
        && let Err(AppError::Overloaded(_)) = read
    {
        return Err(AppError::overloaded());
    }
    let (report, stored) = batch.finish().await;
    let Err(error) = stored.and(read) else { return Ok(Json(report).into_response()) };
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let retry = (status == StatusCode::SERVICE_UNAVAILABLE).then_some([(header::RETRY_AFTER, "1")]);
    Ok((status, retry, Json(BatchReport { error: Some(error.to_string()), ..report })).into_response())
}

fn format(headers: &HeaderMap) -> Result<Format, AppError> {
    match essence(headers).as_str() {
        "application/json" => Ok(Format::Array),
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Ok(Format::Lines),
        _ => Err(AppError::UnsupportedMediaType(
            "The body must be a JSON array (Content-Type: application/json) or NDJSON (application/x-ndjson).".into(),
        )),
    }
}

fn essence(headers: &HeaderMap) -> String {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A body that is unpacked while it is read.
struct Reader {
    unpacked: Pin<Box<dyn AsyncRead + Send>>,
    /// The number of bytes that have arrived.
    sent: Arc<AtomicUsize>,
}

impl Reader {
    /// Returns whether `unpacked` bytes are more than this body may unpack to by now.
    fn is_bomb(&self, unpacked: usize) -> bool {
        unpacked > FREE_BYTES && unpacked / MAX_RATIO > self.sent.load(Ordering::Relaxed)
    }
}

fn decode(headers: &HeaderMap, body: Body) -> Result<Reader, AppError> {
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = sent.clone();
    let pieces = body.into_data_stream().inspect_ok(move |piece| {
        counted.fetch_add(piece.len(), Ordering::Relaxed);
    });
    let body = StreamReader::new(pieces.map_err(std::io::Error::other));
    let coding = headers.get(header::CONTENT_ENCODING).map_or("identity", |value| value.to_str().unwrap_or_default());
    // Names of codings are compared without case: https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1
    let unpacked: Pin<Box<dyn AsyncRead + Send>> = match coding.to_ascii_lowercase().as_str() {
        "identity" => Box::pin(body),
        "gzip" | "x-gzip" => {
            let mut decoder = GzipDecoder::new(body);
            decoder.multiple_members(true);
            Box::pin(decoder)
        }
        "zstd" => {
            let mut decoder = ZstdDecoder::with_params(body, &[DParameter::window_log_max(ZSTD_WINDOW)]);
            decoder.multiple_members(true);
            Box::pin(decoder)
        }
        _ => return Err(AppError::UnsupportedMediaType("Content-Encoding must be gzip or zstd, or absent.".into())),
    };
    Ok(Reader { unpacked, sent })
}

async fn read_items(reader: &mut Reader, format: Format, batch: &mut Batch, turn: &mut Turn) -> Result<(), AppError> {
    let unreadable = |text: String| AppError::BadRequest(format!("The body could not be read to its end: {text}"));
    let mut splitter = Splitter::new(format);
    let mut piece = vec![0; 64 * 1024];
    let mut size = 0;
    let too_many = || AppError::TooLarge(format!("There are more than {MAX_ITEMS} items: the others were not read."));
    loop {
        let read = match turn.wait(reader.unpacked.read(&mut piece)).await {
            Some(read) => read,
            None => {
                // The batch gives its place up, and holds nothing in memory meanwhile.
                batch.store_all().await?;
                turn.give_up();
                reader.unpacked.read(&mut piece).await
            }
        };
        let length = read.map_err(|error| unreadable(format!("{error}.")))?;
        turn.take().await?;
        size += length;
        if reader.is_bomb(size) {
            return Err(AppError::TooLarge(format!(
                "The body unpacks to more than {} MiB and more than {MAX_RATIO} times what was sent: what follows was not read.",
                FREE_BYTES >> 20
            )));
        }
        if size > MAX_BODY_BYTES {
            return Err(AppError::TooLarge("The body is larger than 1 GiB: what follows was not read.".into()));
        }
        for byte in &piece[..length] {
            let item = splitter.push(*byte).map_err(|error| AppError::BadRequest(error.into()))?;
            if splitter.ended() > MAX_ITEMS {
                return Err(too_many());
            }
            if let Some(item) = item {
                batch.push(item).await?;
            }
        }
        if length == 0 {
            break;
        }
        // A small body may unpack to a large one, whose reading never waits. Other tasks get their turn here.
        tokio::task::yield_now().await;
    }
    let ended = splitter.ended();
    match splitter.finish().map_err(|error| AppError::BadRequest(error.into()))? {
        Some(_) if ended == MAX_ITEMS => Err(too_many()),
        Some(item) => batch.push(item).await,
        None => Ok(()),
    }
}

/// Lists the refused items, latest first.
/// An item is kept for 90 days after it was last sent. Of an item longer than 16 KiB only the beginning is kept.
#[utoipa::path(get, path = "/api/quarantine", tag = "Events", params(PagingParameters),
    responses((status = 200, description = "One page of items", body = Page<QuarantinedItem>)))]
pub async fn list_quarantine(call: Call, query: Query<PagingParameters>) -> Result<Json<Page<QuarantinedItem>>, AppError> {
    batch::list_quarantine(&call, Paging::from_pairs(query.pairs())?).await.map(Json)
}

/// The body of a request that sends a refused item again.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayInput {
    /// The corrected item as JSON in a text. When absent, the item is sent as it was.
    #[serde(default)]
    #[schema(max_length = 16_384, content_media_type = "application/json")]
    pub content: Option<String>,
}

/// Sends a refused item again, corrected or as it was.
/// An item of which only the beginning is kept must be sent with its content. Once accepted, an item leaves the quarantine.
#[utoipa::path(post, path = "/api/quarantine/{id}/replay", tag = "Events", request_body = ReplayInput,
    params(("id" = i64, Path, description = "The item's id")),
    responses((status = 200, description = "The event, and what it did to the score", body = EventEffect)))]
pub async fn replay_quarantined(
    call: Call,
    Id(id): Id<QuarantineId>,
    _: NoQuery,
    Json(input): Json<ReplayInput>,
) -> Result<Json<EventEffect>, AppError> {
    batch::replay_quarantined(&call, id, input.content).await.map(Json)
}

/// Deletes a refused item for good.
#[utoipa::path(delete, path = "/api/quarantine/{id}", tag = "Events", params(("id" = i64, Path, description = "The item's id")),
    responses((status = 204, description = "Deleted")))]
pub async fn discard_quarantined(call: Call, Id(id): Id<QuarantineId>, _: NoQuery) -> Result<StatusCode, AppError> {
    batch::discard_quarantined(&call, id).await.map(|()| StatusCode::NO_CONTENT)
}
