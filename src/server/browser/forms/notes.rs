//! The forms about notes.

use crate::domain::{CustomerId, NoteId, NoteInput};
use crate::server::Call;
use crate::server::service::notes;
use crate::wire::AppError;
use crate::wire::{Done, FormValues};

pub async fn add_note(call: &Call, customer: CustomerId, form: &FormValues) -> Result<Done, AppError> {
    // Browsers send two characters for a line break and count one.
    let text = form.filled("text").map(|text| text.replace("\r\n", "\n"));
    let input = NoteInput { author: form.filled("author"), text };
    notes::add_note(call, customer, input).await?;
    Ok(Done { message: "Note added".into(), ..Done::default() })
}

pub async fn delete_note(call: &Call, customer: CustomerId, note: NoteId) -> Result<Done, AppError> {
    notes::delete_note(call, customer, note).await?;
    Ok(Done { message: "Note deleted".into(), ..Done::default() })
}
