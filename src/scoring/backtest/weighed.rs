//! The figure of any weights, from the factors' scores of some cases: fast enough to follow a weight while it moves.

use super::{Case, auc_of};
use crate::domain::backtest::{Auc, TestedScores};
use crate::domain::{CustomerId, Factors, MissingPolicy};
use crate::scoring::score::{Part, weigh};

/// Returns the AUC of the scores that weights give; `None` where a factor with a weight is not among those that were scored, where
/// no factor has a weight, or where there is no AUC.
pub fn auc_of_weights(tested: &TestedScores, weights: &Factors<i64>, policy: MissingPolicy) -> Option<Auc> {
    let weighed = weights.iter().filter(|(_, weight)| **weight > 0);
    let columns: Vec<_> = weighed.map(|(key, weight)| Some((tested.of(key)?, *weight))).collect::<Option<_>>()?;
    if columns.is_empty() {
        return None;
    }
    let (mut cases, mut scores) = (Vec::with_capacity(tested.n), Vec::with_capacity(tested.n));
    let mut left = tested.left.iter().peekable();
    for place in 0..tested.n {
        let part = |(column, weight): &(&[i64], i64)| {
            let (score, measured) = TestedScores::read(column.get(place).copied().unwrap_or_default());
            Part { score, weight: *weight, measured }
        };
        cases.push(Case {
            customer: CustomerId(place as i64),
            day: tested.day,
            left: left.next_if(|left| **left == place).is_some(),
        });
        scores.push(Some(weigh(columns.iter().map(part), policy).0.0));
    }
    auc_of(&cases, &scores)
}
