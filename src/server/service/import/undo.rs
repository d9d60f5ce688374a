//! Undoes an import: its events are retracted, its customers are deleted, set back or archived, and everybody concerned is
//! rescored.

use super::beating;
use crate::domain::{CustomerId, ImportCounts, ImportId, ImportState, UndoReport};
use crate::server::AppState;
use crate::server::store::Attempt;
use crate::wire::AppError;

/// The customers that one transaction sets back, and those whose events it retracts.
const CUSTOMERS: i64 = 200;
const CUSTOMERS_WITH_EVENTS: usize = 50;

/// Undoes an import right away.
pub async fn undo_file(app: &AppState, id: ImportId) -> Result<UndoReport, AppError> {
    super::find(app, id).await?;
    take_back(app, begin(app, id).await?).await
}

/// Begins an undo. From then on nobody else works on the import.
pub async fn begin(app: &AppState, id: ImportId) -> Result<Attempt, AppError> {
    Ok(app.store.move_import(id, &[ImportState::Finished, ImportState::Failed], ImportState::Undoing, app.read_clock()).await?)
}

/// Undoes an import in the background. A failure is stored with the import, which can be undone again.
pub async fn undo(app: &AppState, attempt: Attempt) {
    let _ = take_back(app, attempt).await;
}

async fn take_back(app: &AppState, attempt: Attempt) -> Result<UndoReport, AppError> {
    let result = beating(app, attempt, take_back_all(app, attempt)).await;
    let written = match &result {
        Ok(report) => app.store.finish_undo(attempt, report, app.read_clock()).await,
        Err(error) => {
            let problem = Some(format!("Undoing it did not come to its end: {error}"));
            app.store.finish_import(attempt, ImportState::Failed, problem, app.read_clock()).await
        }
    };
    if let Err(error) = written {
        tracing::error!(%error, import = %attempt.import, "the end of an undo could not be written down");
    }
    result
}

async fn take_back_all(app: &AppState, attempt: Attempt) -> Result<UndoReport, AppError> {
    let nothing = ImportCounts::default();
    let mut report = UndoReport::default();
    let reason = format!("import {} undone", attempt.import);
    let customers = app.store.list_customers_of_import(attempt.import).await?;
    let mut done = 0;
    for some in customers.chunks(CUSTOMERS_WITH_EVENTS) {
        report.retracted += app.store.retract_imported(attempt, some, &reason, app.read_clock()).await?;
        done += some.len();
        let percent = (done * 90 / customers.len().max(1)) as i64;
        app.store.add_import_progress(attempt, &nothing, percent, app.read_clock()).await?;
    }
    let mut touched = customers;
    let mut after = CustomerId(0);
    while let Some((ids, more)) = app.store.take_back_customers(attempt, after, CUSTOMERS, app.read_clock().date_naive()).await? {
        after = ids.last().copied().unwrap_or(after);
        touched.extend(ids);
        report.removed += more.removed;
        report.archived_count += more.archived_count;
        report.restored += more.restored;
        report.kept += more.kept;
        report.archived.extend(more.archived);
        app.store.add_import_progress(attempt, &nothing, 95, app.read_clock()).await?;
    }
    report.archived.truncate(100);
    touched.sort_unstable();
    touched.dedup();
    super::rescore(app, &touched).await?;
    Ok(report)
}
