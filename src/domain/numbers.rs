//! Numbers with a unit: points of a score, shares of a whole, and estimated figures. All are integers inside, so that both databases, the
//! server and the browser agree to the last digit.

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

fn short(tenths: i64) -> String {
    match (tenths / 10, tenths % 10) {
        (whole, 0) => whole.to_string(),
        (whole, tenth) => format!("{whole}.{tenth}"),
    }
}

/// Points of a score, in tenths: `Points(724)` is 72.4. In JSON it is a number with one decimal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Points(pub i64);

impl Points {
    pub const ZERO: Self = Self(0);
    /// The neutral score, 50.0.
    pub const NEUTRAL: Self = Self(500);
    pub const MAX: Self = Self(1000);

    /// Returns `numerator / denominator` of 100 points, rounded half up and clamped to 0..=100. The denominator must be
    /// positive.
    pub fn ratio(numerator: i64, denominator: i64) -> Self {
        Self(round_div(1000 * numerator as i128, denominator as i128).clamp(0, 1000) as i64)
    }

    /// Returns the points as a float, for drawing.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / 10.0
    }

    /// Formats points for axes, with a decimal only when it is not zero: "70", "72.5". Must not be negative.
    pub fn short(self) -> String {
        short(self.0)
    }

    /// Formats points with their sign: "+2.0", "-0.4". Zero is "0.0".
    pub fn signed(self) -> String {
        if self.0 > 0 { format!("+{self}") } else { self.to_string() }
    }
}

impl std::ops::Sub for Points {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{}", self.0.abs() / 10, self.0.abs() % 10)
    }
}

/// A share of a whole, in thousandths: `Share(250)` is 25 %. In JSON it is a fraction of 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(pub i64);

impl Share {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self(1000);

    /// Formats the percentage without its sign: "25", "33.3".
    pub fn percent(self) -> String {
        short(self.0)
    }

    /// Returns `part / whole`, rounded half up. The share of an empty whole is 0.
    pub fn of(part: i64, whole: i64) -> Self {
        if whole == 0 { Self::NONE } else { Self(round_div(1000 * part as i128, whole as i128) as i64) }
    }
}

impl fmt::Display for Share {
    /// Formats a percentage, with a decimal only when it is not zero: "25 %", "33.3 %".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.percent())
    }
}

/// A number of times, in thousandths: `Multiple(1790)` is 1.79 times. In JSON it is a number with up to three decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Multiple(pub i64);

impl Multiple {
    pub const ONE: Self = Self(1000);

    /// Returns one and `part / whole` of another one, rounded half up.
    pub fn one_and(part: i64, whole: i64) -> Self {
        Self(Self::ONE.0 + Share::of(part, whole).0)
    }
}

impl fmt::Display for Multiple {
    /// Formats two decimals, rounded half up: "1.79".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = round_div(self.0.into(), 10);
        write!(f, "{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

/// A figure that was estimated, in ten-thousandths: `Figure(6230)` is 0.623. In JSON it is a number with up to four decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Figure(pub i64);

impl Figure {
    pub const HALF: Self = Self(5_000);

    /// Rounds to four decimals, halves away from 0.
    pub fn rounded(value: f64) -> Self {
        Self((value * 10_000.0).round() as i64)
    }

    /// Returns the figure as a float, for drawing.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / 10_000.0
    }

    /// Returns the figure of 100, rounded half up: 62 for 0.623.
    pub fn of_hundred(self) -> i64 {
        round_div(self.0.into(), 100) as i64
    }

    /// Formats a percentage with at most one decimal: "9.3 %", "62 %".
    pub fn percent(self) -> String {
        Share(round_div(self.0.into(), 10) as i64).to_string()
    }
}

impl fmt::Display for Figure {
    /// Formats two decimals, rounded half up: "0.62".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = round_div(self.0.into(), 100);
        let sign = if hundredths < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", hundredths.abs() / 100, hundredths.abs() % 100)
    }
}

/// Divides and rounds to the nearest integer, halves up (towards +infinity).
pub fn round_div(numerator: i128, denominator: i128) -> i128 {
    let (numerator, denominator) = (2 * numerator + denominator, 2 * denominator);
    // Nearly all numbers are small enough for 64 bits, whose division is many times as fast.
    match (i64::try_from(numerator), i64::try_from(denominator)) {
        (Ok(numerator), Ok(denominator)) => numerator.div_euclid(denominator).into(),
        _ => numerator.div_euclid(denominator),
    }
}

/// Parses "1,200" or "1200". Commas may only separate groups of three digits.
pub fn whole_number(text: &str) -> Option<i64> {
    let mut groups = text.trim().split(',');
    let first = groups.next()?;
    let rest: Vec<_> = groups.collect();
    let is_grouped = rest.is_empty() || (first.len() <= 3 && rest.iter().all(|group| group.len() == 3));
    let digits = first.to_owned() + &rest.concat();
    let is_number = !first.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_grouped && is_number { digits.parse().ok() } else { None }
}

macro_rules! serde_as_fraction {
    ($name:ident, $unit:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_f64(self.0 as f64 / $unit)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                f64::deserialize(deserializer).map(|value| Self((value * $unit).round() as i64))
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                f64::schema()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

serde_as_fraction!(Points, 10.0);
serde_as_fraction!(Share, 1000.0);
serde_as_fraction!(Multiple, 1000.0);
serde_as_fraction!(Figure, 10_000.0);

/// Reads a whole number where one may be, as JSON Schema knows them: 5.0 and 5e0 are the number 5.
pub fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(Option::<Whole>::deserialize(deserializer)?.map(|Whole(number)| number))
}

struct Whole(i64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(WholeVisitor)
    }
}

struct WholeVisitor;

impl Visitor<'_> for WholeVisitor {
    type Value = Whole;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Whole, E> {
        Ok(Whole(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Whole, E> {
        number.try_into().map(Whole).map_err(|_| E::invalid_type(Unexpected::Unsigned(number), &self))
    }

    /// The decimals of larger ones are not read exactly, so that another whole number might come out.
    fn visit_f64<E: Error>(self, number: f64) -> Result<Whole, E> {
        const EXACT: f64 = 1e15;
        match number.fract() == 0.0 && number.abs() <= EXACT {
            true => Ok(Whole(number as i64)),
            false => Err(E::invalid_type(Unexpected::Float(number), &self)),
        }
    }
}
