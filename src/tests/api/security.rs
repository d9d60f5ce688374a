//! The access token, same-origin writes, and the headers of every answer

use super::Site;
use crate::server::Settings;
use async_compression::tokio::bufread::GzipDecoder;
use serde_json::json;
use tokio::io::AsyncReadExt;

#[tokio::test]
async fn with_a_token_everything_but_the_probes_asks_for_it() {
    let site = Site::sqlite_with(Settings { access_token: Some("s3cret-token-of-16".into()), ..Settings::default() }).await;
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
    // base64 of "anybody:s3cret-token-of-16", ":s3cret-token-of-16", "s3cret-token-of-16:wrong" and "anybody:s3cret-token-of-1"
    let cases = [
        ("Bearer s3cret-token-of-16", 200),
        ("Basic YW55Ym9keTpzM2NyZXQtdG9rZW4tb2YtMTY=", 200),
        ("Basic OnMzY3JldC10b2tlbi1vZi0xNg==", 200),
        ("Bearer s3cret-token-of-1", 401),
        ("Bearer s3cret-token-of-161", 401),
        ("Bearer ", 401),
        ("Basic czNjcmV0LXRva2VuLW9mLTE2Ondyb25n", 401),
        ("Basic YW55Ym9keTpzM2NyZXQtdG9rZW4tb2YtMQ==", 401),
        ("Basic not base64", 401),
        ("s3cret-token-of-16", 401),
    ];
    for (authorization, status) in cases {
        let answer = site.send("GET /api/scorecard", &[("authorization", authorization)], "").await;
        assert_eq!(answer.status, status, "{authorization}");
    }
}

#[test]
fn a_token_is_never_printed() {
    let settings = Settings { access_token: Some("s3cret-token-of-16".into()), ..Settings::default() };
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
    let site = Site::sqlite_with(Settings { access_token: Some("s3cret-token-of-16".into()), ..Settings::default() }).await;
    let page = site.send("GET /", &[("accept", "text/html,*/*")], "").await;
    assert_eq!((page.status, page.header("content-type")), (401, "text/html; charset=utf-8"));
    assert!(page.text.contains("Access token required") && !page.header("www-authenticate").is_empty());
    site.send("GET /api/scorecard", &[("accept", "text/html")], "").await.problem(401, "unauthorized");
}

/// A browser that takes compressed answers, as all do.
const BROWSER: [(&str, &str); 3] = [("accept", "text/html,*/*"), ("accept-encoding", "gzip"), ("cookie", "theme=dark")];

#[tokio::test]
async fn a_refusal_s_page_can_be_read_and_looks_like_ours() {
    let site = Site::sqlite().await;
    let cases = [
        ("GET /customers.csv?band=%22%3E%3Cscript%3E", 422, "<li>band "),
        ("GET /import/999/errors.csv", 404, "There is no import 999."),
    ];
    for (request, status, words) in cases {
        let (head, body) = site.send_raw(request, &BROWSER, "").await;
        assert_eq!(head.status.as_u16(), status, "{request}");
        assert_eq!(head.headers["content-encoding"], "gzip", "{request}");
        let mut page = String::new();
        GzipDecoder::new(body.as_ref()).read_to_string(&mut page).await.expect("a body in the coding that it says");
        assert!(page.contains(words) && page.contains("Back to the portfolio"), "{page}");
        assert!(page.contains("data-theme=\"dark\"") && page.contains("--surface-page:"), "{page}");
        assert!(!page.contains("<script"), "{page}");
        let nonce = page.split("<style nonce=\"").nth(1).unwrap().split('"').next().unwrap();
        let policy = head.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains(&format!("style-src 'nonce-{nonce}'")), "its style may be used");
    }
}

#[tokio::test]
async fn a_form_returns_to_this_site_whatever_it_says_where_it_was() {
    let site = Site::sqlite().await;
    let cases = [
        "http://localhost/help?x=1",
        "http://localhost//evil.example",
        "//evil.example",
        "http://localhost/\\\\evil.example",
        "https://evil.example/help",
        "nonsense",
    ];
    for referer in cases {
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("accept", "text/html"), ("referer", referer)];
        let answer = site.send("POST /app/set_preference", &headers, "name=theme&value=dark").await;
        assert_eq!((answer.status, answer.header("location")), (303, "/#"), "{referer}");
    }
}
