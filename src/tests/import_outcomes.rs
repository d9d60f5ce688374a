//! Imports of outcomes, on files as people have them, what takes them back, and their export.

use crate::domain::{CustomerFields, CustomerId, ImportCounts, ImportId, ImportKind, NaiveDate, OutcomeKind};
use crate::server::service::export::{self, Format, What};
use crate::server::service::import::{error_line, undo_file};
use crate::server::store::StoreError;
use crate::tests::harness::*;
use crate::tests::imports::{file, import, import_with};
use futures::TryStreamExt;

const OUTCOMES: &str = "externalId,outcome,date,reason,arrBefore,arrAfter,involuntary\n\
                        c-1,churned,2026-03-02,price,\"1,200.50\",,no\n\
                        c-2,Renewal,2026-03-01T08:00:00Z,,900,900,\n\
                        c-3,downgrade,2026-03-01,Bad weather,900,400,yes\n";

/// Three customers with the external ids c-1, c-2 and c-3.
async fn three(db: &Database) -> [CustomerId; 3] {
    let mut ids = Vec::new();
    for external_id in ["c-1", "c-2", "c-3"] {
        let start_date = Some(days_ago(100));
        ids.push(db.customer_with(CustomerFields { external_id: Some(external_id.into()), start_date, ..blank() }).await);
    }
    ids.try_into().unwrap()
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
}

/// The outcomes of a customer that stand.
async fn standing(db: &Database, id: CustomerId) -> Vec<(OutcomeKind, NaiveDate)> {
    let outcomes = db.list_outcomes(id).await.unwrap();
    let stand = outcomes.iter().filter(|outcome| outcome.retraction.is_none());
    stand.map(|outcome| (outcome.facts.kind, outcome.facts.day)).collect()
}

