//! The scorecard: the data that defines scoring.

use super::{Factors, Points, Share};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How one factor is weighed and measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FactorRule {
    /// Relative to the sum of all weights; 0 or more.
    pub weight: i64,
    /// UTC days, the as-of day included; null for all history. Two such windows are compared for `apiTrend`.
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

    /// Whether a feature counts.
    pub fn counts(&self, feature: &str) -> bool {
        self.key_features.is_empty() || self.key_features.iter().any(|key| key == feature)
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
}
