//! Undoes an import: its events and outcomes are retracted, its customers are deleted, set back or archived, and everybody concerned is
//! rescored.

use super::beating;
use crate::domain::{ImportCounts, ImportId, ImportState, UndoReport};
use crate::server::Call;
use crate::server::store::Attempt;
use crate::wire::AppError;

/// The customers that one transaction sets back, and those whose events it retracts.
const CUSTOMERS_TAKEN_BACK_TOGETHER: i64 = 200;
const CUSTOMERS_RETRACTED_TOGETHER: usize = 50;

/// Undoes an import right away.
pub async fn undo_file(call: &Call, id: ImportId) -> Result<UndoReport, AppError> {
    super::find_import(call, id).await?;
    take_back(call, begin_undo(call, id).await?).await
}

/// Begins an undo. From then on nobody else works on the import.
pub async fn begin_undo(call: &Call, id: ImportId) -> Result<Attempt, AppError> {
    Ok(call.store.move_import(id, &[ImportState::Finished, ImportState::Failed], ImportState::Undoing, call.now).await?)
}

/// Undoes an import in the background. A failure is stored with the import, which can be undone again.
pub async fn undo(call: &Call, attempt: Attempt) {
    let _ = take_back(call, attempt).await;
}

async fn take_back(call: &Call, attempt: Attempt) -> Result<UndoReport, AppError> {
    let result = beating(call, attempt, take_back_all(call, attempt)).await;
    let written = match &result {
        Ok(report) => call.store.finish_undo(attempt, report, call.read_clock()).await,
        Err(error) => {
            let problem = Some(format!("Undoing it did not come to its end: {error}"));
            call.store.finish_import(attempt, ImportState::Failed, problem, call.read_clock()).await
        }
    };
    if let Err(error) = written {
        tracing::error!(%error, import = %attempt.import, "the end of an undo could not be written down");
    }
    result
}

async fn take_back_all(call: &Call, attempt: Attempt) -> Result<UndoReport, AppError> {
    let nothing = ImportCounts::default();
    let mut report = UndoReport::default();
    let reason = format!("import {} undone", attempt.import);
    let customers = call.store.list_customers_of_import(attempt.import).await?;
    let mut done = 0;
    for some in customers.chunks(CUSTOMERS_RETRACTED_TOGETHER) {
        report.retracted += call.store.retract_imported(attempt, some, &reason, call.read_clock()).await?;
        done += some.len();
        let percent = (done * 90 / customers.len().max(1)) as i64;
        call.store.add_import_progress(attempt, &nothing, percent, call.read_clock()).await?;
    }
    call.store.recount_fact_days().await?;
    let mut touched = customers;
    loop {
        let now = call.read_clock();
        let (ids, retracted) = call.store.retract_imported_outcomes(attempt, CUSTOMERS_TAKEN_BACK_TOGETHER, &reason, now).await?;
        if ids.is_empty() {
            break;
        }
        report.outcomes += retracted;
        touched.extend(ids);
        call.store.add_import_progress(attempt, &nothing, 92, call.read_clock()).await?;
    }
    let mut after = None;
    while let Some((ids, more)) =
        call.store.take_back_customers(attempt, after, CUSTOMERS_TAKEN_BACK_TOGETHER, call.read_clock()).await?
    {
        after = ids.last().copied().or(after);
        touched.extend(ids);
        report.removed += more.removed;
        report.archived_count += more.archived_count;
        report.restored += more.restored;
        report.kept += more.kept;
        report.archived.extend(more.archived);
        call.store.add_import_progress(attempt, &nothing, 95, call.read_clock()).await?;
    }
    report.archived.truncate(100);
    touched.sort_unstable();
    touched.dedup();
    super::rescore(call, &touched).await?;
    Ok(report)
}
