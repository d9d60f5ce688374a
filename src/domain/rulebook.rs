//! The rulebook: a version of all rules of scoring. Its scorecards stand in an order; the first whose condition a customer fulfils
//! scores it.

use super::measure::Measure;
use super::scorecard::{FactorName, FactorRule};
use super::{EventKind, Factors, NaiveDate, Scorecard, Segments, Traits};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A version of the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rulebook {
    pub version: i64,
    /// The scorecards with a condition, in the order in which they are tried.
    groups: Vec<Scorecard>,
    /// The scorecard for everybody else.
    rest: Scorecard,
}

/// A stored version of the rules, with its author, time and reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RulebookVersion {
    pub rulebook: Rulebook,
    pub segments: Segments,
    /// The time it came into force; null for the rules that a database starts with.
    pub created_at: Option<DateTime<Utc>>,
    pub author: String,
    pub note: String,
}

impl RulebookVersion {
    /// Returns the differences from an earlier version, each in words.
    pub fn changes_since(&self, earlier: &Self) -> Vec<String> {
        let mut changes = self.rulebook.changes_since(&earlier.rulebook);
        if self.segments != earlier.segments {
            changes.push(format!("Segments {} → {}", earlier.segments, self.segments));
        }
        changes
    }
}

impl From<Scorecard> for Rulebook {
    /// Returns rules that score every customer alike.
    fn from(scorecard: Scorecard) -> Self {
        Self { version: scorecard.version, groups: Vec::new(), rest: Scorecard { condition: None, ..scorecard } }
    }
}

impl Rulebook {
    /// Returns the rules with these scorecards; `rest` scores those who fulfil no condition.
    pub fn new(version: i64, groups: Vec<Scorecard>, rest: Scorecard) -> Self {
        Self { version, groups, rest: Scorecard { condition: None, ..rest } }.with_version(version)
    }

    pub fn with_version(mut self, version: i64) -> Self {
        self.version = version;
        self.scorecards_mut().for_each(|scorecard| scorecard.version = version);
        self
    }

    /// Puts a scorecard in the place of the one with its name; of the last where none has it.
    pub fn with_scorecard(mut self, scorecard: Scorecard) -> Self {
        match self.groups.iter_mut().find(|group| group.name == scorecard.name) {
            Some(group) => *group = scorecard,
            None => self.rest = Scorecard { condition: None, ..scorecard },
        }
        let version = self.version;
        self.with_version(version)
    }

    /// Returns the scorecards in the order in which they are tried. There is always one.
    pub fn scorecards(&self) -> impl DoubleEndedIterator<Item = &Scorecard> + Clone {
        self.groups.iter().chain([&self.rest])
    }

    pub fn scorecards_mut(&mut self) -> impl Iterator<Item = &mut Scorecard> {
        self.groups.iter_mut().chain([&mut self.rest])
    }

    pub fn into_scorecards(self) -> impl DoubleEndedIterator<Item = Scorecard> {
        self.groups.into_iter().chain([self.rest])
    }

    /// Returns the scorecard that scores every customer; `None` when there are several.
    pub fn only(&self) -> Option<&Scorecard> {
        self.groups.is_empty().then_some(&self.rest)
    }

    /// Returns the scorecard for everybody who fulfils no condition.
    pub fn rest(&self) -> &Scorecard {
        &self.rest
    }

    /// Returns the place of the scorecard that scores a customer on a day.
    pub fn place_of(&self, traits: &Traits, day: NaiveDate) -> usize {
        let holds = |scorecard: &Scorecard| scorecard.condition.as_ref().is_some_and(|condition| condition.holds(traits, day));
        self.groups.iter().position(holds).unwrap_or(self.groups.len())
    }

    /// Returns the scorecard that scores a customer on a day.
    pub fn scorecard_of(&self, traits: &Traits, day: NaiveDate) -> &Scorecard {
        let holds = |scorecard: &&Scorecard| scorecard.condition.as_ref().is_some_and(|condition| condition.holds(traits, day));
        self.groups.iter().find(holds).unwrap_or(&self.rest)
    }

    /// Returns the scorecard with a name; the one for everybody else when there is none.
    pub fn scorecard_named(&self, name: &str) -> &Scorecard {
        self.groups.iter().find(|scorecard| scorecard.name == name).unwrap_or(&self.rest)
    }

