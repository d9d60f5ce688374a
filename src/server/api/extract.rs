//! Extractors: the arguments that handlers take from a request. Each refusal is a precise problem that names the fault.

use crate::domain::{BulkChangeId, CustomerId, EventId, FieldErrors, ImportId, NoteId, OutcomeId, QuarantineId};
use crate::server::formats::json;
use crate::wire::AppError;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;
use utoipa::IntoParams;
use utoipa::openapi::path::ParameterIn;

/// A JSON object in a request, any JSON in an answer.
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        // Axum's own writer takes twice as long: it asks for room before each word.
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => {
                tracing::error!(%error, "an answer could not be written");
                AppError::Internal.into_response()
            }
        }
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
        // The router has read the body before, and refused one that is too large.
        let body = Bytes::from_request(request, state).await;
        json::parse(&body.map_err(|refused| AppError::BadRequest(refused.body_text()))?).map(Self)
    }
}

/// A JSON object in a request that may also come without a body.
pub struct MaybeJson<T>(pub T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for MaybeJson<T> {
    type Rejection = AppError;

    async fn from_request(request: Request, state: &S) -> Result<Self, AppError> {
        match request.headers().contains_key(header::CONTENT_TYPE) {
            true => Json::from_request(request, state).await.map(|Json(sent)| Self(sent)),
            false => Ok(Self(T::default())),
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// An id in a path: the parameter's name, and the kind of thing it identifies.
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

impl PathId for OutcomeId {
    const PARAMETER: &'static str = "id";
    const NOUN: &'static str = "outcome";
}

impl PathId for QuarantineId {
    const PARAMETER: &'static str = "id";
    const NOUN: &'static str = "item";
}

impl PathId for ImportId {
    const PARAMETER: &'static str = "id";
    const NOUN: &'static str = "import";
}

impl PathId for BulkChangeId {
    const PARAMETER: &'static str = "id";
    const NOUN: &'static str = "change";
}

impl PathId for NoteId {
    const PARAMETER: &'static str = "noteId";
    const NOUN: &'static str = "note";
}

/// The id in the path. A text that cannot be an id gets the same 404 as an id that does not exist.
pub struct Id<T>(pub T);

impl<T: PathId, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let nothing = |text: &str| AppError::NotFound(format!("{} {}", T::NOUN, text.chars().take(40).collect::<String>()));
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| nothing("with such an id"))?;
        let text = params.iter().find(|(name, _)| *name == T::PARAMETER).map_or("", |(_, text)| text);
        // Each customer has one address, so 007 and +7 are not ids.
        let id = text.parse::<i64>().ok().filter(|id| id.to_string() == text);
        id.map(|id| Self(T::from(id))).ok_or_else(|| nothing(text))
    }
}

/// The pairs of the query string, each name at most once. Names must be documented by `P`; empty values are dropped.
pub struct Query<P> {
    pairs: Vec<(String, String)>,
    documented: PhantomData<fn() -> P>,
}

impl<P> Query<P> {
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the values of these names, in the same order. Each must be documented, or nobody could ever send it.
    pub fn values<const N: usize>(&self, names: [&str; N]) -> [Option<&str>; N]
    where
        P: IntoParams,
    {
        debug_assert!(names.iter().all(|name| documented_names::<P>().iter().any(|known| known == name)), "{names:?}");
        names.map(|name| self.pairs().find(|(sent, _)| *sent == name).map(|(_, value)| value))
    }
}

impl<P: IntoParams, S: Send + Sync> FromRequestParts<S> for Query<P> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        let mut pairs = query_pairs(parts)?;
        if !pairs.is_empty() {
            check_names(&pairs, &documented_names::<P>().iter().map(String::as_str).collect::<Vec<_>>())?;
        }
        pairs.retain(|(_, value)| !value.is_empty());
        Ok(Self { pairs, documented: PhantomData })
    }
}

fn documented_names<P: IntoParams>() -> Vec<String> {
    P::into_params(|| Some(ParameterIn::Query)).into_iter().map(|parameter| parameter.name).collect()
}

/// The query of a path without parameters. Sent parameters are refused instead of ignored.
pub struct NoQuery;

impl<S: Send + Sync> FromRequestParts<S> for NoQuery {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        check_names(&query_pairs(parts)?, &[])?;
        Ok(Self)
    }
}

fn query_pairs(parts: &Parts) -> Result<Vec<(String, String)>, AppError> {
    let pairs = serde_urlencoded::from_str(parts.uri.query().unwrap_or_default());
    pairs.map_err(|_| AppError::BadRequest("The query string cannot be read.".into()))
}

fn check_names(pairs: &[(String, String)], known: &[&str]) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    for (index, (name, _)) in pairs.iter().enumerate() {
        if pairs[..index].iter().any(|(earlier, _)| earlier == name) {
            errors.add(name, "is given more than once");
        } else if known.is_empty() {
            errors.add(name, "is not a parameter here; there are none");
        } else if !known.contains(&name.as_str()) {
            errors.add(name, format!("is not a parameter here; there are {}", known.join(", ")));
        }
    }
    errors.or(|| ())
}

/// The body of a request that gives a reason. The use case says which reasons are valid.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonInput {
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// The body of a request that restores a customer.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RestoreInput {
    /// The day since which a customer that had churned is one again; today when absent.
    #[schema(format = Date)]
    pub start_date: Option<String>,
}
