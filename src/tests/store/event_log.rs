//! The event log over the years: months of their own, and raw events that are dropped while all that follows from them stays.

use crate::domain::{AsOf, EventFilter, FactorKey, Rulebook};
use crate::server::store::Incoming;
use crate::tests::harness::*;
use chrono::{Duration, Months};

on_each_database! {
    async fn dropped_events_still_count_and_are_still_known(db: Database) {
        let acme = db.customer("Acme").await;
        let last_month = now() - Duration::days(40);
        db.prepare_log(last_month.date_naive(), today() + Months::new(1)).await.unwrap();
        let old = login().days_ago(41).message("m-1");
        let taken_back = db.posts.insert_event(acme, &ticket().days_ago(41).event(), last_month).await.unwrap().event.id;
        db.posts.insert_event(acme, &old.clone().event(), last_month).await.unwrap();
        db.posts.insert_event(acme, &invoice("A-1").days_ago(41).due(days_ago(20)).event(), last_month).await.unwrap();
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
        assert_eq!(after.factors[FactorKey::INVOICE_TIMELINESS].target, Some(0));
        // Once more changes nothing.
        db.drop_events_before(today()).await.unwrap();
        assert_eq!(db.list_events(acme, &EventFilter::default(), 1, 50).await.unwrap().total, 4);
    }

    async fn when_raw_events_are_gone_days_tell_when_something_happened_last_and_first(db: Database) {
        let acme = db.create_customer(&blank(), now() - Duration::days(60)).await.unwrap().id;
        let send = async |fact: Fact, ago: i64| {
            let received = now() - Duration::days(ago);
            db.posts.insert_event(acme, &fact.days_ago(ago).received_at(received), received).await.unwrap().event.id
        };
        send(login(), 45).await;
        let taken_back = send(ticket(), 41).await;
        send(invoice("A-1"), 10).await;
        let last = async || db.get_current(acme, today()).await.unwrap().last_activity_at;
        assert_eq!(last().await, Some(now() - Duration::days(41)));
        db.retract_event(taken_back, "test", now() - Duration::days(20)).await.unwrap();
        assert_eq!(last().await, Some(now() - Duration::days(45)));
        let connected = async || db.connections_known_on(&Rulebook::default(), days_ago(30)).await.unwrap();
        let before = connected().await;
        assert_eq!(before.sources.support_tickets, Some(days_ago(41)));
        assert_eq!(db.connections_known_on(&Rulebook::default(), days_ago(20)).await.unwrap().sources.support_tickets, None);

        db.drop_events_before(today()).await.unwrap();
        assert_eq!(connected().await, before);
        let replayed = async |at: AsOf| {
            let (rows, _) = db.replay(at).await.unwrap().list_customers(&parse_query("").unwrap(), at.day).await.unwrap();
            rows[0].last_activity_at
        };
        let midnight = |ago| Some(days_ago(ago).and_time(chrono::NaiveTime::MIN).and_utc());
        assert_eq!(replayed(AsOf::known_then(days_ago(30))).await, midnight(41));
        assert_eq!(replayed(AsOf::from(days_ago(30))).await, midnight(45));
        assert_eq!(last().await, Some(now() - Duration::days(45)), "what is stored is exact");
        // Taking back the latest that is left shows the one before, of which the day is known.
        let latest = db.send(acme, login()).await;
        assert_eq!(last().await, Some(now()));
        db.retract_event(latest.event.id, "test", now()).await.unwrap();
        assert_eq!(last().await, midnight(45));
        let file = crate::server::store::NewImport {
            file_name: "events.csv".into(),
            path: None,
            findings: None,
            mapping: crate::domain::Mapping::recognise(crate::domain::ImportKind::Events, &[], |_, _| true),
            state: crate::domain::ImportState::Running,
            author: None,
        };
        let file = db.create_import(&file, now()).await.unwrap();
        let imported = Incoming { customer: acme, event: feature("export").days_ago(1).event(), received_at: now() };
        db.insert_events_of(file, &[imported]).await.1.unwrap();
        assert_eq!(last().await, Some(now() - Duration::days(1)));
        db.retract_imported(file, &[acme], "test", now()).await.unwrap();
        assert_eq!(last().await, midnight(45));
    }

    async fn a_month_that_was_cut_off_is_finished_the_next_time(db: Database) {
        let acme = db.customer("Acme").await;
        let last_month = now() - Duration::days(40);
        db.posts.insert_event(acme, &login().days_ago(41).event(), last_month).await.unwrap();
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
            db.posts.insert_event(acme, &login().days_ago(1).event(), now() + Months::new(months)).await.unwrap();
        }
        // Room for months whose events are there already: they stay where they are.
        db.prepare_log(today(), today() + Months::new(15)).await.unwrap();
        let late = db.posts.insert_event(acme, &login().days_ago(1).event(), now() + Months::new(14)).await.unwrap().event;
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
