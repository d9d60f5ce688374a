//! Page context: data that the server hands to the page it renders, beside the page's own data.

use super::{Flash, Preferences};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Is told to a page once, when it is loaded; the hydrating browser takes it over unchanged.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct PageStart {
    pub preferences: Preferences,
    /// What a form that was sent without JavaScript left for this page.
    pub flash: Flash,
    /// Random, new with each page load: message ids of forms begin with it.
    pub seed: String,
    /// When the page was rendered.
    pub now: DateTime<Utc>,
    /// Up to which change the page knows what has changed.
    pub mark: String,
    /// The address of the script that follows changes for all pages of a browser.
    pub live_script: String,
}

/// Style blocks (id, content) that components need in the head before the first paint. Set by the server.
#[derive(Clone, Default)]
pub struct PageStyles(pub Arc<Vec<(String, String)>>);

impl PageStyles {
    pub fn blocks(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.iter()
    }
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
}
