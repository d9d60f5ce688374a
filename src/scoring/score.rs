//! The second step of scoring: turns measurements into scores, contributions and a band.

use super::measure::{Counted, Measured, Measurements, change_percent};
use super::words::{explain, next_step};
use crate::domain::list::Weakest;
use crate::domain::numbers::round_div;
use crate::domain::scale::Value;
use crate::domain::scorecard::FactorRule;
use crate::domain::{Band, CustomerId, Factor, FactorKey, Factors, Health, MissingPolicy, NaiveDate, Points, Scorecard, Share};

/// Returns the health for measurements that were taken on the same day under the same scorecard.
pub fn score(customer_id: CustomerId, measured: &Measurements, scorecard: &Scorecard, as_of: NaiveDate) -> Health {
    let mean = mean(measured, scorecard);
    let contributions = mean.contributions();
    let Mean { scores, weights, score, coverage, .. } = mean;
    let shares = weight_shares(&weights);
    let factors = scorecard.factors.map(|key, rule| {
        let measured = measured.factor(key);
        let (value, target) = value_and_target(measured, rule);
        Factor {
            label: rule.label.clone(),
            score: scores.get(key).copied().unwrap_or_default(),
            weight: shares.get(key).copied().unwrap_or_default(),
            contribution: contributions.get(key).copied().unwrap_or_default(),
            value,
            target,
            window: rule.measure.window_days().map(|_| rule.measure.window(as_of)),
            measured: measured.is_measured(),
            explanation: explain(rule, measured, scorecard.missing_policy),
        }
    });
    let band = band(score, measured.has_data(), coverage, scorecard);
    let (scorecard_version, scored_by) = (scorecard.version, scorecard.name.clone());
    Health { customer_id, as_of, score, band, coverage, factors, scorecard_version, scored_by }
}

/// Returns weights as fractions of their sum. The sum must be above 0; the fractions sum to 1 exactly.
pub fn weight_shares(weights: &Factors<i64>) -> Factors<Share> {
    let total = weights.values().map(|weight| i128::from(*weight)).sum();
    apportion(&weights.map(|_, weight| 1000 * i128::from(*weight)), total, 1000).map(|_, share| Share(*share))
}

/// Health without explanations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scores {
    /// The score, 0 to 100. Computed also when the band is `no_data`.
    pub score: Points,
    pub band: Band,
    /// The factors' own scores, 0 to 100 each.
    pub factors: Factors<Points>,
}

impl Scores {
    /// Scores measurements like [`score`] does.
    pub fn of(measured: &Measurements, scorecard: &Scorecard) -> Self {
        let factors = scores(measured, scorecard);
        let (score, band) = rate(parts(&factors, measured, scorecard), measured.has_data(), scorecard);
        Self { score, band, factors }
    }

    /// Returns the score, or `None` when there is too little data to show one.
    pub fn shown_score(&self) -> Option<Points> {
        (self.band != Band::NoData).then_some(self.score)
    }
}

/// A factor's part in a score.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub score: Points,
    pub weight: i64,
    /// True when a fact supports it.
    pub measured: bool,
}

/// Returns the score and band of a customer from the factors' parts. `has_data` says that there are facts, and that the customer has
/// started.
pub(super) fn rate(parts: impl Iterator<Item = Part>, has_data: bool, scorecard: &Scorecard) -> (Points, Band) {
    let (score, coverage) = weigh(parts, scorecard.missing_policy);
    (score, band(score, has_data, coverage, scorecard))
}

/// Returns the weighted mean of scores, and the share of the weights that is measured. The weights of what is not measured count
/// as the policy says; all do where none would.
pub(super) fn weigh(parts: impl Iterator<Item = Part>, policy: MissingPolicy) -> (Points, Share) {
    let ((mut weights, mut points), (mut measured, mut measured_points)) = ((0, 0), (0, 0));
    for Part { score, weight, measured: is_measured } in parts {
        let product = i128::from(weight) * i128::from(score.0);
        weights += weight;
        points += product;
        if is_measured {
            measured += weight;
            measured_points += product;
        }
    }
    let (over, under) = match policy {
        MissingPolicy::Exclude if measured > 0 => (measured_points, measured),
        _ => (points, weights),
    };
    (Points(round_div(over, under.into()) as i64), Share::of(measured, weights))
}

fn scores(measured: &Measurements, scorecard: &Scorecard) -> Factors<Points> {
    scorecard.factors.map(|key, rule| rule.scale.score(measured.factor(key).value(&rule.measure)))
}

/// Returns the parts of scores that have the scorecard's order.
fn parts(scores: &Factors<Points>, measured: &Measurements, scorecard: &Scorecard) -> impl Iterator<Item = Part> {
    let part = |((key, rule), score): ((FactorKey, &FactorRule), &Points)| Part {
        score: *score,
        weight: rule.weight,
        measured: measured.factor(key).is_measured(),
    };
    scorecard.factors.iter().zip(scores.values()).map(part)
}

