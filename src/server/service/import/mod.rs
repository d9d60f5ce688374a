//! Files of customers or events: received, understood, tried without writing, imported in the background, taken back.

mod content;
mod errors;
mod file;
mod folder;
mod meter;
mod outlook;
mod records;
mod row;
mod run;
mod seen;
mod undo;

pub use errors::Errors;
pub use file::Source;
pub use folder::begin_upload;
pub use run::{Progress, Target, import_file};
pub use undo::undo_file;

use crate::domain::import::{Findings, ImportField, ImportList, ImportPage, PreviewRow, RawRow};
use crate::domain::list::parse_paging;
use crate::domain::{CustomerId, FieldErrors, ImportId, ImportKind, ImportState, Mapping, RowError};
use crate::server::AppState;
use crate::server::store::{Attempt, NewImport, StoreError, StoredImport};
use crate::wire::AppError;
use chrono::{DateTime, Duration, Utc};
use folder::{errors_path, remove_files};
use meter::Meter;
use row::RowReader;
use run::Columned;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval};

/// By how many rows a file's columns are recognised, and how many a preview shows.
const SAMPLE: usize = 50;
const PREVIEW: usize = 5;
/// How much of these rows is kept with an upload, in bytes; one row in any case.
const SAMPLE_BYTES: usize = 256 * 1024;
/// How many errors the page shows; the file has all.
const SHOWN_ERRORS: usize = 50;
/// How often whoever works on an import says so, and after how long a silence somebody else takes it over. Nothing is lost by
/// taking it too early: whoever was only slow finds out at its next write.
const BEAT: std::time::Duration = std::time::Duration::from_secs(3);
const SILENCE_SECONDS: i64 = 15;
/// How long an upload waits to be imported.
const UPLOAD_DAYS: i64 = 2;
/// How long the errors of an import's dry run are kept.
const ERROR_DAYS: i64 = 30;

/// Blocking work, away from those that must not wait.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, AppError> + Send + 'static) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| AppError::Internal)?
}

/// Works on an import, and says now and then that somebody is at it.
async fn beating<T>(app: &AppState, attempt: Attempt, work: impl Future<Output = T>) -> T {
    let beats = async {
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beats.tick().await;
            match app.store.keep_import_alive(attempt, app.read_clock()).await {
                // The work will find out as well.
                Err(StoreError::Conflict(_)) => return,
                Err(error) => tracing::warn!(%error, import = %attempt.import, "cannot say that an import is under way"),
                Ok(()) => {}
            }
        }
    };
    tokio::pin!(work);
    tokio::select! {
        done = &mut work => return done,
        () = beats => {}
    }
    work.await
}

async fn rescore(app: &AppState, touched: &[CustomerId]) -> Result<(), AppError> {
    for some in touched.chunks(1000) {
        app.store.rescore(some, app.read_clock().date_naive()).await?;
    }
    Ok(())
}

/// How many files are looked at at a time.
static LOOKS: Semaphore = Semaphore::const_new(2);

/// The columns of a file and its first rows. Ends soon when nobody waits for it any more.
async fn look(source: &Source) -> Result<Findings, AppError> {
    let _place = LOOKS.acquire().await;
    let meter = Meter::default();
    let _stop = meter.stop_on_drop();
    let source = source.clone();
    blocking(move || {
        let columns = source.columns(&meter)?;
        let (mut rows, mut bytes) = (Vec::new(), 0);
        source.read(&columns, &meter.again(), |row| {
            bytes += row.cells.as_ref().map_or(0, |cells| cells.iter().map(String::len).sum());
            if rows.is_empty() || bytes <= SAMPLE_BYTES {
                rows.push(row);
            }
            rows.len() < SAMPLE && bytes <= SAMPLE_BYTES
        })?;
        Ok(Findings { columns, rows })
    })
    .await
}

/// What was found in an upload when it came. Earlier releases did not write it down.
async fn load_findings(app: &AppState, id: ImportId, source: &Source) -> Result<Findings, AppError> {
    if let Some(findings) = app.store.get_import_findings(id).await? {
        return Ok(findings);
    }
    let findings = look(source).await?;
    app.store.set_import_findings(id, Some(&findings)).await?;
    Ok(findings)
}

/// What the columns of a file seem to mean: the kind that more of them speak for, unless one is given. With all columns.
pub async fn recognise(source: &Source, kind: Option<ImportKind>) -> Result<(Mapping, Vec<String>), AppError> {
    let Findings { columns, rows } = look(source).await?;
    Ok((recognise_columns(&columns, &rows, kind), columns))
}

