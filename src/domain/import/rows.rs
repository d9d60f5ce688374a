//! The rows of a file: as they stand in it, as they are understood, and the rules that they break.

use super::ImportKind;
use crate::domain::FieldError;
use serde::{Deserialize, Serialize};

/// An unparsed row of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRow {
    pub line: i64,
    /// The trimmed text of each column, or the reason why the row cannot be read.
    pub cells: Result<Vec<String>, String>,
}

/// A file's columns and first rows, read when it was uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    pub columns: Vec<String>,
    pub rows: Vec<RawRow>,
}

/// A rule that a row of a file breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowError {
    /// The row's line in the file, counted from 1 with the header.
    pub line: i64,
    /// The column's header. Empty when the rule is about the whole row, or about a field without a column.
    pub column: String,
    pub error: FieldError,
}

impl RowError {
    /// Returns the rule as a sentence that names the file's column, or else the field's label.
    pub fn sentence(&self, kind: ImportKind) -> String {
        let label = || kind.field(&self.error.field).map_or(self.error.field.as_str(), |field| field.label);
        let subject = if self.column.is_empty() { label() } else { &self.column };
        let subject = if subject == "row" { "the row" } else { subject };
        format!("{subject} {}", self.error.message)
    }
}

/// A row of a file with the values that its cells stand for, or their errors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreviewRow {
    pub line: i64,
    /// The text of each column.
    pub cells: Vec<String>,
    /// (field, value)
    pub understood: Vec<(String, String)>,
    pub errors: Vec<RowError>,
}
