//! A site of its own for each test, and what one asks of it.

use crate::server::{AppState, Settings};
use crate::site::assets::Assets;
use crate::tests::harness::Database;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::response::Parts;
use axum::http::{HeaderMap, Request};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

/// A server on a database of its own. It is noon of 16 March 2026.
pub struct Site {
    pub database: Database,
    router: Router,
}

impl Site {
    pub fn new(database: Database) -> Self {
        Self { router: crate::site::router(database.app(), Assets::NONE), database }
    }

    /// At another time.
    pub fn at(database: Database, clock: fn() -> DateTime<Utc>) -> Self {
        let app = AppState { clock, ..database.app() };
        Self { router: crate::site::router(app, Assets::NONE), database }
    }

    /// Starts a site on SQLite, for tests that do not depend on the database.
    pub async fn sqlite() -> Self {
        Self::new(Database::sqlite().await)
    }

    pub async fn sqlite_with(settings: Settings) -> Self {
        let database = Database::sqlite().await;
        let app = AppState { settings: Arc::new(settings), ..database.app() };
        Self { router: crate::site::router(app, Assets::NONE), database }
    }

    /// Sends `METHOD /path` with these headers and this body.
    pub async fn send(&self, request: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let (parts, body) = self.send_raw(request, headers, body).await;
        let text = String::from_utf8(body.to_vec()).unwrap();
        Answer { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    /// Sends a request and returns the bytes of the answer as they are sent.
    pub async fn send_raw(&self, request: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> (Parts, Bytes) {
        let (method, path) = request.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", "localhost");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts, to_bytes(body, usize::MAX).await.unwrap())
    }

    /// Returns the router, for tests that serve it themselves.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// The head of an answer whose body goes on and on.
    pub async fn open(&self, path: &str) -> (Parts, Body) {
        let request = Request::builder().uri(path).header("host", "localhost").body(Body::empty()).unwrap();
        self.router.clone().oneshot(request).await.unwrap().into_parts()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(&format!("GET {path}"), &[], "").await
    }

    /// Sends JSON.
    pub async fn write(&self, request: &str, body: Value) -> Answer {
        self.send(request, &[("content-type", "application/json")], body.to_string()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.write(&format!("POST {path}"), body).await
    }

    /// Creates an SMB customer; its path.
    pub async fn customer(&self, name: &str) -> String {
        let answer = self.post("/api/customers", json!({"name": name, "segment": "SMB"})).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.header("location").to_owned()
    }

    /// Creates a customer with a start date. Returns its path.
    pub async fn customer_started(&self, name: &str, on: &str) -> String {
        let answer = self.post("/api/customers", json!({"name": name, "segment": "SMB", "startDate": on})).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.header("location").to_owned()
    }

    /// Sends an event that must be accepted; what it did.
    pub async fn event(&self, customer: &str, event: Value) -> Value {
        let answer = self.post(&format!("{customer}/events"), event).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }

    /// The names on the list, in its order.
    pub async fn names(&self, query: &str) -> Vec<String> {
        let list = self.get(&format!("/api/customers{query}")).await.ok();
        list["items"].as_array().unwrap().iter().map(|row| row["customer"]["name"].as_str().unwrap().to_owned()).collect()
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The header's text, empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The JSON of an answer that must be 200.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    /// The problem in an answer that must be one, with everything that RFC 9457 asks for.
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let problem = self.json();
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["type"], format!("urn:customer-health:problem:{code}"));
        for text in ["title", "detail"] {
            assert!(problem[text].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
        }
        problem
    }

    /// The fields that a 422 names.
    pub fn invalid_fields(&self) -> Vec<String> {
        let problem = self.problem(422, "invalid");
        let errors = problem["errors"].as_array().unwrap();
        assert!(errors.iter().all(|error| !error["message"].as_str().unwrap().is_empty()), "{problem}");
        errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
    }
}

/// JSON's points as tenths, to be added without rounding.
pub fn tenths(points: &Value) -> i64 {
    (points.as_f64().unwrap_or_else(|| panic!("{points} is no number")) * 10.0).round() as i64
}
