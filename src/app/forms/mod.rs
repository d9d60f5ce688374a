//! The forms. Each works as a plain form and, once the page is hydrated, in place.

use crate::domain::FieldErrors;
use crate::domain::pages::Done;
use serde::{Deserialize, Serialize};

/// What a form answers. Bad input is data, not an error, so that one code path shows it with and without JavaScript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Done(Done),
    /// Nothing was stored: a sentence about the whole, and what is wrong with which field.
    Rejected {
        message: String,
        errors: FieldErrors,
    },
}
