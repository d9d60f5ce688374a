//! Notes that staff keep about a customer.

use crate::domain::{CustomerId, Note, NoteId, NoteInput};
use crate::server::Call;
use crate::wire::AppError;

pub async fn list_notes(call: &Call, customer: CustomerId) -> Result<Vec<Note>, AppError> {
    call.store.get_customer(customer).await?;
    Ok(call.store.list_notes(customer).await?)
}

pub async fn add_note(call: &Call, customer: CustomerId, input: NoteInput) -> Result<Note, AppError> {
    let (author, text) = input.parse()?;
    Ok(call.store.add_note(customer, &author, &text, call.now).await?)
}

/// Changes a note's text. The note's day stays, and it keeps who changed it.
pub async fn update_note(call: &Call, customer: CustomerId, note: NoteId, input: NoteInput) -> Result<Note, AppError> {
    let (editor, text) = input.parse()?;
    Ok(call.store.update_note(customer, note, &editor, &text, call.now).await?)
}

pub async fn delete_note(call: &Call, customer: CustomerId, note: NoteId) -> Result<(), AppError> {
    Ok(call.store.delete_note(customer, note).await?)
}
