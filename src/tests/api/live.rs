//! `/api/live`: who is told of which change, how often, and until when.

use super::Site;
use crate::domain::{CustomerId, CustomerInput, ImportKind, ImportState, Mapping};
use crate::server::Settings;
use crate::server::service::run::following;
use crate::server::service::run::jobs;
use crate::server::service::run::post_queue::PostQueue;
use crate::server::store::{Destination, NewImport, Store};
use crate::tests::harness::*;
use axum::body::{Body, BodyDataStream};
use futures::StreamExt;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// An open stream.
struct Stream {
    body: BodyDataStream,
    read: String,
}

struct Message {
    id: String,
    customers: Value,
}

impl Stream {
    async fn open(site: &Site, query: &str) -> Self {
        let (parts, body) = site.open(&format!("/api/live{query}")).await;
        assert_eq!(parts.status, 200);
        assert_eq!(parts.headers["content-type"], "text/event-stream");
        assert!(!parts.headers.contains_key("content-encoding"));
        let mut stream = Self { body: Body::into_data_stream(body), read: String::new() };
        let hello = stream.block().await.unwrap();
        assert!(hello.contains("retry: 1000") && hello.contains("id: "), "{hello}");
        stream
    }

    /// The next block of lines; `None` when the server has ended the stream.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let block = block.to_owned();
                self.read = rest.to_owned();
                return Some(block);
            }
            let more = tokio::time::timeout(Duration::from_secs(20), self.body.next());
            let more = more.await.expect("the stream says nothing")?.unwrap();
            self.read += std::str::from_utf8(&more).unwrap();
        }
    }

    async fn message(&mut self) -> Message {
        let block = self.block().await.expect("the stream has ended");
        let field = |name: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            line.unwrap_or_else(|| panic!("no {name} in {block}")).to_owned()
        };
        let data: Value = serde_json::from_str(&field("data")).unwrap();
        Message { id: field("id"), customers: data["customers"].clone() }
    }

    /// Waits for a message that names a customer; how many came until then, and the last.
    async fn until(&mut self, customer: &str) -> (u32, Message) {
        let mut count = 0;
        loop {
            let message = self.message().await;
            count += 1;
            let ids = message.customers.as_array();
            if ids.is_some_and(|ids| ids.contains(&id(customer).into())) {
                return (count, message);
            }
        }
    }
}

