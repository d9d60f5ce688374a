//! The scorecard: the rules of scoring, as data.

use super::counts::count;
use super::measure::Measure;
use super::phrases::uncapitalised;
use super::scale::Scale;
use super::{Condition, FactorKey, Factors, Points, Share};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The rule for one factor: how it is measured, and how much it weighs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FactorRule {
    /// The name for people: "Login frequency".
    pub label: String,
    /// A short name for narrow places: "Logins".
    pub short_label: String,
    /// The reason for measuring it this way.
    pub why: String,
    /// The step to take where this factor costs most; null for the usual one of its measure.
    pub next_step: Option<String>,
    /// The weight relative to the sum of all weights; 0 or more.
    pub weight: i64,
    pub measure: Measure,
    pub scale: Scale,
}

/// The effect of an assumed factor on the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingPolicy {
    /// The factor counts with its neutral score.
    Neutral,
    /// The factor is left out, and the other weights are scaled up to make a whole.
    Exclude,
}

impl MissingPolicy {
    pub const ALL: [Self; 2] = [Self::Neutral, Self::Exclude];

    /// Returns the name used on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Exclude => "exclude",
        }
    }

    /// Returns the effect in words: "count as neutral".
    pub fn label(self) -> &'static str {
        match self {
            Self::Neutral => "count as neutral",
            Self::Exclude => "are left out",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == text)
    }
}

/// The scores at which bands begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BandLimits {
    pub healthy: Points,
    pub at_risk: Points,
}

impl Default for BandLimits {
    fn default() -> Self {
        Self { healthy: Points(700), at_risk: Points(400) }
    }
}

/// The rules that score a group of customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scorecard {
    /// The version of its rulebook.
    pub version: i64,
    /// The name of the group, unique in its rulebook: "Startups, first 90 days".
    #[serde(default = "everybody", skip_serializing_if = "is_everybody")]
    pub name: String,
    /// The condition that its customers fulfil; `None` for everybody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// True when its customers have the band "Onboarding" instead of one that tells a risk.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub onboarding: bool,
    pub factors: Factors<FactorRule>,
    pub bands: BandLimits,
    pub missing_policy: MissingPolicy,
    /// The coverage below which a customer's band is "No data".
    pub coverage_floor: Share,
}

/// The name of a scorecard that is the only one.
pub const EVERYBODY: &str = "Everybody";

fn everybody() -> String {
    EVERYBODY.to_owned()
}

fn is_everybody(name: &str) -> bool {
    name == EVERYBODY
}

impl FactorRule {
    /// Returns the name for the middle of a sentence: "login frequency", "API trend".
    pub fn label_in_sentence(&self) -> String {
        uncapitalised(&self.label)
    }

    /// Returns the window in words: "30 days", "all history".
    pub fn window_words(&self) -> String {
        match self.measure.window_days() {
            None => "all history".to_owned(),
            Some(days) => count(days, "day"),
        }
    }

    /// Returns the scale in words: "20 logins score 100", "0 scores 0, 20 scores 50, 60 scores 100".
    pub fn scale_words(&self) -> String {
        match (&self.measure, self.scale.points()) {
            (Measure::Count { .. } | Measure::DistinctFeatures { .. } | Measure::DistinctUsers { .. }, [_, end]) => {
                let (score, noun) = (end.score.0 / 10, self.measure.short_noun());
                format!("{} score {score}", count(end.value, noun))
            }
            _ => self.scale.words(),
        }
    }

