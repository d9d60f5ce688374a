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

pub async fn delete_note(call: &Call, customer: CustomerId, note: NoteId) -> Result<(), AppError> {
    Ok(call.store.delete_note(customer, note).await?)
}
