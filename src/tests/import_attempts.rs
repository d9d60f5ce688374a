//! Imports whose process dies, or is suspended and comes back: what is counted, who notices, who may still write.

use crate::domain::{
    CustomerFields, CustomerId, CustomerInput, ImportCounts, ImportId, ImportKind, ImportState, Mapping, UndoReport,
};
use crate::server::service::import::{cut_off_imports, get_import, undo_file};
use crate::server::store::{Attempt, Destination, Incoming, NewImport, StoreError, StoreResult};
use crate::server::{Actor, AppState, Call};
use crate::tests::harness::*;
use crate::wire::AppError;
use chrono::Duration;

/// An import that somebody begins.
async fn begin(db: &Database) -> Attempt {
    let mapping =
        Mapping { kind: ImportKind::Events, columns: Default::default(), defaults: Default::default(), add_segments: false };
    let state = ImportState::Running;
    let new = NewImport { file_name: "x.csv".into(), path: None, findings: None, mapping, state, author: None };
    db.create_import(&new, now()).await.unwrap()
}

/// The app when everybody at work was silent for long.
fn later(db: &Database) -> Call {
    AppState { clock: || now() + Duration::seconds(16), ..db.app() }.call(Actor::Visitor)
}

async fn counts(db: &Database, id: ImportId) -> ImportCounts {
    db.get_import(id).await.unwrap().import.counts
}

async fn store_customers(db: &Database, attempt: Attempt, names: &[&str]) -> StoreResult<()> {
    let row = |name: &&str| CustomerInput {
        name: Some((*name).to_owned()),
        segment: Some("SMB".into()),
        external_id: Some(Some((*name).to_owned())),
        ..CustomerInput::default()
    };
    let rows: Vec<_> = names.iter().map(row).collect();
    db.import_customers(Destination::Import(attempt), &rows, &CustomerInput::default(), now()).await.map(|_| ())
}

async fn store_events(db: &Database, attempt: Attempt, customer: CustomerId, ids: &[&str]) -> StoreResult<()> {
    let event = |id: &&str| Incoming { customer, event: login().message(id).event(), received_at: now() };
    let events: Vec<_> = ids.iter().map(event).collect();
    db.insert_events_of(attempt, &events).await.1
}

fn is_too_late<T: std::fmt::Debug>(result: StoreResult<T>) -> bool {
    matches!(&result, Err(StoreError::Conflict(text)) if text.contains("taken over"))
}

