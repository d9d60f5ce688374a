//! The rulebook: a version of all rules of scoring in full, as it is read and as it is sent.

use super::measure::Measure;
use super::measure_input::MeasureInput;
use super::numbers::whole;
use super::scale::{SCALE_RULE, Scale, ScalePoint};
use super::scorecard::{BandLimits, FactorRule};
use super::scorecard_input::{BandLimitsInput, MAX_TARGET, MAX_WEIGHT, bands, decimal, signature, within};
use super::{FactorKey, Factors, FieldErrors, MissingPolicy, NewScorecard, Points, Scorecard, ScorecardVersion, Segments, Share};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// The most factors of a scorecard.
pub const MOST_FACTORS: usize = 12;

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
pub struct Rulebook {
    pub version: i64,
    /// The segments that customers can be in, in their order.
    #[schema(min_items = 1, max_items = 30)]
    pub segments: Segments,
    /// The scorecards: one, which scores every customer.
    pub scorecards: Vec<ScorecardOfRulebook>,
}

/// A stored version of the rules, with its author, time and reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RulebookVersion {
    #[serde(flatten)]
    pub rulebook: Rulebook,
    /// The time it came into force; null for the rules that a database starts with.
    pub created_at: Option<DateTime<Utc>>,
    pub author: String,
    pub note: String,
}

impl From<Scorecard> for ScorecardOfRulebook {
    fn from(Scorecard { factors, bands, missing_policy, coverage_floor, .. }: Scorecard) -> Self {
        let factors = factors.into_iter().map(|(key, rule)| FactorOfScorecard { key, rule }).collect();
        Self { factors, bands, missing_policy, coverage_floor }
    }
}

impl ScorecardOfRulebook {
    /// Returns the scorecard as it scores customers.
    pub fn scorecard(self, version: i64) -> Scorecard {
        let Self { factors, bands, missing_policy, coverage_floor } = self;
        let factors = factors.into_iter().map(|FactorOfScorecard { key, rule }| (key, rule)).collect();
        Scorecard { version, factors, bands, missing_policy, coverage_floor }
    }
}

impl Rulebook {
    pub fn new(scorecard: Scorecard, segments: Segments) -> Self {
        Self { version: scorecard.version, segments, scorecards: vec![scorecard.into()] }
    }
}

impl From<ScorecardVersion> for RulebookVersion {
    fn from(ScorecardVersion { scorecard, segments, created_at, author, note }: ScorecardVersion) -> Self {
        Self { rulebook: Rulebook::new(scorecard, segments), created_at, author, note }
    }
}

/// A point of a scale, as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScalePointInput {
    /// The measured value, a whole number from -1,000,000 to 1,000,000.
    #[serde(deserialize_with = "whole")]
    pub value: Option<i64>,
    /// The score at that value, 0 to 100, with one decimal.
    pub score: Option<f64>,
}

/// A scale, as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScaleInput {
    /// Two to six points, by rising value, whose scores only rise or only fall.
    pub points: Vec<ScalePointInput>,
    /// The score where there is nothing to measure, 0 to 100, with one decimal.
    pub assumed: Option<f64>,
}

/// A factor, as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FactorInput {
    /// The name in JSON, for ever the same: a small letter, then letters and digits, at most 24. Required.
    pub key: Option<String>,
    /// The name for people, 1 to 40 characters. Required.
    pub label: Option<String>,
    /// A short name for narrow places, at most 12 characters; the label's beginning when absent.
    pub short_label: Option<String>,
    /// The reason for measuring it this way, at most 600 characters.
    pub why: Option<String>,
    /// The step to take where this factor costs most, at most 200 characters; the usual one of its measure when absent.
    pub next_step: Option<String>,
    /// The weight relative to the sum of all weights, 0 to 10,000. Required.
    #[serde(deserialize_with = "whole")]
    pub weight: Option<i64>,
    pub measure: MeasureInput,
    pub scale: ScaleInput,
}

/// A scorecard, as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScorecardOfRulebookInput {
    /// One to twelve factors, each with a key of its own.
    pub factors: Vec<FactorInput>,
    pub bands: BandLimitsInput,
    /// `neutral` or `exclude`.
    pub missing_policy: Option<String>,
    /// The coverage below which a customer's band is "No data": 0 to 1, with three decimals.
    pub coverage_floor: Option<f64>,
}

/// The body of a request for the next version of the rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RulebookInput {
    /// The version that this one is based on. Required; refused with 409 when it is not the one in force.
    #[serde(deserialize_with = "whole")]
    pub version: Option<i64>,
    /// The name of the author, 1 to 100 characters.
    pub author: Option<String>,
    /// The reason for the change, 1 to 200 characters.
    pub note: Option<String>,
    /// The segments that customers can be in, in their order: 1 to 30 names of 1 to 40 characters, which differ in more than letter
    /// case. One that a customer is in cannot be missing (409). Those in force stay when absent.
    #[schema(min_items = 1, max_items = 30)]
    pub segments: Option<Vec<String>>,
    /// Exactly one scorecard.
    pub scorecards: Vec<ScorecardOfRulebookInput>,
}

