//! Forms on the wire: the values that were sent, and the outcome that comes back.

use crate::domain::{EventId, FieldErrors, ScorecardPreview};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name of the hidden field that says which server function takes a form: a plain form is sent to its page's address.
pub const FUNCTION: &str = "function";

/// The id of the form that sends a file.
pub const UPLOAD_FORM: &str = "upload";

/// A form as it was sent: every field by name, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FormValues(pub BTreeMap<String, String>);

impl FormValues {
    /// A field's text, trimmed; empty when it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    /// The text, unless it is empty.
    pub fn filled(&self, name: &str) -> Option<String> {
        Some(self.get(name)).filter(|text| !text.is_empty()).map(str::to_owned)
    }
}

/// Input that was accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// A sentence for the toast; none where the page itself tells.
    pub message: String,
    /// The events that Undo retracts.
    pub undo: Vec<EventId>,
    /// Where to go now; nowhere when absent.
    pub go_to: Option<String>,
}

impl Done {
    pub fn has_message(&self) -> bool {
        !self.message.is_empty()
    }
}

/// What a form answers. Bad input is data, not an error, so that one code path shows it with and without JavaScript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Done(Done),
    Rejected(Rejection),
}

/// Input that was not accepted; nothing was stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// A sentence about the whole.
    pub message: String,
    pub errors: FieldErrors,
}

/// Reaches the page that answers a plain form: a toast, or the form as it was with its errors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub done: Option<Done>,
    pub echo: Option<Echo>,
}

/// A rejected form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Echo {
    /// The form's id on its page.
    pub form: String,
    pub values: FormValues,
    pub rejection: Rejection,
}

/// The page of the scoring rules: its form is there, and so is its preview.
pub const SCORECARD_PATH: &str = "/scorecard";

/// The answer to rules that somebody tries out: their effect, or what is wrong with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Previewed {
    Preview(ScorecardPreview),
    Rejected(Rejection),
}
