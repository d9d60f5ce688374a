//! Whom a customer's facts name. They are in two pieces of memory however many they are, because a customer has hundreds.

use crate::domain::{EventKind, NaiveDate};
use std::fmt;

/// Users, the kinds of the facts that name them, and their days.
#[derive(Clone, Default)]
pub struct Users {
    /// Names, one after another.
    names: String,
    seen: Vec<Seen>,
}

#[derive(Clone, Copy)]
struct Seen {
    /// Where the name begins and ends.
    name: (usize, usize),
    kind: EventKind,
    day: NaiveDate,
}

impl Users {
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    pub fn push(&mut self, user: &str, kind: EventKind, day: NaiveDate) {
        let last = self.seen.last().map(|seen| seen.name).filter(|name| self.name(*name) == user);
        let name = last.unwrap_or_else(|| {
            self.names.push_str(user);
            (self.names.len() - user.len(), self.names.len())
        });
        self.seen.push(Seen { name, kind, day });
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, EventKind, NaiveDate)> {
        self.seen.iter().map(|seen| (self.name(seen.name), seen.kind, seen.day))
    }

    pub fn retain(&mut self, is_kept: impl Fn(&str, EventKind, NaiveDate) -> bool) {
        let Self { names, seen } = self;
        seen.retain(|Seen { name: (from, to), kind, day }| is_kept(names.get(*from..*to).unwrap_or_default(), *kind, *day));
    }

    fn name(&self, (from, to): (usize, usize)) -> &str {
        self.names.get(from..to).unwrap_or_default()
    }
}

impl<'a> FromIterator<(&'a str, EventKind, NaiveDate)> for Users {
    fn from_iter<T: IntoIterator<Item = (&'a str, EventKind, NaiveDate)>>(seen: T) -> Self {
        let mut users = Self::default();
        seen.into_iter().for_each(|(user, kind, day)| users.push(user, kind, day));
        users
    }
}

impl PartialEq for Users {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Users {}

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
