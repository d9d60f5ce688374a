//! The scorecard: the data that defines scoring.

use super::{FactorKey, Factors, Points, Share};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How one factor is weighed and measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FactorRule {
    /// Relative to the sum of all weights; 0 or more.
    pub weight: i64,
    /// UTC days, the as-of day included; null for all history. Two such windows are compared for `apiTrend`; for
    /// `invoiceTimeliness` the invoices issued in it count.
    pub window_days: Option<i64>,
    /// What gives the best score (logins, distinct features) or, for `supportLoad`, the worst (tickets). Null where none applies.
    pub target: Option<i64>,
    /// For `featureAdoption`: the features that count. Empty: every feature counts.
    #[serde(default)]
    pub key_features: Vec<String>,
}

/// What an assumed factor does to the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingPolicy {
    /// It counts with the score that its normalisation gives to nothing.
    Neutral,
    /// It is left out and the other weights are renormalised.
    Exclude,
}

impl MissingPolicy {
    pub const ALL: [Self; 2] = [Self::Neutral, Self::Exclude];

    /// The wire name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Exclude => "exclude",
        }
    }

    /// What assumed factors do: "count as neutral".
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

/// The scores from which the bands begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BandLimits {
    pub healthy: Points,
    pub at_risk: Points,
}

/// One version of the scoring rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Scorecard {
    pub version: i64,
    pub factors: Factors<FactorRule>,
    pub bands: BandLimits,
    pub missing_policy: MissingPolicy,
    /// Below this coverage a customer's band is "No data".
    pub coverage_floor: Share,
}

/// A stored version, with who made it, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScorecardVersion {
    #[serde(flatten)]
    pub scorecard: Scorecard,
    /// Since when it was in force; null for the rules that a database starts with.
    pub created_at: Option<DateTime<Utc>>,
    pub author: String,
    pub note: String,
}

impl Default for Scorecard {
    /// The content of version 1. Each number's reason is in `scoring::rationale`.
    fn default() -> Self {
        let rule = |weight, window_days, target| FactorRule { weight, window_days, target, key_features: Vec::new() };
        Self {
            version: 1,
            factors: Factors {
                login_frequency: rule(25, Some(30), Some(20)),
                feature_adoption: rule(25, Some(90), Some(5)),
                support_load: rule(20, Some(90), Some(10)),
                invoice_timeliness: rule(20, None, None),
                api_trend: rule(10, Some(30), None),
            },
            bands: BandLimits { healthy: Points(700), at_risk: Points(400) },
            missing_policy: MissingPolicy::Neutral,
            coverage_floor: Share(250),
        }
    }
}

/// "All history" in days: longer than any history, short enough for day arithmetic.
const ALL_HISTORY_DAYS: i64 = 100_000;

impl FactorRule {
    /// The window's length in days, also where it is all history.
    pub fn days(&self) -> i64 {
        self.window_days.unwrap_or(ALL_HISTORY_DAYS)
    }

    /// Returns whether a feature counts.
    pub fn counts(&self, feature: &str) -> bool {
        self.key_features.is_empty() || self.key_features.iter().any(|key| key == feature)
    }

    /// "30 days", "all history"
    pub fn window_words(&self) -> String {
        match self.window_days {
            None => "all history".to_owned(),
            Some(1) => "1 day".to_owned(),
            Some(days) => format!("{days} days"),
        }
    }

    /// "export, reports", "every feature"
    fn key_feature_words(&self) -> String {
        if self.key_features.is_empty() { "every feature".to_owned() } else { self.key_features.join(", ") }
    }

    /// The target as scoring divides by it: at least 1.
    pub fn divisor(&self) -> i64 {
        self.target.unwrap_or(1).max(1)
    }
}

impl Scorecard {
    /// How many days of daily activity before the as-of day can still count. Invoices are kept whole, so
    /// their window does not matter here.
    pub fn lookback_days(&self) -> i64 {
        let Factors { login_frequency, feature_adoption, support_load, invoice_timeliness: _, api_trend } = &self.factors;
        let windows = [login_frequency.days(), feature_adoption.days(), support_load.days(), 2 * api_trend.days()];
        windows.into_iter().fold(1, i64::max)
    }

    /// Returns whether it scores exactly as another one does.
    pub fn has_rules_of(&self, other: &Self) -> bool {
        Self { version: other.version, ..self.clone() } == *other
    }

    /// Returns whether facts amount to the same measurements under both, so that those of one serve the other.
    pub fn measures_like(&self, other: &Self) -> bool {
        self.factors.iter().all(|(key, rule)| {
            let other = other.factors.get(key);
            (rule.window_days, &rule.key_features) == (other.window_days, &other.key_features)
        })
    }

    /// What differs from an earlier version, each in words: "Login frequency weight 25 → 30".
    pub fn changes_since(&self, earlier: &Self) -> Vec<String> {
        let mut changes = Vec::new();
        let mut change = |what: String, before: String, after: String| {
            if before != after {
                changes.push(format!("{what} {before} → {after}"));
            }
        };
        for (key, rule) in self.factors.iter() {
            let (label, before) = (key.label(), earlier.factors.get(key));
            change(format!("{label} weight"), before.weight.to_string(), rule.weight.to_string());
            change(format!("{label} window"), before.window_words(), rule.window_words());
            let noun = if key == FactorKey::SupportLoad { "limit" } else { "target" };
            let target = |rule: &FactorRule| rule.target.map_or("none".to_owned(), |target| target.to_string());
            change(format!("{label} {noun}"), target(before), target(rule));
            change("Key features".to_owned(), before.key_feature_words(), rule.key_feature_words());
        }
        change("Healthy from".to_owned(), earlier.bands.healthy.to_string(), self.bands.healthy.to_string());
        change("At risk from".to_owned(), earlier.bands.at_risk.to_string(), self.bands.at_risk.to_string());
        let policy = |scorecard: &Self| scorecard.missing_policy.label().to_owned();
        change("Assumed factors".to_owned(), policy(earlier), policy(self));
        change("Coverage floor".to_owned(), earlier.coverage_floor.to_string(), self.coverage_floor.to_string());
        changes
    }
}
