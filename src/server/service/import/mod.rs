//! Files of customers or events: received, understood, tried without writing, imported in the background, taken back.

mod file;
mod row;
mod run;
mod undo;

pub use file::Source;
pub use run::{Errors, Progress, Target, import_file};
pub use undo::undo_file;

use crate::domain::import::{ImportField, ImportList, ImportPage, PreviewRow};
use crate::domain::list::parse_paging;
use crate::domain::{CustomerId, ImportId, ImportKind, ImportState, Mapping, RowError};
use crate::server::AppState;
use crate::server::store::{NewImport, StoredImport};
use crate::wire::AppError;
use chrono::Duration;
use file::{Meter, RawRow};
use row::RowReader;
use std::path::{Path, PathBuf};

/// By how many rows a file's columns are recognised, and how many a preview shows.
const SAMPLE: usize = 50;
const PREVIEW: usize = 5;
/// How many errors the page shows; the file has all.
const SHOWN_ERRORS: usize = 50;
/// Whoever works on an import and was not heard of for so long is no longer there.
const SILENCE_MINUTES: i64 = 3;
/// How long an upload waits to be imported.
const UPLOAD_DAYS: i64 = 2;
/// How long the errors of an import's dry run are kept.
const ERROR_DAYS: i64 = 30;

/// Blocking work, away from those that must not wait.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, AppError> + Send + 'static) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| AppError::Internal)?
}

/// Scores customers anew, and lets others see that somebody is still at work.
async fn rescore(app: &AppState, id: ImportId, touched: &[CustomerId]) -> Result<(), AppError> {
    for some in touched.chunks(1000) {
        app.store.rescore(some, app.today()).await?;
        app.store.keep_import_alive(id, app.now()).await?;
    }
    Ok(())
}

/// The columns of a file and its first rows.
async fn look(source: &Source) -> Result<(Vec<String>, Vec<RawRow>), AppError> {
    let source = source.clone();
    blocking(move || {
        let columns = source.columns()?;
        let mut rows = Vec::new();
        source.read(&columns, &Meter::default(), |row| {
            rows.push(row);
            rows.len() < SAMPLE
        })?;
        Ok((columns, rows))
    })
    .await
}

/// What the columns of a file seem to mean: the kind that more of them speak for, unless one is given. With all columns.
pub async fn recognise(source: &Source, kind: Option<ImportKind>) -> Result<(Mapping, Vec<String>), AppError> {
    let (columns, rows) = look(source).await?;
    Ok((recognise_columns(&columns, &rows, kind), columns))
}

fn recognise_columns(columns: &[String], rows: &[RawRow], kind: Option<ImportKind>) -> Mapping {
    let fits = |field: &ImportField, place: usize| {
        let mut cells = rows.iter().filter_map(|row| row.cells.as_ref().ok()).map(|cells| &cells[place]);
        let mut filled = cells.by_ref().filter(|cell| !cell.is_empty()).peekable();
        filled.peek().is_none() || filled.any(|cell| row::fits(field, cell))
    };
    let kinds = ImportKind::ALL.into_iter().filter(|one| kind.is_none_or(|kind| kind == *one));
    let mappings = kinds.map(|kind| Mapping::recognise(kind, columns, fits));
    mappings.max_by_key(Mapping::telling).unwrap_or_else(|| Mapping::recognise(ImportKind::Customers, columns, fits))
}

/// Keeps an uploaded file until it is imported.
pub async fn receive_upload(app: &AppState, file_name: &str, path: &Path, author: Option<String>) -> Result<ImportId, AppError> {
    remove_old_files(app).await?;
    let (mapping, _) = recognise(&Source::new(path, file_name), None).await?;
    let new = NewImport {
        file_name: file_name.to_owned(),
        path: Some(path.to_string_lossy().into_owned()),
        mapping,
        state: ImportState::Uploaded,
        author,
    };
    Ok(app.store.create_import(&new, app.now()).await?)
}

