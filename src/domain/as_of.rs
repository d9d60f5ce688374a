//! The day that is looked at, and the knowledge it is looked at with: everything known now, or only what was known then.

use super::customer::parse_date;
use super::{FieldErrors, NaiveDate};
use serde::{Deserialize, Serialize};

/// The day an address asks for, as its parameters `as_of` and `known_at` say. The default is today, with everything known
/// now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedDay {
    pub as_of: Option<NaiveDate>,
    pub known_at: Option<KnownAt>,
}

/// The day at whose end knowledge is cut: facts received later do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KnownAt {
    /// The day that is looked at.
    Then,
    Day(NaiveDate),
}

/// A day to look at, and the knowledge to look at it with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AsOf {
    pub day: NaiveDate,
    /// The day at whose end knowledge is cut, never before `day`. `None` means everything known now, under the current
    /// scorecard.
    pub known_at: Option<NaiveDate>,
}

impl AskedDay {
    /// Parses the two parameters of an address. Empty ones count as absent.
    pub fn parse(errors: &mut FieldErrors, as_of: Option<&str>, known_at: Option<&str>) -> Self {
        let mut asked = Self::default();
        for (name, value) in [("as_of", as_of), ("known_at", known_at)] {
            asked.set(errors, name, value.map(str::trim).unwrap_or_default());
        }
        asked
    }

    /// Parses and keeps `value` if `name` is `as_of` or `known_at`. Returns whether it was.
    pub fn set(&mut self, errors: &mut FieldErrors, name: &str, value: &str) -> bool {
        match name {
            "as_of" if value.is_empty() => self.as_of = None,
            "as_of" => self.as_of = parse_date(errors, name, value),
            "known_at" if value.is_empty() => self.known_at = None,
            "known_at" if value == "then" => self.known_at = Some(KnownAt::Then),
            "known_at" => self.known_at = parse_date(errors, name, value).map(KnownAt::Day),
            _ => return false,
        }
        true
    }

    /// Returns the day that is meant: `as_of`, else the day at whose end knowledge is cut, else today.
    pub fn resolve(self, today: NaiveDate) -> Result<AsOf, FieldErrors> {
        let mut errors = FieldErrors::default();
        let known_day = match self.known_at {
            Some(KnownAt::Day(day)) => Some(day),
            Some(KnownAt::Then) | None => None,
        };
        let day = self.as_of.or(known_day).unwrap_or(today);
        let known_at = known_day.or((self.known_at == Some(KnownAt::Then)).then_some(day));
        for (name, asked) in [("as_of", self.as_of), ("known_at", known_day)] {
            if asked.is_some_and(|asked| asked > today) {
                errors.add(name, format!("must not be in the future (today is {today}, UTC)"));
            }
        }
        if errors.0.is_empty() && known_at.is_some_and(|known_at| known_at < day) {
            errors
                .add("known_at", format!("must not be before the day that is looked at ({day}), of which nothing was known yet"));
        }
        errors.or(|| AsOf { day, known_at })
    }

    /// Returns the query pairs that ask for this day.
    pub fn to_pairs(self) -> impl Iterator<Item = (&'static str, String)> {
        let known_at = self.known_at.map(|known_at| match known_at {
            KnownAt::Then => "then".to_owned(),
            KnownAt::Day(day) => day.to_string(),
        });
        [("as_of", self.as_of.map(|day| day.to_string())), ("known_at", known_at)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
    }

    /// Returns the address `path` with these pairs as its query.
    pub fn href(self, path: &str) -> String {
        match serde_urlencoded::to_string(self.to_pairs().collect::<Vec<_>>()) {
            Ok(query) if !query.is_empty() => format!("{path}?{query}"),
            _ => path.to_owned(),
        }
    }
}

impl From<NaiveDate> for AsOf {
    /// Looks at `day` with everything known now.
    fn from(day: NaiveDate) -> Self {
        Self { day, known_at: None }
    }
}

impl AsOf {
    /// Reads the values of `as_of` and `known_at`, and resolves them.
    pub fn parse(as_of: Option<&str>, known_at: Option<&str>, today: NaiveDate) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let asked = AskedDay::parse(&mut errors, as_of, known_at);
        errors.or(|| asked)?.resolve(today)
    }

    /// Looks at `day` with what was known at its end.
    pub fn known_then(day: NaiveDate) -> Self {
        Self { day, known_at: Some(day) }
    }

    /// Returns the parameters that ask for this day. Today needs none.
    pub fn asked(self, today: NaiveDate) -> AskedDay {
        if self.is_today(today) {
            return AskedDay::default();
        }
        let known_at = self.known_at.map(|known_at| if known_at == self.day { KnownAt::Then } else { KnownAt::Day(known_at) });
        AskedDay { as_of: Some(self.day), known_at }
    }

    /// Returns whether this is today, where knowledge is never cut.
    pub fn is_today(self, today: NaiveDate) -> bool {
        self.day == today
    }
}
