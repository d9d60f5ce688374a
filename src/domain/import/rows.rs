//! The rows of a file: as they stand in it, as they are understood, and the rules that they break.

use super::ImportKind;
use crate::domain::FieldError;
use serde::{Deserialize, Serialize};

/// A row as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRow {
    pub line: i64,
    /// One for each column, trimmed; or why the row cannot be read.
    pub cells: Result<Vec<String>, String>,
}

/// A file's columns and first rows, found when it was uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    pub columns: Vec<String>,
    pub rows: Vec<RawRow>,
}

/// A rule that a row of a file breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowError {
    /// In the file, from 1; the header counts.
    pub line: i64,
    /// Empty when the rule is about the whole row or about a field that no column means.
    pub column: String,
    pub error: FieldError,
}

impl RowError {
    /// The rule as a sentence that names the file's own column, or else the field by its label.
    pub fn sentence(&self, kind: ImportKind) -> String {
        let label = || kind.field(&self.error.field).map_or(self.error.field.as_str(), |field| field.label);
        let subject = if self.column.is_empty() { label() } else { &self.column };
        let subject = if subject == "row" { "the row" } else { subject };
        format!("{subject} {}", self.error.message)
    }
}

/// A row of a file as it will be understood: its cells, and by field what they become or what is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreviewRow {
    pub line: i64,
    /// One for each column of the file.
    pub cells: Vec<String>,
    /// (field, value)
    pub understood: Vec<(String, String)>,
    pub errors: Vec<RowError>,
}
