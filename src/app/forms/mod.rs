//! The forms. Each works as a plain form and, once the page is hydrated, in place. The same server function answers both;
//! its answer to a plain form reaches the page through a [`Flash`](crate::wire::Flash).

mod archive;
mod bulk;
mod customer;
mod events;
mod imports;
mod notes;
mod outcomes;
mod parts;
mod pay;
mod quarantine;
mod retract;
mod scorecard;
mod scorecard_list;
mod scorecard_parts;
mod state;
mod who_are_you;

pub use archive::{ArchiveDialog, RestoreForm};
pub use bulk::{BulkForm, BulkKind, UndoBulkForm, arr_of};
pub use customer::CustomerForm;
pub use events::{EventForms, LOG_PANEL, LogSubject, focus_event_form};
pub use imports::{DiscardUploadForm, MappingForm, ReconsiderForm, RunImportForm, UndoImportForm, UploadForm};
pub use notes::{DeleteNoteForm, EditNoteForm, NoteForm};
pub use outcomes::{OutcomeForm, ReasonsForm, RetractOutcomeForm};
pub use parts::{ActionForm, own_address};
pub use pay::PayInvoiceForm;
pub use quarantine::{DiscardAllDialog, DiscardForm, ReplayForm};
pub use retract::{RetractForm, UndoForm};
pub use scorecard::{RestoreScorecardForm, ScorecardForm};
pub use state::FormState;
pub use who_are_you::{WhoAreYou, owner_choices};
