//! `/api/customers/{id}/people`

use super::Site;
use serde_json::json;

on_each_database! {
    async fn people_are_listed_and_who_has_stopped_comes_first(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        for (user, day) in [("Rosa Dubois", "2026-02-20"), ("Rosa Dubois", "2026-02-21"), ("Rosa Dubois", "2026-02-23"), ("Ada", "2026-03-15")] {
            site.event(&customer, json!({"kind": "login", "user": user, "occurredAt": format!("{day}T08:00:00Z")})).await;
        }
        site.event(&customer, json!({"kind": "feature_use", "feature": "reports", "user": "Ada"})).await;
        let path = format!("{customer}/people");
        let people = site.get(&path).await.ok();
        assert_eq!((&people["total"], &people["stopped"], &people["from"]), (&json!(2), &json!(1), &json!("2025-12-17")));
        let rosa = json!({
            "user": "Rosa Dubois", "lastSeenAt": "2026-02-23T08:00:00Z", "daysSeen": 3, "logins": 3, "features": [],
            "stoppedOn": "2026-02-23",
        });
        assert_eq!(people["items"][0], rosa);
        assert_eq!(people["items"][1]["features"], json!([{"feature": "reports", "uses": 1}]));
        // 13 days after the last login nobody has stopped.
        assert_eq!(site.get(&format!("{path}?as_of=2026-03-08")).await.ok()["stopped"], 0);
        assert_eq!(site.get(&format!("{path}?as_of=2026-03-09")).await.ok()["stopped"], 1);
        site.get(&format!("{path}?as_of=2026-03-17")).await.problem(422, "invalid");
        site.get("/api/customers/404/people").await.problem(404, "not_found");
    }
}
