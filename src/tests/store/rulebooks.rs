//! Rulebooks of several scorecards: stored health follows the customer's own.

use crate::domain::{AsOf, BulkChange, Condition, CustomerFields, CustomerId, NewRulebook, Rulebook, Scorecard, Segment};
use crate::tests::harness::*;

/// Puts rules in force that score customers of a segment in their first days by tickets alone, everybody else as before.
async fn newcomers(db: &Database, segments: &[Segment], days: Option<i64>) {
    let current = db.current_rulebook().await.unwrap();
    let condition = Condition { segments: segments.to_vec(), started_less_than_days_ago: days };
    let mut new = Scorecard { name: "New".into(), condition: Some(condition), ..current.rest().clone() };
    for (_, rule) in new.factors.iter_mut().filter(|(key, _)| key.as_str() != "supportLoad") {
        rule.weight = 0;
    }
    let rulebook =
        Rulebook::new(current.version + 1, vec![new], Scorecard { name: "Everybody else".into(), ..current.rest().clone() });
    db.add_rulebook(&NewRulebook { rulebook, segments: None, author: "Ada".into(), note: "test".into() }, now()).await.unwrap();
}

async fn scored_by(db: &Database, customer: CustomerId) -> String {
    db.health(customer).await.scored_by
}

on_each_database! {
    async fn a_customer_is_scored_anew_on_the_day_on_which_it_is_too_old(db: Database) {
        let young = db.customer_with(CustomerFields { start_date: Some(days_ago(10)), ..blank() }).await;
        let old = db.customer("Old").await;
        for customer in [young, old] {
            db.send_all(customer, [login().days_ago(8), ticket().days_ago(3), login().days_ago(200), ticket().days_ago(200)]).await;
        }
        newcomers(&db, &[], Some(12)).await;
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
        assert_eq!((scored_by(&db, young).await.as_str(), scored_by(&db, old).await.as_str()), ("New", "Everybody else"));
        assert_eq!(db.count_scored(&db.current_rulebook().await.unwrap(), today()).await.unwrap(), [1, 1]);
        assert_eq!(db.health(young).await.score.0, 900, "one ticket of ten");
        let (last, first) = (days_ago(-1), days_ago(-2));
        db.roll_over_all(last).await;
        assert_eq!(db.health_on(young, last).await.scored_by, "New");
        db.roll_over_all(first).await;
        db.assert_settled(first).await;
        assert_eq!(db.health_on(young, first).await.scored_by, "Everybody else");
        let (replay, _) = db.replay(AsOf::from(last)).await.unwrap().list_customers(&parse_query("sort=name").unwrap(), last).await.unwrap();
        assert!(replay.iter().all(|row| row.is_current));
        // A fact of today is added under the customer's own scorecard.
        let stored = db.send(old, ticket()).await;
        assert_eq!(stored.after.scored_by, "Everybody else");
    }

    async fn todays_events_are_added_under_the_customers_own_scorecard(db: Database) {
        let acme = db.customer_with(CustomerFields { start_date: Some(days_ago(10)), ..blank() }).await;
        db.send(acme, login().days_ago(8)).await;
        newcomers(&db, &[], Some(30)).await;
        db.send(acme, ticket().days_ago(2)).await;
        db.roll_over_all(today()).await;
        for tickets in 2..5 {
            let stored = db.send(acme, ticket()).await;
            assert_eq!((stored.after.scored_by.as_str(), stored.after.score.0), ("New", 1000 - 100 * tickets));
        }
        db.assert_settled(today()).await;
        // An earlier first fact does not matter where a start date is known; without one it ages the customer.
        let bolt = db.customer("Bolt").await;
        db.send(bolt, login().days_ago(1)).await;
        assert_eq!(scored_by(&db, bolt).await, "New");
        db.send(bolt, login().days_ago(40)).await;
        assert_eq!(scored_by(&db, bolt).await, "Everybody else");
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
    }

    async fn another_segment_is_another_scorecard_at_once(db: Database) {
        let [smb, startup] = ["SMB", "Startup"].map(|name| Segment::named(name).unwrap());
        let acme = db.customer_with(CustomerFields { segment: startup, ..blank() }).await;
        db.send_all(acme, [login().days_ago(8), ticket().days_ago(3)]).await;
        newcomers(&db, &[startup], None).await;
        db.roll_over_all(today()).await;
        assert_eq!(scored_by(&db, acme).await, "New");
        let stored = db.get_customer(acme).await.unwrap();
        db.update_customer(acme, stored.version, &CustomerFields { segment: smb, ..stored.fields.clone() }, now()).await.unwrap();
        assert_eq!(scored_by(&db, acme).await, "Everybody else");
        db.assert_settled(today()).await;
        let chosen = [(acme, stored.version + 1)].into();
        let report = db.change_customers(&chosen, &BulkChange::Segment(startup), now()).await.unwrap();
        db.roll_over_all(today()).await;
        assert_eq!(scored_by(&db, acme).await, "New");
        db.assert_settled(today()).await;
        db.undo_bulk_change(report.id.unwrap(), now()).await.unwrap();
        db.roll_over_all(today()).await;
        assert_eq!(scored_by(&db, acme).await, "Everybody else");
        db.assert_settled(today()).await;
    }

    async fn rules_with_several_scorecards_are_read_as_they_were_stored(db: Database) {
        assert_eq!(db.current_rulebook().await.unwrap().only().unwrap().name, "Everybody");
        newcomers(&db, &[Segment::named("SMB").unwrap()], Some(90)).await;
        let stored = db.current_rulebook().await.unwrap();
        assert_eq!(db.get_rulebook(2).await.unwrap().rulebook, stored);
        let [new, rest] = stored.scorecards().collect::<Vec<_>>()[..] else { panic!("{stored:?}") };
        assert_eq!(new.condition.as_ref().unwrap().words(), "SMB, started less than 90 days ago");
        assert_eq!((new.version, rest.version, &rest.condition), (2, 2, &None));
    }

    async fn as_known_then_the_scorecard_is_that_of_the_segment_and_start_known_then(db: Database) {
        let ago = |days: i64| now() - chrono::Duration::days(days);
        newcomers(&db, &[Segment::STARTUP], Some(60)).await;
        let rulebook = db.current_rulebook().await.unwrap();
        let fields = CustomerFields { segment: Segment::STARTUP, start_date: Some(days_ago(50)), ..blank() };
        let acme = db.create_customer(&fields, ago(40)).await.unwrap();
        db.posts.insert_event(acme.id, &login().days_ago(38).event(), ago(38)).await.unwrap();
        let moved = CustomerFields { segment: Segment::SMB, ..fields.clone() };
        let acme = db.update_customer(acme.id, acme.version, &moved, ago(20)).await.unwrap();
        let back = CustomerFields { start_date: Some(days_ago(90)), ..fields };
        db.update_customer(acme.id, acme.version, &back, ago(10)).await.unwrap();
        for (then, expected) in [(30, "New"), (21, "New"), (20, "Everybody else"), (11, "Everybody else"), (10, "Everybody else")] {
            let at = AsOf::known_then(days_ago(then));
            let facts = db.load_facts(acme.id, days_ago(300), at).await.unwrap();
            assert_eq!(rulebook.scorecard_of(&facts.traits(), at.day).name, expected, "{then} days ago");
        }
        // A start that was known later makes the customer older on all days, as all is known now.
        let facts = db.load_facts(acme.id, days_ago(300), today()).await.unwrap();
        assert_eq!(rulebook.scorecard_of(&facts.traits(), days_ago(31)).name, "New");
        assert_eq!(rulebook.scorecard_of(&facts.traits(), days_ago(30)).name, "Everybody else");
    }
}
