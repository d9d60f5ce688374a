//! Segments as data of the rules, and what is kept of customers' earlier segments and start dates.

use super::api::Site;
use super::imports::{file, import_with};
use crate::domain::import::Outlook;
use crate::domain::{Archive, ArchiveReason, BulkChange, CustomerFields, Segment};
use crate::server::demo;
use crate::server::store::{FormerCustomer, StoreError};
use crate::tests::harness::*;
use chrono::Duration;
use serde_json::{Value, json};

/// The rules in force with other segments, signed.
async fn with_segments(site: &Site, segments: Value) -> Value {
    let mut rules = site.get("/api/rulebook").await.ok();
    rules["segments"] = segments;
    (rules["author"], rules["note"]) = (json!("Ada"), json!("Other segments"));
    rules
}

fn named(name: &str) -> Segment {
    Segment::named(name).unwrap()
}

on_each_database! {
    async fn the_rules_say_which_segments_there_are(db: Database) {
        let site = Site::new(db);
        assert_eq!(site.get("/api/rulebook").await.ok()["segments"], json!(["Enterprise", "SMB", "Startup"]));
        let newcomer = json!({"name": "Acme", "segment": "mid-MARKET"});
        let refused = site.post("/api/customers", newcomer.clone()).await;
        assert_eq!(refused.json()["errors"], json!([{"field": "segment", "message": "must be one of Enterprise, SMB, Startup"}]));

        let segments = json!([" Public sector ", "Mid-market", "SMB", "Startup", "Enterprise"]);
        let saved = site.post("/api/rulebooks", with_segments(&site, segments).await).await;
        assert_eq!(saved.status, 201, "{}", saved.text);
        let expected = json!(["Public sector", "Mid-market", "SMB", "Startup", "Enterprise"]);
        assert_eq!((&saved.json()["segments"], &site.get("/api/rulebooks/2").await.ok()["segments"]), (&expected, &expected));
        assert_eq!(site.get("/api/rulebooks/1").await.ok()["segments"], json!(["Enterprise", "SMB", "Startup"]));
        assert_eq!(site.get("/api/scorecard").await.ok()["version"], 2, "the rules of scoring are as they were");

        let created = site.post("/api/customers", newcomer).await;
        assert_eq!((created.status, &created.json()["segment"]), (201, &json!("Mid-market")), "{}", created.text);
        site.customer("Bolt").await;
        let change = json!({"customers": [{"id": 2, "version": 1}], "segment": "public sector"});
        assert_eq!(site.post("/api/customers/bulk", change).await.ok()["changed"], 1);
        assert_eq!(site.names("?segment=Public%20SECTOR").await, ["Bolt"]);
        assert_eq!(site.get("/api/customers").await.ok()["segments"], expected);
        // Of every one of these the segments are those of the rules.
        for path in ["/api/customers", "/api/portfolio", "/api/portfolio/bands", "/api/portfolio/renewals", "/api/month", "/customers.csv", "/api/backtest"] {
            assert_eq!(site.get(&format!("{path}?segment=mid-market")).await.status, 200, "{path}");
            let refused = site.get(&format!("{path}?segment=Huge")).await;
            assert_eq!((refused.status, refused.invalid_fields()), (422, vec!["segment".to_owned()]), "{path}");
            assert!(refused.text.contains("must be one of Public sector, Mid-market, SMB, Startup, Enterprise"), "{}", refused.text);
        }

        let page = site.get("/?segment=Huge").await;
        assert_eq!((page.text.matches("role=\"alert\"").count(), page.text.matches("must be one of").count()), (1, 1), "{}", page.text);

        // A version without a list keeps the one in force.
        let mut without = with_segments(&site, json!(null)).await;
        without.as_object_mut().unwrap().remove("segments");
        without["scorecards"][0]["bands"]["healthy"] = json!(75);
        assert_eq!(site.post("/api/rulebooks", without).await.json()["segments"], expected);
    }

    async fn a_segment_in_use_cannot_be_removed(db: Database) {
        let site = Site::new(db);
        site.customer("Acme").await;
        site.customer("Bolt").await;
        site.post("/api/customers/2/archive", json!({"reason": "other"})).await;
        let refused = site.post("/api/rulebooks", with_segments(&site, json!(["Enterprise", "Startup"])).await).await;
        assert_eq!(refused.status, 409);
        assert!(refused.text.contains("segment SMB has 2 customers"), "{}", refused.text);
        let saved = site.post("/api/rulebooks", with_segments(&site, json!(["SMB"])).await).await;
        assert_eq!((saved.status, &saved.json()["segments"]), (201, &json!(["SMB"])), "those that nobody is in can");
    }

    async fn lists_of_segments_have_rules(db: Database) {
        let site = Site::new(db);
        let many: Vec<_> = (0..31).map(|number| format!("Segment {number}")).collect();
        for (segments, rule) in [
            (json!([]), "must be 1 to 30 segments"),
            (json!(many), "must be 1 to 30 segments"),
            (json!(["SMB", "smb"]), "must differ in more than letter case; smb is there twice"),
            (json!(["SMB", " "]), "must be names, each of which must be 1 to 40 characters"),
            (json!(["SMB", "x".repeat(41)]), "must be names, each of which must be 1 to 40 characters"),
            (json!(["SMB", "a\u{7}b"]), "none of them a control character"),
        ] {
            let refused = site.post("/api/rulebooks", with_segments(&site, segments.clone()).await).await;
            assert_eq!((refused.status, refused.invalid_fields()), (422, vec!["segments".to_owned()]), "{segments}");
            assert!(refused.text.contains(rule), "{}", refused.text);
        }
        let longest = json!(["SMB", "é".repeat(40)]);
        assert_eq!(site.post("/api/rulebooks", with_segments(&site, longest.clone()).await).await.json()["segments"], longest);
    }

    async fn restored_rules_keep_the_segments_that_came_later(db: Database) {
        let site = Site::new(db);
        site.post("/api/rulebooks", with_segments(&site, json!(["SMB", "Public sector"])).await).await;
        site.post("/api/customers", json!({"name": "Acme", "segment": "Public sector"})).await;
        let call = site.database.call();
        let restored = crate::server::service::scorecards::restore_rulebook(&call, 1, 2, Some("Ada"), Some("Back")).await.unwrap();
        assert_eq!(restored.segments.to_string(), "Enterprise, SMB, Startup, Public sector");
    }

    async fn a_change_of_many_is_not_undone_into_a_segment_that_is_gone(db: Database) {
        let acme = db.customer("Acme").await;
        let chosen = [(acme, 1)].into();
        let change = db.change_customers(&chosen, &BulkChange::Segment(Segment::STARTUP), now()).await.unwrap().id.unwrap();
        let site = Site::new(db);
        assert_eq!(site.post("/api/rulebooks", with_segments(&site, json!(["Startup"])).await).await.status, 201);
        let report = site.database.undo_bulk_change(change, now()).await.unwrap();
        assert_eq!((report.restored, report.kept.len()), (0, 1));
        assert_eq!(site.database.get_customer(acme).await.unwrap().fields.segment, Segment::STARTUP);
    }

    async fn a_segment_that_was_removed_after_it_was_chosen_is_refused(db: Database) {
        let acme = db.customer("Acme").await;
        let site = Site::new(db);
        assert_eq!(site.post("/api/rulebooks", with_segments(&site, json!(["SMB"])).await).await.status, 201);
        let (db, fields) = (&site.database, CustomerFields { segment: Segment::STARTUP, ..blank() });
        let change = BulkChange::Segment(Segment::STARTUP);
        let refused = [
            db.create_customer(&fields, now()).await.err(),
            db.update_customer(acme, 1, &fields, now()).await.err(),
            db.change_customers(&[(acme, 1)].into(), &change, now()).await.err(),
        ];
        for error in refused {
            assert!(matches!(&error, Some(StoreError::Rule("segment", rule)) if rule == "must be one of SMB"), "{error:?}");
        }
        assert_eq!((site.names("").await, db.get_customer(acme).await.unwrap().fields.segment), (vec!["Acme".to_owned()], Segment::SMB));
    }

    async fn a_demo_portfolio_keeps_to_the_segments_of_the_rules(db: Database) {
        let site = Site::new(db);
        let with_others = with_segments(&site, json!(["Mid-market", "Startup"])).await;
        assert_eq!(site.post("/api/rulebooks", with_others).await.status, 201);
        let options = demo::Options { customers: 12, days: 30, ..demo::Options::default() };
        demo::run(&site.database, &options, now()).await.unwrap();
        let of = async |segment| site.get(&format!("/api/customers?segment={segment}")).await.ok()["total"].as_i64().unwrap();
        let (others, startups) = (of("Mid-market").await, of("Startup").await);
        assert!(others > 0 && startups > 0 && others + startups == 12, "{others} and {startups}");
    }

    async fn an_import_adds_the_segments_that_it_finds_on_demand(db: Database) {
        let file = file("tiers.csv", "id,name,segment\nc-1,Acme,Mid-market\nc-2,Bolt,mid-market\nc-3,Cedar,Public sector\nc-4,Dune,SMB\n");
        let mapping = file.mapping().await;
        let refused = import_with(&db, &file, mapping.clone(), true).await.unwrap();
        assert_eq!((refused.counts.created, refused.counts.rejected), (1, 3));
        let message = "must be one of Enterprise, SMB, Startup, or be added to the rules: “Add the segments found” (--add-segments)";
        assert_eq!(refused.errors[0].error.message, message);

        let adding = crate::domain::Mapping { add_segments: true, ..mapping };
        let tried = import_with(&db, &file, adding.clone(), true).await.unwrap();
        assert_eq!((tried.counts.created, tried.counts.rejected), (4, 0));
        assert_eq!(db.segments().await.unwrap().to_string(), "Enterprise, SMB, Startup", "a dry run writes nothing");
        let done = import_with(&db, &file, adding.clone(), false).await.unwrap();
        assert_eq!((done.counts.created, done.counts.rejected), (4, 0));
        let version = db.list_rulebooks().await.unwrap().remove(0);
        assert_eq!(version.segments.to_string(), "Enterprise, SMB, Startup, Mid-market, Public sector");
        assert_eq!((version.rulebook.version, version.author.as_str(), version.note.as_str()), (2, "Ann", "Segments found in tiers.csv"));
        let known = db.find_customers(vec!["c-2".into()]).await.unwrap()["c-2"];
        assert_eq!(db.get_customer(known).await.unwrap().fields.segment, named("Mid-market"));
        // The same again finds nothing to add.
        import_with(&db, &file, adding, false).await.unwrap();
        assert_eq!(db.current_scorecard().await.unwrap().version, 2);
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
    }

    async fn an_earlier_segment_and_start_date_are_known_by_day(db: Database) {
        let at = |ago: i64| now() - Duration::days(ago);
        let mut fields = CustomerFields { name: "Acme".into(), start_date: Some(days_ago(100)), ..blank() };
        let acme = db.create_customer(&fields, at(20)).await.unwrap().id;
        let mut edit = async |ago: i64, version: i64, segment: Segment, start: i64| {
            (fields.segment, fields.start_date) = (segment, Some(days_ago(start)));
            db.update_customer(acme, version, &fields, at(ago)).await.unwrap();
        };
        edit(10, 1, Segment::STARTUP, 100).await;
        // Of two changes on a day the last one is known at its end.
        edit(5, 2, Segment::SMB, 50).await;
        edit(5, 3, Segment::ENTERPRISE, 40).await;
        // What stays as it is leaves nothing.
        edit(4, 4, Segment::ENTERPRISE, 40).await;
        let known = async |ago: i64| db.customers_known_on(&[acme], days_ago(ago)).await.unwrap().remove(&acme);
        let then = |segment, start: i64| Some(FormerCustomer { segment, start_date: Some(days_ago(start)), came_back: false });
        for (ago, expected) in [(20, then(Segment::SMB, 100)), (11, then(Segment::SMB, 100)), (10, then(Segment::STARTUP, 100)),
                                (6, then(Segment::STARTUP, 100)), (5, None), (4, None), (0, None)] {
            assert_eq!(known(ago).await, expected, "{ago} days ago");
        }
        assert_eq!(db.history_day().await.unwrap(), None, "a new database has always kept them");

        let facts = async |ago: i64| db.load_facts(acme, days_ago(300), crate::domain::AsOf::known_then(days_ago(ago))).await.unwrap();
        assert_eq!((facts(6).await.start_date, facts(5).await.start_date), (Some(days_ago(100)), Some(days_ago(40))));
        let site = Site::new(db);
        for (query, expected) in [
            ("?as_of=2026-03-10&known_at=then&segment=startup", 1), ("?as_of=2026-03-10&known_at=then&segment=enterprise", 0),
            ("?as_of=2026-03-10&segment=enterprise", 1), ("?as_of=2026-03-11&known_at=then&segment=enterprise", 1),
        ] {
            let list = site.get(&format!("/api/customers{query}")).await.ok();
            assert_eq!((&list["total"], &list["historyFrom"]), (&json!(expected), &json!(null)), "{query}");
        }
        let list = site.get("/api/customers?as_of=2026-03-10&known_at=then").await.ok();
        assert_eq!(list["items"][0]["customer"]["startDate"], days_ago(100).to_string());
    }

    async fn who_came_back_had_the_earlier_start_until_then(db: Database) {
        let at = |ago: i64| now() - Duration::days(ago);
        let fields = CustomerFields { name: "Acme".into(), start_date: Some(days_ago(100)), ..blank() };
        let acme = db.create_customer(&fields, at(90)).await.unwrap().id;
        db.archive_customer(acme, Archive { reason: ArchiveReason::Churned, date: days_ago(30) }, at(30)).await.unwrap();
        db.restore_customer(acme, Some(days_ago(8)), at(8)).await.unwrap();
        let known = async |ago: i64| db.customers_known_on(&[acme], days_ago(ago)).await.unwrap().remove(&acme);
        let before = FormerCustomer { segment: Segment::SMB, start_date: Some(days_ago(100)), came_back: false };
        assert_eq!((known(9).await, known(8).await), (Some(before), None));
        let site = Site::new(db);
        for (day, total) in [("2026-02-10", 1), ("2026-03-01", 0), ("2026-03-10", 1)] {
            for known_at in ["", "&known_at=then"] {
                let list = site.get(&format!("/api/customers?as_of={day}{known_at}")).await.ok();
                assert_eq!(list["total"], total, "{day} {known_at}");
            }
        }
    }

    async fn a_deleted_customer_leaves_no_history(db: Database) {
        let first = file("a.csv", "id,name,segment\nc-1,Acme,SMB\n");
        let done = import_with(&db, &first, first.mapping().await, false).await.unwrap();
        let acme = db.find_customers(vec!["c-1".into()]).await.unwrap()["c-1"];
        let customer = db.get_customer(acme).await.unwrap();
        let moved = CustomerFields { segment: Segment::STARTUP, ..customer.fields.clone() };
        db.update_customer(acme, customer.version, &moved, now()).await.unwrap();
        db.update_customer(acme, customer.version + 1, &customer.fields, now()).await.unwrap();
        assert_eq!(db.customers_known_on(&[acme], days_ago(1)).await.unwrap().len(), 1);
        crate::server::service::import::undo_file(&db.call(), done.id.unwrap()).await.unwrap();
        assert!(db.get_customer(acme).await.is_err());
        assert!(db.customers_known_on(&[acme], days_ago(1)).await.unwrap().is_empty());
    }
}

#[test]
fn an_outlook_names_the_unknown_segments() {
    let outlook = Outlook { unknown_segments: vec![named("Mid-market"), named("Public sector")], ..Outlook::default() };
    let words = "Segments found that the rules do not have: Mid-market, Public sector";
    assert_eq!(outlook.unknown_segments_words().as_deref(), Some(words));
}
