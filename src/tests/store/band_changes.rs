//! Changes of bands are noted where health is written: on their day, with their cause.

use crate::domain::band_change::{BandChange, BandChangeCause};
use crate::domain::{Band, CustomerId, MissingPolicy, Points};
use crate::server::store::Incoming;
use crate::tests::harness::*;

/// Connects every source long ago, so that other customers' facts connect none.
async fn connect_sources(db: &Database) {
    let first = db.customer("First").await;
    let facts = [login(), feature("export"), api_calls(1), ticket(), invoice("F-1").due(days_ago(360))];
    db.send_all(first, facts.map(|fact| fact.days_ago(400))).await;
}

/// A customer that is healthy today.
async fn healthy(db: &Database) -> CustomerId {
    let acme = db.customer("Acme").await;
    db.send_all(acme, (0..25).map(|day| login().days_ago(day))).await;
    db.send_all(acme, ["a", "b", "c", "d", "e"].map(feature)).await;
    assert_eq!(db.health(acme).await.band, Band::Healthy);
    acme
}

async fn noted(db: &Database, customer: CustomerId) -> Vec<BandChange> {
    db.list_band_changes(customer).await.unwrap()
}

on_each_database! {
    async fn an_event_that_changes_the_band_is_noted_with_its_time(db: Database) {
        connect_sources(&db).await;
        let acme = healthy(&db).await;
        let changes = noted(&db, acme).await;
        let last = changes.last().unwrap();
        assert_eq!((last.day, last.after.band), (today(), Band::Healthy));
        assert!(last.after.score.is_some_and(|score| score >= Points(700)), "{last:?}");
        assert_eq!((last.cause, last.is_restated, last.noted_at), (BandChangeCause::Facts, false, now()));
        assert_eq!(changes[0].before.band, Band::NoData);
        assert_eq!(changes[0].before.score, None);
        // Another event that leaves the band as it is leaves nothing.
        db.send(acme, login()).await;
        assert_eq!(noted(&db, acme).await, changes);
    }

    async fn changes_of_days_without_the_server_are_noted_on_their_days(db: Database) {
        connect_sources(&db).await;
        let acme = healthy(&db).await;
        let before = noted(&db, acme).await.len();
        let much_later = days_ago(-60);
        db.roll_over_all(much_later).await;
        let changes = noted(&db, acme).await.split_off(before);
        assert!(changes.iter().all(|change| change.cause == BandChangeCause::Time && change.noted_at == midnight(much_later)));
        assert_eq!(changes[0].before.band, Band::Healthy);
        let row = db.get_current(acme, much_later).await.unwrap();
        assert_eq!(changes.last().unwrap().day, row.band_since);
        assert!(row.band_since > today() && row.band_since < much_later);
    }

    async fn a_change_by_new_rules_says_so(db: Database) {
        connect_sources(&db).await;
        let acme = healthy(&db).await;
        let before = noted(&db, acme).await.len();
        db.new_rules(|scorecard| scorecard.bands.healthy = Points(1000)).await;
        db.roll_over_all(today()).await;
        let changes = noted(&db, acme).await.split_off(before);
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].cause, changes[0].scorecard_version), (BandChangeCause::Rules, 2));
        assert_eq!((changes[0].before.band, changes[0].after.band), (Band::Healthy, Band::AtRisk));
    }

    async fn a_source_that_connects_is_the_cause_for_everybody(db: Database) {
        db.new_rules(|scorecard| scorecard.missing_policy = MissingPolicy::Exclude).await;
        let mut customers = Vec::new();
        for name in ["A", "B", "C", "D", "E"] {
            let customer = db.customer(name).await;
            customers.push(customer);
            db.send_all(customer, ["a", "b", "c", "d", "e"].map(feature).into_iter().take(customers.len())).await;
        }
        db.roll_over_all(today()).await;
        let mut before = Vec::new();
        for customer in &customers {
            before.push(noted(&db, *customer).await.len());
        }
        // From now on it counts that these five never log in.
        let other = db.customer("Other").await;
        db.send(other, login().days_ago(300)).await;
        db.roll_over_all(today()).await;
        let mut causes = Vec::new();
        for (customer, before) in customers.into_iter().zip(before) {
            causes.extend(noted(&db, customer).await.split_off(before).into_iter().map(|change| change.cause));
        }
        assert!(!causes.is_empty() && causes.iter().all(|cause| *cause == BandChangeCause::Connections), "{causes:?}");
    }

    async fn an_import_is_a_cause(db: Database) {
        connect_sources(&db).await;
        let acme = db.customer("Acme").await;
        let facts = (0..25).map(|day| login().days_ago(day).event());
        let incoming: Vec<_> = facts.map(|event| Incoming { customer: acme, event, received_at: now() }).collect();
        db.insert_events(&incoming).await.1.unwrap();
        assert_eq!(noted(&db, acme).await, []);
        db.rescore(&[acme], BandChangeCause::Import, now()).await.unwrap();
        let changes = noted(&db, acme).await;
        assert_eq!(changes.iter().map(|change| change.cause).collect::<Vec<_>>(), [BandChangeCause::Import]);
    }
}
