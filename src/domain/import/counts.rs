//! Counts of the rows that an import stored, and of what its undo took back.

use serde::{Deserialize, Serialize};

/// The counts of a file's rows by outcome, of a run or of a dry run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportCounts {
    /// Rows that were read.
    pub rows: i64,
    /// Customers, events or outcomes that were new.
    pub created: i64,
    pub updated: i64,
    /// Customers that already were as the file says, and rows that say that nobody churned.
    pub unchanged: i64,
    /// Events and outcomes that were stored before.
    pub duplicates: i64,
    pub rejected: i64,
}

impl ImportCounts {
    pub fn changes_nothing(&self) -> bool {
        self.created == 0 && self.updated == 0
    }

    /// Returns the counts in words, without those that are zero: "3 created, 1 updated, 2 unchanged, 1 refused".
    pub fn words(&self) -> String {
        let counts = [
            (self.created, "created"),
            (self.updated, "updated"),
            (self.unchanged, "unchanged"),
            (self.duplicates, "known already"),
            (self.rejected, "refused"),
        ];
        let words: Vec<_> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        if words.is_empty() { "no rows".into() } else { words.join(", ") }
    }
}

impl std::ops::Add for ImportCounts {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self {
            rows: self.rows + more.rows,
            created: self.created + more.created,
            updated: self.updated + more.updated,
            unchanged: self.unchanged + more.unchanged,
            duplicates: self.duplicates + more.duplicates,
            rejected: self.rejected + more.rejected,
        }
    }
}

/// The result of undoing an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UndoReport {
    /// Events that were retracted.
    pub retracted: i64,
    /// Outcomes that were retracted.
    pub outcomes: i64,
    /// Customers that were deleted.
    pub removed: i64,
    /// The names of customers that were archived instead, because they have events, notes or outcomes or were edited; at most 100.
    pub archived: Vec<String>,
    /// The number of customers that were archived instead.
    pub archived_count: i64,
    /// Customers whose fields were set back.
    pub restored: i64,
    /// Customers of whom some field was edited since, so that it stays as it is.
    pub kept: i64,
}

impl UndoReport {
    pub fn words(&self) -> String {
        let counts = [
            (self.retracted, "event", "retracted"),
            (self.outcomes, "outcome", "retracted"),
            (self.removed, "customer", "deleted"),
            (self.archived_count, "customer", "archived instead of deleted"),
            (self.restored, "customer", "restored"),
            (self.kept, "customer", "with later edits that stay"),
        ];
        let plural = |count: i64| if count == 1 { "" } else { "s" };
        let words: Vec<_> = counts
            .iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, noun, what)| format!("{count} {noun}{} {what}", plural(*count)))
            .collect();
        if words.is_empty() { "there was nothing to undo".into() } else { words.join(", ") }
    }
}
