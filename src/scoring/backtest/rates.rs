//! Churn rates with their intervals, by tenths of the score too.

use super::by_day;
use super::pairs::Case;
use crate::domain::Figure;
use crate::domain::backtest::{Rate, TenthRate};
use libm::sqrt;

/// The square of the normal distribution's quantile for an interval of 95 %.
const NORMAL_95_SQUARED: f64 = 1.96 * 1.96;

/// Returns the rate of `part` in `whole` with Wilson's interval. Of nothing, anything is possible.
pub fn wilson(part: f64, whole: f64) -> Rate {
    if whole <= 0.0 {
        return Rate { rate: Figure(0), low: Figure(0), high: Figure(10_000) };
    }
    let (rate, z) = (part / whole, NORMAL_95_SQUARED);
    let middle = (rate + z / (2.0 * whole)) / (1.0 + z / whole);
    let half = sqrt(z * (rate * (1.0 - rate) / whole + z / (4.0 * whole * whole))) / (1.0 + z / whole);
    let end = |end: f64| Figure::rounded(end.clamp(0.0, 1.0));
    Rate { rate: Figure::rounded(rate), low: end(middle - half), high: end(middle + half) }
}

/// Cuts each day's cases into tenths by value, lowest first. Cases of equal value on both sides of a cut are shared out.
pub fn tenths(cases: &[Case], values: &[Option<i64>]) -> Vec<TenthRate> {
    let (mut numbers, mut churned) = ([0.0; 10], [0.0; 10]);
    for mut places in by_day(cases).into_values() {
        places.sort_unstable_by_key(|place| values[*place]);
        // A case is ten parts wide, so that a tenth is as wide as there are cases.
        let width = places.len() as i64;
        let mut begin = 0;
        for equal in places.chunk_by(|a, b| values[*a] == values[*b]) {
            let end = begin + 10 * equal.len() as i64;
            let left = equal.iter().filter(|place| cases[**place].left).count() as f64;
            for (tenth, first) in (0..10).map(|tenth| (tenth as usize, tenth * width)) {
                let shared = (end.min(first + width) - begin.max(first)).max(0) as f64;
                numbers[tenth] += shared / 10.0;
                churned[tenth] += left * shared / (end - begin) as f64;
            }
            begin = end;
        }
    }
    let rate = |(tenth, (number, churned)): (i64, (f64, f64))| TenthRate {
        tenth,
        n: Figure::rounded(number),
        churned: Figure::rounded(churned),
        rate: wilson(churned, number),
    };
    (1..).zip(numbers.into_iter().zip(churned)).map(rate).collect()
}

/// Returns the churn rate of the lowest tenth over that of all.
pub fn lift(tenths: &[TenthRate], churners: i64, all: i64) -> Option<Figure> {
    let lowest = tenths.first().filter(|lowest| churners > 0 && lowest.n.0 > 0)?;
    Some(Figure::rounded(lowest.churned.as_f64() / lowest.n.as_f64() * all as f64 / churners as f64))
}