fn recognise_columns(columns: &[String], rows: &[RawRow], kind: Option<ImportKind>) -> Mapping {
    let fits = |field: &ImportField, place: usize| {
        let mut cells = rows.iter().filter_map(|row| row.cells.as_ref().ok()).map(|cells| &cells[place]);
        let mut filled = cells.by_ref().filter(|cell| !cell.is_empty()).peekable();
        filled.peek().is_none() || filled.any(|cell| row::fits(field, cell))
    };
    // Of kinds that nothing speaks for, customers are taken: their import can be looked at best.
    let kinds = ImportKind::ALL.into_iter().rev().filter(|one| kind.is_none_or(|kind| kind == *one));
    let mappings = kinds.map(|kind| Mapping::recognise(kind, columns, fits));
    mappings.max_by_key(Mapping::telling).unwrap_or_else(|| Mapping::recognise(ImportKind::Customers, columns, fits))
}

/// Understands an uploaded file, and keeps it until it is imported. The file goes away when that fails, or is not waited for.
pub async fn receive_upload(
    app: &AppState,
    file_name: &str,
    upload: NamedTempFile,
    author: Option<String>,
) -> Result<ImportId, AppError> {
    let findings = look(&Source::uploaded(upload.path(), file_name)).await?;
    let mapping = recognise_columns(&findings.columns, &findings.rows, None);
    let (_, path) = upload.keep().map_err(|error| {
        tracing::error!(%error, "an upload could not be kept");
        AppError::Internal
    })?;
    let path = path.to_string_lossy().into_owned();
    let (file_name, findings) = (file_name.to_owned(), Some(findings));
    let new = NewImport { file_name, path: Some(path.clone()), findings, mapping, state: ImportState::Uploaded, author };
    let created = app.store.create_import(&new, app.read_clock()).await;
    if created.is_err() {
        remove_files(Some(&path));
    }
    Ok(created?.import)
}

/// Removes files that nobody wants any more: uploads that were not imported, lists of errors, what dead processes have left.
pub async fn remove_old_files(app: &AppState) -> Result<(), AppError> {
    for forgotten in app.store.list_forgotten_uploads(app.read_clock() - Duration::days(UPLOAD_DAYS)).await? {
        discard(app, forgotten).await?;
    }
    for over in app.store.list_imports_with_files(app.read_clock() - Duration::days(ERROR_DAYS)).await? {
        remove_files(over.path.as_deref());
        app.store.forget_import_files(over.import.id).await?;
    }
    let folder = folder::find(app).await?;
    let known = app.store.list_import_paths().await?;
    let known = known.into_iter().flat_map(|path| [errors_path(&path), path.into()]).collect();
    let now = app.read_clock();
    blocking(move || {
        let removed = folder::remove_orphans(&folder, &known, now);
        removed.unwrap_or_else(|error| tracing::warn!(%error, "old files could not be removed"));
        Ok(())
    })
    .await
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

/// The import, whose work may have been cut off.
async fn find(app: &AppState, id: ImportId) -> Result<StoredImport, AppError> {
    let stored = app.store.get_import(id).await?;
    if !stored.import.state.is_busy() || cut_off_imports(app).await? == 0 {
        return Ok(stored);
    }
    Ok(app.store.get_import(id).await?)
}

/// Takes imports over from processes that are gone, or were suspended; how many.
pub async fn cut_off_imports(app: &AppState) -> Result<usize, AppError> {
    let silent_since = app.read_clock() - Duration::seconds(SILENCE_SECONDS);
    let cut_off = app.store.cut_off_imports(silent_since).await?;
    for StoredImport { import, path, .. } in &cut_off {
        tracing::warn!(import = %import.id, state = import.state.name(), "an import was cut off");
        // It will not be read again, but the errors of its dry run will.
        if let (ImportState::Failed, Some(path)) = (import.state, path) {
            let _ = std::fs::remove_file(path);
        }
    }
    Ok(cut_off.len())
}

/// Imports, the latest first. The query's names: `page`, `page_size`.
pub async fn list_imports<'a>(
    app: &AppState,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<ImportList, AppError> {
    let (page, page_size) = parse_paging(pairs)?;
    let page = app.store.list_imports(page, page_size).await?;
    Ok(ImportList { page, now: app.read_clock() })
}

/// Everything about one import.
pub async fn get_import(app: &AppState, id: ImportId) -> Result<ImportPage, AppError> {
    let StoredImport { import, path, .. } = find(app, id).await?;
    let mut page = ImportPage {
        import,
        columns: Vec::new(),
        preview: Vec::new(),
        outlook: None,
        errors: Vec::new(),
        unreadable: None,
        now: app.read_clock(),
    };
    let Some(path) = path else { return Ok(page) };
    match page.import.state {
        ImportState::Uploaded if !Path::new(&path).exists() => page.unreadable = Some(GONE.into()),
        ImportState::Uploaded => match load_findings(app, id, &Source::uploaded(&path, &page.import.file_name)).await {
            Ok(Findings { columns, rows }) => {
                page.preview = preview(&page.import.mapping, &columns, &rows, &app.settings.currency, app.read_clock());
                page.columns = columns;
            }
            Err(error) => page.unreadable = Some(error.to_string()),
        },
        ImportState::Checked | ImportState::Finished | ImportState::Failed => {
            if page.import.state == ImportState::Checked {
                page.outlook = app.store.get_import_outlook(id).await?;
            }
            page.errors = blocking(move || Ok(errors::read_errors(&errors_path(&path), SHOWN_ERRORS))).await?;
        }
        _ => {}
    }
    Ok(page)
}

/// The first rows as they are, and as they are understood once every column that is needed has been told.
fn preview(mapping: &Mapping, columns: &[String], rows: &[RawRow], currency: &str, now: DateTime<Utc>) -> Vec<PreviewRow> {
    let mut reader = RowReader::new(mapping, columns).ok();
    let understand = |row: &RawRow| {
        let cells = row.cells.clone().unwrap_or_default();
        let understood = reader.as_ref().filter(|_| !cells.is_empty()).map(|reader| reader.understood(&cells, currency));
        let errors = match (&mut reader, &row.cells) {
            (Some(reader), _) => reader.read(row, now).err().unwrap_or_default(),
            (None, Err(error)) => row::row_errors(mapping, row.line, FieldErrors::one("row", error.clone())),
            (None, Ok(_)) => Vec::new(),
        };
        PreviewRow { line: row.line, cells, understood: understood.unwrap_or_default(), errors }
    };
    rows.iter().take(PREVIEW).map(understand).collect()
}

/// It waited too long, or another server has it.
const GONE: &str = "The file is no longer here; upload it again.";

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
    let Some(path) = path else { return Err(AppError::Conflict(GONE.into())) };
    let source = Source::uploaded(&path, &import.file_name);
    let Findings { columns, rows } = load_findings(app, id, &source).await?;
    let from = [ImportState::Uploaded, ImportState::Checked];
    if choice.kind != import.mapping.kind {
        let mapping = recognise_columns(&columns, &rows, Some(choice.kind));
        let attempt = app.store.move_import(id, &from, ImportState::Uploaded, app.read_clock()).await?;
        app.store.set_import_mapping(attempt, &mapping).await?;
        return Ok(ImportState::Uploaded);
    }
    let pairs = columns.iter().zip(&choice.fields);
    let mapping = Mapping {
        kind: choice.kind,
        columns: pairs.filter_map(|(column, field)| Some((column.clone(), field.clone()?))).collect(),
        defaults: choice.defaults.into_iter().collect(),
    };
    RowReader::new(&mapping, &columns)?;
    let attempt = app.store.move_import(id, &from, ImportState::Checking, app.read_clock()).await?;
    app.store.set_import_mapping(attempt, &mapping).await?;
    let (app, file, errors) = (app.clone(), Columned { source, columns }, errors_path(&path));
    tokio::spawn(async move { run::check(&app, attempt, file, mapping, errors).await });
    Ok(ImportState::Checking)
}

