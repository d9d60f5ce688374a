//! Whom a customer's facts name. A customer has hundreds of users, who are therefore numbers here: only whether two are the same counts.

use crate::domain::{EventKind, NaiveDate};
use std::collections::HashMap;
use std::fmt;

/// Users, the kinds of the facts that name them, and their days: each of these once.
#[derive(Clone, Default)]
pub struct Users {
    /// The names by number, one after another.
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

impl Users {
    /// Adds up how often facts named users. What was taken back is gone.
    pub fn of_counts<'a>(counts: impl IntoIterator<Item = (&'a str, EventKind, NaiveDate, i64)>) -> Self {
        let mut users = Self::default();
        let counts = counts.into_iter();
        let mut numbers = HashMap::with_capacity(counts.size_hint().0);
        let mut number = |user| *numbers.entry(user).or_insert_with(|| users.add_name(user));
        let mut counts: Vec<_> = counts.map(|(user, kind, day, count)| (Seen { user: number(user), kind, day }, count)).collect();
        counts.sort_unstable();
        counts.dedup_by(|later, first| {
            let same = later.0 == first.0;
            first.1 += if same { later.1 } else { 0 };
            same
        });
        users.seen = counts.into_iter().filter(|(_, count)| *count > 0).map(|(seen, _)| seen).collect();
        users
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
        self.ends.len() - 1
    }

    fn name(&self, number: usize) -> &str {
        let end = |number: usize| self.ends.get(number).copied().unwrap_or_default();
        let begin = number.checked_sub(1).map_or(0, end);
        self.names.get(begin..end(number)).unwrap_or_default()
    }
}

impl<'a> FromIterator<(&'a str, EventKind, NaiveDate)> for Users {
    fn from_iter<T: IntoIterator<Item = (&'a str, EventKind, NaiveDate)>>(seen: T) -> Self {
        Self::of_counts(seen.into_iter().map(|(user, kind, day)| (user, kind, day, 1)))
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
