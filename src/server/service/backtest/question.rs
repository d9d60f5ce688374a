//! Questions that leave nothing open, so that equal ones have the same answer.

use crate::domain::backtest::TestedScores;
use crate::domain::suggestion::Days;
use crate::domain::{Backtest, BacktestQuery, NaiveDate, Suggestion};
use crate::scoring::backtest::Tested;
use crate::server::store::MarkedFacts;
use chrono::Duration;
use std::sync::Arc;

/// A question with its days and its version of the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    Backtest(BacktestQuery),
    /// The first day is learned on, and the second tested on: a horizon before today.
    Suggestion(BacktestQuery),
    /// The factors' scores on the one day, of the customers of the scorecard at a place.
    Scores(BacktestQuery, usize),
}

#[derive(Clone)]
pub enum Answer {
    Backtest(Arc<Backtest>),
    Suggestion(Arc<Suggestion>),
    Scores(Arc<TestedScores>),
}

impl Question {
    /// Returns only what the answer rests on of a customer.
    pub fn part_of(&self, customer: Tested) -> Option<Tested> {
        match self {
            Self::Backtest(terms) | Self::Scores(terms, _) => customer.within(terms),
            Self::Suggestion(terms) => customer.up_to(days(terms).drafted_on, end(terms)),
        }
    }

    /// Returns the facts that the answer rests on.
    pub fn facts(&self, customers: &[Tested]) -> MarkedFacts {
        match self {
            Self::Backtest(terms) | Self::Scores(terms, _) => {
                let left = customers.iter().filter(|customer| !customer.churned.is_empty()).map(|customer| customer.id).collect();
                MarkedFacts { last: terms.days.last().copied().unwrap_or_default(), left, end: end(terms) }
            }
            Self::Suggestion(terms) => {
                let last = days(terms).drafted_on;
                MarkedFacts { last, left: Vec::new(), end: last }
            }
        }
    }
}

/// Returns the day on which the last horizon ends.
fn end(terms: &BacktestQuery) -> NaiveDate {
    terms.days.last().copied().unwrap_or_default() + Duration::days(terms.horizon)
}

/// Returns the days of a suggestion. The draft is of yesterday, the last whole day, so that it does not change with every fact.
pub fn days(terms: &BacktestQuery) -> Days {
    let day = |place: usize| terms.days.get(place).copied().unwrap_or_default();
    Days { learned_on: day(0), tested_on: day(1), drafted_on: end(terms) - Duration::days(1) }
}
