//! Files of customers, events or outcomes: how much of them is taken, and where an import stands.

mod columns;
mod counts;
mod outlook;
mod rows;

pub use columns::{ImportField, ImportKind, Mapping};
pub use counts::{ImportCounts, UndoReport};
pub use outlook::{MAX_LISTED_ERRORS, OUTLOOK_ROWS, Outlook, RowOutlook, ValueChange};
pub use rows::{Findings, PreviewRow, RawRow, RowError};

use super::{ImportId, Page, Segments};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The largest file that can be uploaded, in bytes.
pub const MAX_UPLOAD_BYTES: u64 = 50 * 1024 * 1024;
/// The largest uncompressed size of an uploaded file, in bytes.
pub const MAX_UNPACKED_BYTES: u64 = 256 * 1024 * 1024;
/// The most lines of an uploaded file, blank ones included.
pub const MAX_UPLOAD_ROWS: u64 = 2_000_000;
/// The most uploads that may wait to be imported, and the most bytes of all of them.
pub const MAX_WAITING_UPLOADS: usize = 20;
pub const MAX_WAITING_BYTES: u64 = 500 * 1024 * 1024;

/// The state of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// The file has arrived, and only its first rows were read.
    Uploaded,
    /// A dry run is under way.
    Checking,
    Checked,
    Running,
    Finished,
    /// The work stopped before the end of the file, for the reason in `problem`. Rows stored until then can be undone.
    Failed,
    Undoing,
    Undone,
}

impl ImportState {
    const ALL: [(Self, &str); 8] = [
        (Self::Uploaded, "uploaded"),
        (Self::Checking, "checking"),
        (Self::Checked, "checked"),
        (Self::Running, "running"),
        (Self::Finished, "finished"),
        (Self::Failed, "failed"),
        (Self::Undoing, "undoing"),
        (Self::Undone, "undone"),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, name)| *name == text).map(|(state, _)| state)
    }

    /// Returns whether work on the import is under way.
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Checking | Self::Running | Self::Undoing)
    }

    /// Returns whether there may be something to undo. A run that was cut off leaves its import `Running`.
    pub fn can_be_undone(self) -> bool {
        matches!(self, Self::Finished | Self::Failed | Self::Running | Self::Undoing)
    }
}

/// A stored import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Import {
    pub id: ImportId,
    pub file_name: String,
    pub mapping: Mapping,
    pub state: ImportState,
    pub author: Option<String>,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub undone_at: Option<DateTime<Utc>>,
    pub counts: ImportCounts,
    /// The part of the file that has been read, in percent.
    pub percent: i64,
    /// The reason why it failed.
    pub problem: Option<String>,
    pub undo: UndoReport,
}

/// Imports, latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportList {
    pub page: Page<Import>,
    pub now: DateTime<Utc>,
}

/// The read model of an import's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportPage {
    pub import: Import,
    /// The file's columns and first rows, until their meaning is settled.
    pub columns: Vec<String>,
    /// The segments that the rules have.
    pub segments: Segments,
    pub preview: Vec<PreviewRow>,
    /// The dry run's outlook, besides the counts.
    pub outlook: Option<Outlook>,
    /// The first rows that the dry run refused.
    pub errors: Vec<RowError>,
    /// The reason why the file cannot be read.
    pub unreadable: Option<String>,
    pub now: DateTime<Utc>,
}
