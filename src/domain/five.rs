//! The rules of the five factors that a database starts with, in the short form that `/api/scorecard` has.

use super::measure::Measure;
use super::scale::Scale;
use super::scorecard::{BandLimits, EVERYBODY, FactorRule};
use super::{EventKind, FactorKey, MissingPolicy, Points, Scorecard, Share};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The rule for one of the five factors: its weight and its measurement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FactorRule)]
pub struct FiveRule {
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

/// One value for each of the five factors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FiveFactors<T> {
    pub login_frequency: T,
    pub feature_adoption: T,
    pub support_load: T,
    pub invoice_timeliness: T,
    pub api_trend: T,
}

impl<T> FiveFactors<T> {
    /// Returns the values with their keys, in the order of [`FactorKey::FIVE`].
    pub fn by_key(self) -> impl Iterator<Item = (FactorKey, T)> {
        let Self { login_frequency, feature_adoption, support_load, invoice_timeliness, api_trend } = self;
        FactorKey::FIVE.into_iter().zip([login_frequency, feature_adoption, support_load, invoice_timeliness, api_trend])
    }
}

/// A version of the rules of the five factors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Scorecard)]
pub struct FiveRules {
    pub version: i64,
    pub factors: FiveFactors<FiveRule>,
    pub bands: BandLimits,
    pub missing_policy: MissingPolicy,
    /// The coverage below which a customer's band is "No data".
    pub coverage_floor: Share,
}

/// A stored version of the scorecard, with its author, time and reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ScorecardVersion)]
pub struct FiveRulesVersion {
    #[serde(flatten)]
    pub rules: FiveRules,
    /// The time it came into force; null for the rules that a database starts with.
    pub created_at: Option<DateTime<Utc>>,
    pub author: String,
    pub note: String,
}

impl Default for FiveRules {
    /// Returns the rules of version 1.
    fn default() -> Self {
        let rule = |weight, window_days, target| FiveRule { weight, window_days, target, key_features: Vec::new() };
        Self {
            version: 1,
            factors: FiveFactors {
                login_frequency: rule(25, Some(30), Some(20)),
                feature_adoption: rule(25, Some(90), Some(5)),
                support_load: rule(20, Some(90), Some(10)),
                invoice_timeliness: rule(20, None, None),
                api_trend: rule(10, Some(30), None),
            },
            bands: BandLimits::default(),
            missing_policy: MissingPolicy::Neutral,
            coverage_floor: Share(250),
        }
    }
}

impl Default for Scorecard {
    /// Returns the rules of version 1.
    fn default() -> Self {
        FiveRules::default().scorecard()
    }
}

impl FiveRules {
    /// Returns the same rules as measures and scales.
    pub fn scorecard(self) -> Scorecard {
        let Self { version, factors, bands, missing_policy, coverage_floor } = self;
        let factors = factors.by_key().map(|(key, rule)| (key, factor_rule(key, rule))).collect();
        Scorecard {
            version,
            name: EVERYBODY.to_owned(),
            condition: None,
            onboarding: false,
            factors,
            bands,
            missing_policy,
            coverage_floor,
        }
    }

    /// Returns the short form of rules; `None` for rules that it cannot say.
    pub fn of(scorecard: &Scorecard) -> Option<Self> {
        let rule = |key| scorecard.factors.get(key).map(short_rule);
        let factors = FiveFactors {
            login_frequency: rule(FactorKey::LOGIN_FREQUENCY)?,
            feature_adoption: rule(FactorKey::FEATURE_ADOPTION)?,
            support_load: rule(FactorKey::SUPPORT_LOAD)?,
            invoice_timeliness: rule(FactorKey::INVOICE_TIMELINESS)?,
            api_trend: rule(FactorKey::API_TREND)?,
        };
        let Scorecard { version, bands, missing_policy, coverage_floor, .. } = scorecard.clone();
        let rules = Self { version, factors, bands, missing_policy, coverage_floor };
        let long = Scorecard { name: scorecard.name.clone(), ..rules.clone().scorecard() };
        (long == *scorecard).then_some(rules)
    }
}