/// Goes back from the result of a dry run to the meaning of the columns.
pub async fn reconsider_import(app: &AppState, id: ImportId) -> Result<(), AppError> {
    app.store.move_import(id, &[ImportState::Checked], ImportState::Uploaded, app.read_clock()).await?;
    Ok(())
}

/// Imports a file that was tried, in the background. What the dry run refused can be read for some time.
pub async fn run_import(app: &AppState, id: ImportId) -> Result<(), AppError> {
    let StoredImport { import, path, .. } = find(app, id).await?;
    let Some(path) = path else { return Err(AppError::Conflict(GONE.into())) };
    let source = Source::uploaded(&path, &import.file_name);
    let Findings { columns, .. } = load_findings(app, id, &source).await?;
    let attempt = app.store.move_import(id, &[ImportState::Checked], ImportState::Running, app.read_clock()).await?;
    let app = app.clone();
    tokio::spawn(async move {
        run::run(&app, attempt, Columned { source, columns }, import.mapping).await;
        let _ = std::fs::remove_file(&path);
    });
    Ok(())
}

/// Takes an import back, in the background.
pub async fn undo_import(app: &AppState, id: ImportId) -> Result<(), AppError> {
    find(app, id).await?;
    let attempt = undo::begin(app, id).await?;
    let app = app.clone();
    tokio::spawn(async move { undo::undo(&app, attempt).await });
    Ok(())
}

/// The errors of an upload's dry run, as CSV.
pub async fn get_import_errors(app: &AppState, id: ImportId) -> Result<PathBuf, AppError> {
    let missing = || AppError::NotFound(format!("list of errors of import {id}"));
    let path = find(app, id).await?.path.map(|path| errors_path(&path));
    path.filter(|path| path.exists()).ok_or_else(missing)
}

/// A row's error in words: "line 3: arr must be ...".
pub fn words(kind: ImportKind, error: &RowError) -> String {
    format!("line {}: {}", error.line, error.sentence(kind))
}
