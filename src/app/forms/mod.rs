//! The forms. Each works as a plain form and, once the page is hydrated, in place: the same server function answers
//! both, and what it answered reaches a plain form's next page through a [`Flash`].

mod archive;
mod customer;
mod events;
mod imports;
mod notes;
mod parts;
mod pay;
mod quarantine;
mod retract;
mod scorecard;
mod state;

pub use archive::{ArchiveDialog, RestoreForm};
pub use customer::CustomerForm;
pub use events::{EventForms, LOG_PANEL, LogSubject, focus_event_form};
pub use imports::{DiscardUploadForm, MappingForm, ReconsiderForm, RunImportForm, UPLOAD_FORM, UndoImportForm, UploadForm};
pub use notes::{DeleteNoteForm, NoteForm};
pub use pay::PayInvoiceForm;
pub use quarantine::{DiscardAllDialog, DiscardForm, ReplayForm};
pub use retract::{RetractForm, UndoForm};
pub use scorecard::{Previewed, RestoreScorecardForm, SCORECARD_PATH, ScorecardForm, scorecard_values};
pub use state::FormState;

use crate::domain::{EventId, FieldErrors};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

/// What a plain form's answer leaves for the next page: a toast, or the form as it was with its errors.
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
