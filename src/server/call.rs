//! A call: who asks, when, and the app that answers. Every use case takes one.

use super::AppState;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDate, Utc};
use std::convert::Infallible;
use std::ops::Deref;

/// The one who asks. Until accounts exist, everybody who gets in may do everything, and the names that people sign with are
/// fields of their forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who comes through a door: a page, the API or the command line.
    Visitor,
    /// The server itself, at work on a roll-over or an import.
    Job,
}

/// One request, or one step of a job. The clock is read once, when the call begins, so that all of it happens on the same
/// day.
#[derive(Clone)]
pub struct Call {
    pub app: AppState,
    pub actor: Actor,
    pub now: DateTime<Utc>,
}

impl Call {
    /// Returns the UTC day for the whole call.
    pub fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }
}

impl Deref for Call {
    type Target = AppState;

    fn deref(&self) -> &AppState {
        &self.app
    }
}

impl AppState {
    /// Begins a call, and reads the clock for it.
    pub fn call(&self, actor: Actor) -> Call {
        Call { app: self.clone(), actor, now: self.read_clock() }
    }

    /// Reads the clock. Only long work may: jobs, imports and the command line.
    pub fn read_clock(&self) -> DateTime<Utc> {
        (self.clock)()
    }
}

/// Gives a handler its call, which begins when the request's head has been read.
impl FromRequestParts<AppState> for Call {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        Ok(app.call(Actor::Visitor))
    }
}
