//! What was known of a customer at the end of a past day.

use crate::domain::AsOf;
use crate::tests::harness::*;
use chrono::Duration;

on_each_database! {
    async fn facts_are_known_from_the_day_they_were_received_until_they_are_retracted(db: Database) {
        let acme = db.customer("Acme").await;
        let mut ids = Vec::new();
        for received in [20, 5] {
            let event = login().days_ago(20).event();
            ids.push(db.posts.insert_event(acme, &event, now() - Duration::days(received)).await.unwrap().event.id);
        }
        db.retract_event(ids[0], "test", now() - Duration::days(3)).await.unwrap();
        for (known_on, logins) in [(21, 0), (20, 1), (6, 1), (5, 2), (4, 2), (3, 1), (0, 1)] {
            let facts = db.load_facts(acme, days_ago(100), AsOf::known_then(days_ago(known_on))).await.unwrap();
            assert_eq!(facts.daily.iter().map(|daily| daily.count).sum::<i64>(), logins, "{known_on} days ago");
            assert_eq!(facts.first_fact_on, (logins > 0).then_some(days_ago(20)), "{known_on} days ago");
        }
        let now_known = db.load_facts(acme, days_ago(100), today()).await.unwrap();
        assert_eq!(db.load_facts(acme, days_ago(100), AsOf::known_then(today())).await.unwrap(), now_known);
    }

    async fn an_invoice_is_known_by_the_facts_received_about_it(db: Database) {
        let acme = db.customer("Acme").await;
        let send = async |fact: Fact, received: i64| {
            db.posts.insert_event(acme, &fact.event(), now() - Duration::days(received)).await.unwrap().event.id
        };
        send(invoice("A-1").due(days_ago(30)).days_ago(60), 60).await;
        let payment = send(paid("A-1").days_ago(31), 10).await;
        db.retract_event(payment, "test", now() - Duration::days(2)).await.unwrap();
        for (known_on, invoices) in [(61, vec![]), (11, vec![None]), (10, vec![Some(days_ago(31))]), (3, vec![Some(days_ago(31))]), (2, vec![None])] {
            let facts = db.load_facts(acme, days_ago(100), AsOf::known_then(days_ago(known_on))).await.unwrap();
            let paid: Vec<_> = facts.invoices.iter().map(|invoice| invoice.paid_on).collect();
            assert_eq!(paid, invoices, "{known_on} days ago");
        }
    }
}
