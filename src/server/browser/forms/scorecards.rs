//! The forms about the rules of scoring.

use super::rejection;
use crate::domain::{FieldErrors, Rulebook, RulebookVersion};
use crate::server::Call;
use crate::server::service::scorecards;
use crate::wire::AppError;
use crate::wire::rulebooks::{Cards, act};
use crate::wire::rules_form::{in_form, rulebook_input};
use crate::wire::{Done, FormValues};
use crate::wire::{Previewed, SCORECARD_PATH};

/// Previews the rules in the form. Invalid rules are an answer too, not an error.
pub async fn preview_scorecard(call: &Call, form: &FormValues) -> Result<Previewed, AppError> {
    let tried = async {
        let in_force = in_force(call, form).await?;
        let form = act(form.clone(), &in_force);
        let proposed = rulebook_input(&form, &in_force, |input| input.parse_rules())?;
        scorecards::preview_rulebook(call, &proposed).await.map_err(|error| as_form_fields(error, &form))
    };
    match tried.await {
        Ok(preview) => Ok(Previewed::Preview(preview)),
        Err(AppError::Invalid(errors)) => Ok(Previewed::Rejected(rejection(errors, form))),
        Err(error) => Err(error),
    }
}

pub async fn save_scorecard(call: &Call, form: &FormValues) -> Result<Done, AppError> {
    let in_force = in_force(call, form).await?;
    let new = rulebook_input(form, &in_force, |input| input.parse())?;
    scorecards::create_rulebook(call, new).await.map(|saved| done(&saved)).map_err(|error| as_form_fields(error, form))
}

/// Returns the rules that the form is based on; those in force when it does not say.
async fn in_force(call: &Call, form: &FormValues) -> Result<Rulebook, AppError> {
    match form.get("version").parse() {
        Ok(version) => scorecards::get_rulebook_version(call, version).await.map(|version| version.rulebook),
        Err(_) => scorecards::get_rulebook(call).await,
    }
}

pub async fn restore_scorecard(call: &Call, form: &FormValues) -> Result<Done, AppError> {
    let number = |name| form.get(name).parse().map_err(|_| FieldErrors::one(name, "must be a whole number"));
    let (version, current) = (number("restored")?, number("version")?);
    let (author, note) = (form.filled("author"), form.filled("note"));
    let saved = scorecards::restore_rulebook(call, version, current, author.as_deref(), note.as_deref()).await?;
    Ok(done(&saved))
}

fn done(saved: &RulebookVersion) -> Done {
    let message = format!("Version {} is in force, and all customers are being rescored", saved.rulebook.version);
    Done { message, go_to: Some(SCORECARD_PATH.to_owned()), ..Done::default() }
}

fn as_form_fields(error: AppError, form: &FormValues) -> AppError {
    match error {
        AppError::Invalid(errors) => in_form(errors, &Cards::of(form), &[]).into(),
        error => error,
    }
}
