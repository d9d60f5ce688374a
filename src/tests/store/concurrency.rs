//! Many writers at once: nothing is lost, and what is stored is what the facts give.

use crate::domain::{CustomerFields, EventFilter, EventId};
use crate::server::store::{Store, StoreError};
use crate::tests::harness::*;
use std::collections::HashSet;

/// The facts of one busy customer: all kinds, earlier and earlier days among them, so that connections move.
fn mixed(index: i64) -> Fact {
    let fact = match index % 8 {
        0 | 1 => login(),
        2 => feature(&format!("feature {}", index % 5)),
        3 => api_calls(index),
        4 => ticket(),
        5 => invoice(&format!("A-{}", index / 16)).days_ago(30),
        6 => paid(&format!("A-{}", index / 16)),
        _ => voided(&format!("A-{}", index / 64)),
    };
    if index % 8 == 5 { fact } else { fact.days_ago(index % 100) }
}

on_each_database! {
    async fn two_hundred_mixed_posts_to_one_customer_at_once(db: Database) {
        let (acme, other) = (db.customer("Acme").await, db.customer("Other").await);
        let posts: Vec<_> = (0..200)
            .map(|index| {
                let (queue, fact) = (db.posts.clone(), mixed(index));
                tokio::spawn(async move { queue.insert_event(acme, &fact.event(), now()).await })
            })
            .collect();
        // Meanwhile others post elsewhere, edit, take back and roll over.
        for index in 0..20 {
            let sent = db.send(other, mixed(7 * index)).await;
            if index % 3 == 0 && !sent.repeated {
                db.retract_event(sent.event.id, "test", now()).await.unwrap();
            }
            db.roll_over(midnight(today()), 10).await.unwrap();
        }
        db.update_customer(acme, 1, &CustomerFields { start_date: Some(days_ago(60)), ..blank() }, now()).await.unwrap();
        let mut ids = HashSet::<EventId>::new();
        for post in posts {
            ids.insert(post.await.unwrap().unwrap().event.id);
        }
        // Each invoice is issued twice, and so stored once.
        assert_eq!(ids.len(), 200 - 12);
        assert_eq!(db.list_events(acme, &EventFilter::default(), 1, 1).await.unwrap().total, ids.len() as i64);
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
    }

    async fn of_the_same_message_sent_at_once_one_is_stored(db: Database) {
        let acme = db.customer("Acme").await;
        let posts: Vec<_> = (0..20)
            .map(|_| {
                let queue = db.posts.clone();
                tokio::spawn(async move { queue.insert_event(acme, &login().message("m-1").event(), now()).await })
            })
            .collect();
        let mut stored = 0;
        for post in posts {
            stored += i64::from(!post.await.unwrap().unwrap().repeated);
        }
        assert_eq!((stored, db.list_events(acme, &EventFilter::default(), 1, 1).await.unwrap().total), (1, 1));
        db.assert_settled(today()).await;
    }

    async fn of_the_same_message_for_many_customers_one_is_stored(db: Database) {
        let mut posts = Vec::new();
        for _ in 0..20 {
            let (queue, customer) = (db.posts.clone(), db.customer("Acme").await);
            posts.push(tokio::spawn(async move { queue.insert_event(customer, &login().message("m-1").event(), now()).await }));
        }
        let mut stored = 0;
        for post in posts {
            match post.await.unwrap() {
                Ok(_) => stored += 1,
                Err(StoreError::Conflict(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(stored, 1);
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
    }

    async fn a_post_that_is_given_up_leaves_nothing_half_done(db: Database) {
        let acme = db.customer("Acme").await;
        for delay in 0..40 {
            let queue = db.posts.clone();
            let post = tokio::spawn(async move { queue.insert_event(acme, &mixed(delay).event(), now()).await });
            for _ in 0..delay {
                tokio::task::yield_now().await;
            }
            post.abort();
            let _ = post.await;
        }
        let db = db.reopened().await;
        db.send(acme, login()).await;
        db.assert_settled(today()).await;
    }

    async fn several_processes_may_start_and_migrate_at_once(db: Database) {
        let url = db.fresh_url().await;
        let starts: Vec<_> = (0..6)
            .map(|_| {
                let url = url.clone();
                tokio::spawn(async move {
                    let store = Store::connect(&url).await?;
                    store.migrate().await?;
                    store.ping().await
                })
            })
            .collect();
        for start in starts {
            start.await.unwrap().unwrap();
        }
    }
}
