//! Invoices and their status on a day.

use super::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The status of an invoice on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    PaidOnTime,
    PaidLate,
    Overdue,
    Open,
    Voided,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceRow {
    pub number: String,
    pub amount_cents: i64,
    pub currency: String,
    pub issued_on: NaiveDate,
    pub due_on: NaiveDate,
    pub paid_on: Option<NaiveDate>,
    pub status: InvoiceStatus,
}
