//! Events that come many at a time: what became of each, and what is kept of those that were refused.

use super::quarantine::QuarantineUse;
use super::{EventId, FieldError, Page, QuarantineId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most items in one request.
pub const MAX_ITEMS: i64 = 100_000;
/// The largest item, in bytes.
pub const MAX_ITEM_BYTES: usize = 64 * 1024;

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemVerdict {
    /// Stored for good, and in the score.
    Accepted,
    /// Known already, by its message id or as the same invoice; nothing was stored.
    Duplicate,
    /// It contradicts what is stored; kept in the quarantine while there is room.
    Conflict,
    /// It breaks a rule; kept in the quarantine while there is room.
    Rejected,
}

impl ItemVerdict {
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Conflict => "conflict",
            Self::Rejected => "rejected",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Accepted, Self::Duplicate, Self::Conflict, Self::Rejected].into_iter().find(|verdict| verdict.name() == text)
    }
}

/// One item of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemReport {
    /// From 1: the line of NDJSON, blank ones counted, or the place in the array.
    pub line: i64,
    pub verdict: ItemVerdict,
    /// Of an accepted event and of the one that a duplicate repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<EventId>,
    /// Every rule that the item breaks; of a conflict what it contradicts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// True when it was refused and the quarantine has no room for it; absent otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_kept: bool,
}

/// What became of all items of a request, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchReport {
    pub accepted: i64,
    pub duplicates: i64,
    pub conflicts: i64,
    pub rejected: i64,
    pub items: Vec<ItemReport>,
    /// Why the items after these were not read. Null when all were.
    pub error: Option<String>,
    /// How many refused items are not in the quarantine, and why. Absent when all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<String>,
}

impl BatchReport {
    pub fn push(&mut self, item: ItemReport) {
        *match item.verdict {
            ItemVerdict::Accepted => &mut self.accepted,
            ItemVerdict::Duplicate => &mut self.duplicates,
            ItemVerdict::Conflict => &mut self.conflicts,
            ItemVerdict::Rejected => &mut self.rejected,
        } += 1;
        self.items.push(item);
    }
}

/// An item that was refused, kept until somebody has corrected or discarded it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuarantinedItem {
    pub id: QuarantineId,
    /// The source that the item named, `api` when it could not be read; each has a quota.
    pub source: String,
    /// As it was sent; of more than 16 KiB the beginning.
    pub content: String,
    /// True when only the beginning is kept.
    pub is_cut: bool,
    /// `conflict` or `rejected`.
    pub verdict: ItemVerdict,
    pub errors: Vec<FieldError>,
    pub first_received_at: DateTime<Utc>,
    pub last_received_at: DateTime<Utc>,
    /// How often exactly this was sent.
    pub times: i64,
}

/// The quarantine as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuarantinePage {
    /// The latest first.
    pub page: Page<QuarantinedItem>,
    /// How much of its quota each source takes, in the order of their names.
    pub uses: Vec<(String, QuarantineUse)>,
    pub now: DateTime<Utc>,
}
