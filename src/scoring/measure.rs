//! The first step of scoring: reduces a customer's facts to a handful of numbers as of a day.

use super::facts::{Connections, Facts, Invoice};
use crate::domain::measure::Measure;
use crate::domain::numbers::round_div;
use crate::domain::scale::Value;
use crate::domain::{EventBody, EventKind, FactorKey, Factors, InvoiceStatus, NaiveDate, Scorecard, Window};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The number of invoices with each status on the as-of day. Voided invoices and those issued later are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceCounts {
    pub on_time: i64,
    pub late: i64,
    pub overdue: i64,
    /// Invoices that are not due yet. They do not affect the score.
    pub open: i64,
}

impl InvoiceCounts {
    /// Counts one invoice.
    pub(super) fn of(status: InvoiceStatus) -> Self {
        let mut counts = Self::default();
        match status {
            InvoiceStatus::PaidOnTime => counts.on_time = 1,
            InvoiceStatus::PaidLate => counts.late = 1,
            InvoiceStatus::Overdue => counts.overdue = 1,
            InvoiceStatus::Open => counts.open = 1,
            InvoiceStatus::Voided => {}
        }
        counts
    }

    /// Returns the number of invoices that can be judged: paid and overdue ones.
    pub fn judged(self) -> i64 {
        self.on_time + self.late + self.overdue
    }
}

impl std::ops::Add for InvoiceCounts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            on_time: self.on_time + other.on_time,
            late: self.late + other.late,
            overdue: self.overdue + other.overdue,
            open: self.open + other.open,
        }
    }
}

impl std::ops::Sub for InvoiceCounts {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            on_time: self.on_time - other.on_time,
            late: self.late - other.late,
            overdue: self.overdue - other.overdue,
            open: self.open - other.open,
        }
    }
}

/// The numbers that factors are scored from, as of a day and under a scorecard's measures. Stored as JSON beside the customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Measurements {
    /// True when any fact up to the day counts.
    pub has_facts: bool,
    /// True when the day lies before the customer's start.
    pub before_start: bool,
    pub factors: Factors<Measured>,
}

/// The numbers of one factor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// True when the factor's source was connected by the day.
    pub connected: bool,
    pub counted: Counted,
}

/// The numbers that a measure gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Counted {
    Facts(i64),
    /// The number of different features, and their names, sorted. There are no names where there are more than [`MOST_NAMES`].
    Features(i64, Vec<String>),
    Invoices(InvoiceCounts),
    /// Facts in the window, and in the window before.
    Trend(i64, i64),
}

impl Default for Counted {
    fn default() -> Self {
        Self::Facts(0)
    }
}

/// The most names of features that are kept.
pub const MOST_NAMES: usize = 50;

impl Measurements {
    /// Adds an event of the as-of day itself. A feature can be added only while features are [named](Self::names_features).
    /// An invoice can never be added, because its effect depends on other facts about it.
    pub fn add(&mut self, body: &EventBody, scorecard: &Scorecard) {
        for (key, measured) in self.factors.iter_mut() {
            if let Some(rule) = scorecard.factors.get(key) {
                measured.counted.add(body, &rule.measure);
            }
        }
    }

    /// Returns the numbers of a factor; none when the measurements were made without it.
    pub fn factor(&self, key: FactorKey) -> &Measured {
        self.factors.get(key).unwrap_or(&Measured::NOTHING)
    }

    /// Returns whether the names of all used features are kept.
    pub fn names_features(&self) -> bool {
        self.factors.values().all(|measured| match &measured.counted {
            Counted::Features(number, names) => names.len() as i64 == *number,
            _ => true,
        })
    }

    /// Returns whether a fact counts, and the customer has started.
    pub(super) fn has_data(&self) -> bool {
        self.has_facts && !self.before_start
    }

    /// Returns the invoices by their status, where a factor counts them.
    pub fn invoices(&self) -> InvoiceCounts {
        let invoices = |measured: &Measured| match measured.counted {
            Counted::Invoices(invoices) => Some(invoices),
            _ => None,
        };
        self.factors.values().find_map(invoices).unwrap_or_default()
    }
}

impl Measured {
    /// The numbers of a factor that was not measured yet.
    pub(super) const NOTHING: Self = Self { connected: false, counted: Counted::Facts(0) };

    /// Returns whether a fact supports the value.
    pub fn is_measured(&self) -> bool {
        self.connected
            && match &self.counted {
                Counted::Facts(_) | Counted::Features(..) => true,
                Counted::Invoices(invoices) => invoices.judged() > 0,
                Counted::Trend(now, before) => *now > 0 || *before > 0,
            }
    }

    /// Returns the value that the factor's scale turns into a score; `None` where there is nothing to measure.
    pub(super) fn value(&self) -> Option<Value> {
        match &self.counted {
            Counted::Facts(0) | Counted::Features(0, _) if !self.connected => None,
            Counted::Facts(number) | Counted::Features(number, _) => Some(Value::whole(*number)),
            Counted::Invoices(invoices) => {
                let judged = invoices.judged().into();
                (judged > 0).then(|| Value::Fraction { over: 100 * i128::from(invoices.on_time), under: judged })
            }
            Counted::Trend(0, 0) => None,
            Counted::Trend(_, 0) => Some(Value::Boundless),
            Counted::Trend(now, before) => {
                let (now, before) = (i128::from(*now), i128::from(*before));
                Some(Value::Fraction { over: 100 * (now - before), under: before })
            }
        }
    }
}

