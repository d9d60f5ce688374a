//! PostgreSQL behind a proxy that loses it.

use crate::tests::api::Site;
use crate::tests::harness::*;
use serde_json::json;

/// Every answer to many requests at once, and to those that follow, is one of these.
async fn assert_answers(site: &Site, customer: &str, allowed: &[u16], when: &str) {
    for _ in 0..3 {
        let (event, list) = (format!("{customer}/events"), "/api/customers?sort=score");
        let batch = json!([{"customerId": 1, "kind": "login"}]);
        let answers = futures::join!(
            site.post(&event, json!({"kind": "login"})),
            site.post("/api/events", batch),
            site.get(list),
            site.get(customer),
            site.get("/readyz"),
            site.post("/api/customers", json!({"name": "Bolt", "segment": "SMB"})),
        );
        let answers = [answers.0, answers.1, answers.2, answers.3, answers.4, answers.5];
        for answer in answers {
            assert!(allowed.contains(&answer.status), "{} while {when}: {}", answer.status, answer.text);
            assert_eq!(answer.status == 503, !answer.header("retry-after").is_empty(), "{when}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_loses_the_database_makes_503s_and_nothing_else() {
    let behind = Database::postgres().await;
    let proxy = Proxy::start(&behind.url).await;
    let site = Site::new(Database::at(&proxy.url).await);
    let customer = site.customer("Acme").await;
    assert_answers(&site, &customer, &[200, 201], "all is well").await;
    for mood in [Mood::Cut, Mood::Babble, Mood::Cut] {
        proxy.be(mood);
        assert_answers(&site, &customer, &[503], &format!("{mood:?}")).await;
        proxy.be(Mood::Pass);
        // At once: no connection that failed is given to anybody.
        assert_answers(&site, &customer, &[200, 201], &format!("all is well after {mood:?}")).await;
    }
    behind.roll_over_all(today()).await;
    behind.assert_settled(today()).await;
}
