//! The server's half: code that must never reach the browser.

pub mod api;
pub mod browser;
mod call;
pub mod demo;
mod formats;
pub mod guard;
pub mod metrics;
pub mod service;
mod settings;
pub mod store;

pub use call::{Actor, Call};
pub use settings::Settings;

use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Replaces the system's allocator, which took a quarter of a page's time: a page is thousands of small texts.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The state that every request can reach.
#[derive(Clone)]
pub struct AppState {
    pub store: store::Store,
    /// The only clock below the command line. Tests set a fixed one.
    pub clock: fn() -> DateTime<Utc>,
    pub settings: Arc<Settings>,
    /// Wakes the job that rescores customers, after a change that makes every row stale.
    pub rescore: Arc<tokio::sync::Notify>,
    /// Takes single events in.
    pub posts: service::run::post_queue::PostQueue,
    pub answers: Arc<service::answers::Answers>,
    pub past_days: Arc<service::past_days::PastDays>,
    pub backtests: Arc<service::backtest::Backtests>,
}
