//! Segments: the kinds of companies that customers are, and the list of them that a version of the rules has.

use super::FieldErrors;
use super::letters::composed;
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
    pub const FIRST: [Self; 3] = [Self::ENTERPRISE, Self::SMB, Self::STARTUP];

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
        let name = composed(text.trim());
        let is_name = (1..=LONGEST_SEGMENT).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        is_name.then(|| Self::of(&name))
    }

    /// Returns whether both names are the same but for letter case.
    pub fn is_like(&self, other: &Self) -> bool {
        self == other || self.label().to_lowercase() == other.label().to_lowercase()
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
        let name =
            name.description(Some("The kind of company a customer is: the name of one of the segments that the rules have."));
        name.min_length(Some(1)).max_length(Some(LONGEST_SEGMENT)).examples(Self::FIRST.map(|segment| segment.to_string())).into()
    }
}

impl ToSchema for Segment {}

/// Parses the name of a segment. The rules say which there are.
pub fn parse_segment(errors: &mut FieldErrors, field: &str, text: &str) -> Option<Segment> {
    let segment = Segment::named(text);
    if segment.is_none() {
        errors.add(field, SEGMENT_RULE);
    }
    segment
}

/// The most segments of a version of the rules.
pub const MOST_SEGMENTS: usize = 30;

/// The segments that the rules have, in their order: 1 to 30 names that differ in more than letter case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Segments(Vec<Segment>);

impl Default for Segments {
    fn default() -> Self {
        Self(Segment::FIRST.to_vec())
    }
}

impl Segments {
    /// Parses the names of a list.
    pub fn parse(errors: &mut FieldErrors, field: &str, names: &[String]) -> Self {
        if !(1..=MOST_SEGMENTS).contains(&names.len()) {
            errors.add(field, format!("must be 1 to {MOST_SEGMENTS} segments"));
        }
        let mut segments = Vec::<Segment>::new();
        for name in names.iter().take(MOST_SEGMENTS) {
            match Segment::named(name) {
                None => errors.add(field, format!("must be names, each of which {SEGMENT_RULE}")),
                Some(segment) if segments.iter().any(|other| other.is_like(&segment)) => {
                    errors.add(field, format!("must differ in more than letter case; {segment} is there twice"));
                }
                Some(segment) => segments.push(segment),
            }
        }
        Self(segments)
    }

    /// Returns the segment with this name in any letter case.
    pub fn find(&self, name: &str) -> Option<Segment> {
        let named = Segment::named(name)?;
        self.0.iter().copied().find(|segment| segment.is_like(&named))
    }

    /// Returns the rule for a text that must name one of them, as a fragment that reads well after the field's name.
    pub fn rule(&self) -> String {
        format!("must be one of {self}")
    }

    pub fn iter(&self) -> impl Iterator<Item = Segment> {
        self.0.iter().copied()
    }

    pub fn contains(&self, segment: Segment) -> bool {
        self.0.contains(&segment)
    }

    /// Returns these and behind them those of the others that are missing.
    pub fn and(&self, others: impl IntoIterator<Item = Segment>) -> Self {
        let mut segments = self.clone();
        for other in others {
            if !segments.0.iter().any(|segment| segment.is_like(&other)) {
                segments.0.push(other);
            }
        }
        segments
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Segments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.iter().map(Segment::label).collect();
        f.write_str(&names.join(", "))
    }
}
