//! The forms about what became of a customer: telling it, taking it back, and the reasons to choose from.

use crate::domain::{CustomerId, FieldErrors, OutcomeFacts, OutcomeId, OutcomeInput};
use crate::server::Call;
use crate::server::formats::amounts;
use crate::server::service::outcomes;
use crate::server::store::KeptOutcome;
use crate::wire::{AppError, Done, FormValues, SCORECARD_PATH};

pub async fn add_outcome(call: &Call, customer: CustomerId, form: &FormValues) -> Result<Done, AppError> {
    let told = OutcomeInput {
        outcome: form.filled("outcome"),
        date: form.filled("date"),
        arr_before_cents: None,
        arr_after_cents: None,
        reason: form.filled("reason"),
        involuntary: Some(form.filled("involuntary").is_some()),
    };
    let kept = tell(call, customer, form, told).await?;
    let OutcomeFacts { kind, day, .. } = &kept.outcome.facts;
    let noted = if kept.repeated { "was noted already" } else { "noted" };
    let message = format!("{} on {} {noted}", kind.label(), day.format("%-d %b %Y"));
    Ok(Done { message, undo_outcome: (!kept.repeated).then_some(kept.outcome.id), ..Done::default() })
}

/// Tells an outcome with the amounts of a form, and returns every broken rule under the names of the form's fields.
pub(super) async fn tell(
    call: &Call,
    customer: CustomerId,
    form: &FormValues,
    told: OutcomeInput,
) -> Result<KeptOutcome, AppError> {
    let mut errors = FieldErrors::default();
    let mut cents = |field: &str| {
        let sent = form.filled(field)?;
        let cents = amounts::cents(&sent);
        if cents.is_none() {
            errors.add(field, "must be an amount like 120,000");
        }
        cents
    };
    let told = OutcomeInput { arr_before_cents: cents("arrBefore"), arr_after_cents: cents("arrAfter"), ..told };
    if !errors.0.is_empty() {
        errors.0.extend(told.parse(call.today()).err().map(as_form_fields).unwrap_or_default().0);
        return Err(errors.into());
    }
    outcomes::add_outcome(call, customer, told).await.map_err(|error| match error {
        AppError::Invalid(errors) => as_form_fields(errors).into(),
        error => error,
    })
}

/// Renames fields from the input's to the form's.
fn as_form_fields(mut errors: FieldErrors) -> FieldErrors {
    for error in &mut errors.0 {
        for (field, of_form) in [("arrBeforeCents", "arrBefore"), ("arrAfterCents", "arrAfter")] {
            error.message = error.message.replace(field, "the ARR before");
            if error.field == field {
                error.field = of_form.to_owned();
            }
        }
    }
    errors
}

pub async fn retract_outcome(call: &Call, outcome: OutcomeId, form: &FormValues) -> Result<Done, AppError> {
    let retracted = outcomes::retract_outcome(call, outcome, Some(form.get("reason"))).await?;
    Ok(Done { message: format!("“{}” retracted", retracted.facts.kind.label()), ..Done::default() })
}

pub async fn set_outcome_reasons(call: &Call, form: &FormValues) -> Result<Done, AppError> {
    outcomes::set_outcome_reasons(call, form.get("reasons")).await?;
    Ok(Done { message: "Reasons saved".into(), go_to: Some(format!("{SCORECARD_PATH}#reasons")), ..Done::default() })
}
