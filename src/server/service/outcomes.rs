//! Outcomes of customers: told, listed, taken back; and the reasons to choose from.

use crate::domain::outcome::parse_reasons;
use crate::domain::{CustomerId, FieldErrors, Outcome, OutcomeId, OutcomeInput};
use crate::server::Call;
use crate::server::store::KeptOutcome;
use crate::wire::AppError;

/// Keeps an outcome. Who churned is archived.
pub async fn add_outcome(call: &Call, customer: CustomerId, input: OutcomeInput) -> Result<KeptOutcome, AppError> {
    let facts = input.parse(call.today())?;
    Ok(call.store.add_outcome(customer, &facts, call.now).await?)
}

/// A customer's outcomes, the latest first, with those that were taken back.
pub async fn list_outcomes(call: &Call, customer: CustomerId) -> Result<Vec<Outcome>, AppError> {
    call.store.get_customer(customer).await?;
    Ok(call.store.list_outcomes(customer).await?)
}

/// Takes an outcome back. It stays visible and no longer counts.
pub async fn retract_outcome(call: &Call, outcome: OutcomeId, reason: Option<&str>) -> Result<Outcome, AppError> {
    let mut errors = FieldErrors::default();
    let reason = errors.required_text("reason", reason, 500);
    let reason = errors.or(|| reason)?;
    Ok(call.store.retract_outcome(outcome, &reason, call.now).await?)
}

/// Returns the reasons to choose from, in their order.
pub async fn list_outcome_reasons(call: &Call) -> Result<Vec<String>, AppError> {
    Ok(call.store.list_outcome_reasons().await?)
}

/// Puts other reasons in the place of those to choose from, one a line.
pub async fn set_outcome_reasons(call: &Call, text: &str) -> Result<(), AppError> {
    Ok(call.store.set_outcome_reasons(&parse_reasons(text)?).await?)
}
