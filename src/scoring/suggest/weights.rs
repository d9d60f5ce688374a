//! Weights by evidence, shrunk to the present ones: the fewer have left, the less they move.

use crate::domain::Factors;
use crate::scoring::backtest::Estimate;

/// The number of departures at which evidence counts as much as the present weights.
const HALF_WAY: f64 = 30.0;
/// The largest weight of a factor, in per cent. With fewer than seven factors the limit is higher: twice an equal share.
const MOST: i64 = 30;

/// Returns weights in whole per cents, from the present ones and each factor's evidence. `few` is the lesser of the numbers that
/// left and stayed: the larger it is, the more the evidence counts.
pub(super) fn learned(now: &Factors<i64>, evidence: &[Option<Estimate>], few: i64) -> Factors<i64> {
    let total: i64 = now.values().sum();
    let now_shares: Vec<_> = now.values().map(|weight| *weight as f64 / total.max(1) as f64).collect();
    let found: Vec<_> = evidence.iter().map(|estimate| estimate.map_or(0.0, strength)).collect();
    let sum: f64 = found.iter().sum();
    let mut percents: Vec<_> = now_shares.iter().map(|share| 100.0 * share).collect();
    let fixed: Vec<_> = evidence.iter().map(|estimate| estimate.is_some_and(Estimate::runs_against)).collect();
    if sum > 0.0 {
        let learned = few as f64 / (few as f64 + HALF_WAY);
        for (percent, (found, share)) in percents.iter_mut().zip(found.iter().zip(&now_shares)) {
            *percent = 100.0 * (learned * found / sum + (1.0 - learned) * share);
        }
        cap(&mut percents, &fixed);
    }
    now.keys().zip(whole(&percents, &fixed)).collect()
}

/// Returns by how much the AUC, less its standard error, is above 0.5; 0 where it is not.
fn strength(estimate: Estimate) -> f64 {
    (estimate.value - estimate.error - 0.5).max(0.0)
}

/// Takes from each what is above the limit, and gives it to the others in proportion. What runs against its assumption gets nothing.
fn cap(percents: &mut [f64], fixed: &[bool]) {
    let most = MOST.max(200 / percents.len().max(1) as i64) as f64;
    for _ in 0..percents.len() {
        let excess: f64 = percents.iter().map(|percent| (percent - most).max(0.0)).sum();
        let open: Vec<_> = (0..percents.len()).filter(|place| percents[*place] < most && !fixed[*place]).collect();
        if excess <= 0.0 || open.is_empty() {
            return;
        }
        let sum: f64 = open.iter().map(|place| percents[*place]).sum();
        percents.iter_mut().for_each(|percent| *percent = percent.min(most));
        for place in &open {
            percents[*place] += if sum > 0.0 { excess * percents[*place] / sum } else { excess / open.len() as f64 };
        }
    }
}

/// Rounds per cents to whole ones that sum to 100: down, then up by the largest remainders, the earlier first, `fixed` ones last.
fn whole(percents: &[f64], fixed: &[bool]) -> Vec<i64> {
    let mut rounded: Vec<_> = percents.iter().map(|percent| percent.floor() as i64).collect();
    let mut places: Vec<_> = (0..percents.len()).collect();
    let remainder = |place: &usize| (fixed[*place], -(percents[*place] - percents[*place].floor()));
    places.sort_by(|a, b| remainder(a).partial_cmp(&remainder(b)).unwrap_or(std::cmp::Ordering::Equal));
    let missing = (100 - rounded.iter().sum::<i64>()).max(0) as usize;
    for place in places.into_iter().cycle().take(missing) {
        rounded[place] += 1;
    }
    rounded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::backtest::Auc;
    use crate::domain::{FactorKey, Figure};

    /// Returns what factors told, as (AUC, error) in hundredths.
    fn told(figures: &[(i64, i64)]) -> Vec<Option<Estimate>> {
        let estimate = |(value, error): &(i64, i64)| {
            let (value, error) = (*value as f64 / 100.0, *error as f64 / 100.0);
            let [low, high] = [-1.96, 1.96].map(|sign| Figure::rounded(value + sign * error));
            Some(Estimate { auc: Auc { value: Figure::rounded(value), low, high }, value, error })
        };
        figures.iter().map(estimate).collect()
    }

    fn weights(now: &[i64], evidence: &[Option<Estimate>], few: i64) -> Vec<i64> {
        let keys = ["a", "b", "c", "d", "e", "f", "g", "h"].map(|key| FactorKey::parse(key).unwrap());
        let now: Factors<i64> = keys.into_iter().zip(now.iter().copied()).collect();
        learned(&now, evidence, few).values().copied().collect()
    }

    #[test]
    fn evidence_moves_weights_as_far_as_its_number_allows() {
        // Ten, five and five hundredths above chance beyond the error; of 30 that left, half of it counts.
        let evidence = told(&[(62, 2), (57, 2), (57, 2), (49, 2)]);
        // By evidence 50, 25, 25, 0; now 25 each; half way 37.5, 25, 25, 12.5. The limit of four factors is 50.
        assert_eq!(weights(&[1, 1, 1, 1], &evidence, 30), [38, 25, 25, 12]);
        assert_eq!(weights(&[1, 1, 1, 1], &evidence, 0), [25, 25, 25, 25]);
        // Of 270 nine tenths: 47.5, 25, 25, 2.5.
        assert_eq!(weights(&[1, 1, 1, 1], &evidence, 270), [48, 25, 25, 2]);
    }

    #[test]
    fn without_evidence_weights_stay() {
        assert_eq!(weights(&[60, 20, 20], &told(&[(51, 2), (48, 5), (50, 1)]), 500), [60, 20, 20]);
        assert_eq!(weights(&[60, 20, 20], &[None, None, None], 500), [60, 20, 20]);
        // In whole per cents, which sum to a hundred.
        assert_eq!(weights(&[1, 1, 1], &[None, None, None], 500), [34, 33, 33]);
    }

    #[test]
    fn what_is_above_the_limit_goes_to_the_others_in_proportion() {
        // Eight factors have a limit of 30. One has all evidence: 90 + 10 / 8 = 91.25, and 1.25 each for the others.
        let mut evidence = told(&[(90, 2)]);
        evidence.extend(told(&[(50, 2); 7]));
        assert_eq!(weights(&[1; 8], &evidence, 270), [30, 10, 10, 10, 10, 10, 10, 10]);
        // Of two either may have all.
        assert_eq!(weights(&[1, 1], &told(&[(90, 2), (50, 2)]), 270), [95, 5]);
    }

    #[test]
    fn what_runs_against_its_assumption_is_never_raised() {
        let mut evidence = told(&[(90, 2), (30, 2)]);
        evidence.extend(told(&[(50, 2); 6]));
        for few in [1, 30, 1000] {
            let weights = weights(&[10, 20, 10, 10, 10, 10, 10, 20], &evidence, few);
            assert_eq!(weights.iter().sum::<i64>(), 100, "{weights:?}");
            assert!(weights[1] <= 20 && weights[0] <= 30, "{weights:?}");
        }
    }
}
