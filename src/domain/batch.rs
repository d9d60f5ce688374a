//! Batches of events: the verdict on each item, and the quarantine's record of refused items.

use super::quarantine::QuarantineUse;
use super::{EventId, FieldError, Page, QuarantineId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The largest number of items in one request.
pub const MAX_ITEMS: i64 = 100_000;
/// The largest item, in bytes.
pub const MAX_ITEM_BYTES: usize = 64 * 1024;

/// The verdict on an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemVerdict {
    /// Stored, and counted in the score.
    Accepted,
    /// Stored before, under the same message id or as the same invoice. Nothing was stored now.
    Duplicate,
    /// Contradicts a stored event. Kept in the quarantine if there is room.
    Conflict,
    /// Breaks a rule. Kept in the quarantine if there is room.
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

/// The verdict on one item of a request, with its reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemReport {
    /// The item's position, from 1: its line in NDJSON (blank lines count), or its place in the array.
    pub line: i64,
    pub verdict: ItemVerdict,
    /// The accepted event; for a duplicate, the event that it repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<EventId>,
    /// Every rule that the item breaks; for a conflict, the stored fact that it contradicts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// True when the item was refused and the quarantine had no room for it; absent otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_kept: bool,
}

/// The verdicts on all items of a request, in the order they were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchReport {
    pub accepted: i64,
    pub duplicates: i64,
    pub conflicts: i64,
    pub rejected: i64,
    pub items: Vec<ItemReport>,
    /// The reason why reading stopped before the end. Null when all items were read.
    pub error: Option<String>,
    /// Says how many refused items the quarantine had no room for, and why. Absent when it keeps all of them.
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

/// A refused item, kept until somebody corrects or deletes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuarantinedItem {
    pub id: QuarantineId,
    /// The source that the item names, or `api` when it could not be read. Each source has a quota.
    pub source: String,
    /// The item as it was sent, cut after 16 KiB.
    pub content: String,
    /// True when `content` is only the beginning of the item.
    pub is_cut: bool,
    /// `conflict` or `rejected`.
    pub verdict: ItemVerdict,
    pub errors: Vec<FieldError>,
    pub first_received_at: DateTime<Utc>,
    pub last_received_at: DateTime<Utc>,
    /// The number of times that exactly this item was sent.
    pub times: i64,
}

/// The read model of the quarantine's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuarantinePage {
    /// The refused items, latest first.
    pub page: Page<QuarantinedItem>,
    /// The use of each source's quota, in the order of the sources' names.
    pub uses: Vec<(String, QuarantineUse)>,
    pub now: DateTime<Utc>,
}
