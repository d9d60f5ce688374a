//! Segments: the kinds of companies that customers are.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The most characters of a segment's name.
pub const LONGEST_SEGMENT: usize = 40;

/// The rule for a segment's name, as a fragment that reads well after the field's name.
pub const SEGMENT_RULE: &str = "must be 1 to 40 characters, none of them a control character";

/// A character has at most four bytes.
const BYTES: usize = 4 * LONGEST_SEGMENT;

/// The kind of company a customer is, such as Enterprise: a name of 1 to 40 characters without white space at its ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Segment {
    /// Zeros fill up what is left.
    name: [u8; BYTES],
}

impl Segment {
    pub const ENTERPRISE: Self = Self::of("Enterprise");
    pub const SMB: Self = Self::of("SMB");
    pub const STARTUP: Self = Self::of("Startup");

    /// The segments that a database starts with, in their order.
    pub const ALL: [Self; 3] = [Self::ENTERPRISE, Self::SMB, Self::STARTUP];

    /// Takes the first bytes of a text, which must be a name.
    const fn of(text: &str) -> Self {
        let (mut name, mut place) = ([0; BYTES], 0);
        while place < text.len() && place < BYTES {
            name[place] = text.as_bytes()[place];
            place += 1;
        }
        Self { name }
    }

    /// Returns the segment with this name. `None` for a text that cannot be a name.
    pub fn named(text: &str) -> Option<Self> {
        let name = text.trim();
        let is_name = (1..=LONGEST_SEGMENT).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        is_name.then(|| Self::of(name))
    }

    /// Parses a segment's label in any letter case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|segment| segment.label().eq_ignore_ascii_case(text.trim()))
    }

    pub fn label(&self) -> &str {
        let name = self.name.split(|byte| *byte == 0).next().unwrap_or_default();
        std::str::from_utf8(name).unwrap_or_default()
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl Serialize for Segment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.label())
    }
}

impl<'de> Deserialize<'de> for Segment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::named(&text).ok_or_else(|| D::Error::custom(format!("a segment's name {SEGMENT_RULE}")))
    }
}

impl PartialSchema for Segment {
    fn schema() -> RefOr<Schema> {
        let name = ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String);
        name.description(Some("The kind of company a customer is.")).enum_values(Some(Self::ALL.map(|it| it.to_string()))).into()
    }
}

impl ToSchema for Segment {}
