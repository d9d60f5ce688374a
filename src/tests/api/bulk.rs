//! `/api/customers/bulk`

use super::Site;
use serde_json::{Value, json};

async fn chosen(site: &Site) -> Value {
    let list = site.get("/api/customers?sort=name").await.ok();
    let rows = list["items"].as_array().unwrap().iter().map(|row| &row["customer"]);
    rows.map(|customer| json!({"id": customer["id"], "version": customer["version"]})).collect()
}

on_each_database! {
    async fn many_customers_are_handed_over_and_back(db: Database) {
        let site = Site::new(db);
        for name in ["A", "B"] {
            site.customer(name).await;
        }
        let customers = chosen(&site).await;
        let report = site.post("/api/customers/bulk", json!({"customers": customers, "owner": " Zoë "})).await.ok();
        assert_eq!((&report["changed"], &report["unchanged"]), (&json!(2), &json!(0)));
        assert_eq!(site.names("?owner=Zo%C3%AB&sort=name").await, ["A", "B"]);
        let stale = site.post("/api/customers/bulk", json!({"customers": customers, "segment": "SMB"})).await;
        assert!(stale.problem(409, "conflict")["detail"].as_str().unwrap().contains("A, B were changed meanwhile"));

        let undo = format!("POST /api/customers/bulk/{}/undo", report["id"]);
        assert_eq!(site.send(&undo, &[], "").await.ok(), json!({"restored": 2, "kept": []}));
        assert_eq!(site.names("?owner=none").await.len(), 2);
        site.send(&undo, &[], "").await.problem(409, "conflict");
        site.send("POST /api/customers/bulk/99/undo", &[], "").await.problem(404, "not_found");
    }

    async fn many_customers_are_archived_and_restored(db: Database) {
        let site = Site::new(db);
        site.customer("A").await;
        site.post("/api/customers/bulk", json!({"customers": chosen(&site).await, "archiveReason": "churned"})).await.ok();
        assert_eq!(site.names("?archived=true").await, ["A"]);
        let customer = json!([{"id": 1, "version": 2}]);
        site.post("/api/customers/bulk", json!({"customers": customer, "archiveReason": null})).await.ok();
        assert_eq!(site.names("").await, ["A"]);
    }

    async fn every_broken_rule_names_its_field(db: Database) {
        let site = Site::new(db);
        site.customer("A").await;
        let one = json!([{"id": 1, "version": 1}]);
        for (body, fields) in [
            (json!({"customers": [], "owner": "Ada"}), vec!["customers"]),
            (json!({"owner": "Ada"}), vec!["customers"]),
            (json!({"customers": one}), vec!["owner"]),
            (json!({"customers": one, "owner": "Ada", "segment": "SMB"}), vec!["owner"]),
            (json!({"customers": one, "segment": "Huge"}), vec!["segment"]),
            (json!({"customers": one, "archiveReason": "bored"}), vec!["archiveReason"]),
            (json!({"customers": [{"id": 1}, {"version": 1}], "owner": null}), vec!["customers[0].version", "customers[1].id"]),
            (json!({"customers": [one[0], one[0]], "owner": null}), vec!["customers[1].id"]),
        ] {
            assert_eq!(site.post("/api/customers/bulk", body.clone()).await.invalid_fields(), fields, "{body}");
        }
        let unknown = json!({"customers": [{"id": 404, "version": 1}], "owner": null});
        site.post("/api/customers/bulk", unknown).await.problem(404, "not_found");
    }

    async fn rules_between_its_fields_name_one(db: Database) {
        let site = Site::new(db);
        site.customer("A").await;
        let answer = site.post("/api/customers/bulk", json!({"customers": [{"id": 1, "version": 1}], "owner": 5})).await;
        assert_eq!(answer.invalid_fields(), ["owner"]);
    }
}
