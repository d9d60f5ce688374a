//! The forms about the rules of scoring.

use super::rejection;
use crate::domain::{FieldErrors, ScorecardVersion};
use crate::server::Call;
use crate::server::service::scorecards;
use crate::wire::AppError;
use crate::wire::rules_form::{in_form, rulebook_input};
use crate::wire::{Done, FormValues};
use crate::wire::{Previewed, SCORECARD_PATH};

/// Previews the rules in the form. Invalid rules are an answer too, not an error.
pub async fn preview_scorecard(call: &Call, form: &FormValues) -> Result<Previewed, AppError> {
    let tried = async {
        let proposed = rulebook_input(form, |input| input.parse_rules())?;
        scorecards::preview_scorecard(call, &proposed).await.map_err(as_form_fields)
    };
    match tried.await {
        Ok(preview) => Ok(Previewed::Preview(preview)),
        Err(AppError::Invalid(errors)) => Ok(Previewed::Rejected(rejection(errors, form))),
        Err(error) => Err(error),
    }
}

pub async fn save_scorecard(call: &Call, form: &FormValues) -> Result<Done, AppError> {
    let new = rulebook_input(form, |input| input.parse())?;
    scorecards::create_scorecard(call, new).await.map(|saved| done(&saved)).map_err(as_form_fields)
}

pub async fn restore_scorecard(call: &Call, form: &FormValues) -> Result<Done, AppError> {
    let number = |name| form.get(name).parse().map_err(|_| FieldErrors::one(name, "must be a whole number"));
    let (version, current) = (number("restored")?, number("version")?);
    let (author, note) = (form.filled("author"), form.filled("note"));
    let saved = scorecards::restore_scorecard(call, version, current, author.as_deref(), note.as_deref()).await?;
    Ok(done(&saved))
}

fn done(saved: &ScorecardVersion) -> Done {
    let message = format!("Version {} is in force, and all customers are being rescored", saved.scorecard.version);
    Done { message, go_to: Some(SCORECARD_PATH.to_owned()), ..Done::default() }
}

fn as_form_fields(error: AppError) -> AppError {
    match error {
        AppError::Invalid(errors) => in_form(errors).into(),
        error => error,
    }
}
