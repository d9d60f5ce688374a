//! The outlook of an import besides its counts, as its dry run finds it.

use crate::domain::Segment;
use crate::domain::money::money_short;
use serde::{Deserialize, Serialize};

/// The expected effect of an import besides its counts, found by the dry run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Outlook {
    /// The first rows that would create something, at most [`OUTLOOK_ROWS`].
    pub created: Vec<RowOutlook>,
    /// The first rows that would change something, at most [`OUTLOOK_ROWS`].
    pub updated: Vec<RowOutlook>,
    /// The ARR of all active customers in cents, and the amount that the import would add to it.
    pub arr_cents: i64,
    pub arr_change_cents: i64,
    /// The number of customers that new events belong to.
    pub customers: i64,
    pub currency: String,
    /// The segments in the file that the rules do not have.
    pub unknown_segments: Vec<Segment>,
}

/// The most errors in the list of an upload.
pub const MAX_LISTED_ERRORS: usize = 100_000;

/// The most rows of each kind in an [`Outlook`].
pub const OUTLOOK_ROWS: usize = 5;

impl Outlook {
    /// Returns whether the ARR would more than double or halve. Then a column may have been given the wrong meaning.
    pub fn is_drastic(&self) -> bool {
        let (before, after) = (i128::from(self.arr_cents), i128::from(self.arr_cents) + i128::from(self.arr_change_cents));
        before > 0 && (after > 2 * before || 2 * after < before)
    }

    /// Returns the segments that the rules do not have in words: "Segments found that the rules do not have: Mid-market".
    pub fn unknown_segments_words(&self) -> Option<String> {
        let names: Vec<_> = self.unknown_segments.iter().map(Segment::label).collect();
        (!names.is_empty()).then(|| format!("Segments found that the rules do not have: {}", names.join(", ")))
    }

    /// Returns the change of the ARR in words: "Adds $252M ARR: $10.0M becomes $262M". `None` when the import does not
    /// change it.
    pub fn arr_change(&self) -> Option<String> {
        let Outlook { arr_cents: before, arr_change_cents: change, currency, .. } = self;
        let verb = if *change > 0 { "Adds" } else { "Takes away" };
        let short = |cents| money_short(cents, currency);
        let (by, after) = (short(change.saturating_abs()), short(before.saturating_add(*change)));
        (*change != 0).then(|| format!("{verb} {by} ARR: {} becomes {after}", short(*before)))
    }
}

/// The changes that one row of the file would make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowOutlook {
    pub line: i64,
    /// The customer's name; for events the customer's id in the file.
    pub subject: String,
    pub values: Vec<ValueChange>,
}

impl RowOutlook {
    /// Returns the changes in words: "line 3, Acme: Owner Ann → Bob, ARR $1,000 → $2,000".
    pub fn words(&self) -> String {
        let values: Vec<_> = self.values.iter().map(ValueChange::words).collect();
        format!("line {}, {}: {}", self.line, self.subject, values.join(", "))
    }
}

/// A value before and after a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValueChange {
    pub label: String,
    /// The value before; empty when there was none.
    pub old: String,
    pub new: String,
}

impl ValueChange {
    fn words(&self) -> String {
        let Self { label, old, new } = self;
        let new = if new.is_empty() { "nothing" } else { new };
        if old.is_empty() { format!("{label} {new}") } else { format!("{label} {old} → {new}") }
    }
}
