//! The forms that change many customers at once, and undo such a change.

use crate::domain::bulk::ChosenCustomer;
use crate::domain::counts::count;
use crate::domain::{BulkChangeId, BulkInput, BulkReport, FieldErrors};
use crate::server::Call;
use crate::server::browser::page::customer_query;
use crate::server::service::bulk;
use crate::wire::{AppError, Done, FormValues};

/// Makes the change that the form's `change` names: of the `owner`, of the `segment`, to archive for a `reason`, or to restore.
/// `customers` are ids and versions: "7:3,9:1". `back` is the query string of the list to go back to.
pub async fn change_customers(call: &Call, form: &FormValues) -> Result<Done, AppError> {
    let mut input = BulkInput { customers: customers(form.get("customers"))?, ..BulkInput::default() };
    match form.get("change") {
        "owner" => input.owner = Some(form.filled("owner")),
        "segment" => input.segment = Some(form.filled("segment")),
        "archive" => input.archive_reason = Some(Some(form.get("reason").to_owned())),
        "restore" => input.archive_reason = Some(None),
        _ => return Err(FieldErrors::one("change", "must be one of owner, segment, archive, restore").into()),
    }
    let report = bulk::change_customers(call, input).await.map_err(as_form_fields)?;
    let go_to = match form.0.get("back") {
        Some(query) => Some(format!("/{}#customers", customer_query(query)?.to_query_string())),
        None => None,
    };
    Ok(Done { message: sentence(form, &report), undo_change: report.id, go_to, ..Done::default() })
}

pub async fn undo_bulk_change(call: &Call, id: BulkChangeId) -> Result<Done, AppError> {
    let report = bulk::undo_bulk_change(call, id).await?;
    let mut message = format!("Undone: {} as before", count(report.restored, "customer"));
    if !report.kept.is_empty() {
        let names: Vec<_> = report.kept.iter().map(|kept| kept.name.as_str()).collect();
        message.push_str(&format!("; changed meanwhile and left as they are: {}", names.join(", ")));
    }
    Ok(Done { message, ..Done::default() })
}

fn customers(text: &str) -> Result<Vec<ChosenCustomer>, FieldErrors> {
    let customer = |text: &str| {
        let (id, version) = text.split_once(':')?;
        Some(ChosenCustomer { id: Some(id.parse().ok()?), version: Some(version.parse().ok()?) })
    };
    let customers: Option<Vec<_>> = text.split(',').filter(|text| !text.is_empty()).map(customer).collect();
    customers.ok_or_else(|| FieldErrors::one("customers", "must be ids with versions, such as 7:3,9:1"))
}

/// Says what was done, and how many were so already.
fn sentence(form: &FormValues, report: &BulkReport) -> String {
    let customers = count(report.changed, "customer");
    let done = match form.get("change") {
        _ if report.changed == 0 => "Nothing was changed".to_owned(),
        "owner" => match form.filled("owner") {
            Some(owner) => format!("Owner of {customers} set to {owner}"),
            None => format!("{customers} without an owner now"),
        },
        "segment" => format!("Segment of {customers} set to {}", form.get("segment")),
        "archive" => format!("{customers} archived"),
        _ => format!("{customers} restored"),
    };
    match report.unchanged {
        0 => done,
        1 => format!("{done}; 1 was so already"),
        unchanged => format!("{done}; {unchanged} were so already"),
    }
}

/// Renames an error's fields from the input's to the form's.
fn as_form_fields(error: AppError) -> AppError {
    let AppError::Invalid(mut errors) = error else { return error };
    for error in errors.0.iter_mut().filter(|error| error.field == "archiveReason") {
        error.field = "reason".into();
    }
    AppError::Invalid(errors)
}
