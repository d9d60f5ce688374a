//! Events: what counts, what repeats, what conflicts.

use crate::domain::{Band, CustomerId, EventFilter, EventKind, FactorKey};
use crate::scoring::DailyCount;
use crate::server::store::StoreError;
use crate::tests::harness::*;
use chrono::Duration;

on_each_database! {
    async fn an_event_is_in_the_score_when_it_is_stored(db: Database) {
        let acme = db.customer("Acme").await;
        let stored = db.send(acme, login().days_ago(3)).await;
        assert_eq!(stored.before.band, Band::NoData);
        assert_eq!(stored.after.factors[FactorKey::LOGIN_FREQUENCY].value, Some(1));
        assert_eq!(db.health(acme).await, stored.after);
        db.assert_settled(today()).await;
    }

    async fn each_kind_moves_its_factor(db: Database) {
        let acme = db.customer("Acme").await;
        db.send_all(acme, [login().days_ago(40), api_calls(100).days_ago(40)]).await;
        for (fact, values) in [
            (login(), [1, 0, 0, 0, -100]),
            (feature("export"), [1, 1, 0, 0, -100]),
            (ticket(), [1, 1, 1, 0, -100]),
            (api_calls(50), [1, 1, 1, 0, -50]),
            (invoice("A-1").days_ago(9), [1, 1, 1, 0, -50]),
            (paid("A-1"), [1, 1, 1, 1, -50]),
        ] {
            let what = format!("{fact:?}");
            let after = db.send(acme, fact).await.after;
            let found: Vec<_> = after.factors.iter().map(|(_, factor)| factor.value.unwrap_or_default()).collect();
            assert_eq!(found, values, "{what}");
        }
        db.assert_settled(today()).await;
    }

    async fn only_what_the_customer_does_is_its_activity(db: Database) {
        let acme = db.customer("Acme").await;
        let last = async || db.get_current(acme, today()).await.unwrap().last_activity_at.map(|at| (now() - at).num_days());
        for (fact, ago, expected) in [
            (invoice("A-1"), 40, None),
            (login(), 35, Some(35)),
            (voided("A-1"), 34, Some(35)),
            (feature("export"), 33, Some(33)),
            (api_calls(1), 32, Some(32)),
            (ticket(), 31, Some(31)),
            (invoice("A-2"), 30, Some(31)),
            (paid("A-2"), 29, Some(29)),
            (invoice("A-3"), 1, Some(29)),
        ] {
            let what = format!("{fact:?}");
            db.send(acme, fact.days_ago(ago)).await;
            assert_eq!(last().await, expected, "{what}");
        }
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
    }

    async fn features_in_other_letters_are_one_feature_and_a_message_is_known_in_its_own(db: Database) {
        let acme = db.customer("Acme").await;
        let apart = feature("Cafe\u{301}").message("m-1");
        db.send(acme, apart.clone()).await;
        let after = db.send(acme, feature("caf\u{e9}")).await.after;
        assert_eq!(after.factors[FactorKey::FEATURE_ADOPTION].value, Some(1));
        assert!(db.send(acme, apart).await.repeated);
        assert!(db.send(acme, feature("Caf\u{e9}").message("m-1")).await.repeated, "the same fact in other letters");
        assert_conflict(db.try_send(acme, feature("cafe").message("m-1")).await, "m-1", "");
        db.send(acme, login().message("e\u{301}")).await;
        assert!(!db.send(acme, ticket().message("\u{e9}")).await.repeated, "message ids are compared byte for byte");
        db.assert_settled(today()).await;
    }

    async fn a_late_event_counts_on_the_day_it_happened(db: Database) {
        let acme = db.customer("Acme").await;
        db.send_all(acme, [login().days_ago(40), login().days_ago(1), login().days_ago(40)]).await;
        assert_eq!(db.health(acme).await.factors[FactorKey::LOGIN_FREQUENCY].value, Some(1));
        let facts = db.load_facts(acme, days_ago(60), days_ago(30)).await.unwrap();
        let counted = DailyCount { day: days_ago(40), kind: EventKind::Login, key: String::new(), count: 2 };
        assert_eq!(facts.daily, [counted]);
        assert_eq!(facts.first_fact_on, Some(days_ago(40)));
        db.assert_settled(today()).await;
    }

    async fn an_event_a_little_ahead_of_our_clock_counts_when_its_day_comes(db: Database) {
        let acme = db.customer("Acme").await;
        let late = days_ago(0).and_hms_opt(23, 58, 0).unwrap().and_utc();
        let event = login().at(late + Duration::minutes(4)).received_at(late);
        let stored = db.posts.insert_event(acme, &event, late).await.unwrap();
        assert_eq!(stored.after.band, Band::NoData);
        assert!(db.roll_over(midnight(days_ago(-1)), 10).await.unwrap() == 1);
        assert_eq!(db.health_on(acme, days_ago(-1)).await.factors[FactorKey::LOGIN_FREQUENCY].value, Some(1));
        db.assert_settled(days_ago(-1)).await;
    }

    async fn a_repeated_message_answers_with_the_first_event(db: Database) {
        let acme = db.customer("Acme").await;
        let first = db.send(acme, feature("export").message("m-1")).await;
        let again = db.send(acme, feature("export").message("m-1")).await;
        assert!(again.repeated && !first.repeated);
        assert_eq!(again.event, first.event);
        assert_eq!((&again.before, &again.after), (&first.after, &first.after));
        assert_eq!(db.list_events(acme, &EventFilter::default(), 1, 10).await.unwrap().total, 1);
        db.assert_settled(today()).await;
    }

    async fn a_message_without_a_time_may_be_repeated_later(db: Database) {
        let acme = db.customer("Acme").await;
        db.send(acme, login().message("m-1")).await;
        let later = now() + Duration::hours(5);
        let again = db.posts.insert_event(acme, &login().message("m-1").received_at(later), later).await.unwrap();
        assert!(again.repeated);
        assert_eq!(again.event.occurred_at, now());
    }

    async fn a_message_id_with_other_content_is_a_conflict(db: Database) {
        let (acme, other) = (db.customer("Acme").await, db.customer("Other").await);
        db.send(acme, login().message("m-1")).await;
        for (customer, fact) in [
            (acme, login().user("ada").message("m-1")),
            (acme, login().days_ago(1).message("m-1")),
            (acme, ticket().message("m-1")),
            (other, login().message("m-1")),
        ] {
            let what = format!("{fact:?}");
            assert_conflict(db.try_send(customer, fact).await, "message id \"m-1\" of source \"api\"", &what);
        }
        assert_eq!(db.list_events(other, &EventFilter::default(), 1, 10).await.unwrap().total, 0);
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
    }

    async fn a_message_id_belongs_to_its_source(db: Database) {
        let acme = db.customer("Acme").await;
        db.send(acme, login().message("m-1").source("app")).await;
        let other = db.send(acme, ticket().message("m-1").source("helpdesk")).await;
        assert!(!other.repeated);
    }

    async fn events_without_a_message_id_are_each_their_own(db: Database) {
        let acme = db.customer("Acme").await;
        db.send_all(acme, [login(), login()]).await;
        assert_eq!(db.health(acme).await.factors[FactorKey::LOGIN_FREQUENCY].value, Some(2));
    }

    async fn an_event_of_nobody_is_not_found_and_leaves_nothing(db: Database) {
        let sent = db.try_send(CustomerId(404), login().message("m-1")).await;
        assert!(matches!(sent, Err(StoreError::NotFound(what)) if what == "customer 404"));
        let acme = db.customer("Acme").await;
        assert!(!db.send(acme, login().message("m-1")).await.repeated);
        db.assert_settled(today()).await;
    }

    async fn events_are_listed_newest_first_by_kind_and_page(db: Database) {
        let (acme, other) = (db.customer("Acme").await, db.customer("Other").await);
        db.send(other, login()).await;
        for days in [5, 1, 3] {
            db.send(acme, login().days_ago(days).user(&format!("user {days}"))).await;
            db.send(acme, ticket().days_ago(days)).await;
        }
        let page = db.list_events(acme, &EventFilter::default(), 1, 10).await.unwrap();
        let days: Vec<_> = page.items.iter().map(|event| (now() - event.occurred_at).num_days()).collect();
        assert_eq!((page.total, days), (6, vec![1, 1, 3, 3, 5, 5]));
        assert!(page.items[0].id > page.items[1].id, "of the same time the one received last comes first");
        let page = db.list_events(acme, &EventFilter { kind: Some(EventKind::Login), ..EventFilter::default() }, 2, 2).await.unwrap();
        assert_eq!((page.total, page.items.len(), page.page, page.page_size), (3, 1, 2, 2));
        assert_eq!(page.items[0].body.kind(), EventKind::Login);
    }

    async fn an_event_comes_back_as_it_was_sent(db: Database) {
        let acme = db.customer("Acme").await;
        let sent = [
            login().user("Zoë \"Z\" O'Neil"),
            feature("Export ✓"),
            api_calls(1_000_000_000),
            ticket(),
            invoice("Nr. 1/ü").amount_cents(0),
            voided("Nr. 1/ü").source("billing").message("%_\\"),
        ];
        for fact in sent {
            let new = fact.event();
            let stored = db.posts.insert_event(acme, &new, now()).await.unwrap().event;
            assert_eq!((&stored.body, &stored.source, &stored.message_id), (&new.body, &new.source, &new.message_id));
            assert_eq!((stored.occurred_at, stored.received_at, stored.customer_id), (new.occurred_at, now(), acme));
            assert_eq!(db.list_events(acme, &EventFilter::default(), 1, 1).await.unwrap().items, [stored]);
        }
    }
}
