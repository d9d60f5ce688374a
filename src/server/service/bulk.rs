//! Changes many customers at once, and undoes such a change.

use super::health::store_of;
use crate::domain::bulk::MAX_CHOSEN;
use crate::domain::{BulkChange, BulkChangeId, BulkInput, BulkReport, BulkUndoReport, CustomerQuery};
use crate::server::Call;
use crate::wire::AppError;
use crate::wire::pages::{ChosenRow, ChosenRows};

/// Returns the first customers that a query selects, as many as can be changed at once, whatever its page.
pub async fn load_chosen(call: &Call, query: &CustomerQuery) -> Result<ChosenRows, AppError> {
    let at = query.at.resolve(call.today())?;
    let store = store_of(call, at).await?;
    let first = CustomerQuery { page: 1, page_size: MAX_CHOSEN as i64, ..query.clone() };
    let (found, total) = store.list_customers(&first, at.day).await?;
    let rows = found.into_iter().map(|found| ChosenRow::from(&found.customer)).collect();
    let (owners, segments) = (call.store.list_owners().await?, call.store.segments().await?);
    Ok(ChosenRows { rows, total, owners, segments, currency: call.settings.currency.clone() })
}

/// Changes all customers that an input names, or none of them.
pub async fn change_customers(call: &Call, input: BulkInput) -> Result<BulkReport, AppError> {
    let (chosen, change) = input.parse(&call.store.segments().await?)?;
    let report = call.store.change_customers(&chosen, &change, call.now).await?;
    // Health depends on the segment, and on the start date, which is a new one of who comes back.
    if matches!(change, BulkChange::Archive(None) | BulkChange::Segment(_)) {
        call.rescore.notify_one();
    }
    Ok(report)
}

pub async fn undo_bulk_change(call: &Call, id: BulkChangeId) -> Result<BulkUndoReport, AppError> {
    let report = call.store.undo_bulk_change(id, call.now).await?;
    call.rescore.notify_one();
    Ok(report)
}
