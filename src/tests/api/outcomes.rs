//! `/api/customers/{id}/outcomes`, `/api/outcomes/{id}/retract`, and how customers leave and come back.

use super::Site;
use serde_json::json;

on_each_database! {
    async fn an_outcome_is_told_once_listed_and_retracted(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        let path = format!("{customer}/outcomes");
        let body = json!({"outcome": "contracted", "date": "2026-03-01", "arrBeforeCents": 900, "arrAfterCents": 400, "reason": "price", "involuntary": true});
        let told = site.post(&path, body.clone()).await;
        assert_eq!(told.status, 201, "{}", told.text);
        let expected = json!({
            "id": told.json()["id"], "customerId": 1, "outcome": "contracted", "date": "2026-03-01", "arrBeforeCents": 900,
            "arrAfterCents": 400, "reason": "Price", "involuntary": true, "receivedAt": "2026-03-16T12:00:00Z", "retraction": null,
        });
        assert_eq!(told.json(), expected);
        let again = site.post(&path, body.clone()).await;
        assert_eq!((again.status, again.json()), (200, expected.clone()));
        let mut other = body.clone();
        other["arrAfterCents"] = json!(500);
        let conflict = site.post(&path, other.clone()).await.problem(409, "conflict");
        assert!(conflict["detail"].as_str().unwrap().contains("retract that first"), "{conflict}");
        let second = site.post(&path, json!({"outcome": "renewed", "date": "2026-03-02"})).await.json();
        assert_eq!(site.get(&path).await.ok(), json!({"items": [second, expected], "total": 2}));

        let retract = format!("/api/outcomes/{}/retract", expected["id"]);
        assert_eq!(site.post(&retract, json!({"reason": " "})).await.invalid_fields(), ["reason"]);
        let retracted = site.post(&retract, json!({"reason": "A typo"})).await.ok();
        assert_eq!(retracted["retraction"], json!({"reason": "A typo", "retractedAt": "2026-03-16T12:00:00Z"}));
        site.post(&retract, json!({"reason": "Again"})).await.problem(409, "conflict");
        assert_eq!(site.post(&path, other).await.status, 201);
        assert_eq!(site.get(&path).await.ok()["total"], 3);
        site.post("/api/outcomes/404/retract", json!({"reason": "x"})).await.problem(404, "not_found");
        site.post("/api/customers/404/outcomes", body).await.problem(404, "not_found");
        site.get("/api/customers/404/outcomes").await.problem(404, "not_found");
    }

    async fn the_reasons_to_choose_from_are_listed(db: Database) {
        let site = Site::new(db);
        let reasons = site.get("/api/outcomes/reasons").await.ok();
        assert_eq!((&reasons["items"][0], &reasons["total"]), (&json!("Price"), &json!(11)));
        site.database.set_outcome_reasons(&["Bad weather".into()]).await.unwrap();
        assert_eq!(site.get("/api/outcomes/reasons").await.ok(), json!({"items": ["Bad weather"], "total": 1}));
    }

    async fn who_churned_leaves_the_lists_still_takes_events_and_starts_anew_when_it_comes_back(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        let told = site.post(&format!("{customer}/outcomes"), json!({"outcome": "churned", "date": "2026-03-01"})).await.json();
        assert_eq!(told["arrAfterCents"], 0);
        assert_eq!(site.get(&customer).await.ok()["archived"], json!({"reason": "churned", "date": "2026-03-01"}));
        assert_eq!(site.get("/api/customers").await.ok()["total"], 0);
        site.event(&customer, json!({"kind": "login"})).await;
        let restore = format!("{customer}/restore");
        assert_eq!(site.post(&restore, json!({"startDate": "soon"})).await.invalid_fields(), ["startDate"]);
        assert_eq!(site.post(&restore, json!({"startDate": "2026-02-28"})).await.invalid_fields(), ["startDate"]);
        let restored = site.post(&restore, json!({"startDate": "2026-03-10"})).await.ok();
        assert_eq!((&restored["archived"], &restored["startDate"]), (&json!(null), &json!("2026-03-10")));
        assert_eq!(site.get(&format!("{customer}/outcomes")).await.ok()["items"][0]["retraction"], json!(null));
        // By the archive's reason alone, without a body.
        site.post(&format!("{customer}/archive"), json!({"reason": "churned"})).await.ok();
        assert_eq!(site.get(&format!("{customer}/outcomes")).await.ok()["items"][0]["date"], "2026-03-16");
        assert_eq!(site.send(&format!("POST {restore}"), &[], "").await.ok()["startDate"], "2026-03-16");
    }
}