fn factor_rule(key: FactorKey, rule: FiveRule) -> FactorRule {
    let FiveRule { weight, window_days: days, target, key_features } = rule;
    let (target, neutral) = (target.unwrap_or(1).max(1), Points::NEUTRAL);
    let more_is_better = Scale::straight((0, Points::ZERO), (target, Points::MAX), Points::ZERO);
    let (label, short_label, measure, scale, why) = match key {
        FactorKey::LOGIN_FREQUENCY => (
            "Login frequency",
            "Logins",
            Measure::Count { kinds: vec![EventKind::Login], days, scaled_by_age: false },
            more_is_better,
            WHY_LOGINS,
        ),
        FactorKey::FEATURE_ADOPTION => {
            let measure = Measure::DistinctFeatures { features: key_features, days };
            ("Feature adoption", "Features", measure, more_is_better, WHY_FEATURES)
        }
        FactorKey::SUPPORT_LOAD => {
            let scale = Scale::straight((0, Points::MAX), (target, Points::ZERO), Points::MAX);
            let measure = Measure::Count { kinds: vec![EventKind::SupportTicket], days, scaled_by_age: false };
            ("Support load", "Support", measure, scale, WHY_TICKETS)
        }
        FactorKey::INVOICE_TIMELINESS => {
            let scale = Scale::straight((0, Points::ZERO), (100, Points::MAX), neutral);
            ("Invoice timeliness", "Invoices", Measure::OnTimeShare { days }, scale, WHY_INVOICES)
        }
        _ => {
            let scale = Scale::straight((-100, Points::ZERO), (100, Points::MAX), neutral);
            ("API trend", "API", Measure::Trend { kinds: vec![EventKind::ApiCall], days }, scale, WHY_API_CALLS)
        }
    };
    let (label, short_label, why) = (label.to_owned(), short_label.to_owned(), why.to_owned());
    FactorRule { label, short_label, why, next_step: None, weight, measure, scale }
}

/// Returns the short form of a rule, as far as it can be said.
fn short_rule(rule: &FactorRule) -> FiveRule {
    let (target, key_features) = match &rule.measure {
        Measure::Count { .. } => (Some(rule.scale.end()), Vec::new()),
        Measure::DistinctFeatures { features, .. } => (Some(rule.scale.end()), features.clone()),
        _ => (None, Vec::new()),
    };
    FiveRule { weight: rule.weight, window_days: rule.measure.window_days(), target, key_features }
}

const WHY_LOGINS: &str = "Falling logins are the earliest common sign of churn. Thirty days smooth out weekends and holidays and still show a \
     decline within weeks. Twenty logins are about one each working day, so a single daily user is enough for the full score. \
     It shares the highest weight because it is the most direct sign of use. No login scores 0; before a source sends logins \
     that 0 is assumed, not measured.";

const WHY_FEATURES: &str = "A customer who relies on several features finds it harder to leave. Features are tried in bursts, so ninety days, about a \
     quarter, are counted. Five distinct features stand for a product that is built into daily work; using one of them more \
     often does not count twice. It weighs as much as logins: breadth tells what frequency does not. Nothing used scores 0, \
     which is assumed before a source sends features.";

const WHY_TICKETS: &str = "Many tickets mean friction. Each ticket costs the same, down to 0 at the limit; priority does not weigh, because teams \
     set it too differently to compare. Ninety days let a stormy month fade. It weighs less than use, since \
     tickets also come from customers who care. No tickets score 100 only where tickets are \
     known at all: without a connected source the value is assumed, not measured.";

pub(super) const WHY_INVOICES: &str = "Customers who mean to stay pay on time. Invoices are few, so all history counts. Paid by the due day is on time; paid \
     later or overdue is not; an invoice that is not due yet says nothing, and one over 0 is on time. It weighs as much as support: telling, \
     but late. Without any invoice to judge the value is 50: \
     neither trust nor blame has been earned.";

const WHY_API_CALLS: &str = "Integrations keep a customer, and their traffic shows a wind-down early. Volumes differ too much to compare customers, \
     so each is held against itself: the last thirty days against the thirty before. Flat is 50, twice as much is 100, \
     silence is 0. Where neither window has a call the trend is assumed to be flat. It weighs least because traffic is noisy.";

#[cfg(test)]
impl Scorecard {
    /// Returns the rules of the five factors with some changed.
    pub fn with(&self, change: impl FnOnce(&mut FiveRules)) -> Self {
        let mut rules = FiveRules::of(self).unwrap();
        change(&mut rules);
        rules.scorecard()
    }
}

#[cfg(test)]
impl<T> FiveFactors<T> {
    pub fn get_mut(&mut self, key: FactorKey) -> &mut T {
        let values = [
            &mut self.login_frequency,
            &mut self.feature_adoption,
            &mut self.support_load,
            &mut self.invoice_timeliness,
            &mut self.api_trend,
        ];
        FactorKey::FIVE.into_iter().zip(values).find(|(other, _)| *other == key).unwrap().1
    }
}
