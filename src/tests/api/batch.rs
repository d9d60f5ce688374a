//! `POST /api/events` and `/api/quarantine`

use super::Site;
use super::client::Answer;
use crate::tests::harness::today;
use async_compression::tokio::bufread::{GzipEncoder, ZstdEncoder};
use axum::body::{Body, Bytes};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

const NDJSON: (&str, &str) = ("content-type", "application/x-ndjson");

async fn send_lines(site: &Site, lines: &[String]) -> Answer {
    site.send("POST /api/events", &[NDJSON], lines.join("\n")).await
}

fn verdicts(report: &Value) -> Vec<&str> {
    report["items"].as_array().unwrap().iter().map(|item| item["verdict"].as_str().unwrap()).collect()
}

fn id(customer: &str) -> i64 {
    customer.rsplit('/').next().unwrap().parse().unwrap()
}

on_each_database! {
    async fn each_item_gets_its_verdict_and_a_bad_one_spoils_no_other(db: Database) {
        let site = Site::new(db);
        let acme = id(&site.customer("Acme").await);
        let answer = site.post("/api/customers", json!({"name": "Bolt", "segment": "SMB", "externalId": "B-1"})).await;
        assert_eq!(answer.status, 201);
        let invoice = |amount: i64| {
            json!({"customerId": acme, "kind": "invoice_issued", "number": "R1", "amountCents": amount, "currency": "EUR",
                   "dueDate": "2026-04-01", "occurredAt": "2026-03-01T00:00:00Z"})
        };
        let lines: Vec<String> = [
            json!({"customerId": acme, "kind": "login", "messageId": "m-1"}).to_string(),
            json!({"externalId": "B-1", "kind": "feature_use", "feature": "reports"}).to_string(),
            json!({"customerId": acme, "kind": "login", "messageId": "m-1"}).to_string(),
            json!({"customerId": acme, "kind": "api_call", "messageId": "m-1"}).to_string(),
            "{nonsense".to_string(),
            json!({"kind": "login"}).to_string(),
            json!({"customerId": 999, "kind": "login"}).to_string(),
            json!({"externalId": "nobody", "kind": "login"}).to_string(),
            json!({"customerId": acme, "kind": "api_call", "count": 0}).to_string(),
            json!({"customerId": acme, "kind": "login", "colour": "red"}).to_string(),
            invoice(100).to_string(),
            invoice(100).to_string(),
            invoice(200).to_string(),
            json!({"customerId": acme, "externalId": "A", "kind": "login"}).to_string(),
            String::new(),
            json!({"customerId": acme, "kind": "invoice_paid", "number": "R1"}).to_string(),
        ]
        .to_vec();
        let report = send_lines(&site, &lines).await.ok();
        assert_eq!(verdicts(&report), [
            "accepted", "accepted", "duplicate", "conflict", "rejected", "rejected", "rejected", "rejected", "rejected",
            "rejected", "accepted", "duplicate", "conflict", "rejected", "accepted",
        ]);
        let fields: Vec<_> = report["items"].as_array().unwrap().iter().filter_map(|item| item["errors"][0]["field"].as_str()).collect();
        assert_eq!(fields, ["messageId", "body", "customerId", "customerId", "externalId", "count", "colour", "number", "customerId"]);
        assert_eq!(report["items"][14]["line"], 16);
        assert_eq!(report["items"][0]["eventId"], report["items"][2]["eventId"]);
        assert_eq!([&report["accepted"], &report["duplicates"], &report["conflicts"], &report["rejected"]], [4, 2, 2, 7]);
        assert_eq!(report["error"], Value::Null);
        site.database.assert_settled(today()).await;
        // Again: everything that has an identity is known, the rest is news.
        let again = send_lines(&site, &lines[..3]).await.ok();
        assert_eq!(verdicts(&again), ["duplicate", "accepted", "duplicate"]);
        site.database.assert_settled(today()).await;
    }

    async fn an_external_id_names_its_customer_in_any_letters(db: Database) {
        let site = Site::new(db);
        let customer = |id: &str| json!({"name": "Acme", "segment": "SMB", "externalId": id});
        assert_eq!(site.post("/api/customers", customer("e\u{301}-1")).await.status, 201);
        assert_eq!(site.post("/api/customers", customer("\u{e9}-1")).await.status, 409);
        let event = |id: &str| json!({"externalId": id, "kind": "login"}).to_string();
        let report = send_lines(&site, &[event("e\u{301}-1"), event("\u{e9}-1"), event("e-1")]).await.ok();
        assert_eq!(verdicts(&report), ["accepted", "accepted", "rejected"]);
    }

    async fn what_a_database_cannot_hold_spoils_only_its_item(db: Database) {
        let site = Site::new(db);
        let acme = site.customer("Acme").await;
        let lines = [
            json!({"customerId": id(&acme), "kind": "login"}).to_string(),
            json!({"customerId": id(&acme), "kind": "login", "user": "a"}).to_string().replace("\"a\"", "\"a\0b\""),
            json!({"externalId": "a\0b", "kind": "login"}).to_string(),
            json!({"externalId": "x".repeat(201), "kind": "login"}).to_string(),
        ];
        let report = send_lines(&site, &lines).await.ok();
        assert_eq!(verdicts(&report), ["accepted", "rejected", "rejected", "rejected"]);
        assert_eq!(report["items"][2]["errors"][0], json!({"field": "externalId", "message": "must not contain control characters"}));
        assert_eq!(site.get("/api/quarantine").await.ok()["total"], 3);
        assert_eq!(site.get(&format!("{acme}/events")).await.ok()["total"], 1);
    }

    async fn accepted_events_are_in_the_score_and_in_the_list(db: Database) {
        let site = Site::new(db);
        let customers = [site.customer("Acme").await, site.customer("Bolt").await];
        let items: Vec<_> = (0..45).map(|index| json!({"customerId": id(&customers[index % 2]), "kind": "login"})).collect();
        let report = site.post("/api/events", json!(items)).await.ok();
        assert_eq!((&report["accepted"], report["items"].as_array().unwrap().len()), (&json!(45), 45));
        let health = site.get(&format!("{}/health", customers[0])).await.ok();
        assert_eq!(health["factors"]["loginFrequency"]["value"], 23);
        let list = site.get("/api/customers?sort=login_frequency&direction=desc").await.ok();
        assert_eq!(list["items"][0]["health"], health);
        site.database.assert_settled(today()).await;
    }

    async fn more_items_than_one_transaction_takes_are_stored_in_order(db: Database) {
        let site = Site::new(db);
        let acme = site.customer("Acme").await;
        let lines: Vec<_> = (0..4500)
            .map(|index| json!({"customerId": id(&acme), "kind": "login", "messageId": format!("m-{}", index % 4400)}).to_string())
            .collect();
        let report = send_lines(&site, &lines).await.ok();
        assert_eq!([&report["accepted"], &report["duplicates"]], [4400, 100]);
        let ids: Vec<_> = report["items"].as_array().unwrap()[..4400].iter().map(|item| item["eventId"].as_i64().unwrap()).collect();
        assert!(ids.is_sorted());
        assert_eq!(site.get(&format!("{acme}/events")).await.ok()["total"], 4400);
        site.database.assert_settled(today()).await;
    }

    /// Customers are stored apart from each other, and which transaction is first is nobody's business.
    async fn a_message_id_that_several_customers_claim_is_the_first_ones(db: Database) {
        let site = Site::new(db);
        let [first, second, third] = [site.customer("Acme").await, site.customer("Bolt").await, site.customer("Core").await];
        let login = |customer: &str, message: String| json!({"customerId": id(customer), "kind": "login", "messageId": message}).to_string();
        let mut lines: Vec<_> = [&third, &first, &second].into_iter().map(|customer| login(customer, "claimed".into())).collect();
        for customer in [&first, &second, &third] {
            lines.extend((0..2200).map(|index| login(customer, format!("{customer} {index}"))));
        }
        lines.push(login(&first, "claimed".into()));
        let report = send_lines(&site, &lines).await.ok();
        assert_eq!(verdicts(&report)[..3], ["accepted", "conflict", "conflict"]);
        assert_eq!(verdicts(&report).last(), Some(&"conflict"));
        assert_eq!([&report["accepted"], &report["conflicts"]], [6601, 3]);
        let lines: Vec<_> = report["items"].as_array().unwrap().iter().map(|item| item["line"].as_i64().unwrap()).collect();
        assert!(lines.is_sorted(), "verdicts come in the order of the items");
        site.database.assert_settled(today()).await;
    }

    async fn more_small_batches_than_are_read_at_a_time_wait_for_their_turn(db: Database) {
        let site = std::sync::Arc::new(Site::new(db));
        let acme = id(&site.customer("Acme").await);
        let sends: Vec<_> = (0..20)
            .map(|_| {
                let site = site.clone();
                tokio::spawn(async move { site.post("/api/events", json!([{"customerId": acme, "kind": "login"}])).await.status })
            })
            .collect();
        for send in sends {
            assert_eq!(send.await.unwrap(), 200);
        }
    }

    async fn many_batches_and_posts_at_once_leave_what_is_stored_true(db: Database) {
        let site = std::sync::Arc::new(Site::new(db));
        let mut customers = Vec::new();
        for name in ["Acme", "Bolt", "Core"] {
            customers.push(site.customer(name).await);
        }
        let ids: Vec<_> = customers.iter().map(|customer| id(customer)).collect();
        let mut sends = Vec::new();
        for batch in 0..3 {
            let (site, ids) = (site.clone(), ids.clone());
            sends.push(tokio::spawn(async move {
                // The same message ids in another order of customers: some are accepted, the others conflict or repeat.
                let line = |index: i64| {
                    let day = 1 + (index * 7 + batch) % 15;
                    json!({"customerId": ids[(index + batch) as usize % 3], "kind": "login", "messageId": format!("m-{}", index % 50),
                           "occurredAt": format!("2026-03-{day:02}T00:00:00Z")}).to_string()
                };
                let lines: Vec<_> = (0..200).map(line).collect();
                let answer = send_lines(&site, &lines).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
            }));
        }
        for index in 0..30 {
            let answer = site.post(&format!("{}/events", customers[index % 3]), json!({"kind": "api_call", "count": 5})).await;
            assert_eq!(answer.status, 201, "{}", answer.text);
        }
        for send in sends {
            send.await.unwrap();
        }
        site.database.roll_over_all(today()).await;
        site.database.assert_settled(today()).await;
    }

    async fn an_invoice_issued_anew_in_a_batch_is_told_what_to_retract(db: Database) {
        let site = Site::new(db);
        let acme = site.customer("Acme").await;
        let issue = |amount: i64, day: i64| json!({"customerId": id(&acme), "kind": "invoice_issued", "number": "R1", "amountCents": amount,
            "currency": "EUR", "dueDate": "2026-03-10", "occurredAt": format!("2026-02-0{day}T00:00:00Z")});
        let about = |kind: &str, day: i64| json!({"customerId": id(&acme), "kind": kind, "number": "R1", "occurredAt": format!("2026-02-0{day}T00:00:00Z")});
        let lines = [issue(100, 1), about("invoice_voided", 2), issue(200, 3), about("invoice_paid", 4)].map(|item| item.to_string());
        // All in one request, then again: the events are stored by then.
        for _ in 0..2 {
            let report = send_lines(&site, &lines).await.ok();
            let refused = &report["items"][2];
            assert_eq!((&refused["verdict"], &refused["errors"][0]["field"]), (&json!("conflict"), &json!("number")), "{report}");
            let message = refused["errors"][0]["message"].as_str().unwrap();
            for part in ["event 1 of 2026-02-01", "event 2 of 2026-02-02", "retract both"] {
                assert!(message.contains(part), "{message}");
            }
        }
        for event in [1, 2] {
            let retract = format!("/api/events/{event}/retract");
            assert!(site.post(&retract, json!({"reason": "wrong amount"})).await.status < 300, "{retract}");
        }
        // The void that came with the second request as well is one more of its own.
        let voids = site.get(&format!("{acme}/events?kind=invoice_voided")).await.ok();
        for event in voids["items"].as_array().unwrap().iter().filter(|event| event["retraction"].is_null()) {
            site.post(&format!("/api/events/{}/retract", event["id"]), json!({"reason": "again"})).await;
        }
        assert_eq!(verdicts(&send_lines(&site, &lines[2..3]).await.ok()), ["accepted"]);
        let health = site.get(&format!("{acme}/health")).await.ok();
        assert_eq!([&health["factors"]["invoiceTimeliness"]["value"], &health["factors"]["invoiceTimeliness"]["target"]], [1, 1]);
        site.database.assert_settled(today()).await;
    }

    /// Compressed, all of this is a few kilobytes.
    async fn a_flood_of_refused_items_fills_the_quarantine_and_no_more(db: Database) {
        let site = Site::new(db);
        let flood = |from: i64| (from..from + 6000).map(|index| json!({"source": "flood", "kind": index.to_string()}).to_string()).collect::<Vec<_>>();
        let first = send_lines(&site, &flood(0)).await.ok();
        assert_eq!((&first["rejected"], &first["quarantine"], &first["items"][0]["notKept"]), (&json!(6000), &Value::Null, &Value::Null));
        let second = send_lines(&site, &flood(6000)).await.ok();
        let kept = |report: &Value| report["items"].as_array().unwrap().iter().filter(|item| item["notKept"] != true).count();
        assert_eq!((kept(&second), &second["rejected"]), (4000, &json!(6000)));
        let words = second["quarantine"].as_str().unwrap();
        assert!(words.starts_with("2000 refused items are not in the quarantine: it keeps at most 10,000 items"), "{words}");
        assert_eq!(site.get("/api/quarantine").await.ok()["total"], 10_000);
        // Others have room still, and so have those that name no source that could be read.
        let others = send_lines(&site, &[json!({"source": "crm", "kind": "x"}).to_string(), "nonsense".into()]).await.ok();
        assert_eq!((kept(&others), &others["quarantine"]), (2, &Value::Null));
        let latest = site.get("/api/quarantine?page_size=2").await.ok();
        assert_eq!([&latest["items"][0]["source"], &latest["items"][1]["source"]].map(|source| source.as_str().unwrap()).iter().filter(|source| **source == "api").count(), 1);
    }

    async fn a_long_item_is_kept_by_its_beginning_and_named_shortly(db: Database) {
        let site = Site::new(db);
        let acme = site.customer("Acme").await;
        let name = "x".repeat(60_000);
        let lines = [format!("{{\"{name}\":1}}"), json!({"customerId": id(&acme), "kind": "api_call", "count": name}).to_string()];
        let report = send_lines(&site, &lines).await.ok();
        assert_eq!(report["rejected"], 2);
        assert!(report.to_string().len() < 3000, "{report}");
        let items = site.get("/api/quarantine").await.ok();
        for item in items["items"].as_array().unwrap() {
            assert_eq!((item["content"].as_str().unwrap().len(), &item["isCut"]), (16 * 1024, &json!(true)));
            let replay = format!("/api/quarantine/{}/replay", item["id"]);
            assert_eq!(site.post(&replay, json!({})).await.invalid_fields(), ["content"]);
            let corrected = json!({"customerId": id(&acme), "kind": "login"}).to_string();
            site.post(&replay, json!({"content": corrected})).await.ok();
        }
        assert_eq!(site.get("/api/quarantine").await.ok()["total"], 0);
    }

    async fn refused_items_are_kept_to_be_corrected_or_discarded(db: Database) {
        let site = Site::new(db);
        let acme = site.customer("Acme").await;
        let bad = json!({"customerId": id(&acme), "kind": "logout"}).to_string();
        for _ in 0..2 {
            send_lines(&site, &[bad.clone(), "nonsense".into()]).await.ok();
        }
        let kept = site.get("/api/quarantine").await.ok();
        assert_eq!(kept["total"], 2);
        let item = kept["items"].as_array().unwrap().iter().find(|item| item["content"] == bad).unwrap();
        assert_eq!((&item["times"], &item["verdict"], &item["errors"][0]["field"]), (&json!(2), &json!("rejected"), &json!("kind")));
        let replay = format!("/api/quarantine/{}/replay", item["id"]);
        assert_eq!(site.post(&replay, json!({})).await.invalid_fields(), ["kind"]);
        let corrected = json!({"customerId": id(&acme), "kind": "login"}).to_string();
        let effect = site.post(&replay, json!({"content": corrected})).await.ok();
        assert_eq!(effect["health"]["factors"]["loginFrequency"]["value"], 1);
        site.post(&replay, json!({})).await.problem(404, "not_found");
        let left = site.get("/api/quarantine").await.ok();
        assert_eq!((&left["total"], &left["items"][0]["content"]), (&json!(1), &json!("nonsense")));
        let discard = format!("DELETE /api/quarantine/{}", left["items"][0]["id"]);
        assert_eq!(site.send(&discard, &[], "").await.status, 204);
        site.send(&discard, &[], "").await.problem(404, "not_found");
        assert_eq!(site.get("/api/quarantine").await.ok()["total"], 0);
    }
}

