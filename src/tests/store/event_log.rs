//! The event log over the years: months of their own, and raw events that are dropped while all that follows from them stays.

use crate::domain::EventFilter;
use crate::tests::harness::*;
use chrono::{Duration, Months};

on_each_database! {
    async fn dropped_events_still_count_and_are_still_known(db: Database) {
        let acme = db.customer("Acme").await;
        let last_month = now() - Duration::days(40);
        db.prepare_log(last_month.date_naive(), today() + Months::new(1)).await.unwrap();
        let old = login().days_ago(41).message("m-1");
        let taken_back = db.insert_event(acme, &ticket().days_ago(41).event(), last_month).await.unwrap().event.id;
        db.insert_event(acme, &old.clone().event(), last_month).await.unwrap();
        db.insert_event(acme, &invoice("A-1").days_ago(41).due(days_ago(20)).event(), last_month).await.unwrap();
        db.retract_event(taken_back, "test", last_month).await.unwrap();
        db.send_all(acme, [login(), paid("A-1").days_ago(25)]).await;
        let (before, facts) = (db.health(acme).await, db.load_facts(acme, days_ago(60), today()).await.unwrap());

        assert_eq!(db.events_kept_from().await.unwrap(), None);
        db.drop_events_before(today()).await.unwrap();

        let kept = db.list_events(acme, &EventFilter::default(), 1, 50).await.unwrap();
        let kinds: Vec<_> = kept.items.iter().map(|event| event.body.kind().name()).collect();
        assert_eq!(kinds, ["login", "invoice_paid", "invoice_issued"]);
        assert_eq!(db.events_kept_from().await.unwrap(), chrono::Datelike::with_day(&today(), 1));
        db.roll_over_all(today()).await;
        assert_eq!(db.health(acme).await, before);
        assert_eq!(db.load_facts(acme, days_ago(60), today()).await.unwrap(), facts);
        // Its message is known for ever, and its invoice can still be paid again or voided.
        assert!(db.send(acme, old).await.repeated);
        let after = db.send(acme, voided("A-1")).await.after;
        assert_eq!(after.factors.invoice_timeliness.target, Some(0));
        // Once more changes nothing.
        db.drop_events_before(today()).await.unwrap();
        assert_eq!(db.list_events(acme, &EventFilter::default(), 1, 50).await.unwrap().total, 4);
    }

    async fn a_month_that_was_cut_off_is_finished_the_next_time(db: Database) {
        let acme = db.customer("Acme").await;
        let last_month = now() - Duration::days(40);
        db.insert_event(acme, &login().days_ago(41).event(), last_month).await.unwrap();
        db.send(acme, login()).await;
        // As a process leaves it that ends right after it has begun.
        let month = chrono::Datelike::with_day(&today(), 1).unwrap();
        db.run_raw(&format!("UPDATE event_log SET kept_from_day = {}", month.to_epoch_days())).await;
        db.drop_events_before(today()).await.unwrap();
        assert_eq!(db.list_events(acme, &EventFilter::default(), 1, 50).await.unwrap().total, 1);
        // An earlier day, as with a longer retention, says nothing new about what may be gone.
        db.drop_events_before(last_month.date_naive()).await.unwrap();
        assert_eq!(db.events_kept_from().await.unwrap(), Some(month));
    }

    async fn events_of_any_time_of_receipt_are_kept_and_found(db: Database) {
        let acme = db.customer("Acme").await;
        db.prepare_log(today(), today() + Months::new(1)).await.unwrap();
        for months in [0, 1, 14, 400] {
            db.insert_event(acme, &login().days_ago(1).event(), now() + Months::new(months)).await.unwrap();
        }
        // Room for months whose events are there already: they stay where they are.
        db.prepare_log(today(), today() + Months::new(15)).await.unwrap();
        let late = db.insert_event(acme, &login().days_ago(1).event(), now() + Months::new(14)).await.unwrap().event;
        assert_eq!(db.list_events(acme, &EventFilter::default(), 1, 50).await.unwrap().total, 5);
        db.retract_event(late.id, "test", now() + Months::new(14)).await.unwrap();
    }

    async fn several_may_make_room_at_once(db: Database) {
        let rooms: Vec<_> = (0..6)
            .map(|_| {
                let store = db.store.clone();
                tokio::spawn(async move { store.prepare_log(today(), today() + Months::new(6)).await })
            })
            .collect();
        for room in rooms {
            room.await.unwrap().unwrap();
        }
    }
}
