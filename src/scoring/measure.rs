//! The first step of scoring: reduces a customer's facts to a handful of numbers as of a day.

use super::counted::forget_many;
pub use super::counted::{Counted, InvoiceCounts, Measured, MeasuredValue};
use super::facts::{Connections, DailyCount, Facts, Invoice, LastSeen, ReadingFact};
use crate::domain::measure::Measure;
use crate::domain::numbers::round_div;
use crate::domain::{EventBody, EventKind, FactorKey, Factors, InvoiceStatus, NaiveDate, Scorecard, Window};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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

impl Measurements {
    /// Adds an event of the as-of day itself, before which its user was seen last as `seen` says. A feature can be added only while
    /// features are [named](Self::names_features). An invoice can never be added, because its effect depends on other facts about it.
    pub fn add(&mut self, body: &EventBody, scorecard: &Scorecard, seen: &LastSeen, today: NaiveDate) {
        for (key, measured) in self.factors.iter_mut() {
            if let Some(rule) = scorecard.factors.get(key) {
                measured.counted.add(body, &rule.measure, seen, today);
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
    pub fn has_data(&self) -> bool {
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
        Measure::Count { kinds, scaled_by_age: true, .. } => {
            Counted::Scaled { number: total(facts, kinds, window), of: counted_days(facts, measure, as_of.windows) }
        }
        Measure::Count { kinds, .. } => Counted::Facts(total(facts, kinds, window)),
        Measure::DistinctFeatures { .. } => {
            let mut names = features_used(facts, measure, window);
            let number = names.len() as i64;
            forget_many(&mut names);
            Counted::Features(number, names)
        }
        Measure::DistinctUsers { kinds, .. } => Counted::Users(users_seen(facts, kinds, window)),
        Measure::OnTimeShare { .. } => Counted::Invoices(count_invoices(&facts.invoices, window, as_of.invoices)),
        Measure::Trend { kinds, .. } => Counted::Trend(total(facts, kinds, window), total(facts, kinds, window.before())),
        Measure::ActiveDays { kinds, .. } => {
            let days: BTreeSet<_> = active_days(facts, kinds, window).collect();
            let of = counted_days(facts, measure, as_of.windows);
            Counted::ActiveDays { number: days.len() as i64, of, today: days.contains(&as_of.windows) }
        }
        Measure::DaysSince { kinds, .. } => {
            let last = active_days(facts, kinds, window).max();
            Counted::Since(last.map(|last| (as_of.windows - last).num_days()))
        }
        Measure::Pace { kinds, before_days, .. } => {
            let before = Window::ending(window.before().to, *before_days);
            Counted::Pace(total(facts, kinds, window), total(facts, kinds, before))
        }
        Measure::DaysOverdue => Counted::Overdue(days_overdue(&facts.invoices, as_of.invoices)),
        Measure::Latest { reading, .. } => Counted::Latest(latest(facts, reading, window)),
        Measure::Mean { reading, .. } => {
            let values = readings(facts, reading, window).map(|reading| i128::from(reading.value.thousandths()));
            let (sum, number) = values.fold((0, 0), |(sum, number), value| (sum + value, number + 1));
            Counted::Mean { sum, number }
        }
        Measure::Ratio { reading, over, .. } => Counted::Ratio(latest(facts, reading, window), latest(facts, over, window)),
    }
}

/// Returns the days that a count stands for: those of the window, or of a younger customer's life where the measure is scaled.
fn counted_days(facts: &Facts, measure: &Measure, as_of: NaiveDate) -> i64 {
    let begins_on = facts.begins_on().filter(|_| measure.is_scaled_by_age());
    begins_on.map_or(measure.days(), |begin| ((as_of - begin).num_days() + 1).clamp(1, measure.days()))
}

/// Returns the days within the window that have facts of these kinds, some perhaps more than once.
fn active_days(facts: &Facts, kinds: &[EventKind], window: Window) -> impl Iterator<Item = NaiveDate> {
    let counts = move |daily: &&DailyCount| kinds.contains(&daily.kind) && daily.count > 0 && window.contains(daily.day);
    facts.daily.iter().filter(counts).map(|daily| daily.day)
}

/// Returns the days since the oldest open invoice was due, at the end of a day; `None` when there was no invoice by then.
fn days_overdue(invoices: &[Invoice], as_of: NaiveDate) -> Option<i64> {
    let is_known = |invoice: &Invoice| invoice.status(as_of).is_some_and(|status| status != InvoiceStatus::Voided);
    let is_overdue = |invoice: &&Invoice| invoice.status(as_of) == Some(InvoiceStatus::Overdue);
    let oldest = invoices.iter().filter(is_overdue).filter_map(|invoice| invoice.due_on).min();
    invoices.iter().any(is_known).then(|| oldest.map_or(0, |due| (as_of - due).num_days()))
}

fn readings<'a>(facts: &'a Facts, name: &str, window: Window) -> impl Iterator<Item = &'a ReadingFact> {
    facts.readings.iter().filter(move |reading| *reading.name == *name && window.contains(reading.day()))
}

/// Returns the latest value within the window, in thousandths; of several at the same time the largest.
fn latest(facts: &Facts, name: &str, window: Window) -> Option<i64> {
    readings(facts, name, window).max_by_key(|reading| (reading.at, reading.value)).map(|reading| reading.value.thousandths())
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

/// Counts the users whom facts of these kinds name within the window.
fn users_seen(facts: &Facts, kinds: &[EventKind], window: Window) -> i64 {
    let mut is_seen = vec![false; facts.users.numbers()];
    for seen in facts.users.seen().iter().filter(|seen| kinds.contains(&seen.kind) && window.contains(seen.day)) {
        is_seen[seen.user] = true;
    }
    is_seen.into_iter().filter(|seen| *seen).count() as i64
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
