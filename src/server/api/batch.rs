//! `POST /api/events`: many events in one request, read while they arrive. And `/api/quarantine`: those that were refused.

use super::extract::{Id, Json, NoQuery, Query};
use super::inputs::BatchEvent;
use super::items::{Format, Splitter};
use super::parameters::PagingParameters;
use crate::domain::batch::MAX_ITEMS;
use crate::domain::pages::EventEffect;
use crate::domain::{BatchReport, Page, QuarantineId, QuarantinedItem};
use crate::error::AppError;
use crate::server::AppState;
use crate::server::service::batch::{self, Batch};
use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt;
use serde::Deserialize;
use std::pin::Pin;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::io::StreamReader;

/// How long the next piece of a body may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The largest body, in bytes when unpacked.
const MAX_BYTES: usize = 1 << 30;

/// Accepts up to 100,000 events in one request: a JSON array, or NDJSON (`application/x-ndjson`), also compressed
/// (`Content-Encoding: gzip` or `zstd`).
///
/// Each item is an event with its `customerId` or `externalId`, at most 64 KiB, and gets a verdict of its own; one bad
/// item never spoils the others. When the answer comes, the accepted events are stored for good and are in the score.
/// Items with a `messageId` can be sent again without harm, for instance when no answer came. Rejected items and
/// conflicts are kept in the quarantine. When the items cannot be read to their end, the answer says in `error` why,
/// with the verdicts up to there.
#[utoipa::path(post, path = "/api/events", tag = "Events", request_body(content(
        (Vec<BatchEvent> = "application/json"), (BatchEvent = "application/x-ndjson"))),
    responses((status = 200, description = "A verdict for every item", body = BatchReport),
        (status = 400, description = "The body could not be read to its end", body = BatchReport),
        (status = 413, description = "There are more than 100,000 items (blank lines count), or more than 1 GiB: the others were not read", body = BatchReport),
        (status = 503, description = "The database stopped answering: send the items without a verdict again. Where too many such requests are under way, the answer is a problem instead: send everything again", body = BatchReport)))]
pub async fn submit_events(
    State(app): State<AppState>,
    _: NoQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, AppError> {
    let format = format(&headers)?;
    let mut reader = decode(&headers, body)?;
    let mut batch = Batch::new(&app);
    let read = read_items(&mut reader, format, &mut batch).await;
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

type Reader = Pin<Box<dyn AsyncRead + Send>>;

fn decode(headers: &HeaderMap, body: Body) -> Result<Reader, AppError> {
    let body = StreamReader::new(body.into_data_stream().map_err(std::io::Error::other));
    let coding = headers.get(header::CONTENT_ENCODING).map_or("identity", |value| value.to_str().unwrap_or_default());
    // https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1: whatever the case of its letters.
    match coding.to_ascii_lowercase().as_str() {
        "identity" => Ok(Box::pin(body)),
        "gzip" | "x-gzip" => {
            let mut decoder = GzipDecoder::new(body);
            decoder.multiple_members(true);
            Ok(Box::pin(decoder))
        }
        "zstd" => {
            let mut decoder = ZstdDecoder::new(body);
            decoder.multiple_members(true);
            Ok(Box::pin(decoder))
        }
        _ => Err(AppError::UnsupportedMediaType("Content-Encoding must be gzip or zstd, or absent.".into())),
    }
}

async fn read_items(reader: &mut Reader, format: Format, batch: &mut Batch) -> Result<(), AppError> {
    let unreadable = |text: String| AppError::BadRequest(format!("The body could not be read to its end: {text}"));
    let mut splitter = Splitter::new(format);
    let mut piece = vec![0; 64 * 1024];
    let mut size = 0;
    let too_many = || AppError::TooLarge(format!("There are more than {MAX_ITEMS} items: the others were not read."));
    loop {
        let read = tokio::time::timeout(PATIENCE, reader.read(&mut piece)).await;
        let length = read
            .map_err(|_| unreadable(format!("nothing came for {} seconds.", PATIENCE.as_secs())))?
            .map_err(|error| unreadable(format!("{error}.")))?;
        size += length;
        if size > MAX_BYTES {
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
        // A small body may unpack to a large one, which never waits for anybody: others get their turn here.
        tokio::task::yield_now().await;
    }
    let ended = splitter.ended();
    match splitter.finish().map_err(|error| AppError::BadRequest(error.into()))? {
        Some(_) if ended == MAX_ITEMS => Err(too_many()),
        Some(item) => batch.push(item).await,
        None => Ok(()),
    }
}

/// Items that were refused when they came with others, the latest first.
#[utoipa::path(get, path = "/api/quarantine", tag = "Events", params(PagingParameters),
    responses((status = 200, description = "One page of items", body = Page<QuarantinedItem>)))]
pub async fn list_quarantine(
    State(app): State<AppState>,
    query: Query<PagingParameters>,
) -> Result<Json<Page<QuarantinedItem>>, AppError> {
    batch::list_quarantine(&app, query.pairs()).await.map(Json)
}

/// A refused item, corrected.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayInput {
    /// The corrected item, as JSON in a text; as it was sent when absent.
    #[serde(default)]
    #[schema(max_length = 65_536)]
    pub content: Option<String>,
}

/// Sends a refused item again, corrected or as it was. Accepted, it leaves the quarantine.
#[utoipa::path(post, path = "/api/quarantine/{id}/replay", tag = "Events", request_body = ReplayInput,
    params(("id" = i64, Path, description = "The item's id")),
    responses((status = 200, description = "The event, and what it did to the score", body = EventEffect)))]
pub async fn replay_quarantined(
    State(app): State<AppState>,
    Id(id): Id<QuarantineId>,
    _: NoQuery,
    Json(input): Json<ReplayInput>,
) -> Result<Json<EventEffect>, AppError> {
    batch::replay_quarantined(&app, id, input.content).await.map(Json)
}

/// Discards a refused item for good.
#[utoipa::path(delete, path = "/api/quarantine/{id}", tag = "Events", params(("id" = i64, Path, description = "The item's id")),
    responses((status = 204, description = "Discarded")))]
pub async fn discard_quarantined(
    State(app): State<AppState>,
    Id(id): Id<QuarantineId>,
    _: NoQuery,
) -> Result<StatusCode, AppError> {
    batch::discard_quarantined(&app, id).await.map(|()| StatusCode::NO_CONTENT)
}
