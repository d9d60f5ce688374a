//! Settings: the operator's choices that requests depend on.

use super::guard::Secret;
use super::guard::hosts::Hosts;
use super::guard::pace::Pace;
use std::path::PathBuf;

/// The settings that requests need.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The currency of every ARR (ISO 4217).
    pub currency: String,
    /// The token that everything but the probes asks for, if any.
    pub access_token: Option<Secret>,
    /// The host names that everything but the probes answers to.
    pub hosts: Hosts,
    /// The least pace at which bodies must arrive.
    pub pace: Pace,
    /// The age in months, by time of receipt, after which raw events are dropped; `None` keeps them for ever.
    pub retain_events: Option<u32>,
    /// The folder in which each database's folder for uploads is made.
    pub upload_dir: PathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            currency: "USD".into(),
            access_token: None,
            hosts: Hosts::Named(Vec::new()),
            pace: Pace::default(),
            retain_events: None,
            upload_dir: std::env::temp_dir(),
        }
    }
}
