//! The forms about notes.

use crate::domain::{CustomerId, NoteId, NoteInput};
use crate::server::Call;
use crate::server::service::notes;
use crate::wire::AppError;
use crate::wire::{Done, FormValues};

pub async fn add_note(call: &Call, customer: CustomerId, form: &FormValues) -> Result<Done, AppError> {
    notes::add_note(call, customer, input(form)).await?;
    Ok(Done { message: "Note added".into(), ..Done::default() })
}

pub async fn update_note(call: &Call, customer: CustomerId, note: NoteId, form: &FormValues) -> Result<Done, AppError> {
    notes::update_note(call, customer, note, input(form)).await?;
    Ok(Done { message: "Note changed".into(), ..Done::default() })
}

fn input(form: &FormValues) -> NoteInput {
    // Browsers send two characters for a line break and count one.
    let text = form.filled("text").map(|text| text.replace("\r\n", "\n"));
    NoteInput { author: form.filled("author"), text }
}

pub async fn delete_note(call: &Call, customer: CustomerId, note: NoteId) -> Result<Done, AppError> {
    notes::delete_note(call, customer, note).await?;
    Ok(Done { message: "Note deleted".into(), ..Done::default() })
}
