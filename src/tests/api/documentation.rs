//! `/api/openapi.json` and `/api/docs`

use super::Site;
use crate::domain::CustomerId;
use crate::domain::band_history::{Moved, MovedBy};
use crate::domain::list::{ChangeFilter, FactorFilter, Measure, OwnerFilter, RenewalFilter};
use crate::domain::{AskedDay, Band, CustomerQuery, KnownAt, NaiveDate, Segment, Sort, SortDirection};
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
    GET    /api/backtest  get_backtest  200 202 422 default
    GET    /api/backtest/suggestion  get_suggestion  200 202 default
    GET    /api/customers  list_customers  200 422 default
    POST   /api/customers  create_customer  201 default
    POST   /api/customers/bulk  change_customers  200 default
    POST   /api/customers/bulk/{id}/undo  undo_bulk_change  200 default
    GET    /api/customers/{id}  get_customer  200 default
    PATCH  /api/customers/{id}  update_customer  200 default
    POST   /api/customers/{id}/archive  archive_customer  200 default
    GET    /api/customers/{id}/events  list_events  200 422 default
    POST   /api/customers/{id}/events  submit_event  200 201 422 default
    GET    /api/customers/{id}/health  get_health  200 422 default
    GET    /api/customers/{id}/health/changes  get_health_changes  200 422 default
    GET    /api/customers/{id}/health/history  get_health_history  200 422 default
    GET    /api/customers/{id}/notes  list_notes  200 default
    POST   /api/customers/{id}/notes  add_note  201 default
    DELETE /api/customers/{id}/notes/{noteId}  delete_note  204 default
    PATCH  /api/customers/{id}/notes/{noteId}  update_note  200 default
    GET    /api/customers/{id}/outcomes  list_outcomes  200 default
    POST   /api/customers/{id}/outcomes  add_outcome  200 201 422 default
    GET    /api/customers/{id}/people  list_people  200 422 default
    GET    /api/customers/{id}/readings  list_readings  200 422 default
    POST   /api/customers/{id}/restore  restore_customer  200 422 default
    POST   /api/events  submit_events  200 400 413 503 default
    POST   /api/events/{id}/retract  retract_event  200 default
    GET    /api/export/{file}  export_everything  200 default
    GET    /api/live  follow_changes  200 default
    GET    /api/month  get_month  200 422 default
    GET    /api/outcomes/reasons  list_outcome_reasons  200 default
    POST   /api/outcomes/{id}/retract  retract_outcome  200 default
    GET    /api/portfolio  get_portfolio  200 422 default
    GET    /api/portfolio/bands  get_portfolio_bands  200 422 default
    GET    /api/portfolio/renewals  get_portfolio_renewals  200 422 default
    GET    /api/quarantine  list_quarantine  200 default
    DELETE /api/quarantine/{id}  discard_quarantined  204 default
    POST   /api/quarantine/{id}/replay  replay_quarantined  200 422 default
    GET    /api/rulebook  get_rulebook  200 default
    GET    /api/rulebooks  list_rulebooks  200 default
    POST   /api/rulebooks  create_rulebook  201 422 default
    GET    /api/rulebooks/{version}  get_rulebook_version  200 default
    GET    /api/scorecard  get_scorecard  200 default
    GET    /api/scorecards  list_scorecards  200 default
    POST   /api/scorecards  create_scorecard  201 422 default
    GET    /api/scorecards/{version}  get_scorecard_version  200 default
    GET    /api/today  get_today  200 422 default
    GET    /customers.csv  export_customers  200 422 default
    GET    /healthz  get_healthz  200 default
    GET    /metrics  get_metrics  200 default
    GET    /month.csv  export_month  200 422 default
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

