//! Sources that fall silent: told of the facts of anybody, as of any day, as it is known or was known then.

use crate::domain::PageDays;
use crate::domain::{Archive, ArchiveReason, AsOf, CustomerId, CustomerQuery, EventId, NaiveDate, Source};
use crate::server::service::health::get_customer_page;
use crate::server::service::portfolio::get_portfolio;
use crate::tests::harness::*;
use chrono::Duration;
use std::collections::BTreeSet;

/// Sends a fact that is received so many days ago.
async fn send_then(db: &Database, customer: CustomerId, fact: Fact, received: i64) -> EventId {
    let at = now() - Duration::days(received);
    db.posts.insert_event(customer, &fact.received_at(at), at).await.unwrap().event.id
}

/// The silent sources with their days, as the portfolio tells them; the customer's page must tell the same.
async fn silent(db: &Database, customer: CustomerId, at: AsOf) -> Vec<(Source, i64)> {
    let portfolio =
        get_portfolio(&db.call(), &CustomerQuery { at: at.asked(today()), ..CustomerQuery::default() }).await.unwrap();
    let page = get_customer_page(&db.call(), customer, at, PageDays { history: 90, change: 30 }).await.unwrap();
    assert_eq!(page.silent_sources, portfolio.silent_sources, "{at:?}");
    portfolio.silent_sources.iter().map(|silent| (silent.source, silent.days)).collect()
}

async fn silent_today(db: &Database, customer: CustomerId) -> Vec<(Source, i64)> {
    silent(db, customer, today().into()).await
}

on_each_database! {
    async fn a_source_that_stops_is_told_until_a_fact_of_anybody_comes(db: Database) {
        let (acme, bolt) = (db.customer("Acme").await, db.customer("Bolt").await);
        for ago in 12..24 {
            db.send(if ago % 2 == 0 { acme } else { bolt }, login().days_ago(ago)).await;
            db.send(bolt, api_calls(3).days_ago(ago - 12)).await;
        }
        assert_eq!(silent_today(&db, acme).await, [(Source::Logins, 12)]);
        let query = CustomerQuery { owner: Some("nobody".to_owned().into()), ..CustomerQuery::default() };
        let owned = db.get_portfolio(&query, "USD", today()).await.unwrap();
        assert_eq!(owned.silent_sources.len(), 1, "whoever owns the customers");

        let other = db.customer("Other").await;
        let late = db.send(other, login().days_ago(3)).await.event.id;
        assert_eq!(silent_today(&db, acme).await, []);
        let archive = Archive { reason: ArchiveReason::Churned, date: today() };
        db.archive_customer(other, archive, now()).await.unwrap();
        assert_eq!(silent_today(&db, acme).await, [], "anybody may be archived");
        // Retracted, the fact leaves its day; with another one on that day it does not.
        db.retract_event(late, "test", now()).await.unwrap();
        assert_eq!(silent_today(&db, acme).await, [(Source::Logins, 12)]);
        let [first, _] = [db.send(other, login().days_ago(2)).await, db.send(acme, login().days_ago(2)).await];
        db.retract_event(first.event.id, "test", now()).await.unwrap();
        assert_eq!(silent_today(&db, acme).await, []);
    }

    async fn a_past_day_tells_its_own_silence_as_known_now_and_as_known_then(db: Database) {
        let acme = db.create_customer(&blank(), now() - Duration::days(40)).await.unwrap().id;
        for ago in 13..24 {
            send_then(&db, acme, login().days_ago(ago), ago).await;
        }
        let late = send_then(&db, acme, login().days_ago(6), 5).await;
        db.retract_event(late, "test", now() - Duration::days(2)).await.unwrap();
        db.roll_over_all(today()).await;
        let logins = |days| vec![(Source::Logins, days)];
        for (ago, known_now, known_then) in
            [(0, logins(13), logins(13)), (2, logins(11), logins(11)), (3, logins(10), vec![]), (5, logins(8), vec![]), (6, logins(7), logins(7)), (10, vec![], vec![])]
        {
            assert_eq!(silent(&db, acme, days_ago(ago).into()).await, known_now, "{ago} days ago, as known now");
            assert_eq!(silent(&db, acme, AsOf::known_then(days_ago(ago))).await, known_then, "{ago} days ago, as known then");
        }
        let between = AsOf { day: days_ago(6), known_at: Some(days_ago(4)) };
        assert_eq!(silent(&db, acme, between).await, []);
    }

    async fn counting_anew_gives_what_was_kept_all_along(db: Database) {
        let (acme, bolt) = (db.customer("Acme").await, db.customer("Bolt").await);
        let mut sent = Vec::new();
        for received in (0..12).rev() {
            for (customer, fact) in [(acme, login()), (bolt, login()), (bolt, feature("a")), (bolt, feature("b")), (acme, paid(&format!("A-{received}")))] {
                sent.push(send_then(&db, customer, fact.days_ago(received + received % 3), received).await);
            }
            let at = now() - Duration::days(received);
            // Some are taken back on their day, some later, some are sent again.
            for _ in 0..2 {
                let id = sent.remove((received as usize * 7) % sent.len());
                db.retract_event(id, "test", at).await.unwrap();
            }
            if received == 5 {
                send_then(&db, acme, login().days_ago(9), 5).await;
            }
        }
        let all = async || {
            let mut known = Vec::new();
            for at in (0..14).map(days_ago).flat_map(|known_at: NaiveDate| [AsOf::known_then(known_at), AsOf { day: known_at - Duration::days(1), known_at: Some(known_at) }]) {
                let days: BTreeSet<_> = db.list_recent_fact_days(at).await.unwrap().into_iter().collect();
                known.push((at, days));
            }
            known
        };
        let kept = all().await;
        db.recount_fact_days().await.unwrap();
        assert_eq!(all().await, kept);
        assert!(kept.iter().map(|(_, days)| days.len()).max() > Some(20));
    }
}
