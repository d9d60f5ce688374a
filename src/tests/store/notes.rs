//! Notes: dated, the latest first, each of one customer.

use crate::domain::{CustomerId, Note, NoteEdit};
use crate::server::store::StoreError;
use crate::tests::harness::*;
use chrono::Duration;

on_each_database! {
    async fn notes_are_listed_the_latest_first(db: Database) {
        let (acme, other) = (db.customer("Acme").await, db.customer("Other").await);
        let first = db.add_note(acme, "Ada", "Called.\nNobody there.", now()).await.unwrap();
        let second = db.add_note(acme, "Bob", "✓", now() + Duration::hours(1)).await.unwrap();
        db.add_note(other, "Ada", "Of another customer", now()).await.unwrap();
        assert_eq!((first.author.as_str(), first.text.as_str(), first.created_at), ("Ada", "Called.\nNobody there.", now()));
        assert_eq!(db.list_notes(acme).await.unwrap(), [second, first]);
    }

    async fn a_changed_note_keeps_its_day_and_who_changed_it_when(db: Database) {
        let (acme, other) = (db.customer("Acme").await, db.customer("Other").await);
        let note = db.add_note(acme, "Ada", "Called", now()).await.unwrap();
        let later = now() + Duration::days(2);
        let changed = db.update_note(acme, note.id, "Bob", "Called twice", later).await.unwrap();
        assert_eq!(changed, Note { text: "Called twice".into(), edited: Some(NoteEdit { by: "Bob".into(), at: later }), ..note.clone() });
        assert_eq!(db.list_notes(acme).await.unwrap(), [changed]);
        let foreign = db.update_note(other, note.id, "Bob", "Mine", later).await;
        assert!(matches!(foreign, Err(StoreError::NotFound(what)) if what == format!("note {}", note.id)));
    }

    async fn a_note_is_deleted_by_its_customer_only(db: Database) {
        let (acme, other) = (db.customer("Acme").await, db.customer("Other").await);
        let note = db.add_note(acme, "Ada", "Called", now()).await.unwrap().id;
        let foreign = db.delete_note(other, note).await;
        assert!(matches!(foreign, Err(StoreError::NotFound(what)) if what == format!("note {note}")));
        db.delete_note(acme, note).await.unwrap();
        assert_eq!(db.list_notes(acme).await.unwrap(), []);
        assert!(matches!(db.delete_note(acme, note).await, Err(StoreError::NotFound(_))));
    }

    async fn nobody_has_no_notes(db: Database) {
        let added = db.add_note(CustomerId(404), "Ada", "Called", now()).await;
        assert!(matches!(added, Err(StoreError::NotFound(what)) if what == "customer 404"));
        assert_eq!(db.list_notes(CustomerId(404)).await.unwrap(), []);
    }
}
