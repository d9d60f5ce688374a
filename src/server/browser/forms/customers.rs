//! The forms that create, change, archive and restore customers.

use super::outcomes;
use crate::domain::{ArchiveReason, Customer, CustomerId, CustomerInput, FieldErrors, OutcomeInput, OutcomeKind, Segments};
use crate::server::Call;
use crate::server::formats::amounts;
use crate::server::service::customers;
use crate::wire::AppError;
use crate::wire::{Done, FormValues};

pub async fn create_customer(call: &Call, form: &FormValues) -> Result<Done, AppError> {
    let input = customer_input(form, None, &customers::list_segments(call).await?)?;
    let customer = customers::create_customer(call, input).await.map_err(as_form_fields)?;
    let message = format!("{} created", customer.fields.name);
    Ok(Done { message, go_to: Some(format!("/customers/{}", customer.id)), ..Done::default() })
}

pub async fn update_customer(call: &Call, id: CustomerId, form: &FormValues) -> Result<Done, AppError> {
    let version = form.get("version").parse().map_err(|_| FieldErrors::one("version", "must be a whole number"))?;
    let input = customer_input(form, Some(version), &customers::list_segments(call).await?)?;
    let customer = customers::update_customer(call, id, input).await.map_err(as_form_fields)?;
    let message = format!("{} saved", customer.fields.name);
    Ok(Done { message, go_to: Some(format!("/customers/{id}")), ..Done::default() })
}

/// Archives a customer. As churned, the form tells the day, the reason and the ARR too.
pub async fn archive_customer(call: &Call, id: CustomerId, form: &FormValues) -> Result<Done, AppError> {
    let mut undo_outcome = None;
    let customer = match ArchiveReason::parse(form.get("reason")) {
        Some(ArchiveReason::Churned) => {
            let customer = customers::get_customer(call, id).await?;
            let told = churned(&customer, form)?;
            undo_outcome = Some(outcomes::tell(call, id, form, told).await?.outcome.id);
            customer
        }
        _ => customers::archive_customer(call, id, form.get("reason")).await?,
    };
    let message = format!("{} archived; it can be restored on this page", customer.fields.name);
    Ok(Done { message, undo_outcome, ..Done::default() })
}

fn churned(customer: &Customer, form: &FormValues) -> Result<OutcomeInput, AppError> {
    if customer.archived.is_some() {
        return Err(AppError::Conflict(format!("Customer {} is archived already.", customer.id)));
    }
    let started = customer.fields.start_date.filter(|start| form.get("date") < start.to_string().as_str());
    if let (Some(start), Some(_)) = (started, form.filled("date")) {
        let rule = format!("must not be before {}, when the customer started", start.format("%-d %b %Y"));
        return Err(FieldErrors::one("date", rule).into());
    }
    Ok(OutcomeInput {
        outcome: Some(OutcomeKind::Churned.name().to_owned()),
        date: form.filled("date"),
        reason: form.filled("why"),
        involuntary: Some(form.filled("involuntary").is_some()),
        ..OutcomeInput::default()
    })
}

pub async fn restore_customer(call: &Call, id: CustomerId, form: &FormValues) -> Result<Done, AppError> {
    let customer = customers::restore_customer(call, id, form.filled("startDate").as_deref()).await?;
    Ok(Done { message: format!("{} restored", customer.fields.name), ..Done::default() })
}

/// Returns the form as an input with every field present: an empty one clears what was stored. All errors are returned at
/// once.
fn customer_input(form: &FormValues, version: Option<i64>, segments: &Segments) -> Result<CustomerInput, FieldErrors> {
    let arr = form.filled("arr");
    let arr_cents = arr.as_deref().and_then(amounts::cents);
    let input = CustomerInput {
        name: Some(form.get("name").to_owned()),
        segment: Some(form.get("segment").to_owned()),
        external_id: Some(form.filled("externalId")),
        owner: Some(form.filled("owner")),
        arr_cents: Some(arr_cents),
        renewal_date: Some(form.filled("renewalDate")),
        start_date: Some(form.filled("startDate")),
        crm_url: Some(form.filled("crmUrl")),
        version,
    };
    if arr.is_some() && arr_cents.is_none() {
        let mut errors = input.parse(None, segments).err().unwrap_or_default();
        errors.add("arr", "must be an amount like 120,000");
        return Err(errors);
    }
    Ok(input)
}

/// Renames an error's fields from the input's to the form's.
fn as_form_fields(error: AppError) -> AppError {
    let AppError::Invalid(mut errors) = error else { return error };
    for error in errors.0.iter_mut().filter(|error| error.field == "arrCents") {
        error.field = "arr".into();
    }
    AppError::Invalid(errors)
}
