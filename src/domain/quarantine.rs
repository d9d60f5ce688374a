//! The bounds of the quarantine: how much is kept of what was refused, and for how long.

use serde::{Deserialize, Serialize};

/// The most items of a source, and their bytes.
pub const MAX_ITEMS_OF_SOURCE: i64 = 10_000;
pub const MAX_BYTES_OF_SOURCE: i64 = 16 << 20;
/// The most items of all sources, and their bytes: items name their source themselves, so there may be any number of them.
pub const MAX_ITEMS: i64 = 4 * MAX_ITEMS_OF_SOURCE;
pub const MAX_BYTES: i64 = 4 * MAX_BYTES_OF_SOURCE;
/// How much is kept of an item's content. A longer one is no event that somebody corrects by hand.
pub const MAX_CONTENT_BYTES: usize = 16 * 1024;
/// The longest correction of an item, in characters.
pub const MAX_CORRECTED_CHARS: usize = MAX_CONTENT_BYTES;
/// How long an item is kept after it was sent last.
pub const KEPT_DAYS: i64 = 90;

/// The bounds in words, for those who meet them.
pub const BOUNDS: &str = "it keeps at most 10,000 items and 16 MiB of a source, and 40,000 items and 64 MiB of all";

/// How much of the quarantine is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuarantineUse {
    pub items: i64,
    pub bytes: i64,
}

impl QuarantineUse {
    /// Returns whether a source that takes this much may have another item.
    pub fn has_room_of_source(&self, bytes: i64) -> bool {
        self.items < MAX_ITEMS_OF_SOURCE && self.bytes + bytes <= MAX_BYTES_OF_SOURCE
    }

    /// Returns whether all sources together may have another item.
    pub fn has_room(&self, bytes: i64) -> bool {
        self.items < MAX_ITEMS && self.bytes + bytes <= MAX_BYTES
    }

    /// Returns whether a source has soon no room any more.
    pub fn is_short_of_source(&self) -> bool {
        is_short(self.items, MAX_ITEMS_OF_SOURCE) || is_short(self.bytes, MAX_BYTES_OF_SOURCE)
    }

    /// The use of all sources together.
    pub fn is_short(&self) -> bool {
        is_short(self.items, MAX_ITEMS) || is_short(self.bytes, MAX_BYTES)
    }

    pub fn add(&mut self, bytes: i64) {
        self.items += 1;
        self.bytes += bytes;
    }
}

/// Nine tenths are taken: time to tell.
fn is_short(taken: i64, most: i64) -> bool {
    taken * 10 >= most * 9
}
