//! `AppError`, the only error that reaches a caller. It crosses the wire as it is and carries nothing internal.

use super::codec::JsonText;
use crate::domain::FieldErrors;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::{Bytes, Decodes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "type", content = "detail", rename_all = "snake_case")]
pub enum AppError {
    /// 400: the request itself cannot be read.
    #[error("{0}")]
    BadRequest(String),
    /// 401: the access token is missing or wrong.
    #[error("This server asks for its access token.")]
    Unauthorized,
    /// 403: a write that comes from another site.
    #[error("{0}")]
    Forbidden(String),
    /// 404, with the thing that was not found: "customer 7".
    #[error("There is no {0}.")]
    NotFound(String),
    /// 409: the request contradicts what is stored.
    #[error("{0}")]
    Conflict(String),
    /// 413, with the limit.
    #[error("{0}")]
    TooLarge(String),
    /// 415, with what the body must be.
    #[error("{0}")]
    UnsupportedMediaType(String),
    /// 422: readable, but rules are broken.
    #[error("Some fields need another value.")]
    Invalid(FieldErrors),
    /// 429, with the thing that there were too many of.
    #[error("{0}")]
    TooMany(String),
    /// 503: too much is asked for at once, with the thing that there is too much of.
    #[error("{0}")]
    Overloaded(String),
    /// 503: the database does not answer.
    #[error("The database does not answer at the moment. Please try again.")]
    Unavailable,
    /// 503: no answer came at all. Only the browser makes this one.
    #[error("The server does not answer at the moment. Please try again.")]
    Unreachable,
    /// 500: a fault of the server. Its cause is in the server's log.
    #[error("Something went wrong on the server. Its log has the details.")]
    Internal,
}

impl AppError {
    /// More arrives than the server can take.
    pub fn overloaded() -> Self {
        Self::Overloaded("More is arriving than the server can take at the moment. Please try again in a second.".into())
    }

    pub fn status(&self) -> u16 {
        match self {
            Self::BadRequest(_) => 400,
            Self::Unauthorized => 401,
            Self::Forbidden(_) => 403,
            Self::NotFound(_) => 404,
            Self::Conflict(_) => 409,
            Self::TooLarge(_) => 413,
            Self::UnsupportedMediaType(_) => 415,
            Self::Invalid(_) => 422,
            Self::TooMany(_) => 429,
            Self::Overloaded(_) | Self::Unavailable | Self::Unreachable => 503,
            Self::Internal => 500,
        }
    }

    /// Returns a stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "bad_request",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound(_) => "not_found",
            Self::Conflict(_) => "conflict",
            Self::TooLarge(_) => "too_large",
            Self::UnsupportedMediaType(_) => "unsupported_media_type",
            Self::Invalid(_) => "invalid",
            Self::TooMany(_) => "too_many",
            Self::Overloaded(_) => "overloaded",
            Self::Unavailable => "unavailable",
            Self::Unreachable => "unreachable",
            Self::Internal => "internal",
        }
    }

    /// Returns a short heading for people.
    pub fn title(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "The request cannot be read",
            Self::Unauthorized => "Access token required",
            Self::Forbidden(_) => "Not allowed",
            Self::NotFound(_) => "Not found",
            Self::Conflict(_) => "Conflict",
            Self::TooLarge(_) => "Too large",
            Self::UnsupportedMediaType(_) => "Body of another kind",
            Self::Invalid(_) => "Invalid input",
            Self::TooMany(_) => "Too many attempts",
            Self::Overloaded(_) => "Too much at once",
            Self::Unavailable => "Temporarily unavailable",
            Self::Unreachable => "The server does not answer",
            Self::Internal => "Server error",
        }
    }
}

impl From<FieldErrors> for AppError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonText;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(text) | ServerFnErrorErr::MissingArg(text) => Self::BadRequest(text),
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            _ => Self::Internal,
        }
    }

    /// Reads the body of a failure. A body that is no `AppError` was written by a proxy whose server is away.
    fn de(data: Bytes) -> Self {
        JsonText::decode(data).unwrap_or(Self::Unreachable)
    }
}
