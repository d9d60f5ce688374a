//! Errors on the wire: RFC 9457 `application/problem+json`.

use crate::domain::FieldError;
use crate::wire::AppError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// A problem, described for programs (`code`, `errors`) and for people (`title`, `detail`).
#[derive(Serialize, ToSchema)]
pub struct Problem {
    /// The kind of problem: `urn:customer-health:problem:` and the code.
    r#type: String,
    title: &'static str,
    status: u16,
    detail: String,
    /// A stable name: `not_found`, `invalid`, `conflict` and so on.
    code: &'static str,
    /// Every rule that a field breaks; empty unless the code is `invalid`.
    errors: Vec<FieldError>,
}

impl Problem {
    fn new(status: u16, code: &'static str, title: &'static str, detail: String, errors: Vec<FieldError>) -> Self {
        Self { r#type: format!("urn:customer-health:problem:{code}"), title, status, detail, code, errors }
    }
}

impl From<&AppError> for Problem {
    fn from(error: &AppError) -> Self {
        let errors = match error {
            AppError::Invalid(errors) => errors.0.clone(),
            _ => Vec::new(),
        };
        Self::new(error.status(), error.code(), error.title(), error.to_string(), errors)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let content_type = [(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))];
        (status, content_type, axum::Json(self)).into_response()
    }
}

impl IntoResponse for AppError {
    /// Answers with the problem. The error itself travels along, so that it can be shown to people as a page.
    fn into_response(self) -> Response {
        let mut response = Problem::from(&self).into_response();
        if self.status() == 503 {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Answers 405. The `Allow` header names the methods that work.
pub async fn method_not_allowed() -> Problem {
    let detail = "This path does not answer to this method; the Allow header lists those it does.";
    Problem::new(405, "method_not_allowed", "Method not allowed", detail.into(), Vec::new())
}
