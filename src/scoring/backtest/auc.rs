//! The AUC with its interval, and the difference of two on the same cases.

use super::pairs::{Case, Pairs};
use crate::domain::backtest::{Auc, AucDifference};
use crate::domain::{CustomerId, Figure};
use libm::{exp, log, sqrt};
use std::collections::BTreeMap;

/// The quantile of the normal distribution for an interval of 95 %.
const NORMAL_95: f64 = 1.96;

/// An AUC, with its value and standard error before they are rounded.
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    pub auc: Auc,
    pub value: f64,
    pub error: f64,
}

impl Estimate {
    /// Returns whether those that left had clearly higher values.
    pub fn runs_against(self) -> bool {
        self.auc.high < Figure::HALF
    }
}

/// Returns the AUC of one value a case; `None` where there is no pair, or nothing but equal values.
pub fn estimate(cases: &[Case], values: &[i64]) -> Option<Estimate> {
    let pairs = Pairs::of(cases, values);
    if pairs.total == 0 || pairs.is_constant {
        return None;
    }
    let value = pairs.auc();
    // The cases tell no variance where all pairs are in one order (an AUC of 0 or 1), or where only one left or stayed: Hanley and
    // McNeil's stands in. An AUC of 0 or 1 has no logit either, so it is moved inwards by about half a customer of the smaller
    // group. Half a pair is far less, and would make the interval reach over everything.
    let few = pairs.left.min(pairs.stayed);
    let is_in_order = pairs.total_right_halves == 0 || pairs.total_right_halves == 2 * pairs.total;
    let least = if is_in_order { 1.0 / (2 * (few + 1)) as f64 } else { 1.0 / (2 * pairs.total) as f64 };
    let clamped = value.clamp(least, 1.0 - least);
    let variance = match variance(cases, &pairs, &pairs.influences().collect::<Vec<_>>()) {
        variance if variance > 0.0 && few > 1 => variance,
        _ => hanley_mcneil(clamped, pairs.left, pairs.stayed),
    };
    let (middle, deviation) = (log(clamped / (1.0 - clamped)), sqrt(variance) / (clamped * (1.0 - clamped)));
    let end = |sign: f64| Figure::rounded(1.0 / (1.0 + exp(-(middle + sign * NORMAL_95 * deviation))));
    let auc = Auc { value: Figure::rounded(value), low: end(-1.0), high: end(1.0) };
    Some(Estimate { auc, value, error: sqrt(variance) })
}

/// Returns the AUC of the first values less that of the second ones; `None` where there is no pair.
pub fn difference(cases: &[Case], first: &[i64], second: &[i64]) -> Option<AucDifference> {
    let (first, second) = (Pairs::of(cases, first), Pairs::of(cases, second));
    if first.total == 0 {
        return None;
    }
    let value = first.auc() - second.auc();
    let influences: Vec<_> = first.influences().zip(second.influences()).map(|(first, second)| first - second).collect();
    let error = sqrt(variance(cases, &first, &influences));
    Some(AucDifference {
        value: Figure::rounded(value),
        low: Figure::rounded(value - NORMAL_95 * error),
        high: Figure::rounded(value + NORMAL_95 * error),
        standard_error: Figure::rounded(error),
    })
}

/// Returns the variance that follows from the cases' influences: DeLong's on one day. On several a customer may be many cases,
/// which are not independent, so that the variance is of the customers' sums.
fn variance(cases: &[Case], pairs: &Pairs, influences: &[f64]) -> f64 {
    let paired = || cases.iter().zip(&pairs.of_case).zip(influences).filter(|((_, of_case), _)| **of_case > 0);
    if pairs.days == 1 {
        let squares = |left: bool, number: i64| {
            let sum: f64 = paired().filter(|((case, _), _)| case.left == left).map(|(_, influence)| influence * influence).sum();
            unbiased(sum, number)
        };
        return squares(true, pairs.left) + squares(false, pairs.stayed);
    }
    let mut customers = BTreeMap::<CustomerId, f64>::new();
    for ((case, _), influence) in paired() {
        *customers.entry(case.customer).or_default() += influence;
    }
    unbiased(customers.values().map(|sum| sum * sum).sum(), customers.len() as i64)
}

fn unbiased(sum: f64, number: i64) -> f64 {
    if number > 1 { sum * number as f64 / (number - 1) as f64 } else { 0.0 }
}

/// Returns the variance that an AUC has when the scores of both groups are exponentially distributed.
fn hanley_mcneil(auc: f64, left: i64, stayed: i64) -> f64 {
    let (m, n) = (left as f64, stayed as f64);
    let (of_left, of_stayed) = (auc / (2.0 - auc), 2.0 * auc * auc / (1.0 + auc));
    let square = auc * auc;
    (auc * (1.0 - auc) + (m - 1.0) * (of_left - square) + (n - 1.0) * (of_stayed - square)) / (m * n)
}