fn id(path: &str) -> i64 {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

/// A site that hears of its own changes (on PostgreSQL that takes a moment), with customers whose sources are connected.
async fn site_with<const N: usize>(db: Database, names: [&str; N]) -> (Site, [String; N]) {
    let site = Site::new(db);
    following::listen(&site.database);
    let mut follower = site.database.follow(None);
    let mut paths = names.map(str::to_owned);
    for path in &mut paths {
        *path = site.customer(path).await;
        site.event(path, json!({"kind": "login"})).await;
    }
    let mut heard = false;
    while !heard {
        let probe = site.customer("Probe").await;
        let named = |changed: &crate::server::store::Changed| {
            changed.customers.as_ref().map(|customers| customers.contains(&CustomerId(id(&probe))))
        };
        heard = loop {
            match named(&follower.next().await.unwrap()) {
                Some(true) => break true,
                // Listening has just begun, and what we did may have been before.
                None => break false,
                Some(false) => {}
            }
        };
    }
    (site, paths)
}

on_each_database! {
    async fn an_event_is_told_to_those_who_follow_everybody_or_its_customer(db: Database) {
        let (site, [acme, bolt]) = site_with(db, ["Acme", "Bolt"]).await;
        let mut all = Stream::open(&site, "").await;
        let mut of_acme = Stream::open(&site, &format!("?customer={}", id(&acme))).await;
        let mut of_bolt = Stream::open(&site, &format!("?customer={}", id(&bolt))).await;
        site.event(&acme, json!({"kind": "login"})).await;
        all.until(&acme).await;
        assert_eq!(of_acme.message().await.customers, json!([id(&acme)]));
        site.post(&format!("{bolt}/notes"), json!({"author": "Ann", "text": "Called"})).await;
        all.until(&bolt).await;
        assert_eq!(of_bolt.message().await.customers, json!([id(&bolt)]), "Acme's event is none of Bolt's");
    }

    async fn whatever_a_page_shows_is_told(db: Database) {
        let (site, [acme]) = site_with(db, ["Acme"]).await;
        let mut stream = Stream::open(&site, &format!("?customer={}", id(&acme))).await;
        let event = site.event(&acme, json!({"kind": "login"})).await;
        stream.until(&acme).await;
        site.post(&format!("/api/events/{}/retract", event["event"]["id"]), json!({"reason": "test"})).await.ok();
        stream.until(&acme).await;
        site.write(&format!("PATCH {acme}"), json!({"owner": "Ann", "version": 1})).await.ok();
        stream.until(&acme).await;
        site.post(&format!("{acme}/archive"), json!({"reason": "churned"})).await.ok();
        stream.until(&acme).await;
        let tomorrow = crate::server::AppState { clock: || now() + chrono::Duration::days(1), ..site.database.app() };
        jobs::roll_over(&tomorrow).await.unwrap();
        stream.until(&acme).await;
        site.event(&acme, json!({"kind": "api_call", "count": 1})).await;
        assert_eq!(stream.message().await.customers, Value::Null, "a source was connected, which may change every score");
    }

    async fn customers_of_a_file_are_told_and_so_is_taking_it_back(db: Database) {
        let (site, []) = site_with(db, []).await;
        let mut stream = Stream::open(&site, "").await;
        let (store, input) = (&site.database.store, |name: &str| CustomerInput {
            name: Some(name.into()), segment: Some("SMB".into()), external_id: Some(Some("c-1".into())), ..CustomerInput::default()
        });
        let import = NewImport {
            file_name: "customers.csv".into(), path: None, findings: None, mapping: Mapping::recognise(ImportKind::Customers, &[], |_, _| true),
            state: ImportState::Running, author: None,
        };
        let import = store.create_import(&import, now()).await.unwrap();
        let mut told = Vec::new();
        for name in ["Acme", "Acme Ltd"] {
            let to = Destination::Import(import);
            store.import_customers(to, &[input(name)], &CustomerInput::default(), now()).await.unwrap();
            told.push(stream.message().await.customers);
        }
        store.take_back_customers(import, None, 10, now()).await.unwrap().unwrap();
        told.push(stream.message().await.customers);
        let acme = json!([told[0][0].as_i64().expect("a customer's id")]);
        assert_eq!(told, [acme.clone(), acme.clone(), acme]);
    }

    async fn many_events_are_few_messages(db: Database) {
        let (site, [acme, bolt]) = site_with(db, ["Acme", "Bolt"]).await;
        let mut stream = Stream::open(&site, "").await;
        let begun = Instant::now();
        for _ in 0..40 {
            site.event(&acme, json!({"kind": "login"})).await;
        }
        site.event(&bolt, json!({"kind": "login"})).await;
        let (messages, last) = stream.until(&bolt).await;
        let most = 2 + begun.elapsed().as_millis() / 500;
        assert!(u128::from(messages) <= most, "{messages} messages, not {most}");
        assert!(last.customers.as_array().unwrap().len() <= 3);
    }

    async fn who_missed_something_is_told_at_once(db: Database) {
        let (site, [acme, bolt]) = site_with(db, ["Acme", "Bolt"]).await;
        let mut stream = Stream::open(&site, "").await;
        site.event(&acme, json!({"kind": "login"})).await;
        let (_, seen) = stream.until(&acme).await;
        let mut up_to_date = Stream::open(&site, &format!("?since={}", seen.id)).await;
        site.event(&bolt, json!({"kind": "login"})).await;
        assert_eq!(up_to_date.message().await.customers, json!([id(&bolt)]));
        for missed in [seen.id.as_str(), "of-another-process"] {
            let mut behind = Stream::open(&site, &format!("?since={missed}")).await;
            assert_eq!(behind.message().await.customers, Value::Null);
        }
    }

    async fn the_end_of_the_server_ends_the_stream(db: Database) {
        let (site, []) = site_with(db, []).await;
        let mut stream = Stream::open(&site, "").await;
        site.database.end_following();
        assert!(stream.block().await.is_none());
        let mut late = Stream::open(&site, "").await;
        assert!(late.block().await.is_none());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_by_one_process_is_told_by_another() {
    let (site, [acme]) = site_with(Database::postgres().await, ["Acme"]).await;
    let mut stream = Stream::open(&site, "").await;
    let other = Store::connect(&site.database.url).await.unwrap();
    following::keep_telling(&other);
    PostQueue::start(&other).insert_event(CustomerId(id(&acme)), &login().event(), now()).await.unwrap();
    stream.until(&acme).await;
    // A command that ends right after its work leaves nothing untold.
    other.add_note(CustomerId(id(&acme)), "Ann", "Called", now()).await.unwrap();
    other.close().await;
    stream.until(&acme).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_by_another_process_on_the_same_file_may_be_of_everything() {
    let (site, [acme, bolt]) = site_with(Database::sqlite().await, ["Acme", "Bolt"]).await;
    let mark = site.database.mark();
    let other = Store::connect(&site.database.url).await.unwrap();
    // Nobody follows yet, but a page may have been rendered.
    other.add_note(CustomerId(id(&acme)), "Ann", "Called", now()).await.unwrap();
    let mut stream = Stream::open(&site, &format!("?since={mark}")).await;
    assert_eq!(stream.message().await.customers, Value::Null);
    // What this process does itself is told by name.
    for _ in 0..3 {
        site.event(&bolt, json!({"kind": "login"})).await;
        assert_eq!(stream.message().await.customers, json!([id(&bolt)]));
    }
    PostQueue::start(&other).insert_event(CustomerId(id(&acme)), &login().event(), now()).await.unwrap();
    assert_eq!(stream.message().await.customers, Value::Null);
    // Also when it comes between two of ours.
    site.event(&bolt, json!({"kind": "login"})).await;
    other.add_note(CustomerId(id(&acme)), "Ann", "Called again", now()).await.unwrap();
    site.event(&bolt, json!({"kind": "login"})).await;
    while stream.message().await.customers != Value::Null {}
}

#[tokio::test]
async fn the_stream_asks_for_the_token_and_for_sense() {
    let site = Site::sqlite_with(Settings { access_token: Some("s3cret-token-of-16".into()), ..Settings::default() }).await;
    site.get("/api/live").await.problem(401, "unauthorized");
    let site = Site::sqlite().await;
    assert_eq!(site.get("/api/live?customer=acme").await.invalid_fields(), ["customer"]);
    assert_eq!(site.get("/api/live?custom=1").await.invalid_fields(), ["custom"]);
}
