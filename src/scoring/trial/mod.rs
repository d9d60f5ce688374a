//! Rules that are tried on the whole portfolio at once, again and again while they change. What was measured of the customers stays;
//! each trial computes anew only the factors whose scale or measure is another one, then weighs all.

mod outlook;

pub use outlook::{Moves, Outlook, SegmentOutlook, Standing};

use super::counted::MeasuredValue;
use super::score::{Part, rate};
use crate::domain::measure::Measure;
use crate::domain::scale::Scale;
use crate::domain::scorecard::FactorRule;
use crate::domain::{Band, CustomerId, NaiveDate, Points, Rulebook, Scorecard, Traits};
use std::sync::Arc;

/// A customer on whom rules are tried, with the present score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedCustomer {
    pub id: CustomerId,
    pub name: String,
    pub arr_cents: Option<i64>,
    /// The place of the segment among the portfolio's.
    pub segment: usize,
    pub traits: Traits,
    /// True when there are facts, and the customer has started.
    pub has_data: bool,
    pub score: Points,
    pub band: Band,
}

/// A portfolio on which rules are tried.
#[derive(Default)]
pub struct Trial {
    as_of: NaiveDate,
    segments: Vec<String>,
    customers: Vec<TriedCustomer>,
    columns: Vec<(Measure, Arc<[MeasuredValue]>)>,
    /// The factors that the last trial computed.
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
    pub fn new(as_of: NaiveDate, segments: Vec<String>, customers: Vec<TriedCustomer>) -> Self {
        Self { as_of, segments, customers, ..Self::default() }
    }

    pub fn len(&self) -> usize {
        self.customers.len()
    }

    #[cfg(test)]
    pub fn customers_mut(&mut self) -> &mut [TriedCustomer] {
        &mut self.customers
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

    /// Returns the measures without a column that a trial needs, or the curves of the scorecard at the place `edited`.
    pub fn missing(&self, rules: &Rulebook, in_force: &Rulebook, edited: usize) -> Vec<Measure> {
        let places = self.places(rules, in_force);
        let needed = |place: usize| place == edited || places.contains(&Some(place));
        let scorecards = rules.scorecards().enumerate().filter(|(place, _)| needed(*place));
        let mut missing = Vec::new();
        for measure in scorecards.flat_map(|(_, scorecard)| scorecard.factors.values()).map(|rule| &rule.measure) {
            if self.column(measure).is_none() && !missing.contains(measure) {
                missing.push(measure.clone());
            }
        }
        missing
    }

    /// Returns the place of each customer's scorecard; `None` where it is the one in force, so that the score stays.
    fn places(&self, rules: &Rulebook, in_force: &Rulebook) -> Vec<Option<usize>> {
        let is_unchanged = |scorecard: &Scorecard| in_force.scorecards().position(|other| scorecard.has_rules_of(other));
        let unchanged: Vec<_> = rules.scorecards().map(is_unchanged).collect();
        let is_only = rules.only().is_some() && in_force.only().is_some();
        let place = |customer: &TriedCustomer| {
            let (place, before) = match is_only {
                true => (0, 0),
                false => (rules.place_of(&customer.traits, self.as_of), in_force.place_of(&customer.traits, self.as_of)),
            };
            (unchanged.get(place).copied().flatten() != Some(before)).then_some(place)
        };
        self.customers.iter().map(place).collect()
    }

    /// Returns what the rules do to the portfolio; `None` while a measure has no column.
    pub fn run(&mut self, rules: &Rulebook, in_force: &Rulebook) -> Option<Outlook> {
        let places = self.places(rules, in_force);
        let mut known = std::mem::take(&mut self.factors);
        let mut scorecards = Vec::new();
        for (place, scorecard) in rules.scorecards().enumerate() {
            let mut factors = Vec::new();
            if places.contains(&Some(place)) {
                for rule in scorecard.factors.values() {
                    factors.push((self.score(rule, &mut known)?, rule.weight));
                }
            }
            scorecards.push((scorecard, factors));
        }
        let mut sums = outlook::Sums::new(self.segments.len());
        for (place, (customer, scorecard)) in self.customers.iter().zip(places).enumerate() {
            let (score, band) = match scorecard.and_then(|scorecard| scorecards.get(scorecard)) {
                None => (customer.score, customer.band),
                Some((scorecard, factors)) => {
                    let part = |(factor, weight): &(usize, i64)| {
                        let scores = self.factors.get(*factor).and_then(|factor| factor.scores.get(place));
                        let (score, measured) = scores.copied().unwrap_or_default();
                        Part { score, weight: *weight, measured }
                    };
                    rate(factors.iter().map(part), customer.has_data, scorecard)
                }
            };
            sums.add(place, customer, score, band);
        }
        Some(sums.finish(&self.segments, &self.customers))
    }

    /// Returns the place of a factor's scores among those of this trial. Scores that are known are not computed anew.
    fn score(&mut self, rule: &FactorRule, known: &mut Vec<ScoredFactor>) -> Option<usize> {
        let is_same = |factor: &ScoredFactor| factor.scale == rule.scale && factor.measure == rule.measure;
        if let Some(place) = self.factors.iter().position(is_same) {
            return Some(place);
        }
        let factor = match known.iter().position(is_same) {
            Some(place) => known.swap_remove(place),
            None => {
                let score = |one: &MeasuredValue| (rule.scale.score(one.value), one.is_measured);
                let scores = self.column(&rule.measure)?.iter().map(score).collect();
                ScoredFactor { measure: rule.measure.clone(), scale: rule.scale.clone(), scores }
            }
        };
        self.factors.push(factor);
        Some(self.factors.len() - 1)
    }
}
