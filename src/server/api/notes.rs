//! `/api/customers/{id}/notes`: the notes that staff keep about a customer.

use super::extract::{Id, Json, NoQuery};
use super::inputs::{NewNote, NoteChange};
use crate::domain::{CustomerId, Note, NoteId, NoteInput};
use crate::server::Call;
use crate::server::service::notes;
use crate::wire::AppError;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;

/// A customer's notes.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Notes {
    items: Vec<Note>,
    total: usize,
}

/// Lists all notes about a customer, newest first.
#[utoipa::path(get, path = "/api/customers/{id}/notes", tag = "Notes", params(("id" = i64, Path, description = "The customer's id")),
    responses((status = 200, description = "The notes", body = Notes)))]
pub async fn list_notes(call: Call, Id(customer): Id<CustomerId>, _: NoQuery) -> Result<Json<Notes>, AppError> {
    let items = notes::list_notes(&call, customer).await?;
    Ok(Json(Notes { total: items.len(), items }))
}

/// Adds a note. `author` and `text` are required.
#[utoipa::path(post, path = "/api/customers/{id}/notes", tag = "Notes", request_body = NewNote,
    params(("id" = i64, Path, description = "The customer's id")), responses(
        (status = 201, description = "The new note", body = Note, headers(("Location" = String, description = "Its path")))))]
pub async fn add_note(
    call: Call,
    Id(customer): Id<CustomerId>,
    _: NoQuery,
    Json(input): Json<NoteInput>,
) -> Result<impl IntoResponse, AppError> {
    let note = notes::add_note(&call, customer, input).await?;
    let location = format!("/api/customers/{customer}/notes/{}", note.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(note)))
}

/// Changes a note's text. Its author and its day stay; `edited` says who changed it last, and when.
#[utoipa::path(patch, path = "/api/customers/{id}/notes/{noteId}", tag = "Notes", request_body = NoteChange, params(
        ("id" = i64, Path, description = "The customer's id"), ("noteId" = i64, Path, description = "The note's id")),
    responses((status = 200, description = "The note", body = Note)))]
pub async fn update_note(
    call: Call,
    Id(customer): Id<CustomerId>,
    Id(note): Id<NoteId>,
    _: NoQuery,
    Json(input): Json<NoteInput>,
) -> Result<Json<Note>, AppError> {
    notes::update_note(&call, customer, note, input).await.map(Json)
}

/// Deletes a note for good.
#[utoipa::path(delete, path = "/api/customers/{id}/notes/{noteId}", tag = "Notes", params(
        ("id" = i64, Path, description = "The customer's id"), ("noteId" = i64, Path, description = "The note's id")),
    responses((status = 204, description = "Deleted")))]
pub async fn delete_note(
    call: Call,
    Id(customer): Id<CustomerId>,
    Id(note): Id<NoteId>,
    _: NoQuery,
) -> Result<StatusCode, AppError> {
    notes::delete_note(&call, customer, note).await.map(|()| StatusCode::NO_CONTENT)
}
