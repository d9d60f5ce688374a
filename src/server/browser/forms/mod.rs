//! The dashboard's forms: their texts become inputs, a use case runs, and its result becomes a sentence.

mod bulk;
mod customers;
mod effect;
mod events;
mod imports;
mod notes;
mod outcomes;
mod quarantine;
mod scorecards;

pub use bulk::{change_customers, undo_bulk_change};
pub use customers::{archive_customer, create_customer, restore_customer, update_customer};
pub use events::{retract_event, submit_event};
pub use imports::{check_import, discard_upload, reconsider_import, run_import, undo_import};
pub use notes::{add_note, delete_note, update_note};
pub use outcomes::{add_outcome, set_outcome_reasons};
pub use quarantine::{discard_quarantine, discard_quarantined, replay_quarantined};
pub use scorecards::{preview_scorecard, restore_scorecard, save_scorecard};

use crate::domain::FieldErrors;
use crate::server::browser::cookies::remember_author;
use crate::server::browser::plain_forms::OutcomeSlot;
use crate::wire::{AppError, Done, FormValues, Outcome, Rejection};
use axum::http::request::Parts;
use leptos::prelude::use_context;

/// Answers a form with its outcome. For a plain form, `plain_forms` turns the outcome into a page.
pub async fn accept(form: &FormValues, work: impl Future<Output = Result<Done, AppError>>) -> Result<Outcome, AppError> {
    let slot = use_context::<Parts>().and_then(|parts| parts.extensions.get::<OutcomeSlot>().cloned());
    let result = work.await;
    let status = result.as_ref().err().map_or(200, AppError::status);
    let outcome = match result {
        Ok(done) => Outcome::Done(done),
        Err(AppError::Invalid(errors)) => Outcome::Rejected(rejection(errors, form)),
        Err(error) => Outcome::Rejected(Rejection { message: error.to_string(), errors: FieldErrors::default() }),
    };
    if let (Outcome::Done(_), Some(author)) = (&outcome, form.filled("author")) {
        remember_author(&author);
    }
    if let Some(slot) = slot {
        slot.fill(status, outcome.clone());
    }
    Ok(outcome)
}

fn rejection(errors: FieldErrors, form: &FormValues) -> Rejection {
    Rejection { message: summary(&errors, form), errors }
}

/// Returns the summary of a refused form. It includes errors of fields that the form does not have, so that none is lost.
fn summary(errors: &FieldErrors, form: &FormValues) -> String {
    let elsewhere = errors.0.iter().filter(|error| !form.0.contains_key(&error.field));
    let elsewhere: Vec<_> = elsewhere.map(|error| format!("{} {}.", error.field, error.message)).collect();
    match elsewhere.is_empty() {
        true => AppError::Invalid(errors.clone()).to_string(),
        false => elsewhere.join(" "),
    }
}