on_each_database! {
    async fn a_run_that_is_cut_off_has_counted_what_it_has_stored(db: Database) {
        let acme = db.customer_with(CustomerFields { name: "Acme".into(), external_id: Some("Acme".into()), ..blank() }).await;
        let attempt = begin(&db).await;
        store_customers(&db, attempt, &["Acme", "Bolt", ""]).await.unwrap();
        store_events(&db, attempt, acme, &["m-1", "m-2"]).await.unwrap();
        store_events(&db, attempt, acme, &["m-2", "m-3"]).await.unwrap();
        let two_unreadable = ImportCounts { rows: 2, rejected: 2, ..ImportCounts::default() };
        db.add_import_progress(attempt, &two_unreadable, 40, now()).await.unwrap();

        assert_eq!(cut_off_imports(&later(&db)).await.unwrap(), 1);
        let import = db.get_import(attempt.import).await.unwrap().import;
        let expected = ImportCounts { rows: 9, created: 4, updated: 0, unchanged: 1, duplicates: 1, rejected: 3 };
        assert_eq!((import.state, import.counts, import.percent), (ImportState::Failed, expected, 40));
        assert!(import.problem.unwrap().contains("stopped"));
        assert_eq!(undo_file(&db.call(), attempt.import).await.unwrap().retracted, 3);
        let import = db.get_import(attempt.import).await.unwrap().import;
        assert_eq!((import.state, import.counts), (ImportState::Undone, expected));
    }

    async fn whoever_looks_notices_an_import_that_was_cut_off(db: Database) {
        let Attempt { import, .. } = begin(&db).await;
        assert_eq!(get_import(&db.call(), import).await.unwrap().import.state, ImportState::Running);
        assert!(undo_file(&db.call(), import).await.is_err(), "somebody may be at work on it");
        assert_eq!(get_import(&later(&db), import).await.unwrap().import.state, ImportState::Failed);
        undo_file(&later(&db), import).await.unwrap();
    }

    async fn an_import_is_not_taken_from_whoever_is_heard_of(db: Database) {
        let (beating, storing, telling) = (begin(&db).await, begin(&db).await, begin(&db).await);
        let soon = now() + Duration::seconds(10);
        db.keep_import_alive(beating, soon).await.unwrap();
        db.import_customers(Destination::Import(storing), &[], &CustomerInput::default(), soon).await.unwrap();
        db.add_import_progress(telling, &ImportCounts::default(), 1, soon).await.unwrap();
        // Rows that were read a while ago do not turn the clock back.
        let acme = db.customer("Acme").await;
        store_events(&db, beating, acme, &["m-1"]).await.unwrap();
        assert_eq!(cut_off_imports(&later(&db)).await.unwrap(), 0);
        assert_eq!(cut_off_imports(&AppState { clock: || now() + Duration::seconds(26), ..db.app() }.call(Actor::Visitor)).await.unwrap(), 3);
    }

    async fn an_importer_that_was_suspended_writes_nothing_over_an_undo(db: Database) {
        let acme = db.customer("Acme").await;
        let attempt = begin(&db).await;
        store_events(&db, attempt, acme, &["m-1"]).await.unwrap();
        undo_file(&later(&db), attempt.import).await.unwrap();
        let undone = db.get_import(attempt.import).await.unwrap().import;
        assert_eq!(undone.state, ImportState::Undone);

        assert!(is_too_late(store_events(&db, attempt, acme, &["m-2"]).await));
        assert!(is_too_late(store_customers(&db, attempt, &["Bolt"]).await));
        assert!(is_too_late(db.add_import_progress(attempt, &ImportCounts::default(), 99, now()).await));
        assert!(is_too_late(db.keep_import_alive(attempt, now()).await));
        assert!(is_too_late(db.set_import_mapping(attempt, &undone.mapping).await));
        assert!(is_too_late(db.finish_import(attempt, ImportState::Finished, None, now()).await));
        assert_eq!(db.get_import(attempt.import).await.unwrap().import, undone);
        assert!(db.find_customers(vec!["Bolt".into()]).await.unwrap().is_empty());
        let events = db.list_events(acme, &Default::default(), 1, 10).await.unwrap();
        assert!(events.total == 1 && events.items[0].retraction.is_some());
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
    }

    async fn an_undo_that_was_suspended_leaves_the_next_one_alone(db: Database) {
        let acme = db.customer("Acme").await;
        let run = begin(&db).await;
        store_events(&db, run, acme, &["m-1"]).await.unwrap();
        db.finish_import(run, ImportState::Finished, None, now()).await.unwrap();
        let over = [ImportState::Finished, ImportState::Failed];
        let suspended = db.move_import(run.import, &over, ImportState::Undoing, now()).await.unwrap();
        undo_file(&later(&db), run.import).await.unwrap();

        assert!(is_too_late(db.retract_imported(suspended, &[acme], "late", now()).await));
        assert!(is_too_late(db.take_back_customers(suspended, None, 10, now()).await));
        assert!(is_too_late(db.finish_undo(suspended, &UndoReport::default(), now()).await));
        assert_eq!(db.get_import(run.import).await.unwrap().import.undo.retracted, 1);
        assert!(matches!(undo_file(&db.call(), run.import).await, Err(AppError::Conflict(_))));
    }

    async fn a_run_counts_its_own_rows_and_not_those_of_the_dry_run(db: Database) {
        let first = begin(&db).await;
        let found = ImportCounts { rows: 7, created: 7, ..ImportCounts::default() };
        db.add_import_progress(first, &found, 100, now()).await.unwrap();
        db.finish_import(first, ImportState::Checked, None, now()).await.unwrap();
        assert_eq!(counts(&db, first.import).await, found);
        db.move_import(first.import, &[ImportState::Checked], ImportState::Running, now()).await.unwrap();
        assert_eq!(counts(&db, first.import).await, ImportCounts::default());
    }
}
