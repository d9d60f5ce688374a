//! Files that the import page sends, written to disk while they arrive, and the lists of errors that it offers.

use super::page::author_cookie;
use crate::domain::ImportId;
use crate::domain::import::MAX_UPLOAD_BYTES;
use crate::server::AppState;
use crate::server::api::extract::Id;
use crate::server::service::import;
use crate::wire::AppError;
use axum::Router;
use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use std::time::Duration;
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;

/// How long the next piece of a file may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What may be longer than other bodies, and take longer.
pub fn router() -> Router<AppState> {
    let limit = DefaultBodyLimit::max(MAX_UPLOAD_BYTES as usize + 64 * 1024);
    Router::new()
        .route("/import/upload", post(receive_upload).layer(limit))
        .route("/import/{id}/errors.csv", get(get_import_errors))
}

/// The form has the fields `author` and, after it, `file`.
async fn receive_upload(
    State(app): State<AppState>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<impl IntoResponse, AppError> {
    let not_a_form = |_| AppError::UnsupportedMediaType("The file must be sent as a form, as multipart/form-data.".into());
    let mut form = form.map_err(not_a_form)?;
    let mut author = None;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("author") => author = Some(short(&field.text().await.map_err(broken)?)).filter(|name| !name.is_empty()),
            Some("file") => {
                let name = field.file_name().unwrap_or_default();
                let name = short(name.rsplit(['/', '\\']).next().unwrap_or_default());
                if name.is_empty() {
                    return Err(AppError::BadRequest("No file was chosen. Go back and choose one.".into()));
                }
                import::remove_old_files(&app).await?;
                let mut upload = import::begin_upload(&app).await?;
                write(field, &mut upload).await?;
                let remembered = author.as_deref().map(|author| [(header::SET_COOKIE, author_cookie(author))]);
                let id = import::receive_upload(&app, &name, upload, author).await?;
                return Ok((remembered, Redirect::to(&format!("/import/{id}"))));
            }
            _ => {}
        }
    }
    Err(AppError::BadRequest("The form has no file.".into()))
}

/// A name without anything that does not belong into one.
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

/// Writes what arrives.
async fn write(mut field: Field<'_>, upload: &mut NamedTempFile) -> Result<(), AppError> {
    let failed = |error: std::io::Error| {
        tracing::error!(%error, "an upload could not be kept");
        AppError::Internal
    };
    let mut file = tokio::fs::File::from_std(upload.reopen().map_err(failed)?);
    let mut size = 0;
    let silent = |_| AppError::BadRequest(format!("Nothing came for {} seconds.", PATIENCE.as_secs()));
    while let Some(piece) = tokio::time::timeout(PATIENCE, field.chunk()).await.map_err(silent)?.map_err(broken)? {
        size += piece.len() as u64;
        if size > MAX_UPLOAD_BYTES {
            return Err(too_large());
        }
        file.write_all(&piece).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)
}

/// The rows that a dry run refused, as CSV.
async fn get_import_errors(State(app): State<AppState>, Id(id): Id<ImportId>) -> Result<impl IntoResponse, AppError> {
    let path = import::get_import_errors(&app, id).await?;
    let missing = |_| AppError::NotFound(format!("list of errors of import {id}"));
    let file = tokio::fs::File::open(path).await.map_err(missing)?;
    let disposition = format!("attachment; filename=\"import-{id}-errors.csv\"");
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, Body::from_stream(ReaderStream::new(file))))
}
