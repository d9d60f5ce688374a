//! `/api/customers/{id}/events` and `/api/events/{id}/retract`

use super::Site;
use super::client::tenths;
use serde_json::json;

on_each_database! {
    async fn a_login_raises_the_login_frequency(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        let effect = site.event(&customer, json!({"kind": "login", "user": "ada"})).await;
        let factor = |health: &serde_json::Value| tenths(&health["factors"]["loginFrequency"]["score"]);
        assert!(factor(&effect["health"]) > factor(&effect["before"]), "{effect}");
        assert_eq!(effect["health"]["factors"]["loginFrequency"]["value"], 1);
        assert_eq!(site.get(&format!("{customer}/health")).await.ok(), effect["health"]);
        assert_eq!((&effect["event"]["user"], &effect["event"]["source"]), (&json!("ada"), &json!("api")));
        assert_eq!(effect["event"]["occurredAt"], "2026-03-16T12:00:00Z");
    }

    async fn every_kind_of_event_is_accepted_and_comes_back_as_it_was_sent(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        let issued =
            json!({"kind": "invoice_issued", "number": "R1", "amountCents": 100, "currency": "EUR", "dueDate": "2026-04-01"});
        let events = [
            json!({"kind": "login"}),
            json!({"kind": "feature_use", "feature": "reports", "user": "ada"}),
            json!({"kind": "api_call", "count": 1_000_000_000}),
            json!({"kind": "support_ticket", "priority": "urgent", "subject": "Help"}),
            issued,
            json!({"kind": "invoice_paid", "number": "R1"}),
            json!({"kind": "invoice_voided", "number": "R1"}),
        ];
        for event in &events {
            let effect = site.event(&customer, event.clone()).await;
            for (field, value) in event.as_object().unwrap() {
                assert_eq!(&effect["event"][field], value, "{event}");
            }
        }
        let list = site.get(&format!("{customer}/events")).await.ok();
        let kinds: Vec<_> = list["items"].as_array().unwrap().iter().map(|event| event["kind"].clone()).collect();
        let newest_first: Vec<_> = events.iter().rev().map(|event| event["kind"].clone()).collect();
        assert_eq!(kinds, newest_first);
    }

    async fn defaults_and_normal_forms_are_applied(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        let cases = [
            (json!({"kind": "api_call"}), "count", json!(1)),
            (json!({"kind": "support_ticket"}), "priority", json!("normal")),
            (json!({"kind": "feature_use", "feature": "  ReportS "}), "feature", json!("reports")),
            (json!({"kind": "login", "occurredAt": "2026-03-01T23:30:00-02:00"}), "occurredAt", json!("2026-03-02T01:30:00Z")),
            (json!({"kind": "login", "occurredAt": "2026-03-01T10:00"}), "occurredAt", json!("2026-03-01T10:00:00Z")),
            (json!({"kind": "login", "source": "billing"}), "source", json!("billing")),
        ];
        for (event, field, expected) in cases {
            assert_eq!(site.event(&customer, event).await["event"][field], expected, "{field}");
        }
    }

    async fn a_repeat_is_harmless_and_a_contradiction_is_refused(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        let path = format!("{customer}/events");
        let event = json!({"kind": "login", "user": "ada", "messageId": "m1"});
        let first = site.event(&customer, event.clone()).await;

        let again = site.post(&path, event).await.ok();
        assert_eq!((&again["event"], &again["repeated"]), (&first["event"], &json!(true)));

        let keyed = [("content-type", "application/json"), ("idempotency-key", "m1")];
        let by_header = site.send(&format!("POST {path}"), &keyed, json!({"kind": "login", "user": "ada"}).to_string()).await.ok();
        assert_eq!(by_header["event"], first["event"]);

        let both_same = json!({"kind": "login", "user": "ada", "messageId": "m1"}).to_string();
        assert_eq!(site.send(&format!("POST {path}"), &keyed, both_same).await.status, 200);
        let both = json!({"kind": "login", "user": "ada", "messageId": "m2"}).to_string();
        let both = site.send(&format!("POST {path}"), &keyed, both).await;
        assert_eq!(both.invalid_fields(), ["Idempotency-Key"]);

        site.post(&path, json!({"kind": "login", "user": "bob", "messageId": "m1"})).await.problem(409, "conflict");
        let other = site.customer("Other").await;
        let elsewhere = json!({"kind": "login", "user": "ada", "messageId": "m1"});
        site.post(&format!("{other}/events"), elsewhere.clone()).await.problem(409, "conflict");
        let mut from_elsewhere = elsewhere;
        from_elsewhere["source"] = json!("billing");
        site.event(&other, from_elsewhere).await;

        let health = site.get(&format!("{customer}/health")).await.ok();
        assert_eq!(health["factors"]["loginFrequency"]["value"], 1);
    }

    async fn the_timeline_is_filtered_by_kind_and_paged(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        for day in 1..=3 {
            site.event(&customer, json!({"kind": "login", "occurredAt": format!("2026-03-0{day}T00:00:00Z")})).await;
            site.event(&customer, json!({"kind": "api_call", "occurredAt": format!("2026-03-0{day}T12:00:00Z")})).await;
        }
        let page = site.get(&format!("{customer}/events?kind=login&page=2&page_size=2")).await.ok();
        assert_eq!((&page["total"], &page["page"], &page["pageSize"]), (&json!(3), &json!(2), &json!(2)));
        let times: Vec<_> = page["items"].as_array().unwrap().iter().map(|event| event["occurredAt"].clone()).collect();
        assert_eq!(times, [json!("2026-03-01T00:00:00Z")]);
    }

    async fn a_retracted_event_stays_visible_and_no_longer_counts(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        site.event(&customer, json!({"kind": "login"})).await;
        let event = json!({"kind": "login", "messageId": "m1"});
        let accepted = site.event(&customer, event.clone()).await;
        let path = format!("/api/events/{}/retract", accepted["event"]["id"]);
        let effect = site.post(&path, json!({"reason": "sent by mistake"})).await.ok();
        assert_eq!(effect["event"]["retraction"]["reason"], "sent by mistake");
        assert_eq!(effect["health"]["factors"]["loginFrequency"]["value"], 1);
        assert_eq!(site.get(&format!("{customer}/health")).await.ok(), effect["health"]);

        let list = site.get(&format!("{customer}/events")).await.ok();
        assert_eq!(list["items"][0]["retraction"]["reason"], "sent by mistake");
        site.post(&path, json!({"reason": "again"})).await.problem(409, "conflict");
        assert_eq!(site.post(&format!("{customer}/events"), event).await.status, 200, "its id stays used");
    }
}
