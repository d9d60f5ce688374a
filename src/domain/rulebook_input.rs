//! The body of a request for the next version of the rules, and what it must keep.

use super::condition::ConditionInput;
use super::measure::Measure;
use super::measure_input::MeasureInput;
use super::numbers::whole;
use super::scale::{SCALE_RULE, Scale, ScalePoint};
use super::scorecard::{EVERYBODY, FactorRule};
use super::scorecard_input::{BandLimitsInput, MAX_TARGET, MAX_WEIGHT, bands, decimal, signature, within};
use super::{FactorKey, Factors, FieldErrors, MissingPolicy, NewRulebook, Points, Rulebook, Scorecard, Segments, Share};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// The most scorecards of a rulebook.
pub const MOST_SCORECARDS: usize = 8;

/// The most factors of a scorecard, and of all scorecards together: each has a column of its own.
pub const MOST_FACTORS: usize = 12;

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
    /// The name, 1 to 60 characters, unique in the rulebook. The last scorecard has one when it is absent.
    #[schema(max_length = 60)]
    pub name: Option<String>,
    /// The condition that its customers fulfil. Required for all but the last, and refused for the last, which scores everybody else.
    pub condition: Option<ConditionInput>,
    /// True gives its customers the band `onboarding` instead of one that tells a risk.
    pub onboarding: bool,
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
    /// One to eight scorecards, with at most 12 different factors in all. The first whose condition a customer fulfils scores it.
    #[schema(min_items = 1, max_items = 8)]
    pub scorecards: Vec<ScorecardOfRulebookInput>,
}

impl RulebookInput {
    /// Parses the next version. Returns every broken rule.
    pub fn parse(&self) -> Result<NewRulebook, FieldErrors> {
        let mut errors = FieldErrors::default();
        let version = self.version.unwrap_or_else(|| {
            errors.add("version", "is required: send the version that you read");
            0
        });
        let (author, note) = signature(&mut errors, self.author.as_deref(), self.note.as_deref());
        let rules = self.rules(&mut errors);
        let segments = self.segments(&mut errors);
        errors.or(|| NewRulebook { rulebook: rules.with_version(version.saturating_add(1)), segments, author, note })
    }

    /// Parses only the rules, for a preview, which nobody has to sign. The version is the one that was sent, or 0.
    pub fn parse_rules(&self) -> Result<Rulebook, FieldErrors> {
        let mut errors = FieldErrors::default();
        let rules = self.rules(&mut errors);
        self.segments(&mut errors);
        errors.or(|| rules)
    }

    fn segments(&self, errors: &mut FieldErrors) -> Option<Segments> {
        self.segments.as_ref().map(|names| Segments::parse(errors, "segments", names))
    }

    fn rules(&self, errors: &mut FieldErrors) -> Rulebook {
        if !(1..=MOST_SCORECARDS).contains(&self.scorecards.len()) {
            errors.add("scorecards", format!("must be 1 to {MOST_SCORECARDS} scorecards"));
        }
        let sent = self.scorecards.get(..MOST_SCORECARDS).unwrap_or(&self.scorecards);
        let (version, last) = (self.version.unwrap_or_default(), self.scorecards.len().saturating_sub(1));
        let mut scorecards = Vec::<Scorecard>::new();
        for (place, sent) in sent.iter().enumerate() {
            let field = format!("scorecards.{place}");
            let scorecard = sent.parse(errors, &field, version, Place { is_last: place == last, is_only: last == 0 });
            let is_named = |other: &Scorecard| other.name.to_lowercase() == scorecard.name.to_lowercase();
            if !scorecard.name.is_empty() && scorecards.iter().any(is_named) {
                errors.add(&format!("{field}.name"), "must differ from the other scorecards' names");
            }
            scorecards.push(scorecard);
        }
        let rest = scorecards.pop().unwrap_or_default();
        let rulebook = Rulebook::new(version, scorecards, rest);
        if rulebook.factors().len() > MOST_FACTORS {
            errors.add("scorecards", format!("must have at most {MOST_FACTORS} different factors in all"));
        }
        rulebook
    }
}

/// The place of a scorecard among those of its rulebook.
#[derive(Clone, Copy)]
struct Place {
    is_last: bool,
    is_only: bool,
}

impl ScorecardOfRulebookInput {
    fn parse(&self, errors: &mut FieldErrors, field: &str, version: i64, place: Place) -> Scorecard {
        let before = errors.0.len();
        let name = |name: &str| format!("{field}.{name}");
        let condition = match &self.condition {
            Some(condition) if !place.is_last => condition.parse(errors, &name("condition")),
            None if !place.is_last => {
                errors.add(&name("condition"), "is required for all scorecards but the last");
                None
            }
            Some(_) => {
                errors.add(&name("condition"), "must be absent: the last scorecard is for everybody else");
                None
            }
            None => None,
        };
        let usual = if place.is_only { EVERYBODY } else { "Everybody else" };
        let sent = match (self.name.as_deref(), place.is_last) {
            (None, true) => Some(usual),
            (sent, _) => sent,
        };
        let of_group = errors.required_text(&name("name"), sent, 60);
        let factors = factors(errors, &name("factors"), &self.factors);
        if errors.0.len() == before && factors.values().all(|rule| rule.weight == 0) {
            errors.add(&name("factors"), "must have at least one weight above 0");
        }
        let policy = self.missing_policy.as_deref().map(str::trim).and_then(MissingPolicy::parse);
        if policy.is_none() {
            errors.add(&name("missingPolicy"), "must be one of neutral, exclude");
        }
        Scorecard {
            version,
            name: of_group,
            condition,
            onboarding: self.onboarding,
            factors,
            bands: bands(errors, &name("bands"), &self.bands),
            missing_policy: policy.unwrap_or(MissingPolicy::Neutral),
            coverage_floor: Share(decimal(errors, &name("coverageFloor"), self.coverage_floor, 1, 1000)),
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
pub const MEASURE_TYPES: [&str; 12] = [
    "count",
    "activeDays",
    "daysSince",
    "distinctFeatures",
    "distinctUsers",
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
