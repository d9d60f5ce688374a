//! What the dashboard's forms do: their texts become inputs, a use case runs, and its result becomes a sentence.

mod customers;
mod effect;
mod events;
mod imports;
mod notes;
mod quarantine;
mod scorecards;

pub use customers::{archive_customer, create_customer, restore_customer, update_customer};
pub use events::{retract_event, submit_event};
pub use imports::{check_import, discard_upload, reconsider_import, run_import, undo_import};
pub use notes::{add_note, delete_note};
pub use quarantine::{discard_quarantine, discard_quarantined, replay_quarantined};
pub use scorecards::{preview_scorecard, restore_scorecard, save_scorecard};

use crate::domain::FieldErrors;
use crate::server::browser::flash;
use crate::server::browser::page::{plain_form_origin, remember_author};
use crate::wire::AppError;
use crate::wire::{Done, Echo, Flash, FormValues, Outcome, Rejection};

/// Answers a form. Sent by a script it gets the outcome; sent as a plain form it goes on to a page, which shows the
/// same outcome.
pub async fn accept(form: &FormValues, work: impl Future<Output = Result<Done, AppError>>) -> Result<Outcome, AppError> {
    let origin = plain_form_origin();
    let outcome = match work.await {
        Ok(done) => Outcome::Done(done),
        Err(AppError::Invalid(errors)) => Outcome::Rejected(rejection(errors, form)),
        Err(error) => Outcome::Rejected(Rejection { message: error.to_string(), errors: FieldErrors::default() }),
    };
    if let (Outcome::Done(_), Some(author)) = (&outcome, form.filled("author")) {
        remember_author(&author);
    }
    if let Some(origin) = origin {
        go_on(form, &outcome, &origin);
    }
    Ok(outcome)
}

fn rejection(errors: FieldErrors, form: &FormValues) -> Rejection {
    Rejection { message: summary(&errors, form), errors }
}

/// Errors of fields that the form does not have are told in the summary, so that none is lost.
fn summary(errors: &FieldErrors, form: &FormValues) -> String {
    let elsewhere = errors.0.iter().filter(|error| !form.0.contains_key(&error.field));
    let elsewhere: Vec<_> = elsewhere.map(|error| format!("{} {}.", error.field, error.message)).collect();
    match elsewhere.is_empty() {
        true => AppError::Invalid(errors.clone()).to_string(),
        false => elsewhere.join(" "),
    }
}

fn go_on(form: &FormValues, outcome: &Outcome, origin: &str) {
    let id = form.get("form");
    let (target, left) = match outcome.clone() {
        Outcome::Done(done) => (done.go_to.clone().unwrap_or_else(|| origin.into()), Flash { done: Some(done), echo: None }),
        Outcome::Rejected(rejection) => {
            let echo = Echo { form: id.to_owned(), values: form.clone(), rejection };
            let is_safe = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            let anchor = if is_safe { format!("{origin}#{id}") } else { origin.into() };
            (anchor, Flash { done: None, echo: Some(echo) })
        }
    };
    flash::leave(left);
    leptos_axum::redirect(&target);
}