    /// Returns the changes from an earlier rule of the same factor, as (what, before, now).
    fn changes_since(&self, earlier: &Self) -> Vec<(String, String, String)> {
        let label = &self.label;
        let target_noun = if self.scale.falls() { "limit" } else { "target" };
        let features = |rule: &Self| match &rule.measure {
            Measure::DistinctFeatures { features, .. } if !features.is_empty() => features.join(", "),
            _ => "every feature".to_owned(),
        };
        let mut changes = vec![
            (format!("{label} name"), earlier.label.clone(), label.clone()),
            (format!("{label} weight"), earlier.weight.to_string(), self.weight.to_string()),
        ];
        if self.measure.is_like(&earlier.measure) {
            changes.push((format!("{label} window"), earlier.window_words(), self.window_words()));
        } else {
            changes.push((format!("{label} measure"), earlier.measure.words(), self.measure.words()));
        }
        if self.scale.is_like(&earlier.scale) {
            changes.push((format!("{label} {target_noun}"), earlier.scale.end().to_string(), self.scale.end().to_string()));
        } else {
            changes.push((format!("{label} scale"), earlier.scale.words(), self.scale.words()));
        }
        changes.push(("Key features".to_owned(), features(earlier), features(self)));
        changes
    }
}

/// The names of a factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FactorName {
    pub factor: FactorKey,
    /// The name for people: "Login frequency".
    pub label: String,
    /// A short name for narrow places: "Logins".
    pub short_label: String,
}

impl FactorName {
    pub fn of(factor: FactorKey, rule: &FactorRule) -> Self {
        Self { factor, label: rule.label.clone(), short_label: rule.short_label.clone() }
    }

    /// Returns a name narrow enough for a cell of a strip: "Log".
    pub fn abbreviation(&self) -> String {
        self.short_label.chars().take(3).collect()
    }
}

impl Scorecard {
    /// Returns the factors' names, in their order.
    pub fn names(&self) -> Vec<FactorName> {
        self.factors.iter().map(|(key, rule)| FactorName::of(key, rule)).collect()
    }

    /// Returns the names of the readings that are measured.
    pub fn readings(&self) -> Vec<&str> {
        self.factors.values().flat_map(|rule| rule.measure.readings()).collect()
    }

    /// Returns the number of days up to the as-of day whose daily activity can still count.
    pub fn lookback_days(&self) -> i64 {
        self.factors.values().map(|rule| rule.measure.lookback_days()).fold(1, i64::max)
    }

    /// Returns whether both say the same.
    pub fn has_rules_of(&self, other: &Self) -> bool {
        Self { version: other.version, ..self.clone() } == *other
    }

    /// Returns whether both measure facts exactly alike, so that measurements made under one can be scored under the other.
    pub fn measures_like(&self, other: &Self) -> bool {
        self.factors.iter().all(|(key, rule)| other.factors.get(key).is_some_and(|other| other.measure == rule.measure))
    }

    /// Returns the differences from an earlier version, each in words: "Login frequency weight 25 → 30".
    pub fn changes_since(&self, earlier: &Self) -> Vec<String> {
        let mut changes = Vec::new();
        let mut change = |what: String, before: String, after: String| {
            if before != after {
                changes.push(format!("{what} {before} → {after}"));
            }
        };
        for (key, rule) in self.factors.iter() {
            match earlier.factors.get(key) {
                Some(before) => rule.changes_since(before).into_iter().for_each(|(what, before, now)| change(what, before, now)),
                None => change(rule.label.clone(), "none".to_owned(), format!("weight {}", rule.weight)),
            }
        }
        for (_, rule) in earlier.factors.iter().filter(|(key, _)| self.factors.get(*key).is_none()) {
            change(rule.label.clone(), format!("weight {}", rule.weight), "none".to_owned());
        }
        let customers =
            |scorecard: &Self| scorecard.condition.as_ref().map_or_else(|| "everybody else".to_owned(), Condition::words);
        change("Customers".to_owned(), customers(earlier), customers(self));
        let band = |scorecard: &Self| if scorecard.onboarding { "always onboarding" } else { "by score" }.to_owned();
        change("Band".to_owned(), band(earlier), band(self));
        change("Healthy from".to_owned(), earlier.bands.healthy.to_string(), self.bands.healthy.to_string());
        change("At risk from".to_owned(), earlier.bands.at_risk.to_string(), self.bands.at_risk.to_string());
        let policy = |scorecard: &Self| scorecard.missing_policy.label().to_owned();
        change("Assumed factors".to_owned(), policy(earlier), policy(self));
        change("Coverage floor".to_owned(), earlier.coverage_floor.to_string(), self.coverage_floor.to_string());
        changes
    }
}
