//! The document and the rules say the same: each limit of a parameter or of a body's field is tried at its edge and beyond.

use super::Site;
use crate::domain::{EventKind, FactorKey};
use crate::server::api::rules::RULES;
use crate::tests::harness::Database;
use axum::body::to_bytes;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const METHODS: [&str; 4] = ["get", "post", "patch", "delete"];
/// Without a limit: a mark is ours and opaque; a version must be one that exists, and so must an id, and a factor to sort by.
const UNLIMITED: [&str; 6] = ["sort", "since", "customer", "version", "customerId", "id"];

on_each_database! {
    async fn parameters_are_limited_as_documented(db: Database) {
        let contract = Contract::new(db).await;
        let mut tried = 0;
        for (path, operation) in contract.operations("get") {
            let parameters: Vec<_> = operation["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "query").collect();
            let path = path.replace("{id}", "1");
            for parameter in &parameters {
                let (name, schema) = (parameter["name"].as_str().unwrap(), &parameter["schema"]);
                let tries = contract.tries(name, schema);
                assert!(tries.is_limited || UNLIMITED.contains(&name), "{path}: {name} has no limit");
                assert_eq!(parameter["allowEmptyValue"], true);
                for value in tries.good.iter().chain([&json!("")]) {
                    assert_eq!(contract.blamed_names(&path, name, value).await, [""; 0], "{path} {name}={value}");
                }
                for value in &tries.bad {
                    assert_eq!(contract.blamed_names(&path, name, value).await, [name], "{path} {name}={value}");
                    tried += 1;
                }
            }
        }
        assert!(tried > 80, "{tried}");
    }

    async fn an_unknown_parameter_is_answered_with_those_there_are(db: Database) {
        let contract = Contract::new(db).await;
        let not_of_the_api = ["/healthz", "/readyz", "/metrics"];
        for method in METHODS {
            for (path, operation) in contract.operations(method).into_iter().filter(|(path, _)| !not_of_the_api.contains(path)) {
                let parameters = operation["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "query");
                let names: Vec<_> = parameters.map(|parameter| parameter["name"].as_str().unwrap()).collect();
                let expected = match names.is_empty() {
                    true => "is not a parameter here; there are none".to_owned(),
                    false => format!("is not a parameter here; there are {}", names.join(", ")),
                };
                let path = path.replace("{file}", "events.csv").replace(['{', '}'], "").replace("/id", "/1").replace("/version", "/1");
                let path = format!("{} {}?colour=red", method.to_uppercase(), path.replace("/noteId", "/1"));
                let answer = contract.site.send(&path, &[("content-type", "application/json")], "{}").await;
                assert_eq!(answer.invalid_fields(), ["colour"], "{path}");
                assert_eq!(answer.json()["errors"][0]["message"], expected, "{path}");
            }
        }
    }

    async fn body_fields_are_limited_as_documented(db: Database) {
        let contract = Contract::new(db).await;
        contract.site.post("/api/customers/1/notes", base("add_note", &Value::Null)).await;
        contract.site.post("/api/customers/1/outcomes", base("add_outcome", &Value::Null)).await;
        let mut tried = BTreeSet::new();
        for method in METHODS {
            for (path, operation) in contract.operations(method) {
                let mut schema = contract.resolve(&operation["requestBody"]["content"]["application/json"]["schema"]);
                let id = operation["operationId"].as_str().unwrap_or_default();
                // A replay is good when the item is, whatever its body. The fields of a measure depend on its type; the tests of rulebooks
                // and measures try them.
                if schema.is_null() || ["replay_quarantined", "create_rulebook"].contains(&id) {
                    continue;
                }
                if schema["type"] == "array" {
                    schema = contract.resolve(&schema["items"]);
                }
                let request = format!("{} {}", method.to_uppercase(), path.replace("{id}", "1").replace("{noteId}", "1"));
                for variant in schema["oneOf"].as_array().map_or(vec![schema], |variants| variants.iter().collect()) {
                    let base = base(id, variant);
                    assert_eq!(contract.refused_fields(&request, &base).await, [""; 0], "{request} {base}");
                    contract.check_object(&request, &base, variant, "").await;
                    tried.insert(id);
                }
            }
        }
        let expected = [
            "add_note", "add_outcome", "archive_customer", "change_customers", "create_customer", "create_scorecard", "restore_customer", "retract_event",
            "retract_outcome", "submit_event", "submit_events", "update_customer", "update_note",
        ];
        assert_eq!(Vec::from_iter(tried), expected);
    }

    async fn rules_between_fields_are_documented_with_what_they_answer(db: Database) {
        let contract = Contract::new(db).await;
        contract.site.post("/api/events", json!([{"kind": "login"}])).await;
        let item = contract.site.get("/api/quarantine").await.ok()["items"][0]["id"].clone();
        let replay = format!("POST /api/quarantine/{item}/replay");
        let mut scorecard = base("create_scorecard", &Value::Null);
        scorecard["bands"] = json!({"healthy": 40, "atRisk": 40});
        let mut rulebook = contract.site.get("/api/rulebook").await.ok();
        (rulebook["author"], rulebook["note"]) = (json!("Ada"), json!("Why"));
        rulebook["scorecards"][0]["bands"] = json!({"healthy": 40, "atRisk": 40});
        let outcomes = "POST /api/customers/1/outcomes".to_owned();
        contract.site.post("/api/customers/2/archive", json!({"reason": "churned"})).await;
        let (key, later) = (("idempotency-key", "a"), "2026-03-16T12:05:01Z");
        let days = |id, path: &str| {
            [("as_of=2026-03-17", "as_of"), ("known_at=2026-03-17", "known_at"), ("as_of=2026-03-10&known_at=2026-03-09", "known_at")]
                .map(|(query, field)| (id, format!("GET {path}?{query}"), Value::Null, field))
        };
        let both = "moved=healthy_to_at_risk&moved_by_rules=healthy_to_at_risk";
        let mut cases = vec![
            ("list_customers", "GET /api/customers?page=201".to_owned(), Value::Null, "page"),
            ("get_today", "GET /api/today?page=201".to_owned(), Value::Null, "page"),
            ("get_backtest", "GET /api/backtest?days=2025-12-17".to_owned(), Value::Null, "days"),
            ("get_backtest", "GET /api/backtest?days=2025-11-01,2025-12-01".to_owned(), Value::Null, "days"),
            ("get_backtest", "GET /api/backtest?version=2".to_owned(), Value::Null, "version"),
            ("get_month", "GET /api/month?period=2026-04".to_owned(), Value::Null, "period"),
            ("export_month", "GET /month.csv?period=2026-04".to_owned(), Value::Null, "period"),
            ("list_customers", format!("GET /api/customers?{both}"), Value::Null, "moved_by_rules"),
            ("export_customers", format!("GET /customers.csv?{both}"), Value::Null, "moved_by_rules"),
            ("get_portfolio", format!("GET /api/portfolio?{both}"), Value::Null, "moved_by_rules"),
            ("get_portfolio_bands", format!("GET /api/portfolio/bands?{both}"), Value::Null, "moved_by_rules"),
            ("get_portfolio_renewals", format!("GET /api/portfolio/renewals?{both}"), Value::Null, "moved_by_rules"),
            ("list_events", "GET /api/customers/1/events?page=51&page_size=200".to_owned(), Value::Null, "page"),
            ("list_events", "GET /api/customers/1/events?from=2026-03-02&to=2026-03-01".to_owned(), Value::Null, "from"),
            ("submit_event", "POST /api/customers/1/events".to_owned(), json!({"kind": "login", "messageId": "b"}), "Idempotency-Key"),
            ("submit_event", "POST /api/customers/1/events".to_owned(), json!({"kind": "login", "occurredAt": later}), "occurredAt"),
            ("replay_quarantined", replay.clone(), json!({"content": "{"}), "body"),
            ("replay_quarantined", replay.clone(), json!({"content": "{\"kind\": \"login\", \"customerId\": 1, \"count\": 2}"}), "count"),
            ("replay_quarantined", replay, json!({}), "customerId"),
            ("add_outcome", outcomes.clone(), json!({"outcome": "renewed", "date": "2026-03-17"}), "date"),
            ("add_outcome", outcomes.clone(), json!({"outcome": "churned", "date": "2026-03-01", "arrAfterCents": 1}), "arrAfterCents"),
            ("add_outcome", outcomes, json!({"outcome": "expanded", "date": "2026-03-01", "involuntary": true}), "involuntary"),
            ("restore_customer", "POST /api/customers/2/restore".to_owned(), json!({"startDate": "2026-03-15"}), "startDate"),
            ("create_scorecard", "POST /api/scorecards".to_owned(), scorecard, "bands.healthy"),
            ("create_rulebook", "POST /api/rulebooks".to_owned(), rulebook, "scorecards.0.bands.healthy"),
        ];
        let health = "/api/customers/1/health";
        cases.extend(days("list_customers", "/api/customers").into_iter().chain(days("export_customers", "/customers.csv")));
        cases.extend(days("get_today", "/api/today"));
        cases.extend(days("list_people", "/api/customers/1/people"));
        cases.extend(days("list_readings", "/api/customers/1/readings"));
        cases.extend(days("get_portfolio", "/api/portfolio").into_iter().chain(days("get_portfolio_bands", "/api/portfolio/bands")).chain(days("get_health", health)));
        for (id, part, queries) in [
            ("get_health_history", "history", vec![("from=2026-03-02&to=2026-03-01", "from"), ("from=2016-03-08", "from"), ("to=2026-03-17", "to"),
                ("known_at=2026-03-17", "known_at"), ("to=2026-03-10&known_at=2026-03-09", "known_at")]),
            ("get_health_changes", "changes", vec![("from=2026-03-02&to=2026-03-01", "from"), ("to=2026-03-17", "to")]),
        ] {
            cases.extend(queries.into_iter().map(|(query, field)| (id, format!("GET {health}/{part}?{query}"), Value::Null, field)));
        }
        for (id, request, body, field) in &cases {
            let body = if body.is_null() { String::new() } else { body.to_string() };
            let headers = [("content-type", "application/json"), key];
            let sent = if *field == "Idempotency-Key" { &headers[..] } else { &headers[..1] };
            let answer = contract.site.send(request, sent, body).await;
            assert_eq!(answer.invalid_fields(), [*field], "{request}");
            let documented = METHODS.iter().flat_map(|method| contract.operations(method));
            let operation = documented.into_iter().find(|(_, operation)| operation["operationId"] == *id).unwrap().1;
            let rule = operation["responses"]["422"]["description"].as_str().unwrap_or_default();
            assert!(rule.contains(&format!("`{field}`")), "{id} says nothing of {field}: {rule}");
        }
        let tried: BTreeSet<_> = cases.iter().map(|(id, ..)| *id).collect();
        assert_eq!(tried, RULES.iter().map(|(id, _)| *id).collect());
    }

    async fn some_weight_is_above_0(db: Database) {
        let contract = Contract::new(db).await;
        let mut body = base("create_scorecard", &Value::Null);
        body["factors"].as_object_mut().unwrap().values_mut().for_each(|rule| rule["weight"] = json!(0));
        assert_eq!(contract.refused_fields("POST /api/scorecards", &body).await, ["factors"]);
        let factors = contract.document.pointer("/components/schemas/NextScorecard/properties/factors").unwrap();
        let weights = factors["anyOf"].as_array().unwrap();
        assert_eq!(weights.len(), 5);
        for (key, weight) in FactorKey::FIVE.iter().zip(weights) {
            assert_eq!(weight["properties"][key.as_str()]["properties"]["weight"]["minimum"], 1);
            let mut one = body.clone();
            one["factors"][key.as_str()]["weight"] = json!(1);
            assert_eq!(contract.refused_fields("POST /api/scorecards", &one).await, [""; 0], "{key:?}");
        }
    }

    async fn a_correction_is_as_long_as_documented(db: Database) {
        let contract = Contract::new(db).await;
        let content = contract.document.pointer("/components/schemas/ReplayInput/properties/content").unwrap();
        let most = content["maxLength"].as_u64().unwrap() as usize;
        assert_eq!(content["contentMediaType"], "application/json");
        contract.site.post("/api/events", json!([{"kind": "login"}])).await;
        let item = contract.site.get("/api/quarantine").await.ok()["items"][0]["id"].clone();
        let event = json!({"kind": "login", "customerId": 1}).to_string();
        let request = format!("POST /api/quarantine/{item}/replay");
        let corrected = async |length: usize| contract.refused_fields(&request, &json!({"content": format!("{event:length$}")})).await;
        assert_eq!(corrected(most + 1).await, ["content"]);
        assert_eq!(corrected(most).await, [""; 0]);
    }

    async fn an_item_names_its_customer_once(db: Database) {
        let contract = Contract::new(db).await;
        let refused = async |item: Value| contract.refused_fields("POST /api/events", &item).await;
        let external_id = "x".repeat(200);
        assert_eq!(refused(json!({"kind": "login"})).await, ["customerId"]);
        assert_eq!(refused(json!({"kind": "login", "customerId": 1, "externalId": external_id})).await, ["customerId"]);
        assert_eq!(refused(json!({"kind": "login", "externalId": external_id})).await, [""; 0]);
    }
}

/// A body with everything that is required, and nothing else.
fn base(operation: &str, schema: &Value) -> Value {
    let rule = |target: Option<i64>| {
        let mut rule = json!({"weight": 1, "windowDays": 30});
        if target.is_some() {
            rule["target"] = json!(target);
        }
        rule
    };
    match operation {
        "create_customer" => json!({"name": "Acme", "segment": "SMB"}),
        "update_customer" => json!({"version": 1}),
        "change_customers" => {
            let mut body = json!({"customers": [{"id": 1, "version": 1}]});
            for (name, value) in [("owner", "Ada"), ("segment", "SMB"), ("archiveReason", "other")] {
                if schema["properties"].get(name).is_some() {
                    body[name] = json!(value);
                }
            }
            body
        }
        "add_outcome" => json!({"outcome": "contracted", "date": "2026-03-01"}),
        "restore_customer" => json!({}),
        "archive_customer" | "retract_event" | "retract_outcome" => json!({"reason": "other"}),
        "add_note" | "update_note" => json!({"author": "Ada", "text": "Hello"}),
        "submit_event" | "submit_events" => {
            let kind = EventKind::parse(schema["properties"]["kind"]["enum"][0].as_str().unwrap()).unwrap();
            let fields = [
                ("feature", json!("export")),
                ("number", json!("1")),
                ("amountCents", json!(5)),
                ("currency", json!("USD")),
                ("name", json!("seats")),
                ("value", json!(5)),
            ];
            let mut event = json!({"kind": kind.name()});
            for (name, value) in fields.into_iter().chain([("dueDate", json!("2026-03-01"))]) {
                if kind.required_fields().contains(&name) {
                    event[name] = value;
                }
            }
            if operation == "submit_events" {
                event["customerId"] = json!(1);
            }
            event
        }
        "create_scorecard" => json!({
            "version": 1, "author": "Ada", "note": "Why", "missingPolicy": "neutral", "coverageFloor": 0.25,
            "bands": {"healthy": 100, "atRisk": 0},
            "factors": {
                "loginFrequency": rule(Some(20)), "featureAdoption": rule(Some(5)), "supportLoad": rule(Some(10)),
                "invoiceTimeliness": rule(None), "apiTrend": rule(None),
            },
        }),
        other => panic!("{other} takes a body that no test knows"),
    }
}

/// Values of a field, those that its schema takes and those that it does not.
#[derive(Default)]
struct Tries {
    good: Vec<Value>,
    bad: Vec<Value>,
    is_limited: bool,
}

struct Contract {
    site: Site,
    document: Value,
}

impl Contract {
    /// A site with a customer, an event of it, and another customer whose external id is as long as it may be.
    async fn new(database: Database) -> Self {
        let site = Site::new(database);
        let customer = site.customer("Acme").await;
        site.event(&customer, json!({"kind": "login"})).await;
        let other = json!({"name": "Other", "segment": "SMB", "externalId": "x".repeat(200)});
        assert_eq!(site.post("/api/customers", other).await.status, 201);
        let document = site.get("/api/openapi.json").await.ok();
        Self { site, document }
    }

    fn operations(&self, method: &str) -> Vec<(&str, &Value)> {
        let paths = self.document["paths"].as_object().unwrap().iter();
        paths.filter_map(|(path, item)| Some((path.as_str(), item.get(method)?))).collect()
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.document.pointer(&reference[1..]).unwrap(),
            None => schema,
        }
    }

    /// The names that the answer to a query blames.
    async fn blamed_names(&self, path: &str, name: &str, value: &Value) -> Vec<String> {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut pairs = vec![(name, text)];
        // Not every page of fifty rows is served.
        if name == "page" && !path.contains("quarantine") {
            pairs.push(("page_size", "1".to_owned()));
        }
        let (parts, body) = self.site.open(&format!("{path}?{}", serde_urlencoded::to_string(&pairs).unwrap())).await;
        if parts.status == 200 {
            return Vec::new();
        }
        assert_eq!(parts.status, 422, "{path} {name}={value}");
        let problem: Value = serde_json::from_slice(&to_bytes(body, usize::MAX).await.unwrap()).unwrap();
        // A day may break two rules at once.
        let mut names = fields(&problem["errors"]);
        names.dedup();
        names
    }

    /// The fields that the answer to a body blames; of several items, sends one.
    async fn refused_fields(&self, request: &str, body: &Value) -> Vec<String> {
        let many = request == "POST /api/events";
        let answer = self.site.write(request, if many { json!([body]) } else { body.clone() }).await;
        match answer.status {
            200 if many && answer.json()["items"][0]["verdict"] == "rejected" => fields(&answer.json()["items"][0]["errors"]),
            // It conflicts with what an earlier try stored.
            200 | 201 | 409 => Vec::new(),
            status => {
                assert_eq!(status, 422, "{request} {body}: {}", answer.text);
                answer.invalid_fields()
            }
        }
    }

    /// Tries every field of an object, which is at `place` in the body.
    async fn check_object(&self, request: &str, base: &Value, schema: &Value, place: &str) {
        assert_eq!(schema["additionalProperties"], false, "{request} {place}");
        let at = |name: &str| format!("{place}/{name}");
        let with = |name: &str, value: Value| {
            let mut body = base.clone();
            // An item has one of the two.
            if name == "externalId" && request == "POST /api/events" {
                body.as_object_mut().unwrap().remove("customerId");
            }
            body.pointer_mut(place).unwrap()[name] = value;
            body
        };
        self.must_refuse(request, &with("colour", json!("red")), &at("colour")).await;
        let required: Vec<_> = schema["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap()).collect();
        for (name, field) in schema["properties"].as_object().unwrap() {
            let field = self.resolve(field);
            let mut without = base.clone();
            without.pointer_mut(place).unwrap().as_object_mut().unwrap().remove(name);
            if required.contains(&name.as_str()) {
                self.must_refuse(request, &without, &at(name)).await;
            } else if name != "customerId" {
                assert_eq!(self.refused_fields(request, &without).await, [""; 0], "{request} {without}");
            }
            if field["type"] == "object" {
                self.must_refuse(request, &with(name, Value::Null), &at(name)).await;
                Box::pin(self.check_object(request, base, field, &at(name))).await;
                continue;
            }
            if field["items"]["type"] == "object" {
                let items = |length: u64| json!(vec![base[name][0].clone(); length as usize]);
                let (least, most) = (field["minItems"].as_u64().unwrap(), field["maxItems"].as_u64().unwrap());
                for value in [items(least - 1), items(most + 1), json!("x"), Value::Null] {
                    self.must_refuse(request, &with(name, value), &at(name)).await;
                }
                Box::pin(self.check_object(request, base, &field["items"], &format!("{}/0", at(name)))).await;
                continue;
            }
            let tries = self.tries(name, field);
            assert!(tries.is_limited || UNLIMITED.contains(&name.as_str()), "{request}: {name} has no limit");
            // JSON has one kind of number: 5.0 is a whole one.
            let whole = tries.good.iter().filter_map(Value::as_i64).next().unwrap_or(1) as f64;
            let (whole, broken) =
                if of_type(field, "integer") { (vec![json!(whole)], vec![json!(whole + 0.5)]) } else { Default::default() };
            for value in tries.good.into_iter().chain(whole) {
                let body = with(name, value);
                assert_eq!(self.refused_fields(request, &body).await, [""; 0], "{request} {body}");
            }
            let may_be_null = [field, &field["anyOf"][0]].iter().any(|schema| of_type(schema, "null"));
            let nothing = with(name, Value::Null);
            match may_be_null {
                true => assert_eq!(self.refused_fields(request, &nothing).await, [""; 0], "{request} {nothing}"),
                // Whether an item says whose it is by an absent field or by null is all the same.
                false if ["customerId", "externalId"].contains(&name.as_str()) => {}
                false => self.must_refuse(request, &nothing, &at(name)).await,
            }
            for value in tries.bad.into_iter().chain(broken) {
                self.must_refuse(request, &with(name, value), &at(name)).await;
            }
        }
    }

    /// The field itself is blamed, or what it is a part of, or a part of it.
    async fn must_refuse(&self, request: &str, body: &Value, place: &str) {
        let field = place.trim_start_matches('/').replace('/', ".");
        let fields = self.refused_fields(request, body).await;
        // The two limits are compared, and the upper one is blamed.
        let field = field.replace("bands.atRisk", "bands");
        // One of three is sent, and the first stands for all.
        let is_one_of_three = request.ends_with("/bulk") && ["segment", "archiveReason"].contains(&field.as_str());
        let is_related = |blamed: &String| {
            let blamed = blamed.replace("[0]", ".0");
            blamed.starts_with(&field) || field.starts_with(&blamed) || (is_one_of_three && blamed == "owner")
        };
        assert!(!fields.is_empty() && fields.iter().all(is_related), "{request} {body}: {field} is to blame, not {fields:?}");
    }

    fn tries(&self, name: &str, schema: &Value) -> Tries {
        let schema = self.resolve(schema);
        // The rules say which segments there are.
        if name == "segment" {
            let good = schema["examples"].as_array().unwrap().clone();
            assert_eq!((schema["minLength"].as_u64(), schema["maxLength"].as_u64()), (Some(1), Some(40)));
            return Tries {
                good,
                bad: ["nonsense", "x".repeat(41).as_str(), "a\u{7}b"].map(Value::from).to_vec(),
                is_limited: true,
            };
        }
        if let Some(variants) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
            let tries = variants.iter().map(|variant| self.tries(name, variant));
            return tries.fold(Tries { is_limited: true, ..Tries::default() }, |all, one| Tries {
                good: [all.good, one.good].concat(),
                bad: [all.bad, one.bad].concat(),
                is_limited: all.is_limited && one.is_limited,
            });
        }
        if let Some(names) = schema["enum"].as_array() {
            let good = names.iter().filter(|name| !name.is_null()).cloned().collect();
            return Tries { good, bad: vec![json!("nonsense"), json!("none ")], is_limited: true };
        }
        if of_type(schema, "boolean") {
            return Tries { good: vec![json!(true), json!(false)], bad: vec![json!("maybe")], is_limited: true };
        }
        if of_type(schema, "array") {
            return self.array_tries(name, schema);
        }
        if of_type(schema, "string") { text_tries(schema) } else { number_tries(schema) }
    }

    /// Lists in a query are texts with commas.
    fn array_tries(&self, name: &str, schema: &Value) -> Tries {
        let items = self.tries(name, &schema["items"]);
        let Some(most) = schema["maxItems"].as_u64() else { return items };
        let list = |length: u64| json!((0..length).map(|number| format!("f{number}")).collect::<Vec<_>>());
        let good = items.good.into_iter().map(|item| json!([item])).chain([json!([]), list(most)]);
        let bad = items.bad.into_iter().map(|item| json!([item])).chain([list(most + 1), json!(["a", "a"])]);
        Tries { good: good.collect(), bad: bad.collect(), is_limited: items.is_limited }
    }
}

fn fields(errors: &Value) -> Vec<String> {
    errors.as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
}

fn of_type(schema: &Value, name: &str) -> bool {
    schema["type"] == name || schema["type"].as_array().is_some_and(|names| names.iter().any(|known| known == name))
}

fn number_tries(schema: &Value) -> Tries {
    let step = schema["multipleOf"].as_f64();
    let number = |value: f64| if step.is_some() { json!(value) } else { json!(value as i64) };
    let mut tries = Tries { bad: vec![json!("many")], ..Tries::default() };
    let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
    tries.is_limited = least.is_some() && most.is_some();
    let beyond = step.unwrap_or(1.0);
    tries.good.extend(least.into_iter().chain(most).map(number));
    tries.bad.extend([least.map(|least| least - beyond), most.map(|most| most + beyond)].into_iter().flatten().map(number));
    tries.bad.extend(least.zip(step).map(|(least, step)| json!(least + step * 1.5)));
    tries
}

fn text_tries(schema: &Value) -> Tries {
    let pattern = schema["pattern"].as_str().unwrap_or_default();
    let mut tries = Tries { is_limited: true, ..Tries::default() };
    let (good, bad): (&[&str], &[&str]) = match schema["format"].as_str() {
        Some("date") => (&["2025-11-28"], &["1969-12-31", "2200-01-01", "2026-02-30", "2026-3-1", "nonsense"]),
        Some("date-time") => {
            (&["2026-03-01T09:30:00Z", "2000-01-01T00:00:00Z"], &["1999-12-31T23:59:59Z", "2026-03-01", "nonsense"])
        }
        None if pattern.contains("Q[1-4]") && !pattern.contains("overdue") => {
            (&["1970-01", "2026-02", "2026-Q1"], &["1969-12", "2200-01", "2026-00", "2026-13", "2026-Q5", "2026-2", "nonsense"])
        }
        None if pattern.contains("Q[1-4]") => (
            &["next_30", "overdue", "2026-Q4", "2027-01", "2026-12-01..2027-01-15", "2026-12-01..", "..2199-12-31"],
            &["next_31", "2026-Q5", "2027-13", "2027-1", "..", "2200-01", "2027-01-15..2026-12-01", "2026-02-30..", "days"],
        ),
        None if pattern.contains(":(") => (
            &["login_frequency:..40", "api_trend:39.5..70", "support_load:0.."],
            &["login_frequency", "login_frequency:..", "login_frequency:70..40", "login_frequency:..101", "moon_phase:..40"],
        ),
        None if pattern.contains(r"\.[0-9]{1,3}") => {
            (&["42.5", " -0.125\n", "7.0000"], &["1.2345", "1,5", "1e3", "NaN", "1000000000000", ""])
        }
        None if pattern.contains("{3}") => (&["USD", " eur\n"], &["US", "DOLL", "U5D"]),
        other => {
            assert_eq!(other, None, "a format that no test knows");
            tries.is_limited = schema["maxLength"].is_u64();
            let begin = if pattern.contains("https") { "https://" } else { "" };
            if let Some(most) = schema["maxLength"].as_u64().filter(|most| *most > 0) {
                let text = |length: usize| json!(format!("{begin}{}", "x".repeat(length - begin.len())));
                tries.good.push(text(most as usize));
                tries.bad.push(text(most as usize + 1));
                tries.bad.push(json!(format!("{} ", text(most as usize).as_str().unwrap())));
            }
            if !pattern.is_empty() {
                tries.bad.extend([json!("a\u{7}b"), json!("a\u{0}b")]);
                tries.good.push(json!(format!(" {begin}ä b\n").replace("ä b", if begin.is_empty() { "ä b" } else { "ä" })));
            }
            match schema["minLength"].as_u64() {
                Some(_) => tries.bad.extend(["", " \n "].map(Value::from)),
                None => tries.good.push(json!("")),
            }
            (&[], if begin.is_empty() { &[] } else { &["ftp://x", "https://", "https:///x", "https://a b"] })
        }
    };
    tries.good.extend(good.iter().copied().map(Value::from));
    tries.bad.extend(bad.iter().copied().map(Value::from));
    tries
}
