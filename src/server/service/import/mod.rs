//! Imports of files of customers, events or outcomes: files are received, understood, tried without writing, imported in the
//! background, and undone.

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
mod segments;
mod undo;

pub use errors::Errors;
pub use file::Source;
pub use folder::begin_upload;
pub use run::{Progress, Target, import_file};
pub use undo::undo_file;

use crate::domain::band_change::BandChangeCause;
use crate::domain::import::{Findings, ImportField, ImportList, ImportPage, PreviewRow, RawRow};
use crate::domain::list::Paging;
use crate::domain::{CustomerId, FieldErrors, ImportId, ImportKind, ImportState, Mapping, RowError, Segments};
use crate::server::Call;
use crate::server::store::{Attempt, NewImport, StoreError, StoredImport};
use crate::wire::AppError;
use chrono::{DateTime, Duration, Utc};
use file::Columned;
use folder::{errors_path, remove_files};
use meter::Meter;
use row::RowReader;
use segments::Importer;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval};

/// The rows by which a file's columns are recognised, and the rows of a preview.
const SAMPLE: usize = 50;
const PREVIEW: usize = 5;
/// The most bytes of these rows that are kept with an upload. One row is kept in any case.
const SAMPLE_BYTES: usize = 256 * 1024;
/// The most errors that the page shows. The list of errors has all.
const SHOWN_ERRORS: usize = 50;
/// The pause between two signs of life of whoever works on an import, and the silence after which another process marks the
/// import as failed. Doing so too early loses nothing: a worker that was only slow notices at its next write.
const BEAT: std::time::Duration = std::time::Duration::from_secs(3);
const SILENCE_SECONDS: i64 = 15;
/// The days for which an upload waits to be imported.
const UPLOAD_DAYS: i64 = 2;
/// The days for which the errors of an import's dry run are kept.
const ERROR_DAYS: i64 = 30;

/// Runs blocking work on threads that may block.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, AppError> + Send + 'static) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| AppError::Internal)?
}

