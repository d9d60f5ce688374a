//! Whom a customer's facts name. A customer has hundreds of users, who are therefore numbers here: only whether two are the same counts.

use crate::domain::{EventKind, NaiveDate};
use std::collections::HashMap;
use std::fmt;

/// Users, the kinds of the facts that name them, and their days: each of these once.
#[derive(Clone, Default)]
pub struct Users {
    /// The names by number, each with a line break behind it.
    names: String,
    /// By day.
    seen: Vec<Seen>,
}

/// A user, as its number, on a day. Sorts by day first, because windows slide over days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    pub day: NaiveDate,
    pub user: usize,
    pub kind: EventKind,
}

/// A user's name, the kind of the facts that name it, their day and their number.
pub type NamedCount<'a> = (&'a str, EventKind, NaiveDate, i64);

impl Users {
    /// Adds up how often facts named users: those that have numbers already, whose `names` are here by number with a line break behind
    /// each, and others. What was taken back is gone.
    pub fn of_counts(names: String, numbered: Vec<(Seen, i64)>, named: &[NamedCount<'_>]) -> Self {
        let mut users = Self { names, seen: Vec::new() };
        let numbers = users.number(named.iter().map(|(name, ..)| *name));
        let named =
            numbers.into_iter().zip(named).map(|(user, (_, kind, day, count))| (Seen { day: *day, user, kind: *kind }, *count));
        let mut counts = numbered;
        counts.extend(named);
        // Numbered counts arrive as sorted runs, which a stable sort merges.
        counts.sort();
        counts.dedup_by(|later, first| {
            let same = later.0 == first.0;
            first.1 += if same { later.1 } else { 0 };
            same
        });
        users.seen = counts.into_iter().filter(|(_, count)| *count > 0).map(|(seen, _)| seen).collect();
        users
    }

    /// Returns the number of each name. New names get new numbers.
    pub fn number<'a>(&mut self, asked: impl Iterator<Item = &'a str> + Clone) -> Vec<usize> {
        let mut numbers: HashMap<_, _> = asked.clone().map(|name| (name, None)).collect();
        if numbers.is_empty() {
            return Vec::new();
        }
        let mut next = 0;
        for (number, name) in names_of(&self.names).enumerate() {
            if let Some(found) = numbers.get_mut(name) {
                *found = Some(number);
            }
            next = number + 1;
        }
        let names = &mut self.names;
        let mut add = |name: &str| {
            names.extend([name, "\n"]);
            next += 1;
            next - 1
        };
        asked.map(|name| *numbers.entry(name).or_default().get_or_insert_with(|| add(name))).collect()
    }

    /// Returns the names by number, with a line break behind each.
    pub fn names(&self) -> &str {
        &self.names
    }

    /// Notes that a fact names a user.
    pub fn push(&mut self, user: &str, kind: EventKind, day: NaiveDate) {
        for user in self.number([user].into_iter()) {
            let seen = Seen { day, user, kind };
            if let Err(place) = self.seen.binary_search(&seen) {
                self.seen.insert(place, seen);
            }
        }
    }

    /// Returns the users' names, with kinds and days.
    pub fn iter(&self) -> impl Iterator<Item = (&str, EventKind, NaiveDate)> {
        let names: Vec<_> = names_of(&self.names).collect();
        self.seen.iter().map(move |seen| (names.get(seen.user).copied().unwrap_or_default(), seen.kind, seen.day))
    }

    /// Returns them as numbers below [`Self::numbers`].
    pub(super) fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// Returns one more than the highest number that was seen.
    pub(super) fn numbers(&self) -> usize {
        self.seen.iter().map(|seen| seen.user + 1).max().unwrap_or_default()
    }

    /// Drops what is not to be kept. Numbers stay as they are.
    pub fn retain(&mut self, is_kept: impl Fn(&Seen) -> bool) {
        self.seen.retain(is_kept);
    }
}

/// Takes names apart, each of which has a line break behind it.
fn names_of(names: &str) -> impl Iterator<Item = &str> {
    names.split_terminator('\n')
}

impl<'a> FromIterator<(&'a str, EventKind, NaiveDate)> for Users {
    fn from_iter<T: IntoIterator<Item = (&'a str, EventKind, NaiveDate)>>(seen: T) -> Self {
        let seen: Vec<_> = seen.into_iter().map(|(user, kind, day)| (user, kind, day, 1)).collect();
        Self::of_counts(String::new(), Vec::new(), &seen)
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