/// The weighted mean of the factors' scores, with the terms of its sum.
struct Mean {
    scores: Factors<Points>,
    weights: Factors<i64>,
    weighted: Factors<i128>,
    /// The sum of the weights.
    total: i128,
    score: Points,
    coverage: Share,
}

impl Mean {
    /// The points that each factor adds; they sum to the score.
    fn contributions(&self) -> Factors<Points> {
        apportion(&self.weighted, self.total, self.score.0).map(|_, points| Points(*points))
    }
}

/// The score and what each factor adds to it, as [`score`] gives them.
pub(super) fn score_and_contributions(measured: &Measurements, scorecard: &Scorecard) -> (Points, Factors<Points>) {
    let mean = mean(measured, scorecard);
    (mean.score, mean.contributions())
}

fn mean(measured: &Measurements, scorecard: &Scorecard) -> Mean {
    let scores = scores(measured, scorecard);
    let (score, coverage) = weigh(parts(&scores, measured, scorecard), scorecard.missing_policy);
    let weights = effective_weights(measured, scorecard);
    let weighted = weights.iter().zip(scores.values());
    let weighted: Factors<_> = weighted.map(|((key, weight), score)| (key, i128::from(*weight) * i128::from(score.0))).collect();
    let total = weights.values().map(|weight| i128::from(*weight)).sum();
    Mean { scores, weights, weighted, total, score, coverage }
}

/// Returns the measured factor that could still add the most points, with the next step. `None` when nothing was measured or
/// every measured factor has its best score.
pub fn weakest(health: &Health, scorecard: &Scorecard) -> Option<Weakest> {
    let lost = |factor: &Factor| (Points::MAX.0 - factor.score.0) * factor.weight.0;
    let mut worst: Option<(FactorKey, &Factor)> = None;
    for (key, factor) in health.factors.iter().filter(|(_, factor)| factor.measured) {
        if lost(factor) > worst.map_or(0, |(_, worst)| lost(worst)) {
            worst = Some((key, factor));
        }
    }
    let (factor, standing) = worst?;
    let next_step = next_step(scorecard.factors.get(factor)?, standing.value).to_owned();
    Some(Weakest { factor, next_step })
}

/// Returns a factor's (value, target). The value is `None` where it is unknown: no known ticket is not the same as no
/// ticket.
fn value_and_target(measured: &Measured, rule: &FactorRule) -> (Option<i64>, Option<i64>) {
    let end = rule.scale.end();
    let (value, target) = match &measured.counted {
        Counted::Facts(number)
        | Counted::Features(number, _)
        | Counted::Users(number)
        | Counted::Scaled { number, .. }
        | Counted::ActiveDays { number, .. } => (Some(*number), end),
        Counted::Invoices(invoices) => (Some(invoices.on_time), invoices.judged()),
        Counted::Trend(now, before) => (change_percent(*now, *before), end),
        Counted::Since(_)
        | Counted::Pace(..)
        | Counted::Overdue(_)
        | Counted::Latest(_)
        | Counted::Mean { .. }
        | Counted::Ratio(..) => (measured.value(&rule.measure).and_then(Value::rounded), end),
    };
    (value.filter(|_| measured.connected), Some(target))
}

/// Returns the weights that the policy for missing data leaves. All weights count where it would leave none.
fn effective_weights(measured: &Measurements, scorecard: &Scorecard) -> Factors<i64> {
    let all = || scorecard.factors.map(|_, rule| rule.weight);
    match scorecard.missing_policy {
        MissingPolicy::Exclude => {
            let kept = scorecard.factors.map(|key, rule| if measured.factor(key).is_measured() { rule.weight } else { 0 });
            if kept.values().any(|weight| *weight > 0) { kept } else { all() }
        }
        MissingPolicy::Neutral => all(),
    }
}

/// Returns the band of a score.
pub(super) fn band(score: Points, has_data: bool, coverage: Share, scorecard: &Scorecard) -> Band {
    let limits = &scorecard.bands;
    if !has_data || coverage < scorecard.coverage_floor {
        Band::NoData
    } else if scorecard.onboarding {
        Band::Onboarding
    } else if score >= limits.healthy {
        Band::Healthy
    } else if score >= limits.at_risk {
        Band::AtRisk
    } else {
        Band::ChurnRisk
    }
}

/// Divides each part by `divisor` into integers that sum to `total` (Hamilton's method): each is rounded down, then the
/// largest remainders get one more. On a tie the earlier factor gets it.
fn apportion(parts: &Factors<i128>, divisor: i128, total: i64) -> Factors<i64> {
    let mut shares = parts.map(|_, part| (part / divisor) as i64);
    let missing = total - shares.values().sum::<i64>();
    let mut by_remainder: Vec<_> = parts.values().zip(shares.iter_mut()).collect();
    by_remainder.sort_by_key(|(part, _)| std::cmp::Reverse(*part % divisor));
    for (_, (_, share)) in by_remainder.into_iter().take(missing.max(0) as usize) {
        *share += 1;
    }
    shares
}
