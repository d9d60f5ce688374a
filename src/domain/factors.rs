//! The keys of factors, and a value for each factor of a scorecard.

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The most letters and digits of a factor's key.
pub const LONGEST_KEY: usize = 24;

/// The name of a factor in JSON, the same for ever: a small letter, then letters and digits, as in `loginFrequency`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactorKey {
    /// Zeros fill up what is left.
    letters: [u8; LONGEST_KEY],
}

impl FactorKey {
    pub const LOGIN_FREQUENCY: Self = Self::of("loginFrequency");
    pub const FEATURE_ADOPTION: Self = Self::of("featureAdoption");
    pub const SUPPORT_LOAD: Self = Self::of("supportLoad");
    pub const INVOICE_TIMELINESS: Self = Self::of("invoiceTimeliness");
    pub const API_TREND: Self = Self::of("apiTrend");

    /// The factors of the rules that a database starts with, in their order.
    pub const FIVE: [Self; 5] =
        [Self::LOGIN_FREQUENCY, Self::FEATURE_ADOPTION, Self::SUPPORT_LOAD, Self::INVOICE_TIMELINESS, Self::API_TREND];

    /// Takes the first letters of a text, which must be those of a key.
    const fn of(text: &str) -> Self {
        let (mut letters, mut place) = ([0; LONGEST_KEY], 0);
        while place < text.len() && place < LONGEST_KEY {
            letters[place] = text.as_bytes()[place];
            place += 1;
        }
        Self { letters }
    }

    /// Returns the key of a factor that has a place instead of a name: `m0`, `m1`.
    pub fn numbered(place: usize) -> Self {
        Self::of(&format!("m{place}"))
    }

    /// Returns `None` for a text that cannot be a key.
    pub fn parse(text: &str) -> Option<Self> {
        let is_key = text.len() <= LONGEST_KEY
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(|letter| letter.is_ascii_alphanumeric());
        is_key.then(|| Self::of(text))
    }

    /// Returns the key whose name in query strings this is.
    pub fn parse_query_name(text: &str) -> Option<Self> {
        let mut words = text.split('_');
        let first = words.next()?.to_owned();
        let key = words.fold(first, |key, word| key + &super::phrases::capitalised(word));
        Self::parse(&key).filter(|key| key.query_name() == text)
    }

    pub fn as_str(&self) -> &str {
        let letters = self.letters.split(|letter| *letter == 0).next().unwrap_or_default();
        std::str::from_utf8(letters).unwrap_or_default()
    }

    /// Returns the snake_case name used in query strings: `login_frequency`.
    pub fn query_name(&self) -> String {
        self.words().join("_")
    }

    /// Returns the words that the key is made of, in small letters: "login", "frequency".
    fn words(&self) -> Vec<String> {
        let mut words = vec![String::new()];
        for letter in self.as_str().chars() {
            if letter.is_ascii_uppercase() {
                words.push(String::new());
            }
            words.last_mut().iter_mut().for_each(|word| word.push(letter.to_ascii_lowercase()));
        }
        words
    }
}

impl fmt::Display for FactorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for FactorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for FactorKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for FactorKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let rule = format!("a factor's key is a small letter, then letters and digits, at most {LONGEST_KEY}");
        Self::parse(&text).ok_or_else(|| D::Error::custom(rule))
    }
}

impl PartialSchema for FactorKey {
    fn schema() -> RefOr<Schema> {
        let key = ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String);
        key.pattern(Some("^[a-z][A-Za-z0-9]{0,23}$")).examples(["loginFrequency"]).into()
    }
}

impl ToSchema for FactorKey {}

/// A value for each factor of a scorecard, in the scorecard's order. In JSON it is an object by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factors<T>(Vec<(FactorKey, T)>);

impl<T> Default for Factors<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Factors<T> {
    pub fn get(&self, key: FactorKey) -> Option<&T> {
        self.0.iter().find(|(other, _)| *other == key).map(|(_, value)| value)
    }

    pub fn get_mut(&mut self, key: FactorKey) -> Option<&mut T> {
        self.0.iter_mut().find(|(other, _)| *other == key).map(|(_, value)| value)
    }

    /// Adds the value of a factor that has none yet.
    pub fn push(&mut self, key: FactorKey, value: T) {
        self.0.push((key, value));
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = FactorKey> {
        self.0.iter().map(|(key, _)| *key)
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.0.iter().map(|(_, value)| value)
    }

    /// Returns the values with their keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (FactorKey, &T)> {
        self.0.iter().map(|(key, value)| (*key, value))
    }

    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (FactorKey, &mut T)> {
        self.0.iter_mut().map(|(key, value)| (*key, value))
    }

    /// Makes another value for each factor.
    pub fn map<U>(&self, mut f: impl FnMut(FactorKey, &T) -> U) -> Factors<U> {
        Factors(self.0.iter().map(|(key, value)| (*key, f(*key, value))).collect())
    }
}

impl<T> FromIterator<(FactorKey, T)> for Factors<T> {
    fn from_iter<I: IntoIterator<Item = (FactorKey, T)>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl<T> IntoIterator for Factors<T> {
    type Item = (FactorKey, T);
    type IntoIter = std::vec::IntoIter<(FactorKey, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T: Serialize> Serialize for Factors<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Factors<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
            type Value = Factors<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object by the keys of factors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while let Some((key, value)) = map.next_entry::<FactorKey, T>()? {
                    if values.iter().any(|(other, _)| *other == key) {
                        return Err(A::Error::custom(format!("{key} is there twice")));
                    }
                    values.push((key, value));
                }
                Ok(Factors(values))
            }
        }
        deserializer.deserialize_map(InOrder(PhantomData))
    }
}

#[cfg(test)]
impl<T> Factors<T> {
    /// Builds a value for each of the five default factors.
    pub fn from_fn(mut f: impl FnMut(FactorKey) -> T) -> Self {
        Self(FactorKey::FIVE.into_iter().map(|key| (key, f(key))).collect())
    }
}

#[cfg(test)]
impl<T> std::ops::Index<FactorKey> for Factors<T> {
    type Output = T;

    fn index(&self, key: FactorKey) -> &T {
        self.get(key).unwrap()
    }
}