#[tokio::test]
async fn the_api_documents_all_that_a_page_can_ask_of_the_list() {
    // Every field is named, so that the compiler asks for a new one here.
    let query = CustomerQuery {
        ids: vec![CustomerId(1)],
        search: Some("acme".into()),
        segment: Some(Segment::SMB),
        bands: vec![Band::AtRisk],
        owner: Some(OwnerFilter::Nobody),
        renewal: Some(RenewalFilter::Next90),
        change: Some(ChangeFilter::Up7),
        score_from: Some(1),
        score_below: Some(2),
        factor: FactorFilter::parse("api_trend:..40"),
        arr_unknown: true,
        archived: true,
        moved: Some(Moved { from: Band::Healthy, to: Band::AtRisk, by: MovedBy::Facts }),
        days: 30,
        by: Measure::Customers,
        at: AskedDay { as_of: Some(NaiveDate::MIN), known_at: Some(KnownAt::Then) },
        sort: Sort::Name,
        direction: SortDirection::Desc,
        page: 2,
        page_size: 10,
    };
    let by_rules = CustomerQuery { moved: query.moved.map(|moved| Moved { by: MovedBy::Rules, ..moved }), ..query.clone() };
    let mut asked: BTreeSet<_> =
        [query, by_rules].iter().flat_map(|query| query.to_pairs()).map(|(name, _)| name.to_owned()).collect();
    assert!(asked.remove("by"), "what only charts are drawn by is the page's alone");
    let document = Site::sqlite().await.get("/api/openapi.json").await.ok();
    let parameters = document["paths"]["/api/customers"]["get"]["parameters"].as_array().unwrap();
    let documented: BTreeSet<_> = parameters.iter().map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(documented, asked);
}

#[tokio::test]
async fn examples_and_defaults_are_what_their_schemas_take() {
    let document = Site::sqlite().await.get("/api/openapi.json").await.ok();
    let (mut samples, mut formats) = (Vec::new(), BTreeSet::new());
    collect_samples(&document, &mut samples, &mut formats);
    assert!(samples.iter().any(|(_, sample)| *sample == "events.ndjson"));
    for (schema, sample) in samples {
        assert!(takes(&document, schema, sample), "{sample} is none of {schema}");
    }
    assert_eq!(Vec::from_iter(formats), ["date", "date-time", "double", "int32", "int64"]);
}

/// Each schema that has samples with each of them, also where they stand beside the schema of a parameter.
fn collect_samples<'a>(value: &'a Value, found: &mut Vec<(&'a Value, &'a Value)>, formats: &mut BTreeSet<&'a str>) {
    if let Value::Object(fields) = value {
        let schema = fields.get("schema").filter(|schema| schema.is_object()).unwrap_or(value);
        // A property may have one of these names.
        let is_property = |sample: &Value| sample.is_object() && sample.get("type").is_some();
        let examples = fields.get("examples").and_then(Value::as_array).into_iter().flatten();
        let samples = ["example", "default"].into_iter().filter_map(|name| fields.get(name)).chain(examples);
        let samples = samples.filter(|sample| !is_property(sample));
        let is_schema = schema.get("type").is_some() || schema.get("$ref").is_some();
        found.extend(samples.filter(|_| is_schema).map(|sample| (schema, sample)));
        formats.extend(fields.get("format").and_then(Value::as_str));
    }
    match value {
        Value::Object(fields) => fields.values().for_each(|value| collect_samples(value, found, formats)),
        Value::Array(items) => items.iter().for_each(|value| collect_samples(value, found, formats)),
        _ => {}
    }
}

fn takes(document: &Value, schema: &Value, sample: &Value) -> bool {
    if let Some(reference) = schema["$ref"].as_str() {
        return takes(document, document.pointer(&reference[1..]).unwrap(), sample);
    }
    let types = schema["type"].as_array().map_or(vec![&schema["type"]], |types| types.iter().collect());
    let is_of_type = types.iter().any(|name| match name.as_str().unwrap() {
        "null" => sample.is_null(),
        "boolean" => sample.is_boolean(),
        "integer" => sample.is_i64(),
        "number" => sample.is_number(),
        "string" => sample.is_string(),
        "array" => sample.is_array(),
        "object" => sample.is_object(),
        other => panic!("{other} is no type"),
    });
    let is_day = sample.as_str().is_some_and(|text| text.parse::<NaiveDate>().is_ok());
    is_of_type && schema["enum"].as_array().is_none_or(|names| names.contains(sample)) && (schema["format"] != "date" || is_day)
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
