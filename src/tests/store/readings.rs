//! Readings: the latest of each name, how many names there may be, and what stays of them for ever.

use crate::domain::measure::Measure;
use crate::domain::reading::MAX_READING_NAMES;
use crate::domain::scale::Scale;
use crate::domain::{AsOf, CustomerId, EventFilter, EventKind, FactorKey, Points, Scorecard};
use crate::scoring;
use crate::server::store::{Incoming, Reach, StoreError, StoreResult, Verdict};
use crate::tests::harness::*;
use chrono::{Duration, Months};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The latest readings as `name value`, with how many days ago they were measured.
async fn latest(db: &Database, customer: CustomerId, at: impl Into<AsOf>) -> Vec<(String, i64)> {
    let readings = db.list_readings(customer, at.into()).await.unwrap();
    readings.iter().map(|reading| (format!("{} {}", reading.name, reading.value), (today() - reading.day).num_days())).collect()
}

fn told(readings: &[(&str, i64)]) -> Vec<(String, i64)> {
    readings.iter().map(|(text, ago)| ((*text).to_owned(), *ago)).collect()
}

fn refused<T>(result: StoreResult<T>) -> String {
    match result {
        Err(StoreError::Rule("name", rule)) => rule,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("accepted"),
    }
}

on_each_database! {
    async fn the_latest_reading_of_each_name_counts_and_of_equal_times_the_larger(db: Database) {
        let (acme, bolt) = (db.customer("Acme").await, db.customer("Bolt").await);
        db.send_all(acme, [
            reading("Seats used", "40").days_ago(9),
            reading(" seats used ", "42.5").days_ago(3),
            reading("seats used", "39").days_ago(5),
            reading("nps", "-12.125").days_ago(4),
            reading("nps", "-13").days_ago(4),
            reading("storage", "7").days_ago(0),
        ]).await;
        db.send(bolt, reading("nps", "9").days_ago(1)).await;
        assert_eq!(latest(&db, acme, today()).await, told(&[("nps -12.125", 4), ("seats used 42.5", 3), ("storage 7", 0)]));
        assert_eq!(latest(&db, acme, days_ago(4)).await, told(&[("nps -12.125", 4), ("seats used 39", 5)]));
        assert_eq!(latest(&db, acme, days_ago(10)).await, told(&[]));
        assert_eq!(latest(&db, bolt, today()).await, told(&[("nps 9", 1)]));
        db.assert_settled(today()).await;
    }

    async fn letters_of_names_are_composed_and_their_case_does_not_matter(db: Database) {
        let acme = db.customer("Acme").await;
        db.send_all(acme, [reading("Ge\u{301}ra\u{301}", "1").days_ago(2), reading("GÉRÁ", "2").days_ago(1)]).await;
        assert_eq!(latest(&db, acme, today()).await, told(&[("gérá 2", 1)]));
    }

    async fn a_reading_is_a_fact_that_moves_no_score_and_is_nothing_the_customer_did(db: Database) {
        let acme = db.customer("Acme").await;
        db.send(acme, login().days_ago(3)).await;
        let before = db.health(acme).await;
        let stored = db.send(acme, reading("seats used", "40").days_ago(30)).await;
        assert_eq!((&stored.before, &stored.after), (&before, &before));
        let current = db.get_current(acme, today()).await.unwrap();
        assert_eq!(current.traits.first_fact_on, Some(days_ago(30)));
        assert_eq!(current.last_activity_at, Some(now() - Duration::days(3)));
        assert_eq!(db.load_facts(acme, days_ago(100), today()).await.unwrap().first_fact_on, Some(days_ago(30)));
        db.retract_event(stored.event.id, "test", now()).await.unwrap();
        assert_eq!(db.get_current(acme, today()).await.unwrap().traits.first_fact_on, Some(days_ago(3)));
        db.assert_settled(today()).await;
    }

    async fn what_is_retracted_no_longer_counts_and_was_known_until_then(db: Database) {
        let acme = db.customer("Acme").await;
        let send = async |value: &str, ago: i64, received: i64| {
            let event = reading("seats used", value).days_ago(ago).event();
            db.posts.insert_event(acme, &event, now() - Duration::days(received)).await.unwrap().event.id
        };
        send("10", 20, 20).await;
        let wrong = send("99", 15, 12).await;
        send("12", 18, 2).await;
        db.retract_event(wrong, "test", now() - Duration::days(5)).await.unwrap();
        for (known_on, expected) in [
            (21, vec![]), (20, vec![("seats used 10", 20)]), (13, vec![("seats used 10", 20)]), (12, vec![("seats used 99", 15)]),
            (6, vec![("seats used 99", 15)]), (5, vec![("seats used 10", 20)]), (3, vec![("seats used 10", 20)]),
            (2, vec![("seats used 12", 18)]), (0, vec![("seats used 12", 18)]),
        ] {
            assert_eq!(latest(&db, acme, AsOf::known_then(days_ago(known_on))).await, told(&expected), "{known_on} days ago");
        }
        assert_eq!(latest(&db, acme, days_ago(19)).await, told(&[("seats used 10", 20)]), "restated");
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
    }

    async fn one_name_too_many_is_refused_until_another_is_taken_back(db: Database) {
        let acme = db.customer("Acme").await;
        let mut first = Vec::new();
        for number in 0..MAX_READING_NAMES {
            first.push(db.send(acme, reading(&format!("name {number}"), "1")).await.event.id);
        }
        let second = db.send(acme, reading("name 0", "2")).await.event.id;
        let one_more = || reading("one more", "1").message("m-1");
        let rule = refused(db.try_send(acme, one_more()).await);
        assert!(rule.starts_with("would be one more than the 50 names"), "{rule}");
        db.retract_event(first[0], "test", now()).await.unwrap();
        refused(db.try_send(acme, one_more()).await);
        db.retract_event(second, "test", now()).await.unwrap();
        assert!(!db.send(acme, one_more()).await.repeated, "a refused message is not remembered");
        refused(db.try_send(acme, reading("name 0", "3")).await);
        assert!(db.send(acme, one_more()).await.repeated);
        db.send(acme, reading("name 1", "3")).await;
        let other = db.customer("Bolt").await;
        db.send(other, reading("name 0", "3")).await;
        db.assert_settled(today()).await;
    }

    async fn names_that_come_at_once_are_no_more_than_those_that_come_in_turn(db: Database) {
        let acme = db.customer("Acme").await;
        let mut posts = Vec::new();
        for number in 0..60 {
            let queue = db.posts.clone();
            let event = reading(&format!("name {number}"), "1").event();
            posts.push(tokio::spawn(async move { queue.insert_event(acme, &event, now()).await }));
        }
        let batch: Vec<_> = (40..80)
            .map(|number| Incoming { customer: acme, event: reading(&format!("name {number}"), "2").event(), received_at: now() })
            .collect();
        let (verdicts, stored) = db.insert_events(&batch).await;
        stored.unwrap();
        for post in posts {
            post.await.unwrap().map(|_| ()).or_else(|error| if let StoreError::Rule("name", _) = error { Ok(()) } else { Err(error) }).unwrap();
        }
        for verdict in verdicts.into_iter().flatten() {
            assert!(matches!(verdict, Verdict::Accepted(_) | Verdict::Refused("name", StoreError::Rule(..))), "{verdict:?}");
        }
        assert_eq!(db.list_readings(acme, today().into()).await.unwrap().len(), MAX_READING_NAMES);
    }

    async fn retention_drops_no_reading(db: Database) {
        let acme = db.customer("Acme").await;
        let last_month = now() - Duration::days(40);
        db.prepare_log(last_month.date_naive(), today() + Months::new(1)).await.unwrap();
        let mut ids = Vec::new();
        for fact in [reading("nps", "7").message("m-1"), login(), reading("nps", "8"), login(), reading("nps", "9")] {
            let ago = 45 - ids.len() as i64;
            ids.push(db.posts.insert_event(acme, &fact.days_ago(ago).event(), last_month).await.unwrap().event.id);
        }
        db.retract_event(ids[4], "test", last_month + Duration::days(1)).await.unwrap();
        let known = async || {
            let then = AsOf::known_then(last_month.date_naive());
            (latest(&db, acme, then).await, latest(&db, acme, today()).await)
        };
        let before = known().await;
        assert_eq!(before, (told(&[("nps 9", 41)]), told(&[("nps 8", 43)])));
        db.drop_events_before(today()).await.unwrap();
        let kept = db.list_events(acme, &EventFilter::default(), 1, 50).await.unwrap();
        assert!(kept.total == 3 && kept.items.iter().all(|event| event.body.kind() == EventKind::Reading), "{kept:?}");
        assert_eq!(known().await, before);
        db.retract_event(ids[2], "test", now()).await.unwrap();
        assert_eq!(latest(&db, acme, today()).await, told(&[("nps 7", 45)]));
        assert!(db.send(acme, reading("nps", "7").message("m-1").days_ago(45)).await.repeated);
        assert_conflict(db.try_send(acme, reading("nps", "7.001").message("m-1").days_ago(45)).await, "m-1", "another value");
    }

    async fn the_same_message_has_the_same_hash_in_every_release(db: Database) {
        let acme = db.customer("Acme").await;
        db.send(acme, reading(" Seats used ", "42.50").at(now()).message("m-1")).await;
        let content = r#"{"kind":"reading","occurredAt":"2026-03-16T12:00:00+00:00","name":" Seats used ","value":42.5}"#;
        let hash: String = Sha256::digest(format!("{acme}\n{content}")).iter().map(|byte| format!("{byte:02x}")).collect();
        // The text and the number are one value, and a hash that is not this one fails on its length.
        db.run_raw(&format!("UPDATE event_keys SET content_hash = 'other' WHERE content_hash <> '{hash}'")).await;
        db.run_raw("UPDATE events SET payload = '{\"kind\":\"login\",\"user\":null}'").await;
        assert!(db.send(acme, reading(" Seats used ", "42.5").at(now()).message("m-1")).await.repeated);
    }

    async fn demo_customers_go_with_their_readings(db: Database) {
        use crate::server::demo;
        let options = demo::Options { customers: 20, ..demo::Options::default() };
        demo::run(&db, &options, now()).await.unwrap();
        let mut measured = 0;
        for id in 1..=20 {
            measured += usize::from(!db.list_readings(CustomerId(id), today().into()).await.unwrap().is_empty());
        }
        assert!((4..=7).contains(&measured), "{measured}");
        db.assert_settled(today()).await;
        assert_eq!(db.remove_demo(today()).await.unwrap(), 20);
        assert!(db.list_readings(CustomerId(1), today().into()).await.unwrap().is_empty());
    }

    async fn rules_that_measure_a_reading_score_it_at_once_and_without_what_was_retracted(db: Database) {
        let (acme, bolt) = (db.customer("Acme").await, db.customer("Bolt").await);
        db.send(acme, reading("seats", "40").days_ago(3)).await;
        db.send(acme, reading("seats", "1000").days_ago(40)).await;
        db.send(acme, reading("other", "1").days_ago(0)).await;
        db.new_rules(|card| {
            let rule = card.factors.get_mut(FactorKey::LOGIN_FREQUENCY).unwrap();
            rule.measure = Measure::Latest { reading: "seats".into(), days: 30 };
            rule.scale = Scale::straight((0, Points::ZERO), (50, Points::MAX), Points::NEUTRAL);
        }).await;
        db.roll_over_all(today()).await;
        let score = async |customer| db.health(customer).await.factors[FactorKey::LOGIN_FREQUENCY].score;
        assert_eq!((score(acme).await, score(bolt).await), (Points(800), Points::NEUTRAL));
        let stored = db.send(acme, reading("seats", "25").days_ago(0)).await;
        assert_eq!(stored.after.factors[FactorKey::LOGIN_FREQUENCY].score, Points(500));
        db.assert_settled(today()).await;
        let before = AsOf::from(days_ago(1));
        let facts = db.load_facts(acme, Reach::of(&db.current_rulebook().await.unwrap(), before.day), before).await.unwrap();
        let mut values: Vec<_> = facts.readings.iter().map(|reading| reading.value.to_string()).collect();
        values.sort();
        assert_eq!(values, ["1000", "40"], "those of today are not known yet, and others are not measured");
        let replayed = db.replay(before).await.unwrap();
        let current = replayed.get_current(acme, before.day).await.unwrap();
        assert_eq!(scoring::Scores::of(&current.measured, &db.current_scorecard().await.unwrap()).factors[FactorKey::LOGIN_FREQUENCY], Points(800));
        db.retract_event(stored.event.id, "test", now()).await.unwrap();
        assert_eq!(score(acme).await, Points(800));
        db.assert_settled(today()).await;
    }

    async fn new_rules_know_the_first_days_of_their_readings_and_so_do_those_that_an_older_release_saved(db: Database) {
        let acme = db.customer("Acme").await;
        db.send(acme, reading("seats", "40").days_ago(5)).await;
        db.new_rules(|card| {
            card.factors.get_mut(FactorKey::LOGIN_FREQUENCY).unwrap().measure = Measure::Latest { reading: "seats".into(), days: 30 };
        }).await;
        let first_days = async || db.rules(None).await.unwrap().1.readings;
        assert_eq!(first_days().await, BTreeMap::from([("seats".to_owned(), days_ago(5))]));
        db.run_raw("UPDATE connections SET reading_days = '{}'").await;
        db.migrate().await.unwrap();
        assert_eq!(first_days().await, BTreeMap::from([("seats".to_owned(), days_ago(5))]));
        db.new_rules(|card| card.factors = Scorecard::default().factors).await;
        assert_eq!(first_days().await, BTreeMap::new());
    }

    async fn a_factor_of_a_reading_is_connected_from_the_first_of_its_name_of_any_customer(db: Database) {
        let (acme, bolt) = (db.customer("Acme").await, db.customer("Bolt").await);
        let key = FactorKey::LOGIN_FREQUENCY;
        db.send(acme, reading("other", "1").days_ago(9)).await;
        db.new_rules(|card| {
            card.factors.get_mut(key).unwrap().measure = Measure::Latest { reading: "seats".into(), days: 30 };
        }).await;
        db.roll_over_all(today()).await;
        let connected = async |customer| db.get_current(customer, today()).await.unwrap().measured.factor(key).connected;
        let since = async || {
            let rulebook = db.current_rulebook().await.unwrap();
            db.current_connections().await.unwrap().since(&rulebook.factors()[key].measure)
        };
        assert_eq!((connected(bolt).await, since().await), (false, None));
        let first = db.send(acme, reading("seats", "1").days_ago(5)).await.event.id;
        assert!(!db.get_current(bolt, today()).await.unwrap().is_current, "everybody's score may be another");
        db.roll_over_all(today()).await;
        assert_eq!((connected(bolt).await, since().await), (true, Some(days_ago(5))));
        db.assert_settled(today()).await;
        // A later one moves nothing, an earlier one of a batch does.
        db.send(acme, reading("seats", "2").days_ago(4)).await;
        assert!(db.get_current(bolt, today()).await.unwrap().is_current);
        let earlier = Incoming { customer: bolt, event: reading("seats", "3").days_ago(8).event(), received_at: now() };
        db.insert_events(&[earlier]).await.1.unwrap();
        assert_eq!(since().await, Some(days_ago(8)));
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
        for event in db.list_events(bolt, &EventFilter::default(), 1, 9).await.unwrap().items {
            db.retract_event(event.id, "test", now()).await.unwrap();
        }
        assert_eq!(since().await, Some(days_ago(5)));
        db.retract_event(first, "test", now()).await.unwrap();
        assert_eq!(since().await, Some(days_ago(4)));
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
        let rulebook = db.current_rulebook().await.unwrap();
        assert_eq!(db.connections_known_on(&rulebook, days_ago(1)).await.unwrap().readings.len(), 0);
        assert_eq!(db.connections_known_on(&rulebook, today()).await.unwrap(), db.current_connections().await.unwrap());
    }
}
