//! Everything that must never reach the browser.

mod amounts;
pub mod api;
pub mod assets;
pub mod cli;
pub mod config;
pub mod connections;
pub mod demo;
mod flash;
pub mod forms;
mod guesses;
pub mod hosts;
pub mod jobs;
pub mod json;
pub mod pace;
pub mod page;
mod problem_page;
pub mod security;
pub mod service;
pub mod store;
pub mod telemetry;
mod thaw_styles;
mod transfer;
mod upload;
mod web;

pub use config::Settings;
pub use web::router;

use chrono::{DateTime, Utc};
use std::sync::Arc;

/// A page is thousands of small texts; the system's allocator took a quarter of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What every request can reach.
#[derive(Clone)]
pub struct AppState {
    pub store: store::Store,
    /// The only clock below the command line; tests fix it.
    pub clock: fn() -> DateTime<Utc>,
    pub settings: Arc<Settings>,
    /// Wakes the job that rescores, when something has made every customer's health stale.
    pub rescore: Arc<tokio::sync::Notify>,
    pub figures: Arc<service::portfolio::Figures>,
}

impl AppState {
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// The UTC day it is now.
    pub fn today(&self) -> chrono::NaiveDate {
        self.now().date_naive()
    }
}