    /// Returns the first day after `day` on which a customer that goes on living may have another scorecard, by its age.
    pub fn next_switch(&self, traits: &Traits, day: NaiveDate) -> Option<NaiveDate> {
        let leaves = self.groups.iter().filter_map(|scorecard| scorecard.condition.as_ref()?.leaves_on(traits, day));
        leaves.filter(|leaves| *leaves > day).min()
    }

    /// Returns each factor once, with its rule for most customers: the scorecard for everybody else comes first, then the others in
    /// their order.
    pub fn factors(&self) -> Factors<&FactorRule> {
        let mut factors: Factors<_> = self.rest.factors.iter().collect();
        for (key, rule) in self.groups.iter().flat_map(|scorecard| scorecard.factors.iter()) {
            if factors.get(key).is_none() {
                factors.push(key, rule);
            }
        }
        factors
    }

    /// Returns the factors' names, each once.
    pub fn names(&self) -> Vec<FactorName> {
        self.factors().iter().map(|(key, rule)| FactorName::of(key, rule)).collect()
    }

    /// Returns the names of the readings that are measured.
    pub fn readings(&self) -> Vec<&str> {
        let mut readings: Vec<_> = self.scorecards().flat_map(Scorecard::readings).collect();
        readings.sort_unstable();
        readings.dedup();
        readings
    }

    /// Returns the kinds of events whose users are measured.
    pub fn user_kinds(&self) -> Vec<EventKind> {
        let mut kinds: Vec<_> = self.measures().flat_map(Measure::user_kinds).copied().collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// Returns the number of days up to the as-of day whose users can still count.
    pub fn user_days(&self) -> i64 {
        let of_users = self.measures().filter(|measure| !measure.user_kinds().is_empty());
        of_users.map(Measure::days).fold(1, i64::max)
    }

    fn measures(&self) -> impl Iterator<Item = &Measure> {
        self.scorecards().flat_map(|scorecard| scorecard.factors.values()).map(|rule| &rule.measure)
    }

    /// Returns the number of days up to the as-of day whose daily activity can still count.
    pub fn lookback_days(&self) -> i64 {
        self.scorecards().map(Scorecard::lookback_days).fold(1, i64::max)
    }

    /// Returns whether both score every customer exactly alike.
    pub fn has_rules_of(&self, other: &Self) -> bool {
        self.groups.len() == other.groups.len()
            && self.scorecards().zip(other.scorecards()).all(|(one, other)| one.has_rules_of(other))
    }

    /// Returns the differences from an earlier version, each in words: "Login frequency weight 25 → 30", with the name of the scorecard
    /// where there are several.
    pub fn changes_since(&self, earlier: &Self) -> Vec<String> {
        let same = |name: &str, other: &Self| other.scorecards().any(|scorecard| scorecard.name == name);
        // The scorecards for everybody else are each other's, whatever their names.
        let pairs = self.groups.iter().filter_map(|scorecard| {
            earlier.groups.iter().find(|before| before.name == scorecard.name).map(|before| (before, scorecard))
        });
        let mut changes = Vec::new();
        for scorecard in self.groups.iter().filter(|scorecard| !same(&scorecard.name, earlier)) {
            let customers = scorecard.condition.as_ref().map(|condition| condition.words()).unwrap_or_default();
            changes.push(format!("New scorecard {}: {}", scorecard.name, customers));
        }
        for scorecard in earlier.groups.iter().filter(|scorecard| !same(&scorecard.name, self)) {
            changes.push(format!("Scorecard {} removed", scorecard.name));
        }
        let kept = |rules: &Self, others: &Self| {
            let kept = rules.groups.iter().map(|scorecard| scorecard.name.clone());
            kept.filter(|name| others.groups.iter().any(|scorecard| scorecard.name == *name)).collect::<Vec<_>>()
        };
        let order = kept(self, earlier);
        if order != kept(earlier, self) {
            changes.push(format!("Order of the scorecards: {}", order.join(", ")));
        }
        for (before, after) in pairs.chain([(&earlier.rest, &self.rest)]) {
            if before.name != after.name {
                changes.push(format!("Name {} → {}", before.name, after.name));
            }
            let several = self.groups.len() + earlier.groups.len() > 0;
            let of = if several { format!("{}: ", after.name) } else { String::new() };
            changes.extend(after.changes_since(before).into_iter().map(|change| format!("{of}{change}")));
        }
        changes
    }
}
