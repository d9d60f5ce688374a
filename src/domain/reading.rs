//! Readings: values that somebody has measured about a customer, such as the seats in use, each an exact decimal.

use super::counts::group;
use super::phrases::capitalised;
use super::{CustomerId, NaiveDate};
use chrono::{DateTime, Utc};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};

/// The most names of readings that a customer may have at a time.
pub const MAX_READING_NAMES: usize = 50;
/// The most digits after the decimal point.
const PLACES: usize = 3;
/// The most digits before the decimal point.
const WHOLE_DIGITS: usize = 12;
/// The greatest value, in thousandths. All up to it are exact in a float of 64 bits, which has 15 digits.
const MAX_THOUSANDTHS: i64 = 999_999_999_999_999;
/// The greatest value as a number.
const MAX: f64 = 999_999_999_999.999;
/// A pattern for values that are sent as a text. Zeros at the end say nothing, so there may be more of them.
const TEXT_PATTERN: &str = r"^[\t-\r ]*-?[0-9]{1,12}(\.[0-9]{1,3}0*)?[\t-\r ]*$";

/// A measured value: a decimal with at most 3 places, of 15 digits in all. It is kept in thousandths, so that nothing is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadingValue(i64);

impl ReadingValue {
    /// Returns the value of so many thousandths, or `None` when it is out of bounds.
    pub fn of_thousandths(thousandths: i64) -> Option<Self> {
        (-MAX_THOUSANDTHS..=MAX_THOUSANDTHS).contains(&thousandths).then_some(Self(thousandths))
    }

    pub fn thousandths(self) -> i64 {
        self.0
    }

    /// Parses a decimal such as `-1234.5`. Returns the broken rule, in words that read well after the field's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) {
            return Err("must be a number, such as 42.5".into());
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > PLACES {
            return Err(format!("must have at most {PLACES} decimal places"));
        }
        let beyond = || format!("must be between -{MAX} and {MAX}");
        if whole.len() > WHOLE_DIGITS {
            return Err(beyond());
        }
        let thousandths: i64 = format!("{whole}{fraction:0<PLACES$}").parse().map_err(|_| beyond())?;
        Self::of_thousandths(sign * thousandths).ok_or_else(beyond)
    }

    /// Formats the value for people: "1,234.5".
    pub fn grouped(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        format!("{sign}{}{}", group(self.0.abs() / 1000), fraction(self.0))
    }
}

/// Returns the decimal point and the places that are not 0: ".5", or nothing.
fn fraction(thousandths: i64) -> String {
    match thousandths.abs() % 1000 {
        0 => String::new(),
        rest => format!(".{rest:03}").trim_end_matches('0').to_owned(),
    }
}

impl fmt::Display for ReadingValue {
    /// Formats the value as it is parsed: "-1234.5".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}{}", self.0.abs() / 1000, fraction(self.0))
    }
}

impl Serialize for ReadingValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 % 1000 {
            0 => serializer.serialize_i64(self.0 / 1000),
            _ => serializer.serialize_f64(self.0 as f64 / 1000.0),
        }
    }
}

impl<'de> Deserialize<'de> for ReadingValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&deserializer.deserialize_any(SentVisitor)?).map_err(D::Error::custom)
    }
}

impl utoipa::PartialSchema for ReadingValue {
    fn schema() -> utoipa::openapi::RefOr<Schema> {
        number().build().into()
    }
}

impl ToSchema for ReadingValue {}

fn number() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Number).minimum(Some(-MAX)).maximum(Some(MAX)).multiple_of(Some(0.001))
}

/// Returns the schema of a value as it may be sent: a number, or a text with one.
pub fn sent_value_schema() -> Schema {
    let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some(TEXT_PATTERN));
    let either = OneOfBuilder::new().item(number()).item(text);
    let description = "The measured value: a number, or a text with one, of at most 3 decimal places. Required for `reading`.";
    either.description(Some(description)).build().into()
}

/// Reads a value as it was sent, to be parsed later with all other fields.
pub fn sent_value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Sent>::deserialize(deserializer)?.map(|Sent(text)| text))
}

/// Writes a value as a number; a text that is none as it is.
pub fn write_sent_value<S: Serializer>(sent: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    match sent.as_deref().map(|text| ReadingValue::parse(text).map_err(|_| text)) {
        Some(Ok(value)) => value.serialize(serializer),
        Some(Err(text)) => serializer.serialize_str(text),
        None => serializer.serialize_none(),
    }
}

struct Sent(String);

impl<'de> Deserialize<'de> for Sent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SentVisitor).map(Sent)
    }
}

struct SentVisitor;

impl Visitor<'_> for SentVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or a text with one")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    /// Writes the shortest decimal that is this float, which is the one that was sent when that had at most 15 digits.
    fn visit_f64<E: Error>(self, number: f64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }
}

/// The most letters of a name that is taken for an abbreviation: NPS, MRR.
const ABBREVIATION: usize = 3;

/// Returns a reading's name as people write it: "Seats used", "NPS".
pub fn label(name: &str) -> String {
    match name.chars().count() <= ABBREVIATION {
        true => name.to_uppercase(),
        false => capitalised(name),
    }
}

/// The latest reading of a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reading {
    pub name: String,
    pub value: ReadingValue,
    /// The UTC day it was measured on.
    pub day: NaiveDate,
    pub occurred_at: DateTime<Utc>,
}

/// A customer's readings as of a day: the latest one of each name, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Readings {
    pub customer_id: CustomerId,
    pub as_of: NaiveDate,
    pub items: Vec<Reading>,
}
