//! Rules that are tried on the whole portfolio at once, again and again while they change. What was measured of the customers stays;
//! each trial computes anew only the factors whose scale or measure is another one, then weighs all.

mod outlook;

pub use outlook::{BandMove, Moves, Outlook, SegmentOutlook, Standing};

use super::counted::MeasuredValue;
use super::score::{Part, rate};
use crate::domain::measure::Measure;
use crate::domain::scale::Scale;
use crate::domain::{Band, CustomerId, Points, Scorecard};
use std::sync::Arc;

/// A customer on whom rules are tried, with the present score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedCustomer {
    pub id: CustomerId,
    pub name: String,
    pub arr_cents: Option<i64>,
    /// The place of the segment among the portfolio's.
    pub segment: usize,
    /// True when there are facts, and the customer has started.
    pub has_data: bool,
    pub score: Points,
    pub band: Band,
}

/// A portfolio on which rules are tried.
#[derive(Default)]
pub struct Trial {
    segments: Vec<String>,
    customers: Vec<TriedCustomer>,
    columns: Vec<(Measure, Arc<[MeasuredValue]>)>,
    /// The factors of the last trial.
    factors: Vec<ScoredFactor>,
}

/// A factor's score of each customer.
struct ScoredFactor {
    measure: Measure,
    scale: Scale,
    /// The scores, each with whether it is measured.
    scores: Vec<(Points, bool)>,
}

impl Trial {
    pub fn new(segments: Vec<String>, customers: Vec<TriedCustomer>) -> Self {
        Self { segments, customers, ..Self::default() }
    }

    pub fn len(&self) -> usize {
        self.customers.len()
    }

    pub fn is_empty(&self) -> bool {
        self.customers.is_empty()
    }

    /// Adds what a measure gave for each customer, unless it is there or has another number of customers.
    pub fn add_column(&mut self, measure: Measure, values: Vec<MeasuredValue>) {
        if values.len() == self.customers.len() && self.column(&measure).is_none() {
            self.columns.push((measure, values.into()));
        }
    }

    /// Returns what a measure gave for each customer; `None` until it is there.
    pub fn column(&self, measure: &Measure) -> Option<Arc<[MeasuredValue]>> {
        self.columns.iter().find(|(known, _)| known == measure).map(|(_, column)| Arc::clone(column))
    }

    /// Returns the measures of the rules that have no column yet.
    pub fn missing(&self, rules: &Scorecard) -> Vec<Measure> {
        let mut missing = Vec::new();
        for measure in rules.factors.values().map(|rule| &rule.measure) {
            if self.column(measure).is_none() && !missing.contains(measure) {
                missing.push(measure.clone());
            }
        }
        missing
    }

    /// Returns what the rules do to the portfolio; `None` while a measure has no column.
    pub fn run(&mut self, rules: &Scorecard) -> Option<Outlook> {
        let mut known = std::mem::take(&mut self.factors);
        for rule in rules.factors.values() {
            let is_same = |factor: &ScoredFactor| factor.scale == rule.scale && factor.measure == rule.measure;
            let factor = match known.iter().position(is_same) {
                Some(place) => known.swap_remove(place),
                None => {
                    let score = |one: &MeasuredValue| (rule.scale.score(one.value), one.is_measured);
                    let scores = self.column(&rule.measure)?.iter().map(score).collect();
                    ScoredFactor { measure: rule.measure.clone(), scale: rule.scale.clone(), scores }
                }
            };
            self.factors.push(factor);
        }
        let weights: Vec<_> = rules.factors.values().map(|rule| rule.weight).collect();
        let mut sums = outlook::Sums::new(self.segments.len());
        for (place, customer) in self.customers.iter().enumerate() {
            let part = |(factor, weight): (&ScoredFactor, &i64)| {
                let (score, measured) = factor.scores.get(place).copied().unwrap_or_default();
                Part { score, weight: *weight, measured }
            };
            let (score, band) = rate(self.factors.iter().zip(&weights).map(part), customer.has_data, rules);
            sums.add(place, customer, score, band);
        }
        Some(sums.finish(&self.segments, &self.customers))
    }
}
