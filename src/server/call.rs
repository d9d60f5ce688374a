//! A call: who asks, when, and the app that answers. Every use case gets one.

use super::AppState;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDate, Utc};
use std::convert::Infallible;
use std::ops::Deref;

/// Who asks. Until accounts exist, everybody who gets in may do everything, and the names that people sign with are
/// fields of their forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody at a door: a page, the API, the command line.
    Visitor,
    /// The server itself: a roll-over, an import under way.
    Job,
}

/// One request, or one step of a job. The clock is read once, when the call begins, so that nothing in it falls on two days.
#[derive(Clone)]
pub struct Call {
    pub app: AppState,
    pub actor: Actor,
    pub now: DateTime<Utc>,
}

impl Call {
    /// Returns the UTC day it is for the whole call.
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
    /// Begins a call: reads the clock.
    pub fn call(&self, actor: Actor) -> Call {
        Call { app: self.clone(), actor, now: self.read_clock() }
    }

    /// Returns the time now. Only what goes on for long asks: jobs, imports, the command line.
    pub fn read_clock(&self) -> DateTime<Utc> {
        (self.clock)()
    }
}

/// A handler's argument: begins when the request's head has been read.
impl FromRequestParts<AppState> for Call {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        Ok(app.call(Actor::Visitor))
    }
}
