//! The outlook of an import besides its counts, as its dry run finds it.

use crate::domain::money::money_short;
use serde::{Deserialize, Serialize};

/// The outlook of an import besides its counts, found by the dry run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Outlook {
    /// The first rows that would create something.
    pub created: Vec<RowOutlook>,
    /// The first rows that would change something.
    pub updated: Vec<RowOutlook>,
    /// The active customers' ARR together, in cents, and the amount that the import would add to it.
    pub arr_cents: i64,
    pub arr_change_cents: i64,
    /// How many customers new events would be of.
    pub customers: i64,
    pub currency: String,
}

/// How many rows of each kind an [`Outlook`] names.
pub const OUTLOOK_ROWS: usize = 5;

impl Outlook {
    /// Returns whether the portfolio would become more than twice or less than half of what it is: a column may mean something else.
    pub fn is_drastic(&self) -> bool {
        let (before, after) = (i128::from(self.arr_cents), i128::from(self.arr_cents) + i128::from(self.arr_change_cents));
        before > 0 && (after > 2 * before || 2 * after < before)
    }

    /// "Adds $252M ARR: $10.0M becomes $262M"; `None` where an import leaves the ARR as it is.
    pub fn arr_change(&self) -> Option<String> {
        let Outlook { arr_cents: before, arr_change_cents: change, currency, .. } = self;
        let verb = if *change > 0 { "Adds" } else { "Takes away" };
        let short = |cents| money_short(cents, currency);
        let (by, after) = (short(change.saturating_abs()), short(before.saturating_add(*change)));
        (*change != 0).then(|| format!("{verb} {by} ARR: {} becomes {after}", short(*before)))
    }
}

/// The changes that one row would make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowOutlook {
    pub line: i64,
    /// The customer's name, or for events the id that the file gives it.
    pub subject: String,
    pub values: Vec<ValueChange>,
}

impl RowOutlook {
    /// "line 3, Acme: Owner Ann → Bob, ARR $1,000 → $2,000".
    pub fn words(&self) -> String {
        let values: Vec<_> = self.values.iter().map(ValueChange::words).collect();
        format!("line {}, {}: {}", self.line, self.subject, values.join(", "))
    }
}

/// One value, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValueChange {
    pub label: String,
    /// Empty where there was none.
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