impl RulebookInput {
    /// Parses the next version. Returns every broken rule.
    pub fn parse(&self) -> Result<NewScorecard, FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.version.is_none() {
            errors.add("version", "is required: send the version that you read");
        }
        let (author, note) = signature(&mut errors, self.author.as_deref(), self.note.as_deref());
        let rules = self.rules(&mut errors);
        let segments = self.segments(&mut errors);
        let scorecard = Scorecard { version: rules.version.saturating_add(1), ..rules };
        errors.or(|| NewScorecard { scorecard, segments, author, note })
    }

    /// Parses only the rules, for a preview, which nobody has to sign. The version is the one that was sent, or 0.
    pub fn parse_rules(&self) -> Result<Scorecard, FieldErrors> {
        let mut errors = FieldErrors::default();
        let rules = self.rules(&mut errors);
        self.segments(&mut errors);
        errors.or(|| rules)
    }

    fn segments(&self, errors: &mut FieldErrors) -> Option<Segments> {
        self.segments.as_ref().map(|names| Segments::parse(errors, "segments", names))
    }

    fn rules(&self, errors: &mut FieldErrors) -> Scorecard {
        let [sent] = self.scorecards.as_slice() else {
            errors.add("scorecards", "must be one scorecard");
            return Scorecard { version: self.version.unwrap_or_default(), ..Scorecard::default() };
        };
        let field = |name: &str| format!("scorecards.0.{name}");
        let factors = factors(errors, &field("factors"), &sent.factors);
        if errors.0.is_empty() && factors.values().all(|rule| rule.weight == 0) {
            errors.add(&field("factors"), "must have at least one weight above 0");
        }
        let policy = sent.missing_policy.as_deref().map(str::trim).and_then(MissingPolicy::parse);
        if policy.is_none() {
            errors.add(&field("missingPolicy"), "must be one of neutral, exclude");
        }
        Scorecard {
            version: self.version.unwrap_or_default(),
            factors,
            bands: bands(errors, &field("bands"), &sent.bands),
            missing_policy: policy.unwrap_or(MissingPolicy::Neutral),
            coverage_floor: Share(decimal(errors, &field("coverageFloor"), sent.coverage_floor, 1, 1000)),
        }
    }
}

fn factors(errors: &mut FieldErrors, field: &str, sent: &[FactorInput]) -> Factors<FactorRule> {
    if !(1..=MOST_FACTORS).contains(&sent.len()) {
        errors.add(field, format!("must be 1 to {MOST_FACTORS} factors"));
    }
    let mut known = BTreeSet::new();
    let mut factors = Vec::new();
    for (place, input) in sent.iter().take(MOST_FACTORS).enumerate() {
        let key = input.key.as_deref().map(str::trim).unwrap_or_default();
        let Some(key) = FactorKey::parse(key) else {
            errors.add(&format!("{field}.{place}.key"), "must be a small letter, then letters and digits, at most 24");
            continue;
        };
        if !known.insert(key) {
            errors.add(&format!("{field}.{key}.key"), "must be there once");
            continue;
        }
        factors.push((key, factor(errors, &format!("{field}.{key}"), input)));
    }
    factors.into_iter().collect()
}

fn factor(errors: &mut FieldErrors, field: &str, input: &FactorInput) -> FactorRule {
    let name = |name: &str| format!("{field}.{name}");
    let label = errors.required_text(&name("label"), input.label.as_deref(), 40);
    let short_label = errors.optional_text(&name("shortLabel"), input.short_label.as_deref(), 12);
    FactorRule {
        short_label: short_label.unwrap_or_else(|| label.chars().take(12).collect()),
        label,
        why: errors.optional_text(&name("why"), input.why.as_deref(), 600).unwrap_or_default(),
        next_step: errors.optional_text(&name("nextStep"), input.next_step.as_deref(), 200),
        weight: within(errors, &name("weight"), input.weight, 0..=MAX_WEIGHT),
        measure: input.measure.parse(errors, &name("measure")).unwrap_or(Measure::OnTimeShare { days: None }),
        scale: scale(errors, &name("scale"), &input.scale),
    }
}

/// The types of measures on the wire, in the order in which they are offered.
pub const MEASURE_TYPES: [&str; 11] = [
    "count",
    "activeDays",
    "daysSince",
    "distinctFeatures",
    "trend",
    "pace",
    "onTimeShare",
    "daysOverdue",
    "latest",
    "mean",
    "ratio",
];

fn scale(errors: &mut FieldErrors, field: &str, input: &ScaleInput) -> Scale {
    let before = errors.0.len();
    let assumed = Points(decimal(errors, &format!("{field}.assumed"), input.assumed, 100, 10));
    let points: Vec<_> = input
        .points
        .iter()
        .take(super::scale::MOST_POINTS + 1)
        .enumerate()
        .map(|(place, point)| ScalePoint {
            value: within(errors, &format!("{field}.points.{place}.value"), point.value, -MAX_TARGET..=MAX_TARGET),
            score: Points(decimal(errors, &format!("{field}.points.{place}.score"), point.score, 100, 10)),
        })
        .collect();
    let scale = Scale::new(&points, assumed);
    if scale.is_none() && errors.0.len() == before {
        errors.add(&format!("{field}.points"), SCALE_RULE);
    }
    scale.unwrap_or_else(|| Scale::straight((0, Points::ZERO), (1, Points::MAX), Points::NEUTRAL))
}
