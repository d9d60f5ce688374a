//! The forms about notes.

use crate::domain::{CustomerId, NoteId, NoteInput};
use crate::server::AppState;
use crate::server::service::notes;
use crate::wire::AppError;
use crate::wire::{Done, FormValues};

pub async fn add_note(app: &AppState, customer: CustomerId, form: &FormValues) -> Result<Done, AppError> {
    let input = NoteInput { author: form.filled("author"), text: form.filled("text") };
    notes::add_note(app, customer, input).await?;
    Ok(Done { message: "Note added".into(), ..Done::default() })
}

pub async fn delete_note(app: &AppState, customer: CustomerId, note: NoteId) -> Result<Done, AppError> {
    notes::delete_note(app, customer, note).await?;
    Ok(Done { message: "Note deleted".into(), ..Done::default() })
}
