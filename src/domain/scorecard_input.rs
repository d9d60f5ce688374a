//! The body of a request that changes the scorecard, and the rules that it must keep.

use super::five::{FiveFactors, FiveRule, FiveRules};
use super::letters::composed;
use super::numbers::whole;
use super::scorecard::BandLimits;
use super::{FactorKey, FieldErrors, MissingPolicy, Points, Rulebook, Scorecard, Segments, Share};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The largest weight: far more than anybody needs, far too little to overflow a sum.
pub(super) const MAX_WEIGHT: i64 = 10_000;
pub(super) const MAX_TARGET: i64 = 1_000_000;
const MAX_WINDOW: i64 = 365;
const MAX_KEY_FEATURES: usize = 100;

/// The rule for one factor, as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FactorRuleInput {
    /// The weight relative to the sum of all weights, 0 to 10,000. Required.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 0, maximum = 10_000)]
    pub weight: Option<i64>,
    /// The window in days, 1 to 365. Required for all but `invoiceTimeliness`, where null means all history.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 365)]
    pub window_days: Option<i64>,
    /// The target, 1 to 1,000,000. Required for `loginFrequency`, `featureAdoption` and `supportLoad`, and refused for the
    /// others.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub target: Option<i64>,
    /// The features that count, only for `featureAdoption`: at most 100 of at most 100 characters, trimmed and lower-cased.
    /// Every feature counts when empty.
    #[schema(max_items = 100)]
    pub key_features: Vec<String>,
}

/// The scores at which bands begin, as they were sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BandLimitsInput {
    /// The lowest healthy score: above `atRisk`, at most 100, with one decimal. Required.
    #[schema(minimum = 0.1, maximum = 100, multiple_of = 0.1)]
    pub healthy: Option<f64>,
    /// The lowest at-risk score: 0 or more, with one decimal. Required.
    #[schema(minimum = 0, maximum = 99.9, multiple_of = 0.1)]
    pub at_risk: Option<f64>,
}

/// The body of a request for the next version of the scorecard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScorecardInput {
    /// The version that this one is based on. Required; refused with 409 when it is not the current one.
    #[serde(deserialize_with = "whole")]
    pub version: Option<i64>,
    /// The name of the author, 1 to 100 characters.
    #[schema(max_length = 100)]
    pub author: Option<String>,
    /// The reason for the change, 1 to 200 characters.
    #[schema(max_length = 200)]
    pub note: Option<String>,
    pub factors: FiveFactors<FactorRuleInput>,
    pub bands: BandLimitsInput,
    /// `neutral` or `exclude`.
    pub missing_policy: Option<String>,
    /// The coverage below which a customer's band is "No data": 0 to 1, with three decimals.
    #[schema(minimum = 0, maximum = 1, multiple_of = 0.001)]
    pub coverage_floor: Option<f64>,
}

/// A valid next version of the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRulebook {
    /// The rules. Their version is the one after the version that they are based on.
    pub rulebook: Rulebook,
    /// The segments; `None` keeps those in force.
    pub segments: Option<Segments>,
    pub author: String,
    pub note: String,
}

impl ScorecardInput {
    /// Parses the next version. Returns every broken rule.
    pub fn parse(self) -> Result<NewRulebook, FieldErrors> {
        let mut errors = FieldErrors::default();
        let version = self.version.unwrap_or_else(|| {
            errors.add("version", "is required: send the version that you read");
            0
        });
        let (author, note) = signature(&mut errors, self.author.as_deref(), self.note.as_deref());
        let rules = self.rules(&mut errors);
        let rulebook = Rulebook::from(rules).with_version(version.saturating_add(1));
        errors.or(|| NewRulebook { rulebook, segments: None, author, note })
    }

    /// Parses only the rules, for a preview, which nobody has to sign. The version is the one that was sent, or 0.
    pub fn parse_rules(&self) -> Result<Scorecard, FieldErrors> {
        let mut errors = FieldErrors::default();
        let rules = self.rules(&mut errors);
        errors.or(|| rules)
    }

    fn rules(&self, errors: &mut FieldErrors) -> Scorecard {
        let FiveFactors { login_frequency, feature_adoption, support_load, invoice_timeliness, api_trend } = &self.factors;
        let factors = FiveFactors {
            login_frequency: rule(errors, FactorKey::LOGIN_FREQUENCY, login_frequency),
            feature_adoption: rule(errors, FactorKey::FEATURE_ADOPTION, feature_adoption),
            support_load: rule(errors, FactorKey::SUPPORT_LOAD, support_load),
            invoice_timeliness: rule(errors, FactorKey::INVOICE_TIMELINESS, invoice_timeliness),
            api_trend: rule(errors, FactorKey::API_TREND, api_trend),
        };
        if errors.0.is_empty() && factors.clone().by_key().all(|(_, rule)| rule.weight == 0) {
            errors.add("factors", "must have at least one weight above 0");
        }
        let rules = FiveRules {
            version: self.version.unwrap_or_default(),
            factors,
            bands: bands(errors, "bands", &self.bands),
            missing_policy: self.missing_policy.as_deref().map(str::trim).and_then(MissingPolicy::parse).unwrap_or_else(|| {
                errors.add("missingPolicy", "must be one of neutral, exclude");
                MissingPolicy::Neutral
            }),
            coverage_floor: Share(decimal(errors, "coverageFloor", self.coverage_floor, 1, 1000)),
        };
        rules.scorecard()
    }
}

