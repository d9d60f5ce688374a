//! What the words accept and refuse, and the shape they have on the wire.

mod as_of;
mod bands;
mod customers;
mod events;
mod measures;
mod numbers;
mod queries;
mod readings;
mod rulebook;
mod scales;
mod scorecards;
mod wire;

use super::FieldErrors;

/// "field: message" per broken rule, in the order they are reported.
fn messages(errors: &FieldErrors) -> Vec<String> {
    errors.0.iter().map(|error| format!("{} {}", error.field, error.message)).collect()
}
