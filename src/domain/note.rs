//! A dated note that staff keep about a customer.

use super::{FieldErrors, NoteId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    pub id: NoteId,
    pub author: String,
    pub text: String,
    pub created_at: DateTime<Utc>,
    /// The last change of the text; null when there was none.
    pub edited: Option<NoteEdit>,
}

/// The change of a note's text: who made it, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteEdit {
    pub by: String,
    pub at: DateTime<Utc>,
}

/// The body of a request that adds a note, or changes its text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NoteInput {
    /// The name of who writes, 1 to 100 characters.
    #[schema(max_length = 100)]
    pub author: Option<String>,
    /// The text, 1 to 5,000 characters. Line breaks and tabs are allowed.
    #[schema(
        max_length = 5000,
        min_length = 1,
        pattern = r"^[\t-\r ]*[^\s\u0000-\u001f\u007f-\u009f]([^\u0000-\u0008\u000b-\u001f\u007f-\u009f]|\r\n)*[\t-\r ]*$"
    )]
    pub text: Option<String>,
}

impl NoteInput {
    /// Returns (author, text), or every broken rule. The text may have line breaks.
    pub fn parse(self) -> Result<(String, String), FieldErrors> {
        let mut errors = FieldErrors::default();
        let author = errors.required_text("author", self.author.as_deref(), 100);
        let sent = self.text.unwrap_or_default();
        let text = sent.trim().replace("\r\n", "\n");
        match sent.chars().count() {
            5001.. => errors.add("text", "must be at most 5000 characters"),
            _ if text.is_empty() => errors.add("text", "is required"),
            _ if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t')) => {
                errors.add("text", "must not contain control characters other than line breaks and tabs")
            }
            _ => {}
        }
        errors.or(|| (author, text))
    }
}
