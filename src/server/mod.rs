//! Everything that must never reach the browser.

pub mod api;
pub mod browser;
mod call;
pub mod demo;
mod formats;
pub mod guard;
pub mod jobs;
pub mod metrics;
pub mod service;
mod settings;
pub mod store;

pub use call::{Actor, Call};
pub use settings::Settings;

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
    pub past_days: Arc<service::past_days::PastDays>,
}
