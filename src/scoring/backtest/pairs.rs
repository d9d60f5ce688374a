//! Pairs of one that left and one that stayed, counted in whole numbers.

use super::by_day;
use crate::domain::{CustomerId, NaiveDate};

/// A customer on a test day, and true when it left within the horizon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    pub customer: CustomerId,
    pub day: NaiveDate,
    pub left: bool,
}

/// The pairs of each case. They are formed within one day only.
pub struct Pairs {
    /// The pairs of each case that are in the right order, in halves, because equal values count half.
    pub right_halves: Vec<i64>,
    /// The number of all pairs of each case.
    pub of_case: Vec<i64>,
    /// The number of all pairs, and the halves of them that are in the right order.
    pub total: i64,
    pub total_right_halves: i64,
    /// The numbers of cases that are in a pair.
    pub left: i64,
    pub stayed: i64,
    /// The number of days that have pairs.
    pub days: usize,
    /// True when every day's cases that are in a pair have one value.
    pub is_constant: bool,
}

impl Pairs {
    /// Ranks each day's cases by value, lowest first: of a pair in the right order, the one that left has the lower value.
    pub fn of(cases: &[Case], values: &[i64]) -> Self {
        let mut pairs = Self {
            right_halves: vec![0; cases.len()],
            of_case: vec![0; cases.len()],
            total: 0,
            total_right_halves: 0,
            left: 0,
            stayed: 0,
            days: 0,
            is_constant: true,
        };
        for mut places in by_day(cases).into_values() {
            let left = places.iter().filter(|place| cases[**place].left).count() as i64;
            let stayed = places.len() as i64 - left;
            if left > 0 && stayed > 0 {
                places.sort_unstable_by_key(|place| values[*place]);
                pairs.total += left * stayed;
                pairs.left += left;
                pairs.stayed += stayed;
                pairs.days += 1;
                pairs.add_day(cases, values, &places, left, stayed);
            }
        }
        pairs
    }

    fn add_day(&mut self, cases: &[Case], values: &[i64], places: &[usize], left: i64, stayed: i64) {
        let (mut left_below, mut stayed_below) = (0, 0);
        for equal in places.chunk_by(|a, b| values[*a] == values[*b]) {
            self.is_constant &= equal.len() == places.len();
            let left_equal = equal.iter().filter(|place| cases[**place].left).count() as i64;
            let stayed_equal = equal.len() as i64 - left_equal;
            let stayed_above = stayed - stayed_below - stayed_equal;
            for place in equal {
                (self.right_halves[*place], self.of_case[*place]) = match cases[*place].left {
                    true => (2 * stayed_above + stayed_equal, stayed),
                    false => (2 * left_below + left_equal, left),
                };
            }
            self.total_right_halves += left_equal * (2 * stayed_above + stayed_equal);
            (left_below, stayed_below) = (left_below + left_equal, stayed_below + stayed_equal);
        }
    }

    /// Returns the share of pairs in the right order.
    pub fn auc(&self) -> f64 {
        self.total_right_halves as f64 / (2 * self.total) as f64
    }

    /// Returns how much each case moves the AUC away from its value. On one day that is (V - A) / m for a case that left and
    /// (W - A) / n for one that stayed: A is the AUC, m and n are the numbers that left and stayed, and V and W are the shares of
    /// the case's own pairs that are in the right order.
    pub fn influences(&self) -> impl Iterator<Item = f64> {
        let (auc, total) = (self.auc(), self.total as f64);
        let influence = move |(right, of_case): (&i64, &i64)| (*right as f64 / 2.0 - auc * *of_case as f64) / total;
        self.right_halves.iter().zip(&self.of_case).map(influence)
    }
}
