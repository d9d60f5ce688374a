//! `/api/customers/{id}/health`

use super::Site;
use super::client::tenths;
use serde_json::{Value, json};

const FACTORS: [&str; 5] = ["loginFrequency", "featureAdoption", "supportLoad", "invoiceTimeliness", "apiTrend"];

on_each_database! {
    async fn health_has_every_factor_in_range_and_adds_up(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        let events = [
            json!({"kind": "login"}),
            json!({"kind": "feature_use", "feature": "reports"}),
            json!({"kind": "feature_use", "feature": "export"}),
            json!({"kind": "support_ticket"}),
            json!({"kind": "api_call", "count": 7, "occurredAt": "2026-02-01T00:00:00Z"}),
            json!({"kind": "api_call", "count": 9}),
            json!({"kind": "invoice_issued", "number": "1", "amountCents": 1, "currency": "USD", "dueDate": "2026-03-20"}),
            json!({"kind": "invoice_paid", "number": "1"}),
        ];
        add_up(&site.get(&format!("{customer}/health")).await.ok());
        for event in events {
            let effect = site.event(&customer, event).await;
            add_up(&effect["health"]);
            add_up(&effect["before"]);
        }
        let health = site.get(&format!("{customer}/health")).await.ok();
        assert_eq!((&health["asOf"], &health["coverage"]), (&json!("2026-03-16"), &json!(1.0)));
        let values = FACTORS.map(|factor| health["factors"][factor]["value"].clone());
        assert_eq!(values, [json!(1), json!(2), json!(1), json!(1), json!(29)]);
        assert!(FACTORS.iter().all(|factor| health["factors"][factor]["measured"] == true), "{health}");
    }

    async fn any_past_day_can_be_asked_for(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        for day in ["2026-03-01", "2026-03-10"] {
            site.event(&customer, json!({"kind": "login", "occurredAt": format!("{day}T08:00:00Z")})).await;
        }
        let cases = [
            ("2026-02-28", "no_data", json!(null)),
            ("2026-03-01", "churn_risk", json!(1)),
            ("2026-03-09", "churn_risk", json!(1)),
            ("2026-03-10", "churn_risk", json!(2)),
            ("2026-03-16", "churn_risk", json!(2)),
        ];
        for (as_of, band, logins) in cases {
            let health = site.get(&format!("{customer}/health?as_of={as_of}")).await.ok();
            assert_eq!((&health["asOf"], &health["band"]), (&json!(as_of), &json!(band)));
            assert_eq!(health["factors"]["loginFrequency"]["value"], logins, "{as_of}");
            add_up(&health);
        }
        let today = site.get(&format!("{customer}/health?as_of=2026-03-16")).await.ok();
        assert_eq!(today, site.get(&format!("{customer}/health")).await.ok());
        assert_eq!(today, site.get(&format!("{customer}/health?as_of=")).await.ok());
    }

    async fn a_change_is_split_into_causes_that_sum_to_it(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        let events = [
            json!({"kind": "login", "occurredAt": "2026-02-01T08:00:00Z"}),
            json!({"kind": "login", "occurredAt": "2026-02-01T09:00:00Z"}),
            json!({"kind": "feature_use", "feature": "reports", "occurredAt": "2026-03-10T08:00:00Z"}),
            json!({"kind": "support_ticket", "occurredAt": "2026-03-12T08:00:00Z"}),
        ];
        for event in events {
            site.event(&customer, event).await;
        }
        let change = site.get(&format!("{customer}/health/changes?from=2026-03-01&known=now")).await.ok();
        assert_eq!(causes(&change), ["source_connected", "left_window", "new_events"]);
        assert_eq!(
            change["sentence"],
            "+0.5 since 1 Mar 2026: feature adoption +5.0 (feature uses connected, 1 new feature), \
             login frequency -2.5 (2 logins from before 15 Feb 2026 no longer count), support load -2.0 (support tickets connected, 1 new ticket)"
        );
        sums_up(&change);
        assert_eq!(change["before"], site.get(&format!("{customer}/health?as_of=2026-03-01")).await.ok());
        assert_eq!(change["after"], site.get(&format!("{customer}/health")).await.ok());
        let days = &change["causes"][1]["facts"][0]["days"];
        let listed = site.get(&format!("{customer}/events?kind=login&from={}&to={}", text(&days["from"]), text(&days["to"]))).await.ok();
        assert_eq!(listed["total"], 2);

        // Nothing was known on that day: everything was received today.
        let change = site.get(&format!("{customer}/health/changes?from=2026-03-01&to=2026-03-16")).await.ok();
        assert_eq!(causes(&change), ["source_connected", "late_arrived", "left_window", "new_events"]);
        assert_eq!(change["before"]["band"], "no_data");
        sums_up(&change);
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn causes(change: &Value) -> Vec<&str> {
    change["causes"].as_array().unwrap().iter().map(|part| text(&part["cause"])).collect()
}

/// The parts of a change, over all and for each factor.
fn sums_up(change: &Value) {
    let parts = change["causes"].as_array().unwrap();
    let sum = |of: &dyn Fn(&Value) -> i64| parts.iter().map(of).sum::<i64>();
    let (before, after) = (&change["before"], &change["after"]);
    assert_eq!(sum(&|part| tenths(&part["change"])), tenths(&after["score"]) - tenths(&before["score"]), "{change}");
    for factor in FACTORS {
        let contribution = |health: &Value| tenths(&health["factors"][factor]["contribution"]);
        assert_eq!(
            sum(&|part| tenths(&part["factors"][factor])),
            contribution(after) - contribution(before),
            "{factor}: {change}"
        );
    }
}

fn add_up(health: &Value) {
    let factors = health["factors"].as_object().unwrap();
    assert_eq!(factors.len(), 5);
    let (mut contributions, mut weights) = (0, 0.0);
    for factor in FACTORS.map(|key| &factors[key]) {
        assert!((0..=1000).contains(&tenths(&factor["score"])), "{factor}");
        assert!(!factor["explanation"].as_str().unwrap().is_empty());
        contributions += tenths(&factor["contribution"]);
        weights += factor["weight"].as_f64().unwrap();
    }
    assert_eq!(contributions, tenths(&health["score"]), "{health}");
    assert!((weights - 1.0).abs() < 1e-9, "{health}");
    assert!((0.0..=1.0).contains(&health["coverage"].as_f64().unwrap()));
}
