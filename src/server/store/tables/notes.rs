//! Notes that staff keep about a customer.

use crate::domain::{CustomerId, Note, NoteEdit, NoteId};
use crate::server::store::sql::bind::{Bind, Row, binds, row, storable, time};
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::customers::lock_customer;
use crate::server::store::{Store, StoreError, StoreResult};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;

/// The columns of [`NoteRow`].
macro_rules! select_notes {
    ($rest:expr) => {
        concat!("SELECT notes.id, author, text, notes.created_at, edited_by, edited_at FROM notes ", $rest)
    };
}

#[derive(sqlx_macros::FromRow)]
pub struct NoteRow {
    id: i64,
    author: String,
    text: String,
    created_at: i64,
    edited_by: Option<String>,
    edited_at: Option<i64>,
}

impl NoteRow {
    pub fn note(self) -> Note {
        let edited = self.edited_by.zip(self.edited_at).map(|(by, at)| NoteEdit { by, at: time(at) });
        Note { id: NoteId(self.id), author: self.author, text: self.text, created_at: time(self.created_at), edited }
    }
}

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
        Ok(Note { id: NoteId(id), author: author.to_owned(), text: text.to_owned(), created_at: storable(now), edited: None })
    }

    /// Puts another text in the place of a note's, and keeps who did so and when. Its author and its day stay.
    pub async fn update_note(
        &self,
        customer: CustomerId,
        note: NoteId,
        editor: &str,
        text: &str,
        now: DateTime<Utc>,
    ) -> StoreResult<Note> {
        let mut tx = self.write().await?;
        let sql = "UPDATE notes SET text = $1, edited_by = $2, edited_at = $3 WHERE customer_id = $4 AND id = $5
                   RETURNING id, author, text, created_at, edited_by, edited_at";
        let row: Option<NoteRow> = tx.optional(sql, binds![text, editor, storable(now), customer, note]).await?;
        let row = row.ok_or_else(|| no_note(note))?;
        tx.changed(customer);
        tx.commit().await?;
        Ok(row.note())
    }

    /// The latest first.
    pub async fn list_notes(&self, customer: CustomerId) -> StoreResult<Vec<Note>> {
        let sql = select_notes!("WHERE customer_id = $1 ORDER BY created_at DESC, id DESC");
        let rows: Vec<NoteRow> = self.read_once().await?.all(sql, binds![customer]).await?;
        Ok(rows.into_iter().map(NoteRow::note).collect())
    }

    pub async fn delete_note(&self, customer: CustomerId, note: NoteId) -> StoreResult<()> {
        let mut tx = self.write().await?;
        let deleted = tx.execute("DELETE FROM notes WHERE customer_id = $1 AND id = $2", binds![customer, note]).await?;
        tx.changed(customer);
        tx.commit().await?;
        if deleted == 0 { Err(no_note(note)) } else { Ok(()) }
    }
}

fn no_note(note: NoteId) -> StoreError {
    StoreError::NotFound(format!("note {note}"))
}

/// Returns the notes with these ids.
pub async fn find_notes(tx: &mut Tx, ids: Vec<NoteId>) -> StoreResult<HashMap<NoteId, Note>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = Bind::Ints(ids.into_iter().map(|id| Some(id.0)).collect());
    let sql = format!(select_notes!("WHERE id {}"), tx.one_of());
    let rows: Vec<NoteRow> = tx.all(AssertSqlSafe(sql), vec![ids]).await?;
    Ok(rows.into_iter().map(|row| (NoteId(row.id), row.note())).collect())
}