/// Works on an import, and gives signs of life meanwhile.
async fn beating<T>(call: &Call, attempt: Attempt, work: impl Future<Output = T>) -> T {
    let beats = async {
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beats.tick().await;
            match call.store.keep_import_alive(attempt, call.read_clock()).await {
                // The work will notice it too.
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

async fn rescore(call: &Call, touched: &[CustomerId]) -> Result<(), AppError> {
    for some in touched.chunks(1000) {
        call.store.rescore(some, BandChangeCause::Import, call.read_clock()).await?;
    }
    Ok(())
}

/// The files that are looked at in parallel.
static LOOKS: Semaphore = Semaphore::const_new(2);

/// Reads a file's columns and first rows. Stops soon when nobody waits for it any more.
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

/// Returns the columns and first rows of an upload. Earlier releases did not store them, so the file may be read again.
async fn load_findings(call: &Call, id: ImportId, source: &Source) -> Result<Findings, AppError> {
    if let Some(findings) = call.store.get_import_findings(id).await? {
        return Ok(findings);
    }
    let findings = look(source).await?;
    call.store.set_import_findings(id, Some(&findings)).await?;
    Ok(findings)
}

/// Guesses the meaning of a file's columns: of the kind that more of the columns belong to, unless a kind is given. Returns
/// all columns too. `segments` are those that the rules have.
pub async fn recognise(
    source: &Source,
    kind: Option<ImportKind>,
    segments: &Segments,
) -> Result<(Mapping, Vec<String>), AppError> {
    let Findings { columns, rows } = look(source).await?;
    Ok((recognise_columns(&columns, &rows, kind, segments), columns))
}

fn recognise_columns(columns: &[String], rows: &[RawRow], kind: Option<ImportKind>, segments: &Segments) -> Mapping {
    let fits = |field: &ImportField, place: usize| {
        let mut cells = rows.iter().filter_map(|row| row.cells.as_ref().ok()).map(|cells| &cells[place]);
        let mut filled = cells.by_ref().filter(|cell| !cell.is_empty()).peekable();
        filled.peek().is_none() || filled.any(|cell| row::fits(field, cell, segments))
    };
    // When no column belongs to any kind, customers are assumed, since their import can be checked more easily.
    let kinds = ImportKind::ALL.into_iter().rev().filter(|one| kind.is_none_or(|kind| kind == *one));
    let mappings = kinds.map(|kind| Mapping::recognise(kind, columns, fits));
    mappings.max_by_key(Mapping::telling).unwrap_or_else(|| Mapping::recognise(ImportKind::Customers, columns, fits))
}

/// Reads an uploaded file's columns and keeps it until it is imported. The file is removed when that fails or nobody waits
/// for it.
pub async fn receive_upload(
    call: &Call,
    file_name: &str,
    upload: NamedTempFile,
    author: Option<String>,
) -> Result<ImportId, AppError> {
    let findings = look(&Source::uploaded(upload.path(), file_name)).await?;
    let mapping = recognise_columns(&findings.columns, &findings.rows, None, &call.store.segments().await?);
    let (_, path) = upload.keep().map_err(|error| {
        tracing::error!(%error, "an upload could not be kept");
        AppError::Internal
    })?;
    let path = path.to_string_lossy().into_owned();
    let (file_name, findings) = (file_name.to_owned(), Some(findings));
    let new = NewImport { file_name, path: Some(path.clone()), findings, mapping, state: ImportState::Uploaded, author };
    let created = call.store.create_import(&new, call.read_clock()).await;
    if created.is_err() {
        remove_files(Some(&path));
    }
    Ok(created?.import)
}

/// Removes files that are no longer needed: uploads that were not imported, lists of errors, and files left by dead
/// processes.
pub async fn remove_old_files(call: &Call) -> Result<(), AppError> {
    for forgotten in call.store.list_forgotten_uploads(call.now - Duration::days(UPLOAD_DAYS)).await? {
        discard(call, forgotten).await?;
    }
    for over in call.store.list_imports_with_files(call.now - Duration::days(ERROR_DAYS)).await? {
        remove_files(over.path.as_deref());
        call.store.forget_import_files(over.import.id).await?;
    }
    let folder = folder::find_upload_folder(call).await?;
    let known = call.store.list_import_paths().await?;
    let known = known.into_iter().flat_map(|path| [errors_path(&path), path.into()]).collect();
    let now = call.now;
    blocking(move || {
        let removed = folder::remove_orphans(&folder, &known, now);
        removed.unwrap_or_else(|error| tracing::warn!(%error, "old files could not be removed"));
        Ok(())
    })
    .await
}

/// Deletes an upload that was not imported.
pub async fn discard_upload(call: &Call, id: ImportId) -> Result<(), AppError> {
    let stored = find_import(call, id).await?;
    discard(call, stored).await
}

async fn discard(call: &Call, stored: StoredImport) -> Result<(), AppError> {
    call.store.delete_import(stored.import.id).await?;
    remove_files(stored.path.as_deref());
    Ok(())
}

/// Returns the import. When its work was cut off, it is marked as failed first.
async fn find_import(call: &Call, id: ImportId) -> Result<StoredImport, AppError> {
    let stored = call.store.get_import(id).await?;
    if !stored.import.state.is_busy() || cut_off_imports(call).await? == 0 {
        return Ok(stored);
    }
    Ok(call.store.get_import(id).await?)
}

/// Marks imports as failed whose processes are gone or were suspended. Returns how many.
pub async fn cut_off_imports(call: &Call) -> Result<usize, AppError> {
    let silent_since = call.now - Duration::seconds(SILENCE_SECONDS);
    let cut_off = call.store.cut_off_imports(silent_since).await?;
    for StoredImport { import, path, .. } in &cut_off {
        tracing::warn!(import = %import.id, state = import.state.name(), "an import was cut off");
        // The file will not be read again, but the errors of its dry run will.
        if let (ImportState::Failed, Some(path)) = (import.state, path) {
            let _ = std::fs::remove_file(path);
        }
    }
    Ok(cut_off.len())
}

/// Imports, the latest first.
pub async fn list_imports(call: &Call, paging: Paging) -> Result<ImportList, AppError> {
    let page = call.store.list_imports(paging.page, paging.page_size).await?;
    Ok(ImportList { page, now: call.now })
}

/// Returns the read model of an import's page.
pub async fn get_import(call: &Call, id: ImportId) -> Result<ImportPage, AppError> {
    let StoredImport { import, path, .. } = find_import(call, id).await?;
    let mut page = ImportPage {
        import,
        columns: Vec::new(),
        segments: call.store.segments().await?,
        preview: Vec::new(),
        outlook: None,
        errors: Vec::new(),
        unreadable: None,
        now: call.now,
    };
    let Some(path) = path else { return Ok(page) };
    match page.import.state {
        ImportState::Uploaded if !Path::new(&path).exists() => page.unreadable = Some(GONE.into()),
        ImportState::Uploaded => match load_findings(call, id, &Source::uploaded(&path, &page.import.file_name)).await {
            Ok(Findings { columns, rows }) => {
                page.preview = preview(&page.import.mapping, &columns, &rows, &call.settings.currency, call.now);
                page.columns = columns;
            }
            Err(error) => page.unreadable = Some(error.to_string()),
        },
        ImportState::Checked | ImportState::Finished | ImportState::Failed => {
            if page.import.state == ImportState::Checked {
                page.outlook = call.store.get_import_outlook(id).await?;
            }
            page.errors = blocking(move || Ok(errors::read_errors(&errors_path(&path), SHOWN_ERRORS))).await?;
        }
        _ => {}
    }
    Ok(page)
}

/// Returns the first rows, with the values that they are understood as once every required column has a meaning.
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

/// The message for a file that waited too long, or that another server has.
const GONE: &str = "The file is no longer here; upload it again.";

/// A visitor's choice of the meaning of an upload's columns.
pub struct Choice {
    pub kind: ImportKind,
    /// The field for each column in order; `None` for a column that is not imported.
    pub fields: Vec<Option<String>>,
    pub defaults: Vec<(String, String)>,
}

/// Stores the chosen mapping and starts a dry run in the background. When the kind has changed, the columns are recognised
/// anew instead, so that the visitor can look at them first.
pub async fn check_import(call: &Call, id: ImportId, choice: Choice) -> Result<ImportState, AppError> {
    let StoredImport { import, path, .. } = find_import(call, id).await?;
    let Some(path) = path else { return Err(AppError::Conflict(GONE.into())) };
    let source = Source::uploaded(&path, &import.file_name);
    let Findings { columns, rows } = load_findings(call, id, &source).await?;
    let from = [ImportState::Uploaded, ImportState::Checked];
    if choice.kind != import.mapping.kind {
        let mapping = recognise_columns(&columns, &rows, Some(choice.kind), &call.store.segments().await?);
        let attempt = call.store.move_import(id, &from, ImportState::Uploaded, call.read_clock()).await?;
        call.store.set_import_mapping(attempt, &mapping).await?;
        return Ok(ImportState::Uploaded);
    }
    let pairs = columns.iter().zip(&choice.fields);
    let mapping = Mapping {
        kind: choice.kind,
        columns: pairs.filter_map(|(column, field)| Some((column.clone(), field.clone()?))).collect(),
        defaults: choice.defaults.into_iter().collect(),
        add_segments: false,
    };
    RowReader::new(&mapping, &columns)?;
    let attempt = call.store.move_import(id, &from, ImportState::Checking, call.read_clock()).await?;
    call.store.set_import_mapping(attempt, &mapping).await?;
    let (call, file, errors) = (call.clone(), Columned { source, columns }, errors_path(&path));
    tokio::spawn(async move { run::check(&call, attempt, file, mapping, errors).await });
    Ok(ImportState::Checking)
}

/// Returns from the result of a dry run to the choice of the columns' meaning.
pub async fn reconsider_import(call: &Call, id: ImportId) -> Result<(), AppError> {
    call.store.move_import(id, &[ImportState::Checked], ImportState::Uploaded, call.now).await?;
    Ok(())
}

/// Imports a file after its dry run, in the background. Segments that the rules do not have are added on demand. The rows that the
/// dry run refused can still be read for some time.
pub async fn run_import(call: &Call, id: ImportId, add_segments: bool) -> Result<(), AppError> {
    let StoredImport { import, path, .. } = find_import(call, id).await?;
    let Some(path) = path else { return Err(AppError::Conflict(GONE.into())) };
    let source = Source::uploaded(&path, &import.file_name);
    let Findings { columns, .. } = load_findings(call, id, &source).await?;
    let attempt = call.store.move_import(id, &[ImportState::Checked], ImportState::Running, call.read_clock()).await?;
    let mapping = Mapping { add_segments, ..import.mapping };
    if add_segments {
        call.store.set_import_mapping(attempt, &mapping).await?;
    }
    let (call, file, from) =
        (call.clone(), Columned { source, columns }, Importer { file_name: import.file_name, author: import.author });
    tokio::spawn(async move {
        // With more segments other rows are refused than in the dry run.
        let errors = mapping.add_segments.then(|| errors_path(&path));
        run::run(&call, attempt, file, mapping, from, errors).await;
        let _ = std::fs::remove_file(&path);
    });
    Ok(())
}

/// Undoes an import, in the background.
pub async fn undo_import(call: &Call, id: ImportId) -> Result<(), AppError> {
    find_import(call, id).await?;
    let attempt = undo::begin_undo(call, id).await?;
    let call = call.clone();
    tokio::spawn(async move { undo::undo(&call, attempt).await });
    Ok(())
}

/// Returns the path of the errors of an upload's dry run, as CSV.
pub async fn get_import_errors(call: &Call, id: ImportId) -> Result<PathBuf, AppError> {
    let missing = || AppError::NotFound(format!("list of errors of import {id}"));
    let path = find_import(call, id).await?.path.map(|path| errors_path(&path));
    path.filter(|path| path.exists()).ok_or_else(missing)
}

/// Returns a row's error in words: "line 3: arr must be ...".
pub fn error_line(kind: ImportKind, error: &RowError) -> String {
    format!("line {}: {}", error.line, error.sentence(kind))
}
