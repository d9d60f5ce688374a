//! Use cases: everything that the REST API and the dashboard can ask for. Input is parsed here, nothing below reads a clock,
//! and nothing above touches the store.

mod active;
pub mod answers;
pub mod backtest;
pub mod batch;
pub mod bulk;
pub mod customers;
pub mod demo;
pub mod events;
pub mod export;
pub mod health;
pub mod import;
pub mod live;
pub mod long_work;
pub mod month;
pub mod notes;
pub mod outcomes;
pub mod past_days;
pub mod people;
pub mod portfolio;
pub mod readings;
pub mod run;
pub mod scorecards;
pub mod today;
pub mod trial;

use crate::domain::FieldErrors;
use crate::server::store::StoreError;
use crate::wire::AppError;

/// Converts a store's failure to one that callers may see. The cause of an internal failure is logged here, once.
impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(what) => Self::NotFound(what),
            StoreError::Conflict(text) => Self::Conflict(text),
            StoreError::Rule(field, rule) => FieldErrors::one(field, rule).into(),
            StoreError::Overloaded => Self::overloaded(),
            error if error.is_unavailable() => {
                tracing::warn!(%error, "database unavailable");
                Self::Unavailable
            }
            StoreError::Database(_) | StoreError::Migration(_) | StoreError::TooNew(_) | StoreError::Corrupt(_) => {
                tracing::error!(%error, "store failed");
                Self::Internal
            }
        }
    }
}
