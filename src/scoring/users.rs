//! Whom a customer's facts name. A customer has hundreds of users, who are therefore numbers here: only whether two are the same counts.

use crate::domain::{EventKind, NaiveDate};
use std::collections::HashMap;
use std::fmt;

/// Users, the kinds of the facts that name them, and their days: each of these once.
#[derive(Clone, Default)]
pub struct Users {
    /// The names by number, each with a line break behind it.
    names: String,
    /// Where each name ends.
    ends: Vec<usize>,
    seen: Vec<Seen>,
}

/// A user, as its number, on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    pub user: usize,
    pub kind: EventKind,
    pub day: NaiveDate,
}

/// A user's name, the kind of the facts that name it, their day and their number.
pub type NamedCount<'a> = (&'a str, EventKind, NaiveDate, i64);

impl Users {
    /// Adds up how often facts named users: those that have numbers already, whose `names` are here by number with a line break behind
    /// each, and others. What was taken back is gone.
    pub fn of_counts(names: String, numbered: Vec<(Seen, i64)>, named: &[NamedCount<'_>]) -> Self {
        let ends = names.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(end, _)| end).collect();
        let mut users = Self { names, ends, seen: Vec::new() };
        let numbers = users.number(named.iter().map(|(name, ..)| *name));
        let named =
            numbers.into_iter().zip(named).map(|(user, (_, kind, day, count))| (Seen { user, kind: *kind, day: *day }, *count));
        let mut counts = numbered;
        counts.extend(named);
        counts.sort_unstable();
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
        if !numbers.is_empty() {
            for number in 0..self.ends.len() {
                if let Some(found) = numbers.get_mut(self.name(number)) {
                    *found = Some(number);
                }
            }
        }
        asked.map(|name| *numbers.entry(name).or_default().get_or_insert_with(|| self.add_name(name))).collect()
    }

    /// Returns the names by number, with a line break behind each.
    pub fn names(&self) -> &str {
        &self.names
    }

    /// Notes that a fact names a user.
    pub fn push(&mut self, user: &str, kind: EventKind, day: NaiveDate) {
        let known = (0..self.ends.len()).find(|number| self.name(*number) == user);
        let seen = Seen { user: known.unwrap_or_else(|| self.add_name(user)), kind, day };
        if !self.seen.contains(&seen) {
            self.seen.push(seen);
        }
    }

    /// Returns the users' names, with kinds and days.
    pub fn iter(&self) -> impl Iterator<Item = (&str, EventKind, NaiveDate)> {
        self.seen.iter().map(|seen| (self.name(seen.user), seen.kind, seen.day))
    }

    /// Returns them as numbers below [`Self::numbers`].
    pub(super) fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// Returns the first number that is no user's.
    pub(super) fn numbers(&self) -> usize {
        self.ends.len()
    }

    /// Drops what is not to be kept. Numbers stay as they are.
    pub fn retain(&mut self, is_kept: impl Fn(&Seen) -> bool) {
        self.seen.retain(is_kept);
    }

    fn add_name(&mut self, user: &str) -> usize {
        self.names.push_str(user);
        self.ends.push(self.names.len());
        self.names.push('\n');
        self.ends.len() - 1
    }

    fn name(&self, number: usize) -> &str {
        let end = |number: usize| self.ends.get(number).copied().unwrap_or_default();
        let begin = number.checked_sub(1).map_or(0, |before| end(before) + 1);
        self.names.get(begin..end(number)).unwrap_or_default()
    }
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
