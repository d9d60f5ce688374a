//! `/api/openapi.json` and `/api/docs`

use super::Site;
use serde_json::Value;
use std::collections::BTreeSet;

#[tokio::test]
async fn the_document_lists_every_route() {
    let document = Site::sqlite().await.get("/api/openapi.json").await.ok();
    let mut lines = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let statuses: Vec<_> = operation["responses"].as_object().unwrap().keys().map(String::as_str).collect();
            let id = operation["operationId"].as_str().unwrap();
            lines.push(format!("{:6} {path}  {id}  {}", method.to_uppercase(), statuses.join(" ")));
        }
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    GET    /api/customers  list_customers  200 default
    POST   /api/customers  create_customer  201 default
    GET    /api/customers/{id}  get_customer  200 default
    PATCH  /api/customers/{id}  update_customer  200 default
    POST   /api/customers/{id}/archive  archive_customer  200 default
    GET    /api/customers/{id}/events  list_events  200 default
    POST   /api/customers/{id}/events  submit_event  200 201 default
    GET    /api/customers/{id}/health  get_health  200 default
    GET    /api/customers/{id}/health/changes  get_health_changes  200 default
    GET    /api/customers/{id}/health/history  get_health_history  200 default
    GET    /api/customers/{id}/notes  list_notes  200 default
    POST   /api/customers/{id}/notes  add_note  201 default
    DELETE /api/customers/{id}/notes/{noteId}  delete_note  204 default
    POST   /api/customers/{id}/restore  restore_customer  200 default
    POST   /api/events  submit_events  200 400 413 503 default
    POST   /api/events/{id}/retract  retract_event  200 default
    GET    /api/export/{file}  export_everything  200 default
    GET    /api/live  follow_changes  200 default
    GET    /api/portfolio  get_portfolio  200 default
    GET    /api/quarantine  list_quarantine  200 default
    DELETE /api/quarantine/{id}  discard_quarantined  204 default
    POST   /api/quarantine/{id}/replay  replay_quarantined  200 default
    GET    /api/scorecard  get_scorecard  200 default
    GET    /api/scorecards  list_scorecards  200 default
    POST   /api/scorecards  create_scorecard  201 default
    GET    /api/scorecards/{version}  get_scorecard_version  200 default
    GET    /customers.csv  export_customers  200 default
    GET    /healthz  get_healthz  200 default
    GET    /metrics  get_metrics  200 default
    GET    /readyz  get_readyz  200 default
    ");
}

#[tokio::test]
async fn the_document_is_whole() {
    let document = Site::sqlite().await.get("/api/openapi.json").await.ok();
    assert_eq!(document["openapi"], "3.1.0");
    let mut references = BTreeSet::new();
    collect_references(&document, &mut references);
    assert!(references.contains("#/components/schemas/Health"));
    for reference in references {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference} leads nowhere");
    }
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{path}: the operation id is taken");
            assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{path}: no summary");
            let declared = operation["parameters"].as_array().into_iter().flatten();
            let declared: BTreeSet<_> =
                declared.filter(|param| param["in"] == "path").map(|p| p["name"].as_str().unwrap()).collect();
            let used: BTreeSet<_> = path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
            assert_eq!(declared, used, "{path}");
        }
    }
}

fn collect_references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect_references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| collect_references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_docs_are_bundled() {
    let site = Site::sqlite().await;
    let page = site.get("/api/docs/").await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("http://") && !page.text.contains("https://"), "nothing comes from elsewhere");
    for script in page.text.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        let script = format!("/api/docs/{}", script.trim_start_matches("./"));
        assert_eq!(site.get(&script).await.status, 200, "{script}");
    }
    assert!(site.get("/api/docs/swagger-initializer.js").await.text.contains("/api/openapi.json"));
    assert_eq!(site.get("/api/docs").await.header("location"), "/api/docs/");
}
