//! Weights by evidence, shrunk to the present ones: the fewer have left, the less they move.

use crate::domain::Factors;
use crate::scoring::backtest::Estimate;

/// The number of departures at which evidence counts as much as the present weights.
const HALF_WAY: f64 = 30.0;
/// The most per cents of a factor, unless there are few.
const MOST: i64 = 30;

/// Returns weights in whole per cents, from the present ones and what each factor told of `few` that left or stayed.
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

/// Returns how far the figure is above chance beyond its error.
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

/// Rounds per cents to whole ones that sum to 100: down, then up by the largest remainders, the earlier first.
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
