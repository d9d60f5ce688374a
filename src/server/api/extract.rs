//! What handlers take from a request. Each refusal is a precise problem that names what is wrong.

use crate::domain::{CustomerId, EventId, FieldErrors, ImportId, NoteId, QuarantineId};
use crate::server::formats::json;
use crate::wire::AppError;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A JSON object in, any JSON out.
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = AppError;

    async fn from_request(request: Request, state: &S) -> Result<Self, AppError> {
        if !is_json(request.headers()) {
            return Err(AppError::UnsupportedMediaType("The body must be JSON, with Content-Type: application/json.".into()));
        }
        if request.headers().get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return Err(AppError::UnsupportedMediaType("The body must come as it is, without Content-Encoding.".into()));
        }
        // The router has read the body already, and refused one that is too large.
        let body = Bytes::from_request(request, state).await;
        json::parse(&body.map_err(|refused| AppError::BadRequest(refused.body_text()))?).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// An id in a path: which parameter holds it, and what it identifies.
pub trait PathId: From<i64> {
    const PARAMETER: &'static str;
    const NOUN: &'static str;
}

impl PathId for CustomerId {
    const PARAMETER: &'static str = "id";
    const NOUN: &'static str = "customer";
}

impl PathId for EventId {
    const PARAMETER: &'static str = "id";
    const NOUN: &'static str = "event";
}

impl PathId for QuarantineId {
    const PARAMETER: &'static str = "id";
    const NOUN: &'static str = "item";
}

impl PathId for ImportId {
    const PARAMETER: &'static str = "id";
    const NOUN: &'static str = "import";
}

impl PathId for NoteId {
    const PARAMETER: &'static str = "noteId";
    const NOUN: &'static str = "note";
}

/// The id in the path. What cannot be an id is a thing that does not exist.
pub struct Id<T>(pub T);

impl<T: PathId, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let nothing = |text: &str| AppError::NotFound(format!("{} {}", T::NOUN, text.chars().take(40).collect::<String>()));
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| nothing("with such an id"))?;
        let text = params.iter().find(|(name, _)| *name == T::PARAMETER).map_or("", |(_, text)| text);
        // One customer has one address: not also 007 or +7.
        let id = text.parse::<i64>().ok().filter(|id| id.to_string() == text);
        id.map(|id| Self(T::from(id))).ok_or_else(|| nothing(text))
    }
}

/// The query string's pairs, each name once.
pub struct Query(Vec<(String, String)>);

impl Query {
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The parameters that a path knows, each when it is there and not empty.
    pub fn known<const N: usize>(&self, names: [&str; N]) -> Result<[Option<&str>; N], FieldErrors> {
        let mut errors = FieldErrors::default();
        for (sent, _) in self.pairs().filter(|(sent, _)| !names.contains(sent)) {
            errors.add(sent, "is not a parameter here");
        }
        let value = |name: &str| self.pairs().find(|(sent, value)| *sent == name && !value.is_empty()).map(|(_, value)| value);
        errors.or(|| names.map(value))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        let pairs = serde_urlencoded::from_str::<Vec<(String, String)>>(parts.uri.query().unwrap_or_default());
        let pairs = pairs.map_err(|_| AppError::BadRequest("The query string cannot be read.".into()))?;
        let mut errors = FieldErrors::default();
        for (index, (name, _)) in pairs.iter().enumerate() {
            if pairs[..index].iter().any(|(earlier, _)| earlier == name) {
                errors.add(name, "is given more than once");
            }
        }
        Ok(errors.or(|| Self(pairs))?)
    }
}

/// A path that takes no parameters: says so instead of ignoring them.
pub struct NoQuery;

impl<S: Send + Sync> FromRequestParts<S> for NoQuery {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let query = Query::from_request_parts(parts, state).await?;
        let mut errors = FieldErrors::default();
        for (name, _) in query.pairs() {
            errors.add(name, "is not a parameter here");
        }
        Ok(errors.or(|| Self)?)
    }
}

/// Why something is done; the use case says which reasons are good.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonInput {
    #[serde(default)]
    pub reason: Option<String>,
}
