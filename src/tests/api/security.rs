//! The access token, same-origin writes, and the headers of every answer

use super::Site;
use crate::server::Settings;
use serde_json::json;

#[tokio::test]
async fn with_a_token_everything_but_the_probes_asks_for_it() {
    let site = Site::sqlite_with(Settings { access_token: Some("s3cret-token".into()), ..Settings::default() }).await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(site.get(path).await.status, 200, "{path}");
    }
    for path in
        ["/", "/api/customers", "/api/docs/", "/api/openapi.json", "/metrics", "/customers.csv", "/assets/x.js", "/nothing"]
    {
        let refused = site.get(path).await;
        refused.problem(401, "unauthorized");
        assert!(refused.header("www-authenticate").starts_with("Basic "), "{path}");
    }
    // base64 of "anybody:s3cret-token", ":s3cret-token", "s3cret-token:wrong" and "anybody:s3cret-toke"
    let cases = [
        ("Bearer s3cret-token", 200),
        ("Basic YW55Ym9keTpzM2NyZXQtdG9rZW4=", 200),
        ("Basic OnMzY3JldC10b2tlbg==", 200),
        ("Bearer s3cret-toke", 401),
        ("Bearer s3cret-token1", 401),
        ("Bearer ", 401),
        ("Basic czNjcmV0LXRva2VuOndyb25n", 401),
        ("Basic YW55Ym9keTpzM2NyZXQtdG9rZQ==", 401),
        ("Basic not base64", 401),
        ("s3cret-token", 401),
    ];
    for (authorization, status) in cases {
        let answer = site.send("GET /api/scorecard", &[("authorization", authorization)], "").await;
        assert_eq!(answer.status, status, "{authorization}");
    }
}

#[test]
fn a_token_is_never_printed() {
    let settings = Settings { access_token: Some("s3cret-token".into()), ..Settings::default() };
    assert!(!format!("{settings:?}").contains("s3cret"));
}

#[tokio::test]
async fn writes_must_come_from_the_same_origin() {
    let site = Site::sqlite().await;
    let customer = site.customer("Acme").await;
    let cases: [(&[(&str, &str)], bool); 12] = [
        (&[], true),
        (&[("sec-fetch-site", "same-origin")], true),
        (&[("sec-fetch-site", "none")], true),
        (&[("sec-fetch-site", "cross-site")], false),
        (&[("sec-fetch-site", "same-site")], false),
        (&[("sec-fetch-site", "cross-site"), ("origin", "http://localhost:3000")], false),
        (&[("origin", "http://localhost:3000")], true),
        (&[("origin", "https://LOCALHOST:3000")], true),
        (&[("origin", "http://localhost:3001")], false),
        (&[("origin", "http://evil.example")], false),
        (&[("origin", "null")], false),
        (&[("origin", "")], false),
    ];
    for (headers, allowed) in cases {
        let mut headers = headers.to_vec();
        headers.extend([("host", "localhost:3000"), ("content-type", "application/json")]);
        let request = format!("POST {customer}/events");
        let answer = site.send(&request, &headers, json!({"kind": "login"}).to_string()).await;
        match allowed {
            true => assert_eq!(answer.status, 201, "{headers:?}"),
            false => drop(answer.problem(403, "forbidden")),
        }
        assert_eq!(site.send("GET /api/scorecard", &headers, "").await.status, 200, "reads are free");
    }
    for method in ["PATCH", "DELETE", "PUT"] {
        let answer = site.send(&format!("{method} {customer}"), &[("sec-fetch-site", "cross-site")], "").await;
        answer.problem(403, "forbidden");
    }
}

#[tokio::test]
async fn every_answer_tells_the_browser_to_be_careful() {
    let site = Site::sqlite().await;
    for path in ["/", "/healthz", "/api/scorecard", "/api/nothing", "/nothing", "/api/docs/", "/customers.csv"] {
        let answer = site.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    }
}

#[tokio::test]
async fn a_page_may_run_only_its_own_scripts() {
    let site = Site::sqlite().await;
    let (first, second) = (site.get("/").await, site.get("/").await);
    let nonce = |policy: &str| policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
    let policy = first.header("content-security-policy");
    assert!(!policy.contains("unsafe-eval'") || policy.contains("'wasm-unsafe-eval'"));
    let script_sources = policy.split(';').find(|part| part.trim().starts_with("script-src")).unwrap();
    assert!(!script_sources.contains("unsafe-inline"), "{script_sources}");
    assert_ne!(nonce(policy), nonce(second.header("content-security-policy")));
    assert!(first.text.contains(&nonce(policy)), "the page's scripts carry the nonce");
}

#[tokio::test]
async fn people_get_refusals_as_pages_and_programs_as_problems() {
    let site = Site::sqlite_with(Settings { access_token: Some("s3cret-token".into()), ..Settings::default() }).await;
    let page = site.send("GET /", &[("accept", "text/html,*/*")], "").await;
    assert_eq!((page.status, page.header("content-type")), (401, "text/html; charset=utf-8"));
    assert!(page.text.contains("Access token required") && !page.header("www-authenticate").is_empty());
    site.send("GET /api/scorecard", &[("accept", "text/html")], "").await.problem(401, "unauthorized");
}