/// Parses the author and the reason of a version. Returns (author, note).
pub fn signature(errors: &mut FieldErrors, author: Option<&str>, note: Option<&str>) -> (String, String) {
    (errors.required_text("author", author, 100), errors.required_text("note", note, 200))
}

/// Returns whether one of the five factors has a target.
pub fn has_target(key: FactorKey) -> bool {
    key != FactorKey::INVOICE_TIMELINESS && key != FactorKey::API_TREND
}

/// Returns the name of a field of a factor: `factors.loginFrequency.weight`.
pub fn factor_field(key: FactorKey, field: &str) -> String {
    format!("factors.{}.{field}", key)
}

fn rule(errors: &mut FieldErrors, key: FactorKey, input: &FactorRuleInput) -> FiveRule {
    let weight = within(errors, &factor_field(key, "weight"), input.weight, 0..=MAX_WEIGHT);
    let window = factor_field(key, "windowDays");
    let window_days = match (key, input.window_days) {
        (FactorKey::INVOICE_TIMELINESS, None) => None,
        (_, days) => Some(within(errors, &window, days, 1..=MAX_WINDOW)),
    };
    let target = factor_field(key, "target");
    let target = match (has_target(key), input.target) {
        (true, sent) => Some(within(errors, &target, sent, 1..=MAX_TARGET)),
        (false, None) => None,
        (false, Some(_)) => {
            errors.add(&target, "is not a field of this factor");
            None
        }
    };
    FiveRule { weight, window_days, target, key_features: key_features(errors, key, &input.key_features) }
}

/// Parses feature keys. They are spelled as in `feature_use` events and sorted, so that equal sets are equal rules.
fn key_features(errors: &mut FieldErrors, key: FactorKey, sent: &[String]) -> Vec<String> {
    let field = factor_field(key, "keyFeatures");
    if key != FactorKey::FEATURE_ADOPTION {
        if !sent.is_empty() {
            errors.add(&field, "is not a field of this factor");
        }
        return Vec::new();
    }
    features(errors, &field, sent)
}

/// Parses the names of features. They are spelled as in `feature_use` events and sorted, so that equal sets are equal rules.
fn features(errors: &mut FieldErrors, field: &str, sent: &[String]) -> Vec<String> {
    if sent.len() > MAX_KEY_FEATURES {
        errors.add(field, format!("must be at most {MAX_KEY_FEATURES} features"));
        return Vec::new();
    }
    let mut of_each = FieldErrors::default();
    let mut features: Vec<_> =
        sent.iter().map(|feature| composed(&of_each.required_text(field, Some(feature), 100).to_lowercase())).collect();
    features.sort();
    if let Some(broken) = of_each.0.first() {
        let message = if broken.message == "is required" { "must not have a blank feature" } else { &broken.message };
        errors.add(field, message);
    } else if let Some(twice) = features.windows(2).find(|pair| pair[0] == pair[1]) {
        errors.add(field, format!("must name each feature once ({} is there twice)", twice[0]));
    }
    features
}

/// Parses the limits of bands, whose fields are named with `field` in front.
pub(super) fn bands(errors: &mut FieldErrors, field: &str, input: &BandLimitsInput) -> BandLimits {
    let names = ["atRisk", "healthy"].map(|name| format!("{field}.{name}"));
    let at_risk = decimal(errors, &names[0], input.at_risk, 100, 10);
    let healthy = decimal(errors, &names[1], input.healthy, 100, 10);
    if names.iter().all(|field| errors.of(field).is_none()) && at_risk >= healthy {
        errors.add(&names[1], format!("must be above the limit of At risk ({})", Points(at_risk)));
    }
    BandLimits { healthy: Points(healthy), at_risk: Points(at_risk) }
}

pub(super) fn within(errors: &mut FieldErrors, field: &str, sent: Option<i64>, allowed: std::ops::RangeInclusive<i64>) -> i64 {
    match sent {
        None => errors.add(field, "is required"),
        Some(number) if !allowed.contains(&number) => {
            errors.add(field, format!("must be between {} and {}", allowed.start(), allowed.end()))
        }
        Some(number) => return number,
    }
    *allowed.start()
}

/// Parses a number from 0 to `max` with steps of `1 / parts`. Returns it in such steps.
pub(super) fn decimal(errors: &mut FieldErrors, field: &str, sent: Option<f64>, max: i64, parts: i64) -> i64 {
    let scaled = sent.map(|number| number * parts as f64);
    match scaled {
        None => errors.add(field, "is required"),
        Some(scaled) if !(0.0..=(max * parts) as f64).contains(&scaled) => {
            errors.add(field, format!("must be between 0 and {max}"))
        }
        Some(scaled) if (scaled - scaled.round()).abs() > 1e-6 => {
            let decimals = if parts == 10 { "one decimal" } else { "three decimals" };
            errors.add(field, format!("must have at most {decimals}"))
        }
        Some(scaled) => return scaled.round() as i64,
    }
    0
}
