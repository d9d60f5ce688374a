//! Time passes without events, and sources connect: stored health follows.

use crate::domain::{Band, FactorKey, Scorecard};
use crate::tests::harness::*;

on_each_database! {
    async fn a_new_day_rescores_everybody_although_no_event_came(db: Database) {
        let (acme, other) = (db.customer("Acme").await, db.customer("Other").await);
        db.send_all(acme, [login().days_ago(29), feature("export").days_ago(29), ticket().days_ago(29)]).await;
        db.send(other, login()).await;
        db.roll_over_all(today()).await;
        let tomorrow = days_ago(-1);
        assert!(!db.get_current(acme, tomorrow).await.unwrap().is_current);
        assert_eq!(db.roll_over_all(tomorrow).await, 2);
        assert_eq!(db.health_on(acme, tomorrow).await.factors[FactorKey::LOGIN_FREQUENCY].value, Some(0));
        db.assert_settled(tomorrow).await;
        assert_eq!(db.roll_over_all(tomorrow).await, 0);
    }

    async fn days_without_the_server_are_caught_up(db: Database) {
        let acme = db.customer("Acme").await;
        db.send_all(acme, (0..25).map(|day| login().days_ago(day))).await;
        for fact in [feature("a"), feature("b"), feature("c"), feature("d"), feature("e"), ticket()] {
            db.send(acme, fact).await;
        }
        assert_eq!(db.health(acme).await.band, Band::Healthy);
        let much_later = days_ago(-60);
        db.roll_over_all(much_later).await;
        let row = db.get_current(acme, much_later).await.unwrap();
        assert_ne!(db.health_on(acme, much_later).await.band, Band::Healthy);
        assert!(row.band_since > today() && row.band_since < much_later, "{}", row.band_since);
        db.assert_settled(much_later).await;
    }

    async fn a_roll_over_does_as_many_as_asked(db: Database) {
        for name in ["A", "B", "C", "D", "E"] {
            db.customer(name).await;
        }
        let tomorrow = days_ago(-1);
        let mut done = Vec::new();
        for _ in 0..4 {
            done.push(db.roll_over(midnight(tomorrow), 2).await.unwrap());
        }
        assert_eq!(done, [2, 2, 1, 0]);
        db.assert_settled(tomorrow).await;
    }

    async fn archived_customers_are_rolled_over_too(db: Database) {
        let acme = db.customer("Acme").await;
        let archive = crate::domain::Archive { reason: crate::domain::ArchiveReason::Other, date: today() };
        db.archive_customer(acme, archive, now()).await.unwrap();
        assert_eq!(db.roll_over_all(days_ago(-1)).await, 1);
    }

    async fn the_first_fact_of_a_source_makes_everybody_stale(db: Database) {
        let (acme, other) = (db.customer("Acme").await, db.customer("Other").await);
        let unconnected = || async { db.current_connections().await.unwrap().unconnected(Scorecard::default().factors.iter()) };
        assert_eq!(unconnected().await, FactorKey::FIVE);
        db.send(acme, login()).await;
        assert!(!unconnected().await.contains(&FactorKey::LOGIN_FREQUENCY));
        assert!(db.get_current(acme, today()).await.unwrap().is_current);
        assert!(!db.get_current(other, today()).await.unwrap().is_current);
        assert_eq!(db.roll_over_all(today()).await, 1);
        assert!(db.health(other).await.factors[FactorKey::LOGIN_FREQUENCY].measured);
        // Later facts of a connected source, and earlier ones that no stored day can see, change nobody else.
        db.send_all(acme, [login(), login().days_ago(1000)]).await;
        assert_eq!(db.roll_over_all(today()).await, 1);
        db.send(acme, login().days_ago(2000)).await;
        assert_eq!(db.roll_over_all(today()).await, 0);
        db.assert_settled(today()).await;
    }

    async fn taking_back_the_first_fact_of_a_source_disconnects_it(db: Database) {
        let (acme, other) = (db.customer("Acme").await, db.customer("Other").await);
        let first = db.send(acme, api_calls(7).days_ago(50)).await.event.id;
        db.send(other, api_calls(9).days_ago(3)).await;
        db.roll_over_all(today()).await;
        db.retract_event(first, "test", now()).await.unwrap();
        assert_eq!(db.current_connections().await.unwrap().sources.api_calls, Some(days_ago(3)));
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
    }

    async fn demo_and_archived_customers_connect_sources_too(db: Database) {
        let (acme, other) = (db.customer("Acme").await, db.customer("Other").await);
        let archive = crate::domain::Archive { reason: crate::domain::ArchiveReason::Churned, date: today() };
        db.archive_customer(acme, archive, now()).await.unwrap();
        db.send(acme, ticket()).await;
        db.roll_over_all(today()).await;
        assert!(db.health(other).await.factors[FactorKey::SUPPORT_LOAD].measured);
    }
}
