//! `/customers.csv`: the current list as a spreadsheet. `/api/export`: everything, for an import elsewhere.

use super::extract::{NoQuery, Query};
use super::parameters::{CsvParameters, FileParameters};
use crate::domain::{CustomerQuery, CustomerRow, FactorKey, Rulebook};
use crate::server::Call;
use crate::server::service::customers;
use crate::server::service::export::{self, plain};
use crate::wire::AppError;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse;
use futures::TryStreamExt;

/// The columns before those of the factors.
const FIRST_COLUMNS: [&str; 13] = [
    "id",
    "name",
    "segment",
    "external_id",
    "owner",
    "arr",
    "currency",
    "renewal_date",
    "start_date",
    "score",
    "band",
    "band_since",
    "coverage_percent",
];

/// The columns behind those of the factors.
const LAST_COLUMNS: [&str; 5] = ["change_7_days", "change_30_days", "change_90_days", "last_activity_at", "scored_by"];

/// Returns every customer that the filters select, in the list's order, as CSV. More than 10,000 are a 422.
#[utoipa::path(get, path = "/customers.csv", tag = "Customers", params(CsvParameters), responses(
    (status = 200, description = "One line per customer", body = str, content_type = "text/csv")))]
pub async fn export_customers(call: Call, query: Query<CsvParameters>) -> Result<impl IntoResponse, AppError> {
    let query = CustomerQuery::from_pairs(query.pairs())?;
    let (rows, rulebook) = customers::export_customers(&call, &query).await?;
    let csv = write(&rows, &rulebook, &call.settings.currency).map_err(|error| {
        tracing::error!(%error, "export failed");
        AppError::Internal
    })?;
    let disposition = format!("attachment; filename=\"customers-{}.csv\"", query.at.resolve(call.today())?.day);
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)], csv))
}

fn write(rows: &[CustomerRow], rulebook: &Rulebook, currency: &str) -> Result<Vec<u8>, csv::Error> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let factors = rulebook.factors();
    let factors = factors.keys().map(|key| key.query_name());
    let first = FIRST_COLUMNS.map(str::to_owned).into_iter();
    csv.write_record(first.chain(factors).chain(LAST_COLUMNS.map(str::to_owned)))?;
    for row in rows {
        csv.write_record(record(row, rulebook, currency))?;
    }
    csv.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

fn record(row: &CustomerRow, rulebook: &Rulebook, currency: &str) -> Vec<String> {
    let (fields, health) = (&row.customer.fields, &row.health);
    let factor = |key: FactorKey| health.factors.get(key).filter(|_| health.shown_score().is_some()).map(|factor| factor.score);
    let text = |text: &Option<String>| text.as_deref().map_or_else(String::new, plain);
    let first: [_; FIRST_COLUMNS.len()] = [
        row.customer.id.to_string(),
        plain(&fields.name),
        fields.segment.label().to_owned(),
        text(&fields.external_id),
        text(&fields.owner),
        fields.arr_cents.map_or_else(String::new, |cents| format!("{}.{:02}", cents / 100, cents % 100)),
        currency.to_owned(),
        shown(fields.renewal_date),
        shown(fields.start_date),
        shown(health.shown_score()),
        health.band.name().to_owned(),
        row.band_since.to_string(),
        format!("{}.{}", health.coverage.0 / 10, health.coverage.0 % 10),
    ];
    let last: [_; LAST_COLUMNS.len()] = [
        shown(row.change7),
        shown(row.change30),
        shown(row.change90),
        row.last_activity_at.map_or_else(String::new, |time| time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        plain(&health.scored_by),
    ];
    first.into_iter().chain(rulebook.factors().keys().map(|key| shown(factor(key)))).chain(last).collect()
}

fn shown(value: Option<impl std::fmt::Display>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// Returns all customers, all events, everybody's health today, all notes, or all outcomes that count, as one file.
///
/// The file is written while it is read. `customer-health import` takes customers, events and outcomes in again, and `POST
/// /api/events` the events (`events.ndjson`). A customer without an external id gets one here (`customer-ID`), an event
/// without a message id likewise (`event-ID`). Retracted events are in a file of their own.
#[utoipa::path(get, path = "/api/export/{file}", tag = "Operations",
    params(FileParameters),
    responses((status = 200, description = "One row for each", content(
        (str = "text/csv"), (str = "application/x-ndjson")))))]
pub async fn export_everything(call: Call, Path(file): Path<String>, _: NoQuery) -> Result<impl IntoResponse, AppError> {
    let (what, format) = export::parse_name(&file).ok_or_else(|| AppError::NotFound(format!("export {file}")))?;
    let disposition = format!("attachment; filename=\"{}-{}.{}\"", what.name(), call.today(), format.name());
    let body = Body::from_stream(export::export(call, what, format).map_ok(|piece| piece.text));
    Ok(([(header::CONTENT_TYPE, format.media_type().to_owned()), (header::CONTENT_DISPOSITION, disposition)], body))
}
