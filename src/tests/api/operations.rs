//! `/healthz`, `/readyz`, `/metrics`, and what is left when the database is gone

use super::Site;
use serde_json::json;

#[tokio::test]
async fn a_running_server_is_alive_and_ready() {
    let site = Site::sqlite().await;
    for (path, text) in [("/healthz", "ok"), ("/readyz", "ready")] {
        let answer = site.get(path).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, text));
    }
}

#[tokio::test]
async fn probes_and_metrics_answer_whatever_a_query_says() {
    let site = Site::sqlite().await;
    for path in ["/healthz", "/readyz", "/metrics"] {
        for query in ["?probe=1", "?a=1&a=2", "?%ff"] {
            assert_eq!(site.get(&format!("{path}{query}")).await.status, 200, "{path}{query}");
        }
    }
}

#[tokio::test]
async fn without_a_database_every_answer_is_a_503_that_tells_nothing_internal() {
    let site = Site::sqlite().await;
    let customer = site.customer("Acme").await;
    site.database.close().await;
    for path in ["/readyz", "/api/customers", "/api/portfolio", "/api/scorecard", "/customers.csv", &customer] {
        let problem = site.get(path).await.problem(503, "unavailable");
        assert_eq!(problem["detail"], "The database does not answer at the moment. Please try again.");
    }
    site.post(&format!("{customer}/events"), json!({"kind": "login"})).await.problem(503, "unavailable");
    assert_eq!(site.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn metrics_count_requests_by_route_and_accepted_events_by_kind() {
    let site = Site::sqlite().await;
    let customer = site.customer("Acme").await;
    site.event(&customer, json!({"kind": "login"})).await;
    let metrics = site.get("/metrics").await;
    assert!(metrics.header("content-type").starts_with("text/plain; version=0.0.4"));
    for line in [
        "http_requests_total{method=\"POST\",route=\"/api/customers/{id}/events\",status=\"201\"}",
        "http_request_duration_seconds_bucket{method=\"POST\",route=\"/api/customers\",le=\"0.1\"}",
        "events_accepted_total{kind=\"login\",repeated=\"false\"}",
    ] {
        assert!(metrics.text.contains(line), "{line} is not in\n{}", metrics.text);
    }
}

#[tokio::test]
async fn every_answer_has_an_id() {
    let site = Site::sqlite().await;
    let given = site.send("GET /healthz", &[("x-request-id", "from-proxy-1")], "").await;
    assert_eq!(given.header("x-request-id"), "from-proxy-1");
    for bad in ["with space", "", &"x".repeat(65)] {
        let made = site.send("GET /api/nothing", &[("x-request-id", bad)], "").await;
        assert_eq!(made.header("x-request-id").len(), 16, "{bad}");
    }
}
