//! Settings: the operator's choices that requests depend on.

use super::guard::Secret;
use super::guard::hosts::Hosts;
use super::guard::pace::Pace;
use std::path::PathBuf;

/// The settings that requests need.
#[derive(Clone, Debug)]
pub struct Settings {
    /// ISO 4217: the currency of every ARR.
    pub currency: String,
    /// When set, everything but the probes asks for it.
    pub access_token: Option<Secret>,
    /// The names that everything but the probes answers to.
    pub hosts: Hosts,
    /// How fast bodies must come.
    pub pace: Pace,
    /// Raw events that were received more than this many months ago are dropped; null: none ever are.
    pub retain_events: Option<u32>,
    /// Where each database's folder for uploads is made.
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
