//! The rulebook as systems read it: its factors are lists, whose order any language keeps.

use super::scorecard::{BandLimits, FactorRule};
use super::{Condition, FactorKey, MissingPolicy, Rulebook, RulebookVersion, Scorecard, Segments, Share};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A factor of a scorecard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FactorOfScorecard {
    pub key: FactorKey,
    #[serde(flatten)]
    pub rule: FactorRule,
}

/// The rules that score a group of customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScorecardOfRulebook {
    /// The name of the group, unique in its rulebook: "Startups, first 90 days".
    pub name: String,
    /// The condition that its customers fulfil; null for the last scorecard, which scores everybody else.
    pub condition: Option<Condition>,
    /// True when its customers have the band `onboarding` instead of one that tells a risk.
    pub onboarding: bool,
    /// The factors, in the order in which they are shown.
    pub factors: Vec<FactorOfScorecard>,
    pub bands: BandLimits,
    pub missing_policy: MissingPolicy,
    /// The coverage below which a customer's band is "No data".
    pub coverage_floor: Share,
}

/// A version of the rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Rulebook)]
pub struct ReadRulebook {
    pub version: i64,
    /// The segments that customers can be in, in their order.
    #[schema(min_items = 1, max_items = 30)]
    pub segments: Segments,
    /// The scorecards. The first whose condition a customer fulfils scores it.
    pub scorecards: Vec<ScorecardOfRulebook>,
}

/// A stored version of the rules, with its author, time and reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RulebookVersion)]
pub struct ReadRulebookVersion {
    #[serde(flatten)]
    pub rulebook: ReadRulebook,
    /// The time it came into force; null for the rules that a database starts with.
    pub created_at: Option<DateTime<Utc>>,
    pub author: String,
    pub note: String,
}

impl From<Scorecard> for ScorecardOfRulebook {
    fn from(scorecard: Scorecard) -> Self {
        let Scorecard { version: _, name, condition, onboarding, factors, bands, missing_policy, coverage_floor } = scorecard;
        let factors = factors.into_iter().map(|(key, rule)| FactorOfScorecard { key, rule }).collect();
        Self { name, condition, onboarding, factors, bands, missing_policy, coverage_floor }
    }
}

impl ReadRulebook {
    pub fn new(rulebook: Rulebook, segments: Segments) -> Self {
        let version = rulebook.version;
        Self { version, segments, scorecards: rulebook.into_scorecards().map(ScorecardOfRulebook::from).collect() }
    }
}

impl From<RulebookVersion> for ReadRulebookVersion {
    fn from(RulebookVersion { rulebook, segments, created_at, author, note }: RulebookVersion) -> Self {
        Self { rulebook: ReadRulebook::new(rulebook, segments), created_at, author, note }
    }
}
