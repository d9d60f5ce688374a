//! Uploads of the import page, written to disk while they arrive, and downloads of its lists of errors.

use super::cookies::{append_cookie, author_cookie, cookie, cookies};
use crate::domain::ImportId;
use crate::domain::import::MAX_UPLOAD_BYTES;
use crate::server::api::extract::Id;
use crate::server::service::import;
use crate::server::{AppState, Call};
use crate::wire::{AppError, Echo, Rejection, UPLOAD_FORM};
use axum::Router;
use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Multipart};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect};
use axum::routing::{get, post};
use std::time::Duration;
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;

/// The longest wait for the next piece of a file.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(30);

/// Returns the routes whose bodies may be longer, and take longer, than those of others.
pub fn router() -> Router<AppState> {
    let limit = DefaultBodyLimit::max(MAX_UPLOAD_BYTES as usize + 64 * 1024);
    Router::new()
        .route("/import/upload", post(receive_upload).layer(limit))
        .route("/import/{id}/errors.csv", get(get_import_errors))
}

/// Receives an upload. A refused browser gets the import page again, with the file's name and the reason; a program gets the
/// reason.
async fn receive_upload(
    call: Call,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<impl IntoResponse, AppError> {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut sent = Sent::default();
    let received = keep_upload(&call, form, &mut sent).await;
    let mut cookies: Vec<_> = sent.author.as_deref().map(author_cookie).into_iter().collect();
    let path = match received {
        Ok(id) => format!("/import/{id}"),
        Err(error) if accept.contains("text/html") && error.status() < 500 => {
            cookies.push(refusal_cookie(&sent.file_name, &error));
            "/import".into()
        }
        Err(error) => return Err(error),
    };
    Ok((AppendHeaders(cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie))), Redirect::to(&path)))
}

/// The fields of a form that were read so far.
#[derive(Default)]
struct Sent {
    author: Option<String>,
    file_name: String,
}

/// Reads the form's fields `author` and, after it, `file`, and keeps the file as an import.
async fn keep_upload(call: &Call, form: Result<Multipart, MultipartRejection>, sent: &mut Sent) -> Result<ImportId, AppError> {
    let not_a_form = |_| AppError::UnsupportedMediaType("The file must be sent as a form, as multipart/form-data.".into());
    let mut form = form.map_err(not_a_form)?;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("author") => {
                sent.author = Some(short(&field.text().await.map_err(broken)?)).filter(|name| !name.is_empty());
            }
            Some("file") => {
                let name = field.file_name().unwrap_or_default();
                sent.file_name = short(name.rsplit(['/', '\\']).next().unwrap_or_default());
                if sent.file_name.is_empty() {
                    return Err(AppError::BadRequest("No file was chosen. Choose one.".into()));
                }
                import::remove_old_files(call).await?;
                let mut upload = import::begin_upload(call).await?;
                write(field, &mut upload).await?;
                return import::receive_upload(call, &sent.file_name, upload, sent.author.clone()).await;
            }
            _ => {}
        }
    }
    Err(AppError::BadRequest("The form has no file.".into()))
}

/// The cookie that tells the import page why a file was refused. The page deletes it.
const REFUSAL: &str = "refused_upload";
const REFUSAL_SECONDS: i64 = 60;
/// The most letters of a file's name in that cookie. Browsers keep 4096 bytes, and a letter takes up to twelve.
const REFUSED_NAME_LETTERS: usize = 80;
const REFUSAL_LETTERS: usize = 220;

fn refusal_cookie(file_name: &str, error: &AppError) -> String {
    let cut = |text: &str, letters: usize| text.chars().take(letters).collect::<String>();
    let text = [cut(file_name, REFUSED_NAME_LETTERS), cut(&error.to_string(), REFUSAL_LETTERS)];
    cookie(REFUSAL, &text.join("\n"), REFUSAL_SECONDS)
}

/// Takes the reason why the upload before this page was refused. Its cookie is deleted.
pub(super) fn take_refusal(parts: &Parts) -> Option<Echo> {
    let (_, text) = cookies(parts).find(|(name, text)| *name == REFUSAL && !text.is_empty())?;
    append_cookie(REFUSAL, "", 0);
    let (file, message) = text.split_once('\n')?;
    let message = if file.is_empty() { message.to_owned() } else { format!("{file} was not taken. {message}") };
    let rejection = Rejection { message, ..Rejection::default() };
    Some(Echo { form: UPLOAD_FORM.into(), rejection, ..Echo::default() })
}

/// Cleans a file's name of characters that do not belong in one, and shortens it.
fn short(text: &str) -> String {
    text.trim().chars().filter(|letter| !letter.is_control()).take(200).collect()
}

fn broken(error: MultipartError) -> AppError {
    match error.status().as_u16() {
        413 => too_large(),
        _ => AppError::BadRequest(format!("The file could not be read to its end: {}.", error.body_text())),
    }
}

fn too_large() -> AppError {
    let mib = MAX_UPLOAD_BYTES / 1024 / 1024;
    AppError::TooLarge(format!("This page takes files of at most {mib} MiB. For larger ones: customer-health import FILE"))
}

/// Writes a field's content to the file while it arrives.
async fn write(mut field: Field<'_>, upload: &mut NamedTempFile) -> Result<(), AppError> {
    let failed = |error: std::io::Error| {
        tracing::error!(%error, "an upload could not be kept");
        AppError::Internal
    };
    let mut file = tokio::fs::File::from_std(upload.reopen().map_err(failed)?);
    let mut size = 0;
    let silent = |_| AppError::BadRequest(format!("Nothing came for {} seconds.", UPLOAD_PATIENCE.as_secs()));
    while let Some(piece) = tokio::time::timeout(UPLOAD_PATIENCE, field.chunk()).await.map_err(silent)?.map_err(broken)? {
        size += piece.len() as u64;
        if size > MAX_UPLOAD_BYTES {
            return Err(too_large());
        }
        file.write_all(&piece).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)
}

/// Serves the rows that a dry run refused, as CSV.
async fn get_import_errors(call: Call, Id(id): Id<ImportId>) -> Result<impl IntoResponse, AppError> {
    let path = import::get_import_errors(&call, id).await?;
    let missing = |_| AppError::NotFound(format!("list of errors of import {id}"));
    let file = tokio::fs::File::open(path).await.map_err(missing)?;
    let disposition = format!("attachment; filename=\"import-{id}-errors.csv\"");
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, Body::from_stream(ReaderStream::new(file))))
}