impl Counted {
    fn add(&mut self, body: &EventBody, measure: &Measure) {
        let (feature, count) = body.activity();
        match (self, measure) {
            (Self::Facts(number) | Self::Trend(number, _), Measure::Count { kinds, .. } | Measure::Trend { kinds, .. }) => {
                *number += if kinds.contains(&body.kind()) { count } else { 0 };
            }
            (Self::Features(number, names), Measure::DistinctFeatures { .. })
                if body.kind() == EventKind::FeatureUse && measure.counts_feature(feature) =>
            {
                if let Err(place) = names.binary_search_by(|name| name.as_str().cmp(feature)) {
                    names.insert(place, feature.to_owned());
                    *number += 1;
                    forget_many(names);
                }
            }
            _ => {}
        }
    }
}

fn forget_many(names: &mut Vec<String>) {
    if names.len() > MOST_NAMES {
        names.clear();
    }
}

/// The days as of which a customer is measured. They are all the same day, except in the steps between two days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AsOf {
    /// The day on which windows end.
    pub windows: NaiveDate,
    /// The day by which invoices are paid or overdue.
    pub invoices: NaiveDate,
    /// The day by which sources are connected.
    pub connections: NaiveDate,
}

impl AsOf {
    pub(super) fn day(day: NaiveDate) -> Self {
        Self { windows: day, invoices: day, connections: day }
    }
}

/// Reduces facts to measurements as of the end of a UTC day. Facts after the day are ignored.
pub fn measure(facts: &Facts, scorecard: &Scorecard, connections: &Connections, as_of: NaiveDate) -> Measurements {
    measure_as_of(facts, scorecard, connections, AsOf::day(as_of))
}

pub(super) fn measure_as_of(facts: &Facts, scorecard: &Scorecard, connections: &Connections, as_of: AsOf) -> Measurements {
    let facts = &*facts.life_on(as_of.windows);
    Measurements {
        has_facts: facts.first_fact_on.is_some_and(|first| first <= as_of.windows),
        before_start: facts.start_date.is_some_and(|start| as_of.windows < start),
        factors: scorecard.factors.map(|_, rule| Measured {
            connected: connections.since(&rule.measure).is_some_and(|first| first <= as_of.connections),
            counted: count(facts, &rule.measure, as_of),
        }),
    }
}

fn count(facts: &Facts, measure: &Measure, as_of: AsOf) -> Counted {
    let window = measure.window(as_of.windows);
    match measure {
        Measure::Count { kinds, .. } => Counted::Facts(total(facts, kinds, window)),
        Measure::DistinctFeatures { .. } => {
            let mut names = features_used(facts, measure, window);
            let number = names.len() as i64;
            forget_many(&mut names);
            Counted::Features(number, names)
        }
        Measure::OnTimeShare { .. } => Counted::Invoices(count_invoices(&facts.invoices, window, as_of.invoices)),
        Measure::Trend { kinds, .. } => Counted::Trend(total(facts, kinds, window), total(facts, kinds, window.before())),
    }
}

pub(super) fn total(facts: &Facts, kinds: &[EventKind], window: Window) -> i64 {
    facts.daily.iter().filter(|daily| kinds.contains(&daily.kind) && window.contains(daily.day)).map(|daily| daily.count).sum()
}

/// Returns the names of the features that were used within the window and that the measure counts, sorted.
pub(super) fn features_used(facts: &Facts, measure: &Measure, window: Window) -> Vec<String> {
    let mut uses = BTreeMap::<&str, i64>::new();
    for daily in facts.daily.iter().filter(|daily| daily.kind == EventKind::FeatureUse && window.contains(daily.day)) {
        if measure.counts_feature(&daily.key) {
            *uses.entry(&daily.key).or_default() += daily.count;
        }
    }
    uses.into_iter().filter(|(_, count)| *count > 0).map(|(feature, _)| feature.to_owned()).collect()
}

/// Counts the invoices issued within the window by their status at the end of a day.
pub(super) fn count_invoices(invoices: &[Invoice], window: Window, as_of: NaiveDate) -> InvoiceCounts {
    let counted = invoices.iter().filter(|invoice| invoice.issued_on.is_some_and(|day| window.contains(day)));
    let counts = counted.filter_map(|invoice| invoice.status(as_of)).map(InvoiceCounts::of);
    counts.fold(InvoiceCounts::default(), std::ops::Add::add)
}

/// Returns the change against the window before, in percent, rounded half up; `None` when there was nothing before.
pub(super) fn change_percent(now: i64, before: i64) -> Option<i64> {
    let (now, before) = (i128::from(now), i128::from(before));
    (before > 0).then(|| round_div(100 * (now - before), before) as i64)
}