#[tokio::test]
async fn compressed_bodies_are_read() {
    let site = Site::sqlite().await;
    let acme = id(&site.customer("Acme").await);
    let text = vec![json!({"customerId": acme, "kind": "login"}).to_string(); 100].join("\n");
    let (mut gzip, mut zstd) = (Vec::new(), Vec::new());
    GzipEncoder::new(text.as_bytes()).read_to_end(&mut gzip).await.unwrap();
    ZstdEncoder::new(text.as_bytes()).read_to_end(&mut zstd).await.unwrap();
    for (encoding, body) in [("gzip", &gzip), ("GZIP", &gzip), ("zstd", &zstd)] {
        let headers = [NDJSON, ("content-encoding", encoding)];
        assert_eq!(site.send("POST /api/events", &headers, body.clone()).await.ok()["accepted"], 100, "{encoding}");
        // Cut off in the middle: what came before has its verdicts, and the answer says that there was more.
        let cut = site.send("POST /api/events", &headers, body[..body.len() - 9].to_vec()).await;
        assert_eq!(cut.status, 400, "{encoding}: {}", cut.text);
        assert!(cut.json()["error"].as_str().unwrap().contains("could not be read"), "{}", cut.text);
    }
    let unknown = site.send("POST /api/events", &[NDJSON, ("content-encoding", "br")], "").await;
    unknown.problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn little_that_unpacks_to_much_is_not_read_on() {
    let site = Site::sqlite().await;
    let acme = id(&site.customer("Acme").await);
    let event = json!({"customerId": acme, "kind": "login"}).to_string();
    let bodies: [(&str, Vec<u8>); 4] = [
        ("application/json", [b"[", vec![b' '; 64 << 20].as_slice()].concat()),
        ("application/x-ndjson", vec![b' '; 64 << 20]),
        ("application/x-ndjson", vec![b'x'; 64 << 20]),
        ("application/x-ndjson", format!("{event}{}\n", " ".repeat(60_000)).repeat(1000).into_bytes()),
    ];
    for (content_type, body) in &bodies {
        let (mut gzip, mut zstd) = (Vec::new(), Vec::new());
        GzipEncoder::new(body.as_slice()).read_to_end(&mut gzip).await.unwrap();
        ZstdEncoder::new(body.as_slice()).read_to_end(&mut zstd).await.unwrap();
        for (encoding, body) in [("gzip", gzip), ("zstd", zstd)] {
            let headers = [("content-type", *content_type), ("content-encoding", encoding)];
            let answer = site.send("POST /api/events", &headers, body).await;
            assert_eq!(answer.status, 413, "{encoding}: {}", answer.text);
            assert!(answer.json()["error"].as_str().unwrap().contains("100 times what was sent"), "{}", answer.text);
        }
    }
    // Events like each other, as many as there may be, compress well and are welcome.
    let body = format!("{event}\n").repeat(100_000);
    let mut zstd = Vec::new();
    ZstdEncoder::new(body.as_bytes()).read_to_end(&mut zstd).await.unwrap();
    assert!(body.len() > 300 * zstd.len());
    let answer = site.send("POST /api/events", &[NDJSON, ("content-encoding", "zstd")], zstd).await.ok();
    assert_eq!(answer["accepted"], 100_000);
}

#[tokio::test]
async fn what_is_no_batch_is_refused() {
    let site = Site::sqlite().await;
    site.send("POST /api/events", &[("content-type", "text/plain")], "").await.problem(415, "unsupported_media_type");
    site.send("GET /api/events", &[], "").await.problem(405, "method_not_allowed");
    let json = [("content-type", "application/json")];
    for body in ["{}", "[{}", "", "[] []"] {
        let answer = site.send("POST /api/events", &json, body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.json()["error"].is_string(), "{body}");
    }
    assert_eq!(site.send("POST /api/events", &json, "[]").await.ok()["items"], json!([]));
    // Many programs write a comma after the last item: nothing follows it, so nothing is refused.
    let report = site.send("POST /api/events", &json, "[{},\n]").await.ok();
    assert_eq!((verdicts(&report), &report["error"]), (vec!["rejected"], &Value::Null));
    let customer = site.customer("Acme").await;
    let answer = site.post(&format!("{customer}/events"), json!({"kind": "login", "customerId": 1, "externalId": "x"})).await;
    assert_eq!(answer.invalid_fields(), ["customerId", "externalId"]);
}

#[tokio::test]
async fn a_body_may_be_larger_than_other_requests_and_come_in_pieces() {
    let site = Site::sqlite().await;
    let acme = id(&site.customer("Acme").await);
    let line = json!({"customerId": acme, "kind": "support_ticket", "subject": "x".repeat(400)}).to_string() + "\n";
    let body: Vec<u8> = line.repeat(300).into_bytes();
    assert!(body.len() > 100_000);
    let pieces: Vec<_> = body.chunks(777).map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece))).collect();
    let body = Body::from_stream(futures::stream::iter(pieces));
    let answer = site.send("POST /api/events", &[NDJSON], body).await.ok();
    assert_eq!(answer["accepted"], 300);
}

#[tokio::test]
async fn items_beyond_the_limit_are_not_read() {
    let site = Site::sqlite().await;
    let body = "x\n".repeat(100_001);
    let answer = site.send("POST /api/events", &[NDJSON], body).await;
    assert_eq!(answer.status, 413);
    let report = answer.json();
    assert_eq!((&report["rejected"], report["error"].is_string()), (&json!(100_000), true));
    // The same nonsense is kept once.
    assert_eq!(site.get("/api/quarantine").await.ok()["items"][0]["times"], 100_000);
}