async fn remove_old_files(app: &AppState) -> Result<(), AppError> {
    for forgotten in app.store.list_forgotten_uploads(app.now() - Duration::days(UPLOAD_DAYS)).await? {
        discard(app, forgotten).await?;
    }
    for over in app.store.list_imports_with_files(app.now() - Duration::days(ERROR_DAYS)).await? {
        remove_files(over.path.as_deref());
        app.store.forget_import_files(over.import.id).await?;
    }
    Ok(())
}

/// Forgets an upload, which must not have been imported.
pub async fn discard_upload(app: &AppState, id: ImportId) -> Result<(), AppError> {
    let stored = find(app, id).await?;
    discard(app, stored).await
}

async fn discard(app: &AppState, stored: StoredImport) -> Result<(), AppError> {
    app.store.delete_import(stored.import.id).await?;
    remove_files(stored.path.as_deref());
    Ok(())
}

/// An upload and its errors; what is gone already is gone.
fn remove_files(path: Option<&str>) {
    for path in path.into_iter().flat_map(|path| [PathBuf::from(path), errors_path(path)]) {
        let _ = std::fs::remove_file(path);
    }
}

/// Where the errors of an uploaded file are kept.
fn errors_path(path: &str) -> PathBuf {
    format!("{path}.errors.csv").into()
}

/// The import, whose work may have been cut off.
async fn find(app: &AppState, id: ImportId) -> Result<StoredImport, AppError> {
    let mut stored = app.store.get_import(id).await?;
    let silent_since = app.now() - Duration::minutes(SILENCE_MINUTES);
    if stored.import.state.is_busy() && stored.alive_at < silent_since {
        let to = if stored.import.state == ImportState::Checking { ImportState::Uploaded } else { ImportState::Failed };
        match app.store.cut_off_import(id, stored.import.state, to).await {
            Ok(()) => stored = app.store.get_import(id).await?,
            Err(error) => tracing::warn!(%error, "an import moved on meanwhile"),
        }
    }
    Ok(stored)
}

/// Imports, the latest first. The query's names: `page`, `page_size`.
pub async fn list_imports<'a>(
    app: &AppState,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<ImportList, AppError> {
    let (page, page_size) = parse_paging(pairs)?;
    let page = app.store.list_imports(page, page_size).await?;
    Ok(ImportList { page, now: app.now() })
}

/// Everything about one import.
pub async fn get_import(app: &AppState, id: ImportId) -> Result<ImportPage, AppError> {
    let StoredImport { import, path, .. } = find(app, id).await?;
    let mut page =
        ImportPage { import, columns: Vec::new(), preview: Vec::new(), errors: Vec::new(), unreadable: None, now: app.now() };
    let Some(path) = path else { return Ok(page) };
    match page.import.state {
        ImportState::Uploaded => match look(&Source::new(&path, &page.import.file_name)).await {
            Ok((columns, rows)) => {
                page.preview = preview(&page.import.mapping, &columns, &rows, app.now());
                page.columns = columns;
            }
            Err(error) => page.unreadable = Some(error.to_string()),
        },
        ImportState::Checked | ImportState::Finished | ImportState::Failed => {
            page.errors = blocking(move || Ok(run::read_errors(&errors_path(&path), SHOWN_ERRORS))).await?;
        }
        _ => {}
    }
    Ok(page)
}

fn preview(mapping: &Mapping, columns: &[String], rows: &[RawRow], now: chrono::DateTime<chrono::Utc>) -> Vec<PreviewRow> {
    let Ok(mut reader) = RowReader::new(mapping, columns) else { return Vec::new() };
    let understand = |row: &RawRow| {
        let cells = row.cells.clone().unwrap_or_default();
        let understood = if cells.is_empty() { Vec::new() } else { reader.understood(&cells) };
        let errors = reader.read(row, now).err().unwrap_or_default();
        PreviewRow { line: row.line, cells, understood, errors }
    };
    rows.iter().take(PREVIEW).map(understand).collect()
}