on_each_database! {
    async fn a_file_of_outcomes_is_tried_imported_repeated_and_undone(db: Database) {
        let ids = three(&db).await;
        let file = file("outcomes.csv", OUTCOMES);
        let mapping = file.mapping().await;
        assert_eq!((mapping.kind, mapping.columns.len()), (ImportKind::Outcomes, 7));
        let created = ImportCounts { rows: 3, created: 3, ..ImportCounts::default() };
        assert_eq!(import_with(&db, &file, mapping, true).await.unwrap().counts, created);
        assert_eq!(standing(&db, ids[0]).await, [], "a dry run writes nothing");

        let done = import(&db, &file).await;
        assert_eq!((done.counts, done.errors.len()), (created, 0));
        let facts = db.list_outcomes(ids[0]).await.unwrap()[0].facts.clone();
        assert_eq!((facts.kind, facts.day, facts.arr_before_cents, facts.arr_after_cents), (OutcomeKind::Churned, day(2), Some(120_050), Some(0)));
        assert_eq!((facts.reason.as_deref(), facts.involuntary), (Some("Price"), false));
        assert_eq!(standing(&db, ids[1]).await, [(OutcomeKind::Renewed, day(1))]);
        let facts = db.list_outcomes(ids[2]).await.unwrap()[0].facts.clone();
        assert_eq!((facts.kind, facts.reason.as_deref(), facts.involuntary), (OutcomeKind::Contracted, Some("Bad weather"), true));
        assert!(db.get_customer(ids[0]).await.unwrap().archived.is_some());

        let again = import(&db, &file).await.counts;
        assert_eq!(again, ImportCounts { rows: 3, duplicates: 3, ..ImportCounts::default() });
        assert_eq!(import_with(&db, &file, file.mapping().await, true).await.unwrap().counts, again);

        let report = undo_file(&db.call(), ImportId(1)).await.unwrap();
        assert_eq!(report.words(), "3 outcomes retracted");
        for id in ids {
            assert_eq!(standing(&db, id).await, []);
            let customer = db.get_customer(id).await.unwrap();
            assert_eq!((customer.archived, customer.fields.start_date), (None, Some(days_ago(100))));
        }
        // It can be imported anew.
        assert_eq!(import(&db, &file).await.counts, created);
    }

    async fn a_list_of_who_churned_and_who_did_not_is_taken_as_it_is(db: Database) {
        let ids = three(&db).await;
        let file = file("outcomes.csv", "customer,T,horizon_days,churned,churn_date\n\
            c-1,2026-02-01T00:00:00Z,60,1,2026-03-02\n\
            c-2,2026-02-01T00:00:00Z,60,0,\n\
            c-3,2026-02-01T00:00:00Z,60,0,\n");
        let done = import(&db, &file).await;
        assert_eq!(done.counts, ImportCounts { rows: 3, created: 1, unchanged: 2, ..ImportCounts::default() });
        assert_eq!(standing(&db, ids[0]).await, [(OutcomeKind::Churned, day(2))]);
        assert_eq!(standing(&db, ids[1]).await, []);
    }

    async fn rows_that_contradict_or_name_nobody_are_refused_and_the_others_stored(db: Database) {
        three(&db).await;
        let content = "externalId,outcome,date,arrBefore,arrAfter\n\
            c-1,renewed,2026-03-01,5,6\n\
            c-1,renewed,2026-03-01,5,6\n\
            c-1,renewed,2026-03-01,5,7\n\
            c-9,renewed,2026-03-01,,\n\
            c-2,moved,2026-03-01,,\n\
            c-2,expanded,soon,9,much\n\
            ,expanded,2026-03-01,,\n";
        let file = file("outcomes.csv", content);
        for is_dry in [true, false] {
            let done = import_with(&db, &file, file.mapping().await, is_dry).await.unwrap();
            let lines: Vec<_> = done.errors.iter().map(|error| error_line(ImportKind::Outcomes, error)).collect();
            assert_eq!(done.counts, ImportCounts { rows: 7, created: 1, duplicates: 1, rejected: 5, ..ImportCounts::default() }, "{lines:?}");
            for (line, words) in [
                (4, "outcome contradicts what is stored"), (5, "externalId names no customer: there is no \"c-9\""),
                (6, "outcome must be one of churned"), (7, "date must be a date"), (7, "arrAfter must be an amount"), (8, "externalId is required"),
            ] {
                let told = lines.iter().any(|text| text.contains(&format!("line {line}")) && text.contains(words));
                assert!(told, "{line} {words}: {lines:?}");
            }
        }
        // Without the columns that tell what happened and when, nothing can be imported.
        let mut mapping = file.mapping().await;
        mapping.columns.remove("date");
        assert!(import_with(&db, &file, mapping, true).await.is_err());
    }

    async fn what_is_exported_is_imported_as_repeats(db: Database) {
        let ids = three(&db).await;
        let nameless = db.customer("Nameless").await;
        import(&db, &file("outcomes.csv", OUTCOMES)).await;
        let mut facts = db.list_outcomes(ids[1]).await.unwrap()[0].facts.clone();
        facts.day = day(3);
        db.add_outcome(nameless, &facts, now()).await.unwrap();
        facts.day = day(4);
        let taken_back = db.add_outcome(nameless, &facts, now()).await.unwrap().outcome.id;
        db.retract_outcome(taken_back, "", now()).await.unwrap();
        for format in [Format::Csv, Format::Ndjson] {
            let pieces: Vec<_> = export::export(db.call(), What::Outcomes, format).try_collect().await.unwrap();
            let text: Vec<u8> = pieces.into_iter().flat_map(|piece| piece.text).collect();
            let done = import(&db, &file(&format!("outcomes.{}", format.name()), text)).await;
            assert_eq!(done.counts, ImportCounts { rows: 4, duplicates: 4, ..ImportCounts::default() }, "{:?}", done.errors);
        }
        assert!(matches!(db.get_outcome(crate::domain::OutcomeId(404)).await, Err(StoreError::NotFound(_))));
    }
}
