//! `/api/today`

use super::Site;
use serde_json::{Value, json};

/// Creates a customer with this ARR that logged in on these days of October 2025 to March 2026.
async fn customer(site: &Site, name: &str, arr: Option<i64>, owner: &str, renewal: Option<&str>, days: &[&str]) -> String {
    let input = json!({"name": name, "segment": "SMB", "arrCents": arr, "owner": owner, "renewalDate": renewal, "startDate": "2025-01-01"});
    let created = site.post("/api/customers", input).await;
    let path = created.header("location").to_owned();
    for day in days {
        site.event(&path, json!({"kind": "login", "occurredAt": format!("{day}T08:00:00Z")})).await;
    }
    path
}

fn names(today: &Value) -> Vec<&str> {
    today["items"].as_array().unwrap().iter().map(|item| item["customer"]["name"].as_str().unwrap()).collect()
}

on_each_database! {
    async fn today_says_who_is_first_and_why(db: Database) {
        let site = Site::new(db);
        // 16 March: silent since 20 February, and renewing in 45 days.
        let late = ["2026-01-20", "2026-02-02", "2026-02-10", "2026-02-20"];
        let acme = customer(&site, "Acme", Some(1_000_000), "Ada", Some("2026-04-30"), &late).await;
        customer(&site, "Bolt", Some(3_000_000), "Ada", None, &["2026-02-20"]).await;
        customer(&site, "Calm", Some(9_000_000), "Ada", None, &["2026-03-15"]).await;
        customer(&site, "Dune", None, "Grace", Some("2026-03-01"), &["2026-03-15"]).await;
        let invoice = json!({"kind": "invoice_issued", "number": "A-1", "amountCents": 2_700_000, "currency": "EUR", "dueDate": "2026-03-11", "occurredAt": "2026-02-11T08:00:00Z"});
        site.event(&acme, invoice).await;
        site.database.roll_over_all(crate::tests::harness::today()).await;
        let today = site.get("/api/today").await.ok();
        assert_eq!((&today["asOf"], &today["total"], &today["currency"]), (&json!("2026-03-16"), &json!(3), &json!("USD")));
        assert_eq!(names(&today), ["Dune", "Bolt", "Acme"]);
        let [dune, bolt, acme] = [0, 1, 2].map(|place| &today["items"][place]);
        // The median of the three known ARRs.
        assert_eq!((&dune["arrCents"], &dune["arrAssumed"], &dune["place"]), (&json!(3_000_000), &json!(true), &json!(1)));
        assert_eq!((&acme["arrCents"], &acme["arrAssumed"], &acme["place"]), (&json!(1_000_000), &json!(false), &json!(3)));
        assert_eq!((&acme["parts"]["nearness"], &bolt["parts"]["nearness"], &dune["parts"]["nearness"]), (&json!(1.5), &json!(1.0), &json!(2.0)));
        for item in [dune, bolt, acme] {
            let part = |name: &str| (item["parts"][name].as_f64().unwrap() * 1000.0).round() as i64;
            let product = part("risk") * part("nearness") * part("newness") / 1_000_000;
            assert_eq!(part("risk"), 1000 - (item["score"].as_f64().unwrap() * 10.0).round() as i64);
            assert_eq!(item["rank"], json!(item["arrCents"].as_i64().unwrap() * product / 1000));
        }
        assert_eq!(acme["reason"], "Logins 3 → 1, none since 20 Feb; invoice of €27k 5 days overdue");
        assert_eq!(acme["help"]["factor"], "loginFrequency");
        assert_eq!(acme["renewalDate"], "2026-04-30");

        let hers = site.get("/api/today?owner=Grace").await.ok();
        assert_eq!((names(&hers), &hers["items"][0]["arrCents"]), (vec!["Dune"], &json!(3_000_000)));
        assert_eq!(names(&site.get("/api/today?page=2&page_size=1").await.ok()), ["Bolt"]);
        assert_eq!(site.get("/api/today?page=2&page_size=1").await.ok()["items"][0]["place"], 2);
        assert_eq!(site.get("/api/portfolio?owner=Grace").await.ok()["needed"], 1);
        // The list begins with the same customers.
        assert_eq!(site.names("").await, ["Dune", "Bolt", "Acme", "Calm"]);
        // On an earlier day nobody had been silent for long, and of Dune nothing was known.
        let before = site.get("/api/today?as_of=2026-02-27").await.ok();
        assert_eq!((&before["asOf"], names(&before)), (&json!("2026-02-27"), vec!["Acme"]));
        // An answer that is kept ends with the next event.
        site.event("/api/customers/2", json!({"kind": "login"})).await;
        assert_eq!(names(&site.get("/api/today").await.ok()), ["Dune", "Acme"]);
    }
}
