//! The scorecard: the rules of scoring, as data.

use super::measure::Measure;
use super::scale::Scale;
use super::{EventKind, FactorKey, Factors, Points, Share};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The rule for one factor: its weight and its measurement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FactorRule {
    /// The weight relative to the sum of all weights; 0 or more.
    pub weight: i64,
    /// The window in UTC days, with the as-of day as its last; null for all history. `apiTrend` compares two such windows.
    /// `invoiceTimeliness` counts the invoices issued in it.
    pub window_days: Option<i64>,
    /// The value that gives the best score (logins, distinct features) or, for `supportLoad`, the worst (tickets). Null for
    /// the other factors.
    pub target: Option<i64>,
    /// The features that count, for `featureAdoption`. Every feature counts when empty.
    #[serde(default)]
    pub key_features: Vec<String>,
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

/// A version of the scoring rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Scorecard {
    pub version: i64,
    pub factors: Factors<FactorRule>,
    pub bands: BandLimits,
    pub missing_policy: MissingPolicy,
    /// The coverage below which a customer's band is "No data".
    pub coverage_floor: Share,
}

/// A stored version of the scorecard, with its author, time and reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScorecardVersion {
    #[serde(flatten)]
    pub scorecard: Scorecard,
    /// The time it came into force; null for the rules that a database starts with.
    pub created_at: Option<DateTime<Utc>>,
    pub author: String,
    pub note: String,
}

impl Default for Scorecard {
    /// Returns the rules of version 1. `scoring::rationale` gives the reason for each number.
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

impl FactorRule {
    /// Returns how a factor with this rule is measured.
    pub fn measure(&self, key: FactorKey) -> Measure<'_> {
        let days = self.window_days;
        match key {
            FactorKey::LoginFrequency => Measure::Count { kind: EventKind::Login, days },
            FactorKey::FeatureAdoption => Measure::DistinctFeatures { features: &self.key_features, days },
            FactorKey::SupportLoad => Measure::Count { kind: EventKind::SupportTicket, days },
            FactorKey::InvoiceTimeliness => Measure::OnTimeShare { days },
            FactorKey::ApiTrend => Measure::Trend { kind: EventKind::ApiCall, days },
        }
    }

    /// Returns how the measured value of a factor with this rule becomes its score.
    pub fn scale(&self, key: FactorKey) -> Scale {
        let (target, neutral) = (self.target.unwrap_or(1).max(1), Points::NEUTRAL);
        match key {
            FactorKey::LoginFrequency | FactorKey::FeatureAdoption => {
                Scale::straight((0, Points::ZERO), (target, Points::MAX), Points::ZERO)
            }
            FactorKey::SupportLoad => Scale::straight((0, Points::MAX), (target, Points::ZERO), Points::MAX),
            FactorKey::InvoiceTimeliness => Scale::straight((0, Points::ZERO), (100, Points::MAX), neutral),
            FactorKey::ApiTrend => Scale::straight((-100, Points::ZERO), (100, Points::MAX), neutral),
        }
    }

    /// Returns the window in words: "30 days", "all history".
    pub fn window_words(&self) -> String {
        match self.window_days {
            None => "all history".to_owned(),
            Some(1) => "1 day".to_owned(),
            Some(days) => format!("{days} days"),
        }
    }

    /// Returns the key features in words: "export, reports", "every feature".
    fn key_feature_words(&self) -> String {
        if self.key_features.is_empty() { "every feature".to_owned() } else { self.key_features.join(", ") }
    }
}

impl Scorecard {
    /// Returns the number of days up to the as-of day whose daily activity can still count.
    pub fn lookback_days(&self) -> i64 {
        self.factors.iter().map(|(key, rule)| rule.measure(key).lookback_days()).fold(1, i64::max)
    }

    /// Returns whether both score every customer exactly alike.
    pub fn has_rules_of(&self, other: &Self) -> bool {
        Self { version: other.version, ..self.clone() } == *other
    }

    /// Returns whether both measure facts exactly alike, so that measurements made under one can be scored under the other.
    pub fn measures_like(&self, other: &Self) -> bool {
        self.factors.iter().all(|(key, rule)| rule.measure(key) == other.factors.get(key).measure(key))
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
