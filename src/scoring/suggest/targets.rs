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
        let value = |seen: &Seen| of(seen).get(place)?.value().and_then(Value::rounded);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_number_that_a_person_would_choose() {
        for (value, expected) in [
            (0, 0),
            (7, 7),
            (13, 13),
            (19, 19),
            (21, 20),
            (23, 25),
            (98, 100),
            (104, 100),
            (157, 160),
            (212, 200),
            (437, 450),
            (1_340, 1_300),
            (7_777, 8_000),
            (-43, -45),
            (123_456_789, 1_000_000),
        ] {
            assert_eq!(round(value), expected, "{value}");
        }
    }

    #[test]
    fn points_are_at_the_10th_and_90th_percentile() {
        let rising = Scale::straight((0, Points::ZERO), (20, Points::MAX), Points::NEUTRAL);
        let ends = |scale: &Scale, values: &[i64]| {
            let own = own_scale(scale, &mut values.to_vec())?;
            Some(own.points().iter().map(|point| (point.value, point.score.0)).collect::<Vec<_>>())
        };
        let values: Vec<_> = (1..=20).rev().collect();
        assert_eq!(ends(&rising, &values), Some(vec![(2, 0), (18, 1000)]));
        let falling = Scale::straight((0, Points::MAX), (20, Points::ZERO), Points::NEUTRAL);
        assert_eq!(ends(&falling, &values), Some(vec![(2, 1000), (18, 0)]));
        // Nobody and everybody: there is nothing to choose a target by.
        assert_eq!(ends(&rising, &[0; 20]), None);
        assert_eq!(ends(&rising, &values[..9]), None);
        assert_eq!(own_scale(&rising, &mut values.clone()).map(|scale| scale.assumed), Some(Points::NEUTRAL));
    }
}
