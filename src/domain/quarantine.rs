//! The quarantine's limits: how many refused items it keeps, and for how long.

use serde::{Deserialize, Serialize};

/// The most items kept of one source, and the most bytes.
pub const MAX_ITEMS_OF_SOURCE: i64 = 10_000;
pub const MAX_BYTES_OF_SOURCE: i64 = 16 << 20;
/// The most items kept of all sources, and the most bytes. A limit on each source is not enough, because senders choose the
/// names of sources.
pub const MAX_ITEMS: i64 = 4 * MAX_ITEMS_OF_SOURCE;
pub const MAX_BYTES: i64 = 4 * MAX_BYTES_OF_SOURCE;
/// The most bytes kept of an item's content. Nobody corrects a longer event by hand.
pub const MAX_CONTENT_BYTES: usize = 16 * 1024;
/// The most characters of a correction.
pub const MAX_CORRECTED_CHARS: usize = MAX_CONTENT_BYTES;
/// The days for which an item is kept after it was last sent.
pub const KEPT_DAYS: i64 = 90;

/// The limits in words, for messages.
pub const BOUNDS: &str = "it keeps at most 10,000 items and 16 MiB of a source, and 40,000 items and 64 MiB of all";

/// The space of the quarantine that is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuarantineUse {
    pub items: i64,
    pub bytes: i64,
}

impl QuarantineUse {
    /// Returns whether a source that takes this much may add another item of `bytes` bytes.
    pub fn has_room_of_source(&self, bytes: i64) -> bool {
        self.items < MAX_ITEMS_OF_SOURCE && self.bytes + bytes <= MAX_BYTES_OF_SOURCE
    }

    /// Returns whether all sources together, taking this much, may add another item of `bytes` bytes.
    pub fn has_room(&self, bytes: i64) -> bool {
        self.items < MAX_ITEMS && self.bytes + bytes <= MAX_BYTES
    }

    /// Returns whether a source that takes this much will soon run out of space.
    pub fn is_short_of_source(&self) -> bool {
        is_short(self.items, MAX_ITEMS_OF_SOURCE) || is_short(self.bytes, MAX_BYTES_OF_SOURCE)
    }

    /// Returns whether all sources together, taking this much, will soon run out of space.
    pub fn is_short(&self) -> bool {
        is_short(self.items, MAX_ITEMS) || is_short(self.bytes, MAX_BYTES)
    }

    pub fn add(&mut self, bytes: i64) {
        self.items += 1;
        self.bytes += bytes;
    }
}

/// Returns whether nine tenths are taken, which is when it is time to warn.
fn is_short(taken: i64, most: i64) -> bool {
    taken * 10 >= most * 9
}
