//! Field errors: the rules that an input breaks, field by field, in words for its sender.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A rule that a field of an input breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// The field's JSON or query name, e.g. `amountCents`.
    pub field: String,
    /// The rule, as a sentence fragment that reads well after the field's name: "must be at most 200 characters".
    pub message: String,
}

/// Every broken rule of an input. Parsing collects all of them before it fails.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldErrors {
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), message: message.into() });
    }

    pub fn one(field: &str, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, message);
        errors
    }

    /// Returns the first message for a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }

    /// Returns the value if no rule was broken, else the errors.
    pub fn or<T>(self, value: impl FnOnce() -> T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value()) } else { Err(self) }
    }

    /// Returns a trimmed text without control characters; `None` when absent or blank. At most `max` characters may be sent:
    /// white space at the ends counts, as it does for whoever reads the API's document.
    pub fn optional_text(&mut self, field: &str, text: Option<&str>, max: usize) -> Option<String> {
        let sent = text?;
        let text = sent.trim();
        if sent.chars().count() > max {
            let ends = if text.chars().count() > max { "" } else { ", white space at its ends included" };
            self.add(field, format!("must be at most {max} characters{ends}"));
        } else if text.is_empty() {
            return None;
        } else if text.chars().any(char::is_control) {
            self.add(field, "must not contain control characters");
        }
        Some(text.to_owned())
    }

    /// Returns a text like [`Self::optional_text`] does. Absent or blank is an error, for which the text returned is empty.
    pub fn required_text(&mut self, field: &str, text: Option<&str>, max: usize) -> String {
        self.optional_text(field, text, max).unwrap_or_else(|| {
            self.add(field, "is required");
            String::new()
        })
    }
}
