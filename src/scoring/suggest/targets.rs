//! Targets of a portfolio's own: 0 and 100 points at its 10th and 90th percentile. A target that everybody reaches, or nobody,
//! says nothing.

use super::{Given, Seen};
use crate::domain::scale::{Scale, Value};
use crate::domain::scorecard_input::MAX_TARGET;
use crate::domain::{Points, Scorecard};

/// The fewest values that have percentiles.
const FEWEST: usize = 10;

/// Returns the rules with targets of a portfolio. A factor keeps its scale where the portfolio has too few values, or one value
/// at both percentiles.
pub(super) fn own(rules: &Scorecard, portfolio: &[Seen], of: fn(&Seen) -> &[Given]) -> Scorecard {
    let mut rules = rules.clone();
    for (place, (_, rule)) in rules.factors.iter_mut().enumerate() {
        let value = |seen: &Seen| of(seen).get(place)?.value.and_then(Value::rounded);
        let mut values: Vec<_> = portfolio.iter().filter_map(value).collect();
        if let Some(scale) = own_scale(&rule.scale, &mut values) {
            rule.scale = scale;
        }
    }
    rules
}

fn own_scale(scale: &Scale, values: &mut [i64]) -> Option<Scale> {
    if values.len() < FEWEST {
        return None;
    }
    values.sort_unstable();
    let percentile = |percent: usize| values.get((values.len() * percent).div_ceil(100).checked_sub(1)?).copied();
    let (low, high) = (round(percentile(10)?), round(percentile(90)?));
    let (at_low, at_high) = if scale.falls() { (Points::MAX, Points::ZERO) } else { (Points::ZERO, Points::MAX) };
    (low < high).then(|| Scale::straight((low, at_low), (high, at_high), scale.assumed))
}

/// Rounds to a number that a person would choose: whole up to 20, then in fives up to 100, in tens up to 200, in fifties up to 1,000.
pub(super) fn round(value: i64) -> i64 {
    let size = value.abs();
    let mut tens = 1;
    while size >= 100 * tens {
        tens *= 10;
    }
    let step = if size < 10 {
        1
    } else if size < 20 * tens {
        tens
    } else {
        5 * tens
    };
    let rounded = (size + step / 2) / step * step;
    (value.signum() * rounded).clamp(-MAX_TARGET, MAX_TARGET)
}
