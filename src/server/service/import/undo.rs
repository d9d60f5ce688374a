//! Taking an import back: its events are retracted, its customers are removed, restored or archived, and everybody whom
//! that touches is scored anew.

use crate::domain::{CustomerId, ImportCounts, ImportId, ImportState, UndoReport};
use crate::server::AppState;
use crate::wire::AppError;

/// How many customers one transaction takes back, and of how many it retracts the events.
const CUSTOMERS: i64 = 200;
const CUSTOMERS_WITH_EVENTS: usize = 50;

/// Here and now.
pub async fn undo_file(app: &AppState, id: ImportId) -> Result<UndoReport, AppError> {
    super::find(app, id).await?;
    app.store.move_import(id, &[ImportState::Finished, ImportState::Failed], ImportState::Undoing, app.now()).await?;
    take_back(app, id).await
}

/// In the background: a failure is kept with the import, which can be undone again.
pub async fn undo(app: &AppState, id: ImportId) {
    let _ = take_back(app, id).await;
}

async fn take_back(app: &AppState, id: ImportId) -> Result<UndoReport, AppError> {
    let result = take_back_all(app, id).await;
    let written = match &result {
        Ok(report) => app.store.finish_undo(id, report, app.now()).await,
        Err(error) => {
            let counts: ImportCounts = app.store.get_import(id).await?.import.counts;
            let problem = Some(format!("Undoing it did not come to its end: {error}"));
            app.store.finish_import(id, ImportState::Failed, &counts, problem, app.now()).await
        }
    };
    if let Err(error) = written {
        tracing::error!(%error, import = %id, "the end of an undo could not be written down");
    }
    result
}

async fn take_back_all(app: &AppState, id: ImportId) -> Result<UndoReport, AppError> {
    let counts = app.store.get_import(id).await?.import.counts;
    let mut report = UndoReport::default();
    let reason = format!("import {id} undone");
    let customers = app.store.list_customers_of_import(id).await?;
    let mut done = 0;
    for some in customers.chunks(CUSTOMERS_WITH_EVENTS) {
        report.retracted += app.store.retract_imported(id, some, &reason, app.now()).await?;
        done += some.len();
        let percent = (done * 90 / customers.len().max(1)) as i64;
        app.store.set_import_progress(id, &counts, percent, app.now()).await?;
    }
    let mut touched = customers;
    let mut after = CustomerId(0);
    while let Some((ids, more)) = app.store.take_back_customers(id, after, CUSTOMERS, app.today()).await? {
        after = ids.last().copied().unwrap_or(after);
        touched.extend(ids);
        report.removed += more.removed;
        report.archived_count += more.archived_count;
        report.restored += more.restored;
        report.kept += more.kept;
        report.archived.extend(more.archived);
        app.store.set_import_progress(id, &counts, 95, app.now()).await?;
    }
    report.archived.truncate(100);
    touched.sort_unstable();
    touched.dedup();
    super::rescore(app, id, &touched).await?;
    Ok(report)
}
