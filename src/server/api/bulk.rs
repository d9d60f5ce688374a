//! `/api/customers/bulk`: one change of many customers, and its undo.

use super::extract::{Id, Json, NoQuery};
use super::inputs::ManyCustomersChange;
use crate::domain::{BulkChangeId, BulkInput, BulkReport, BulkUndoReport};
use crate::server::Call;
use crate::server::service::bulk;
use crate::wire::AppError;

/// Gives up to 500 customers another owner or segment, or archives or restores them: all of them, or none.
///
/// Each `version` must be the one that was read, else 409, which names the customers that somebody has changed. The answer's
/// `id` undoes the change for 30 days.
#[utoipa::path(post, path = "/api/customers/bulk", tag = "Customers", request_body = ManyCustomersChange,
    responses((status = 200, description = "How many were changed", body = BulkReport)))]
pub async fn change_customers(call: Call, _: NoQuery, Json(input): Json<BulkInput>) -> Result<Json<BulkReport>, AppError> {
    bulk::change_customers(&call, input).await.map(Json)
}

/// Undoes a change of many customers. Those that somebody has changed since stay as they are, and are named.
#[utoipa::path(post, path = "/api/customers/bulk/{id}/undo", tag = "Customers",
    params(("id" = i64, Path, description = "The change's id")),
    responses((status = 200, description = "What was undone", body = BulkUndoReport)))]
pub async fn undo_bulk_change(call: Call, Id(id): Id<BulkChangeId>, _: NoQuery) -> Result<Json<BulkUndoReport>, AppError> {
    bulk::undo_bulk_change(&call, id).await.map(Json)
}