/// What a person says about an upload: by column the field that it means, by field a default.
pub struct Choice {
    pub kind: ImportKind,
    /// In the order of the columns; nothing for a column that means nothing.
    pub fields: Vec<Option<String>>,
    pub defaults: Vec<(String, String)>,
}

/// Takes over how a file is to be understood and tries it in the background, without writing anything. Another kind
/// means that the columns are recognised anew, to be looked at first.
pub async fn check_import(app: &AppState, id: ImportId, choice: Choice) -> Result<ImportState, AppError> {
    let StoredImport { import, path, .. } = find(app, id).await?;
    let Some(path) = path else { return Err(AppError::Conflict("The file is no longer here; upload it again.".into())) };
    let source = Source::new(&path, &import.file_name);
    let (columns, rows) = look(&source).await?;
    if choice.kind != import.mapping.kind {
        let mapping = recognise_columns(&columns, &rows, Some(choice.kind));
        app.store.move_import(id, &[ImportState::Uploaded, ImportState::Checked], ImportState::Uploaded, app.now()).await?;
        app.store.set_import_mapping(id, &mapping).await?;
        return Ok(ImportState::Uploaded);
    }
    let pairs = columns.iter().zip(&choice.fields);
    let mapping = Mapping {
        kind: choice.kind,
        columns: pairs.filter_map(|(column, field)| Some((column.clone(), field.clone()?))).collect(),
        defaults: choice.defaults.into_iter().collect(),
    };
    RowReader::new(&mapping, &columns)?;
    app.store.move_import(id, &[ImportState::Uploaded, ImportState::Checked], ImportState::Checking, app.now()).await?;
    app.store.set_import_mapping(id, &mapping).await?;
    let (app, errors) = (app.clone(), errors_path(&path));
    tokio::spawn(async move { run::check(&app, id, source, mapping, errors).await });
    Ok(ImportState::Checking)
}

/// Goes back from the result of a dry run to the meaning of the columns.
pub async fn reconsider_import(app: &AppState, id: ImportId) -> Result<(), AppError> {
    Ok(app.store.move_import(id, &[ImportState::Checked], ImportState::Uploaded, app.now()).await?)
}

/// Imports a file that was tried, in the background. What the dry run refused can be read for some time.
pub async fn run_import(app: &AppState, id: ImportId) -> Result<(), AppError> {
    let StoredImport { import, path, .. } = find(app, id).await?;
    let Some(path) = path else { return Err(AppError::Conflict("The file is no longer here; upload it again.".into())) };
    app.store.move_import(id, &[ImportState::Checked], ImportState::Running, app.now()).await?;
    let source = Source::new(&path, &import.file_name);
    let app = app.clone();
    tokio::spawn(async move {
        run::run(&app, id, source, import.mapping).await;
        let _ = std::fs::remove_file(&path);
    });
    Ok(())
}

/// Takes an import back, in the background.
pub async fn undo_import(app: &AppState, id: ImportId) -> Result<(), AppError> {
    find(app, id).await?;
    app.store.move_import(id, &[ImportState::Finished, ImportState::Failed], ImportState::Undoing, app.now()).await?;
    let app = app.clone();
    tokio::spawn(async move { undo::undo(&app, id).await });
    Ok(())
}

/// The errors of an upload's dry run, as CSV.
pub async fn get_import_errors(app: &AppState, id: ImportId) -> Result<PathBuf, AppError> {
    let missing = || AppError::NotFound(format!("list of errors of import {id}"));
    let path = find(app, id).await?.path.map(|path| errors_path(&path));
    path.filter(|path| path.exists()).ok_or_else(missing)
}

/// A row's errors in words: "line 3, arr: must be ...".
pub fn words(error: &RowError) -> String {
    let place = if error.column.is_empty() { error.error.field.as_str() } else { &error.column };
    format!("line {}: {place} {}", error.line, error.error.message)
}
