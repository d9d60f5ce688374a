//! Page context: data that the server hands to the page it renders, beside the page's own data.

use super::{Flash, Preferences};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Context that a page gets once, when it is loaded. The hydrating browser takes it over unchanged.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct PageStart {
    pub preferences: Preferences,
    /// The result of the plain form that led to this page, if any.
    pub flash: Flash,
    /// A random text, new with each page load. Message ids of the page's forms begin with it.
    pub seed: String,
    /// When the page was rendered.
    pub now: DateTime<Utc>,
    /// The mark of the latest change that the page includes. Following starts after it.
    pub mark: String,
    /// The address of the shared worker's script, which follows changes for all pages of a browser.
    pub live_script: String,
    /// The address of the script that copies and saves charts.
    pub save_script: String,
}

/// Sets the HTTP status of the page being rendered. Set by the server; absent in the browser.
#[derive(Clone)]
pub struct ResponseStatus(pub Arc<dyn Fn(u16) + Send + Sync>);

/// The URLs of the built assets, content hash included.
#[derive(Clone, Debug)]
pub struct PageAssets {
    pub script: String,
    pub wasm: String,
    pub stylesheet: String,
    /// The typeface of nearly every letter, which a page needs before its first paint.
    pub typeface: String,
    /// The script of the worker that follows changes.
    pub live: String,
    /// The script that copies and saves charts, which a page loads when somebody wants that.
    pub save_chart: String,
}
