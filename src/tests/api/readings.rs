//! `/api/customers/{id}/readings`, and readings as events.

use super::Site;
use serde_json::{Value, json};

fn reading(name: &str, value: Value, day: &str) -> Value {
    json!({"kind": "reading", "name": name, "value": value, "occurredAt": format!("{day}T08:00:00Z")})
}

on_each_database! {
    async fn the_latest_value_of_each_name_is_told_with_its_day(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        let path = format!("{customer}/readings");
        assert_eq!(site.get(&path).await.ok(), json!({"customerId": 1, "asOf": "2026-03-16", "items": []}));
        site.event(&customer, reading("Seats used", json!(40), "2026-03-01")).await;
        let effect = site.event(&customer, reading("Seats used", json!("42.50"), "2026-03-10")).await;
        assert_eq!((&effect["event"]["name"], &effect["event"]["value"]), (&json!("seats used"), &json!(42.5)));
        let nps = site.event(&customer, reading("NPS", json!(-7), "2026-03-12")).await["event"]["id"].clone();
        let seats = json!({"name": "seats used", "value": 42.5, "day": "2026-03-10", "occurredAt": "2026-03-10T08:00:00Z"});
        let items = site.get(&path).await.ok()["items"].clone();
        assert_eq!((&items[1], &items[0]["value"]), (&seats, &json!(-7)));
        assert_eq!(site.get(&format!("{path}?as_of=2026-03-09")).await.ok()["items"][0]["value"], 40);
        assert_eq!(site.get(&format!("{path}?as_of=2026-03-09&known_at=then")).await.ok()["items"], json!([]));
        site.post(&format!("/api/events/{nps}/retract"), json!({"reason": "wrong customer"})).await.ok();
        assert_eq!(site.get(&path).await.ok()["items"], json!([seats]));
        let listed = site.get(&format!("{customer}/events?kind=reading")).await.ok();
        assert_eq!((&listed["total"], &listed["items"][0]["retraction"]["reason"]), (&json!(3), &json!("wrong customer")));
        site.get(&format!("{path}?as_of=2026-03-17")).await.problem(422, "invalid");
        site.get("/api/customers/404/readings").await.problem(404, "not_found");
    }

    async fn bad_readings_are_refused_with_the_field_and_the_rule(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        for (event, field, rule) in [
            (json!({"kind": "reading", "value": 1}), "name", "is required"),
            (json!({"kind": "reading", "name": " ", "value": 1}), "name", "is required"),
            (json!({"kind": "reading", "name": "x".repeat(101), "value": 1}), "name", "must be at most 100 characters"),
            (json!({"kind": "reading", "name": "nps"}), "value", "is required"),
            (json!({"kind": "reading", "name": "nps", "value": 1.2345}), "value", "must have at most 3 decimal places"),
            (json!({"kind": "reading", "name": "nps", "value": "nine"}), "value", "must be a number, such as 42.5"),
            (json!({"kind": "reading", "name": "nps", "value": 1e12}), "value", "must be between -999999999999.999 and 999999999999.999"),
            (json!({"kind": "reading", "name": "nps", "value": true}), "value", "must be a number, or a text with one, not boolean `true`"),
            (json!({"kind": "reading", "name": "nps", "value": 1, "count": 2}), "count", "does not belong to an event of kind reading"),
            (json!({"kind": "login", "name": "nps"}), "name", "does not belong to an event of kind login"),
        ] {
            let answer = site.post(&format!("{customer}/events"), event.clone()).await.problem(422, "invalid");
            assert_eq!(answer["errors"], json!([{"field": field, "message": rule}]), "{event}");
        }
        assert_eq!(site.send(&format!("POST {customer}/events"), &[("content-type", "application/json")],
            r#"{"kind": "reading", "name": "nps", "value": NaN}"#).await.status, 400);
    }

    async fn one_name_too_many_is_rejected_kept_and_accepted_once_there_is_room(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        let item = |number: i64| json!({"kind": "reading", "customerId": 1, "name": format!("name {number}"), "value": number});
        let report = site.post("/api/events", json!((0..51).map(item).collect::<Vec<_>>())).await.ok();
        assert_eq!((&report["accepted"], &report["rejected"], &report["conflicts"]), (&json!(50), &json!(1), &json!(0)), "{report}");
        assert_eq!(report["items"][50]["errors"][0]["field"], "name");
        let message = report["items"][50]["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("50 names of readings that a customer may have"), "{message}");
        let single = json!({"kind": "reading", "name": "name 60", "value": 1});
        assert_eq!(site.post(&format!("{customer}/events"), single).await.invalid_fields(), ["name"]);
        let kept = site.get("/api/quarantine").await.ok()["items"][0]["id"].clone();
        let replay = format!("/api/quarantine/{kept}/replay");
        assert_eq!(site.post(&replay, json!({})).await.invalid_fields(), ["name"]);
        let first = &report["items"][0]["eventId"];
        site.post(&format!("/api/events/{first}/retract"), json!({"reason": "no longer measured"})).await.ok();
        assert!(site.post(&replay, json!({})).await.status < 300);
        assert_eq!(site.get(&format!("{customer}/readings")).await.ok()["items"].as_array().unwrap().len(), 50);
    }

    async fn a_reading_sent_again_is_a_repeat_and_with_another_value_a_conflict(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        let sent = |value: Value| json!({"kind": "reading", "name": "Seats used", "value": value, "messageId": "m-1"});
        site.event(&customer, sent(json!(42.5))).await;
        for same in [json!(42.5), json!("42.5"), json!("42.50")] {
            assert_eq!(site.post(&format!("{customer}/events"), sent(same)).await.status, 200);
        }
        let other_case = json!({"kind": "reading", "name": "seats USED", "value": 42.5, "messageId": "m-1"});
        assert_eq!(site.post(&format!("{customer}/events"), other_case).await.status, 200);
        site.post(&format!("{customer}/events"), sent(json!(42.501))).await.problem(409, "conflict");
        assert_eq!(site.get(&format!("{customer}/readings")).await.ok()["items"][0]["value"], 42.5);
    }
}
