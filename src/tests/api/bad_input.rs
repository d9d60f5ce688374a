//! Bad input: each a precise 4xx that names what is wrong, and nothing is stored

use super::Site;
use crate::tests::harness::Database;
use serde_json::{Value, json};

const JSON: (&str, &str) = ("content-type", "application/json");

on_each_database! {
    async fn wrong_types_are_told_in_words(db: Database) {
        let site = Site::new(db);
        let body = json!({"bands": null});
        let refused = site.post("/api/scorecards", body).await;
        assert_eq!((refused.status, &refused.json()["errors"][0]["message"]), (422, &json!("must be an object, not null")));
        let body = json!({"bands": {"healthy": "x", "atRisk": 40}});
        let refused = site.post("/api/scorecards", body).await;
        let error = &refused.json()["errors"][0];
        assert_eq!(error, &json!({"field": "bands.healthy", "message": "must be a number, not string \"x\""}));
    }

    async fn a_packed_body_is_refused_where_none_is_unpacked(db: Database) {
        let site = Site::new(db);
        let packed = site.send("POST /api/customers", &[JSON, ("content-encoding", "gzip")], "{}").await;
        assert_eq!(packed.status, 415, "{}", packed.text);
    }

    async fn bad_events_are_refused(db: Database) {
        let invoice = |field: &str, value: Value| {
            let mut event =
                json!({"kind": "invoice_issued", "number": "1", "amountCents": 1, "currency": "USD", "dueDate": "2026-04-01"});
            event[field] = value;
            event
        };
        let cases = [
            (json!({}), "kind"),
            (json!({"kind": ""}), "kind"),
            (json!({"kind": "logout"}), "kind"),
            (json!({"kind": "Login"}), "kind"),
            (json!({"kind": null}), "kind"),
            (json!({"kind": 5}), "kind"),
            (json!({"kind": ["login"]}), "kind"),
            (json!({"kind": "login", "colour": "red"}), "colour"),
            (json!({"kind": "login", "count": 1}), "count"),
            (json!({"kind": "login", "feature": "x"}), "feature"),
            (json!({"kind": "login", "user": 7}), "user"),
            (json!({"kind": "login", "user": "x".repeat(201)}), "user"),
            (json!({"kind": "login", "user": "nul\u{0}"}), "user"),
            (json!({"kind": "login", "messageId": "x".repeat(201)}), "messageId"),
            (json!({"kind": "login", "messageId": 1}), "messageId"),
            (json!({"kind": "login", "messageId": "a\u{0}b"}), "messageId"),
            (json!({"kind": "login", "source": "x".repeat(51)}), "source"),
            (json!({"kind": "login", "occurredAt": "2026-03-16T12:05:01Z"}), "occurredAt"),
            (json!({"kind": "login", "occurredAt": "1999-12-31T23:59:59Z"}), "occurredAt"),
            (json!({"kind": "login", "occurredAt": "9999-12-31T23:59:59Z"}), "occurredAt"),
            (json!({"kind": "login", "occurredAt": "2026-02-30T00:00:00Z"}), "occurredAt"),
            (json!({"kind": "login", "occurredAt": "yesterday"}), "occurredAt"),
            (json!({"kind": "login", "occurredAt": "2026-03-16"}), "occurredAt"),
            (json!({"kind": "login", "occurredAt": 1_750_000_000}), "occurredAt"),
            (json!({"kind": "feature_use"}), "feature"),
            (json!({"kind": "feature_use", "feature": "   "}), "feature"),
            (json!({"kind": "feature_use", "feature": "x".repeat(101)}), "feature"),
            (json!({"kind": "api_call", "count": 0}), "count"),
            (json!({"kind": "api_call", "count": -1}), "count"),
            (json!({"kind": "api_call", "count": 1_000_000_001}), "count"),
            (json!({"kind": "api_call", "count": 1.5}), "count"),
            (json!({"kind": "api_call", "count": "5"}), "count"),
            (json!({"kind": "api_call", "count": 1e300}), "count"),
            (json!({"kind": "support_ticket", "priority": "extreme"}), "priority"),
            (json!({"kind": "support_ticket", "subject": "x".repeat(501)}), "subject"),
            (invoice("number", json!("")), "number"),
            (invoice("number", json!("x".repeat(101))), "number"),
            (invoice("number", json!(17)), "number"),
            (invoice("amountCents", json!(-1)), "amountCents"),
            (invoice("amountCents", json!(null)), "amountCents"),
            (invoice("amountCents", json!(9.99)), "amountCents"),
            (invoice("amountCents", json!(i64::MAX)), "amountCents"),
            (invoice("amountCents", json!(u64::MAX)), "amountCents"),
            (invoice("currency", json!("DOLLAR")), "currency"),
            (invoice("currency", json!("U5D")), "currency"),
            (invoice("dueDate", json!("2026-13-01")), "dueDate"),
            (invoice("dueDate", json!("2026-7-1")), "dueDate"),
            (invoice("dueDate", json!("3000-01-01")), "dueDate"),
            (invoice("dueDate", json!(null)), "dueDate"),
            (json!({"kind": "invoice_paid"}), "number"),
            (json!({"kind": "invoice_paid", "number": "1", "amountCents": 5}), "amountCents"),
            (json!({"kind": "invoice_voided", "number": "\u{7}"}), "number"),
            (json!([]), "body"),
            (json!(["login"]), "body"),
            (json!("login"), "body"),
            (json!(null), "body"),
        ];
        unharmed(db, async |site| {
            for (body, field) in cases {
                check(site, "POST /api/customers/1/events", body, field).await;
            }
        })
        .await;
    }

    async fn bad_customers_are_refused(db: Database) {
        let cases = [
            (json!({"segment": "SMB"}), "name"),
            (json!({"name": "", "segment": "SMB"}), "name"),
            (json!({"name": "   ", "segment": "SMB"}), "name"),
            (json!({"name": null, "segment": "SMB"}), "name"),
            (json!({"name": "x".repeat(201), "segment": "SMB"}), "name"),
            (json!({"name": "nul\u{0}", "segment": "SMB"}), "name"),
            (json!({"name": 12, "segment": "SMB"}), "name"),
            (json!({"name": "A"}), "segment"),
            (json!({"name": "A", "segment": "Large"}), "segment"),
            (json!({"name": "A", "segment": "SMB", "arrCents": -1}), "arrCents"),
            (json!({"name": "A", "segment": "SMB", "arrCents": 1.5}), "arrCents"),
            (json!({"name": "A", "segment": "SMB", "arrCents": "100"}), "arrCents"),
            (json!({"name": "A", "segment": "SMB", "arrCents": i64::MAX}), "arrCents"),
            (json!({"name": "A", "segment": "SMB", "renewalDate": "soon"}), "renewalDate"),
            (json!({"name": "A", "segment": "SMB", "renewalDate": "2026-02-29"}), "renewalDate"),
            (json!({"name": "A", "segment": "SMB", "startDate": "1969-12-31"}), "startDate"),
            (json!({"name": "A", "segment": "SMB", "crmUrl": "javascript:alert(1)"}), "crmUrl"),
            (json!({"name": "A", "segment": "SMB", "crmUrl": "https://"}), "crmUrl"),
            (json!({"name": "A", "segment": "SMB", "crmUrl": format!("https://{}", "x".repeat(500))}), "crmUrl"),
            (json!({"name": "A", "segment": "SMB", "externalId": "x".repeat(201)}), "externalId"),
            (json!({"name": "A", "segment": "SMB", "owner": ["Ada"]}), "owner"),
            (json!({"name": "A", "segment": "SMB", "id": 5}), "id"),
            (json!({"name": "A", "segment": "SMB", "version": 1}), "version"),
        ];
        let changes = [
            (json!({}), "version"),
            (json!({"name": "B"}), "version"),
            (json!({"name": "B", "version": "1"}), "version"),
            (json!({"name": null, "version": 1}), "name"),
            (json!({"segment": null, "version": 1}), "segment"),
            (json!({"arrCents": -5, "version": 1}), "arrCents"),
            (json!({"archived": true, "version": 1}), "archived"),
        ];
        unharmed(db, async |site| {
            for (body, field) in cases {
                check(site, "POST /api/customers", body, field).await;
            }
            for (body, field) in changes {
                check(site, "PATCH /api/customers/1", body, field).await;
            }
            for (body, field) in [(json!({}), "reason"), (json!({"reason": "bored"}), "reason"), (json!({"why": "x"}), "why")] {
                check(site, "POST /api/customers/1/archive", body, field).await;
            }
        })
        .await;
    }

    async fn every_broken_rule_is_reported_at_once(db: Database) {
        let site = Site::new(db);
        let answer = site.post("/api/customers", json!({"name": "", "segment": "x", "arrCents": -1, "startDate": "x"})).await;
        assert_eq!(answer.invalid_fields(), ["name", "segment", "arrCents", "startDate"]);
    }

    async fn bad_notes_are_refused(db: Database) {
        let long = "x".repeat(5001);
        let cases = [
            (json!({"text": "t"}), "author"),
            (json!({"author": "x".repeat(101), "text": "t"}), "author"),
            (json!({"author": "Ada"}), "text"),
            (json!({"author": "Ada", "text": " \n "}), "text"),
            (json!({"author": "Ada", "text": long}), "text"),
            (json!({"author": "Ada", "text": "nul\u{0}"}), "text"),
            (json!({"author": "Ada", "text": "t", "title": "x"}), "title"),
        ];
        unharmed(db, async |site| {
            for (body, field) in cases {
                check(site, "POST /api/customers/1/notes", body, field).await;
            }
        })
        .await;
    }

    async fn bad_reasons_are_refused(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        site.event(&customer, json!({"kind": "login"})).await;
        for body in [json!({}), json!({"reason": " "}), json!({"reason": "x".repeat(501)}), json!({"reason": null})] {
            check(&site, "POST /api/events/1/retract", body, "reason").await;
        }
        assert_eq!(site.get(&format!("{customer}/events")).await.ok()["items"][0]["retraction"], json!(null));
    }

    async fn bad_queries_are_refused(db: Database) {
        let big = "9223372036854775807";
        let cases = [
            ("/api/customers?page=0", "page"),
            ("/api/customers?page=-1", "page"),
            ("/api/customers?page=two", "page"),
            ("/api/customers?page=1.5", "page"),
            (&format!("/api/customers?page={big}"), "page"),
            ("/api/customers?page=99999999999999999999999", "page"),
            ("/api/customers?page=201&page_size=50", "page"),
            ("/api/customers?page_size=0", "page_size"),
            ("/api/customers?page_size=201", "page_size"),
            ("/api/customers?sort=colour", "sort"),
            ("/api/customers?direction=up", "direction"),
            ("/api/customers?band=great", "band"),
            ("/api/customers?segment=huge", "segment"),
            ("/api/customers?renewal=never", "renewal"),
            ("/api/customers?change=sideways", "change"),
            ("/api/customers?archived=maybe", "archived"),
            ("/api/customers?arr=lots", "arr"),
            ("/api/customers?score_from=101", "score_from"),
            ("/api/customers?score_below=-1", "score_below"),
            ("/api/customers?factor=login_frequency", "factor"),
            ("/api/customers?factor=moon_phase:..40", "factor"),
            ("/api/portfolio?factor=moon_phase:..40", "factor"),
            ("/api/customers?search=nul%00", "search"),
            (&format!("/api/customers?search={}", "x".repeat(201)), "search"),
            ("/api/customers?colour=red", "colour"),
            ("/api/customers?page=1&page=2", "page"),
            ("/api/customers/1?verbose=1", "verbose"),
            ("/api/customers/1/events?kind=logout", "kind"),
            ("/api/customers/1/events?page=0", "page"),
            (&format!("/api/customers/1/events?page={big}"), "page"),
            ("/api/customers/1/events?page=201", "page"),
            ("/api/customers/1/events?page_size=1000", "page_size"),
            ("/api/customers/1/events?sort=x", "sort"),
            ("/api/customers/1/notes?page=1", "page"),
            ("/api/customers/1/health/changes?from=2026-03-17", "from"),
            ("/api/customers/1/health/changes?to=2026-03-17", "to"),
            ("/api/customers/1/health/changes?from=2026-03-02&to=2026-03-01", "from"),
            ("/api/customers/1/health/changes?known=maybe", "known"),
            ("/api/customers/1/health/changes?as_of=2026-03-01", "as_of"),
            ("/api/customers/1/events?from=2026-13-01", "from"),
            ("/api/customers/1/events?from=2026-03-02&to=2026-03-01", "from"),
            ("/api/customers/1/health?as_of=2026-03-17", "as_of"),
            ("/api/customers/1/health?as_of=tomorrow", "as_of"),
            ("/api/customers/1/health?as_of=2026-6-1", "as_of"),
            ("/api/customers/1/health?as_of=2026-02-30", "as_of"),
            ("/api/customers/1/health?as_of=0001-01-01", "as_of"),
            ("/api/customers/1/health?as_of=99999-01-01", "as_of"),
            ("/api/customers/1/health?asOf=2026-03-01", "asOf"),
            ("/api/customers/1/health?known_at=2026-03-17", "known_at"),
            ("/api/customers/1/health?known_at=2026-03-1", "known_at"),
            ("/api/customers/1/health?known_at=now", "known_at"),
            ("/api/customers/1/health?as_of=2026-03-02&known_at=2026-03-01", "known_at"),
            ("/api/customers/1/health/history?from=2026-03-17", "from"),
            ("/api/customers/1/health/history?to=2026-03-17", "to"),
            ("/api/customers/1/health/history?from=2026-03-02&to=2026-03-01", "from"),
            ("/api/customers/1/health/history?from=2016-03-01", "from"),
            ("/api/customers/1/health/history?from=soon", "from"),
            ("/api/customers/1/health/history?to=2026-03-02&known_at=2026-03-01", "known_at"),
            ("/api/customers/1/health/history?as_of=2026-03-01", "as_of"),
            ("/api/customers?as_of=2026-03-17", "as_of"),
            ("/api/customers?as_of=2026-3-1", "as_of"),
            ("/api/customers?as_of=2026-03-02&known_at=2026-03-01", "known_at"),
            ("/api/customers?known_at=maybe", "known_at"),
            ("/customers.csv?as_of=2026-03-17", "as_of"),
            ("/api/portfolio?as_of=2026-03-17", "as_of"),
            ("/api/portfolio?as_of=2026-03-02&known_at=2026-03-01", "known_at"),
            ("/api/portfolio?sort=name", "sort"),
            ("/api/portfolio?owner=nul%00", "owner"),
            ("/api/scorecard?version=1", "version"),
        ];
        unharmed(db, async |site| {
            for (path, field) in cases {
                let answer = site.get(path).await;
                assert_eq!(answer.status, 422, "{path}: {}", answer.text);
                assert_eq!(answer.invalid_fields(), [field], "{path}");
            }
        })
        .await;
    }

    async fn bodies_that_cannot_be_read_are_refused(db: Database) {
        let malformed: [&[u8]; 8] = [
            b"",
            b"{",
            b"{\"kind\": \"login\"",
            b"{\"kind\": \"login\",}",
            b"{\"kind\": \"login\"} trailing",
            b"{'kind': 'login'}",
            b"{\"kind\": NaN}",
            b"{\"kind\": \"\xff\"}",
        ];
        unharmed(db, async |site| {
            for path in ["POST /api/customers", "PATCH /api/customers/1", "POST /api/customers/1/events", "POST /api/scorecards"] {
                for body in malformed {
                    site.send(path, &[JSON], body.to_vec()).await.problem(400, "bad_request");
                }
                for content_type in ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"] {
                    let answer = site.send(path, &[("content-type", content_type)], "{}").await;
                    answer.problem(415, "unsupported_media_type");
                }
                site.send(path, &[], "{}").await.problem(415, "unsupported_media_type");
                let huge = json!({"name": "x".repeat(70_000)}).to_string();
                site.send(path, &[JSON], huge).await.problem(413, "too_large");
            }
            let deep = format!("{{\"name\": {}1{}}}", "[".repeat(30_000), "]".repeat(30_000));
            assert_eq!(site.send("POST /api/customers", &[JSON], deep).await.invalid_fields(), ["name"]);
            let twice = site.send("POST /api/customers", &[JSON], r#"{"name": "A", "name": "B", "segment": "SMB"}"#).await;
            assert_eq!(twice.invalid_fields(), ["name"]);
        })
        .await;
    }

    async fn json_by_another_name_is_accepted(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        for content_type in ["application/json; charset=utf-8", "Application/JSON", "application/cloudevents+json"] {
            let request = format!("POST {customer}/events");
            let answer = site.send(&request, &[("content-type", content_type)], r#"{"kind": "login"}"#).await;
            assert_eq!(answer.status, 201, "{content_type}: {}", answer.text);
        }
    }

    async fn a_wrong_method_is_told_which_ones_are_right(db: Database) {
        let site = Site::new(db);
        let cases = [
            ("DELETE /api/customers", "GET,HEAD,POST"),
            ("PUT /api/customers/1", "GET,HEAD,PATCH"),
            ("GET /api/customers/1/archive", "POST"),
            ("POST /api/portfolio", "GET,HEAD"),
            ("PUT /api/scorecards", "GET,HEAD,POST"),
            ("DELETE /api/scorecards/1", "GET,HEAD"),
            ("POST /healthz", "GET,HEAD"),
        ];
        for (request, allowed) in cases {
            let answer = site.send(request, &[], "").await;
            answer.problem(405, "method_not_allowed");
            assert_eq!(answer.header("allow"), allowed, "{request}");
        }
    }

    async fn a_bad_idempotency_key_is_refused(db: Database) {
        unharmed(db, async |site| {
            for key in ["", "  ", &"x".repeat(201)] {
                let headers = [JSON, ("idempotency-key", key)];
                let answer = site.send("POST /api/customers/1/events", &headers, r#"{"kind": "login"}"#).await;
                assert_eq!(answer.invalid_fields().len(), 1, "{key}");
            }
        })
        .await;
    }
}

/// Sends to `/api/customers/1` (which exists) or elsewhere and expects one field to be blamed.
async fn check(site: &Site, request: &str, body: Value, field: &str) {
    let answer = site.write(request, body.clone()).await;
    assert_eq!(answer.status, 422, "{request} {body}: {}", answer.text);
    assert_eq!(answer.invalid_fields(), [field], "{request} {body}");
}

/// A site with one customer, and afterwards the proof that it is as it was.
async fn unharmed(database: Database, test: impl AsyncFnOnce(&Site)) {
    let site = Site::new(database);
    let customer = site.customer("Acme").await;
    let before = site.get(&customer).await.ok();
    test(&site).await;
    assert_eq!(site.get(&customer).await.ok(), before);
    assert_eq!(site.get("/api/customers").await.ok()["total"], 1);
    assert_eq!(site.get("/api/customers?archived=true").await.ok()["total"], 0);
    assert_eq!(site.get(&format!("{customer}/events")).await.ok()["total"], 0);
    assert_eq!(site.get(&format!("{customer}/notes")).await.ok()["total"], 0);
}
