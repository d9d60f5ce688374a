//! Notes that staff keep about a customer.

use crate::domain::{CustomerId, Note, NoteId};
use crate::server::store::sql::bind::{Row, binds, row, storable, time};
use crate::server::store::tables::customers::lock_customer;
use crate::server::store::{Store, StoreError, StoreResult};
use chrono::{DateTime, Utc};

/// Returns the row of a new note.
pub fn note_row(customer: CustomerId, author: &str, text: &str, at: DateTime<Utc>) -> Row {
    row! { customer_id: customer, author: author, text: text, created_at: storable(at) }
}

impl Store {
    pub async fn add_note(&self, customer: CustomerId, author: &str, text: &str, now: DateTime<Utc>) -> StoreResult<Note> {
        let mut tx = self.write().await?;
        lock_customer(&mut tx, customer).await?;
        let (id,): (i64,) = tx.insert_row("notes", note_row(customer, author, text, now), "id").await?;
        tx.changed(customer);
        tx.commit().await?;
        Ok(Note { id: NoteId(id), author: author.to_owned(), text: text.to_owned(), created_at: storable(now) })
    }

    /// The latest first.
    pub async fn list_notes(&self, customer: CustomerId) -> StoreResult<Vec<Note>> {
        let sql = "SELECT id, author, text, created_at FROM notes WHERE customer_id = $1 ORDER BY created_at DESC, id DESC";
        let rows: Vec<(i64, String, String, i64)> = self.read().await?.all(sql, binds![customer]).await?;
        let note = |(id, author, text, created_at)| Note { id: NoteId(id), author, text, created_at: time(created_at) };
        Ok(rows.into_iter().map(note).collect())
    }

    pub async fn delete_note(&self, customer: CustomerId, note: NoteId) -> StoreResult<()> {
        let mut tx = self.write().await?;
        let deleted = tx.execute("DELETE FROM notes WHERE customer_id = $1 AND id = $2", binds![customer, note]).await?;
        tx.changed(customer);
        tx.commit().await?;
        if deleted == 0 { Err(StoreError::NotFound(format!("note {note}"))) } else { Ok(()) }
    }
}
