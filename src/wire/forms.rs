//! Forms on the wire: the values that were sent, and the outcome of sending them.

use crate::domain::{BulkChangeId, EventId, FieldErrors, OutcomeId, ScorecardPreview};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name of the hidden field that names the server function of a form. A plain form is sent to the address of its page,
/// so the address does not tell.
pub const FUNCTION: &str = "function";

/// The id of the form that uploads a file.
pub const UPLOAD_FORM: &str = "upload";

/// A form as it was sent: the text of every field, by the field's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FormValues(pub BTreeMap<String, String>);

impl FormValues {
    /// Returns a field's text, trimmed, or an empty text when the field was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    /// Returns a field's text, trimmed, unless it is empty.
    pub fn filled(&self, name: &str) -> Option<String> {
        Some(self.get(name)).filter(|text| !text.is_empty()).map(str::to_owned)
    }
}

/// The outcome of a form that was accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// A sentence for the toast. Empty when the page itself shows the effect.
    pub message: String,
    /// The events that the toast's Undo button retracts.
    pub undo: Vec<EventId>,
    /// The change of many customers that the toast's Undo button takes back.
    #[serde(default)]
    pub undo_change: Option<BulkChangeId>,
    /// The outcome that the toast's Undo button takes back.
    #[serde(default)]
    pub undo_outcome: Option<OutcomeId>,
    /// The address to go to next. `None` stays on the page.
    pub go_to: Option<String>,
}

impl Done {
    pub fn has_message(&self) -> bool {
        !self.message.is_empty()
    }
}

/// The outcome of a form. Bad input is data here, not an error, so that one code path shows it with and without JavaScript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Done(Done),
    Rejected(Rejection),
}

/// The outcome of a form that was refused. Nothing was stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// A sentence about the form as a whole.
    pub message: String,
    pub errors: FieldErrors,
}

/// The result of a form that was sent without JavaScript, shown by the next page: a toast, or the form with its errors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub done: Option<Done>,
    pub echo: Option<Echo>,
}

/// A refused form, to be shown again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Echo {
    /// The form's id on its page.
    pub form: String,
    pub values: FormValues,
    pub rejection: Rejection,
}

/// The address of the scorecard's page, which has both the form and its preview.
pub const SCORECARD_PATH: &str = "/scorecard";

/// The answer to a preview of rules: their effect, or their errors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Previewed {
    Preview(ScorecardPreview),
    Rejected(Rejection),
}
