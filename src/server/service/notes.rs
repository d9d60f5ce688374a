//! Notes that staff keep about a customer.

use crate::domain::{CustomerId, Note, NoteId, NoteInput};
use crate::server::AppState;
use crate::wire::AppError;

pub async fn list_notes(app: &AppState, customer: CustomerId) -> Result<Vec<Note>, AppError> {
    app.store.get_customer(customer).await?;
    Ok(app.store.list_notes(customer).await?)
}

pub async fn add_note(app: &AppState, customer: CustomerId, input: NoteInput) -> Result<Note, AppError> {
    let (author, text) = input.parse()?;
    Ok(app.store.add_note(customer, &author, &text, app.now()).await?)
}

pub async fn delete_note(app: &AppState, customer: CustomerId, note: NoteId) -> Result<(), AppError> {
    Ok(app.store.delete_note(customer, note).await?)
}
