//! Retractions: the event stays, its counts go.

use crate::domain::{Band, EventFilter, EventId};
use crate::server::store::StoreError;
use crate::tests::harness::*;

on_each_database! {
    async fn a_retracted_event_stays_visible_and_no_longer_counts(db: Database) {
        let acme = db.customer("Acme").await;
        db.send(acme, login().days_ago(2)).await;
        let second = db.send(acme, login()).await;
        let taken_back = db.retract_event(second.event.id, "sent twice", now()).await.unwrap();
        assert_eq!((&taken_back.before, &taken_back.after), (&second.after, &second.before));
        assert_eq!(taken_back.event.retraction.as_ref().unwrap().reason, "sent twice");
        assert_eq!(db.list_events(acme, &EventFilter::default(), 1, 10).await.unwrap().items[0], taken_back.event);
        db.assert_settled(today()).await;
    }

    async fn each_kind_can_be_taken_back(db: Database) {
        let acme = db.customer("Acme").await;
        let facts = [login(), feature("export"), api_calls(70), ticket(), invoice("A-1"), paid("A-1"), voided("A-1")];
        for fact in facts {
            let what = format!("{fact:?}");
            let stored = db.send(acme, fact).await;
            db.roll_over_all(today()).await;
            let taken_back = db.retract_event(stored.event.id, "test", now()).await.unwrap();
            assert_eq!(taken_back.after.band, Band::NoData, "{what}");
            db.roll_over_all(today()).await;
            db.assert_settled(today()).await;
        }
    }

    async fn only_what_was_taken_back_is_gone(db: Database) {
        let acme = db.customer("Acme").await;
        let mut sent = Vec::new();
        for day in [90, 60, 30, 9, 8, 0] {
            for fact in [login(), feature("export"), feature("import"), api_calls(7), ticket(), paid(&format!("A-{day}"))] {
                sent.push(db.send(acme, fact.days_ago(day)).await.event.id);
            }
        }
        for id in sent.iter().step_by(3) {
            db.retract_event(*id, "test", now()).await.unwrap();
            db.roll_over_all(today()).await;
            db.assert_settled(today()).await;
        }
    }

    async fn an_event_is_taken_back_once(db: Database) {
        let acme = db.customer("Acme").await;
        let id = db.send(acme, login()).await.event.id;
        db.retract_event(id, "test", now()).await.unwrap();
        let again = db.retract_event(id, "test", now()).await;
        assert_conflict(again, &format!("event {id} is retracted already"), "");
        let nothing = db.retract_event(EventId(404), "test", now()).await;
        assert!(matches!(nothing, Err(StoreError::NotFound(what)) if what == "event 404"));
        db.assert_settled(today()).await;
    }

    async fn the_message_id_of_a_retracted_event_stays_used(db: Database) {
        let acme = db.customer("Acme").await;
        let first = db.send(acme, login().message("m-1")).await.event.id;
        db.retract_event(first, "test", now()).await.unwrap();
        let again = db.send(acme, login().message("m-1")).await;
        assert!(again.repeated && again.event.retraction.is_some());
        assert_conflict(db.try_send(acme, ticket().message("m-1")).await, "m-1", "");
        db.assert_settled(today()).await;
    }

    async fn a_retraction_of_yesterdays_event_counts_today_only(db: Database) {
        let acme = db.customer("Acme").await;
        let yesterday = now() - chrono::Duration::days(1);
        let event = login().days_ago(1).received_at(yesterday);
        let id = db.posts.insert_event(acme, &event, yesterday).await.unwrap().event.id;
        db.retract_event(id, "test", now()).await.unwrap();
        assert_eq!(db.load_facts(acme, days_ago(9), today()).await.unwrap().daily, []);
        db.assert_settled(today()).await;
    }
}
