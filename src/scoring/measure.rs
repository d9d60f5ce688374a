//! The first step of scoring: reduces a customer's facts to a handful of numbers as of a day.

use super::facts::{Connections, Facts, Invoice};
use crate::domain::numbers::round_div;
use crate::domain::scorecard::FactorRule;
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
    /// Returns the number of invoices that can be judged: paid and overdue ones.
    pub fn judged(self) -> i64 {
        self.on_time + self.late + self.overdue
    }
}

/// The measured numbers that factors are scored from, as of a day and under a scorecard's windows. Stored as JSON beside the
/// customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measurements {
    /// True when any fact up to the day counts.
    pub has_facts: bool,
    /// True when the day lies before the customer's start.
    pub before_start: bool,
    pub logins: i64,
    /// The number of distinct features used. Only key features count where the scorecard names any.
    pub features: i64,
    /// The names of these features, sorted. Empty when there are more than [`MOST_NAMES`].
    #[serde(default)]
    pub feature_names: Vec<String>,
    pub tickets: i64,
    pub invoices: InvoiceCounts,
    pub api_calls: i64,
    /// API calls in the window before the current one.
    pub api_calls_before: i64,
    /// True when the factor's source was connected by the day.
    pub connected: Factors<bool>,
}

/// The most names of features that are kept.
pub const MOST_NAMES: usize = 50;

impl Measurements {
    /// Adds an event of the as-of day itself. A feature can be added only while features are [named](Self::names_features).
    /// An invoice can never be added, because its effect depends on other facts about it.
    pub fn add(&mut self, body: &EventBody, scorecard: &Scorecard) {
        match body {
            EventBody::Login { .. } => self.logins += 1,
            EventBody::FeatureUse { feature, .. } if scorecard.factors.feature_adoption.counts(feature) => {
                if let Err(place) = self.feature_names.binary_search(feature) {
                    self.feature_names.insert(place, feature.clone());
                    self.features += 1;
                    self.forget_many_names();
                }
            }
            EventBody::FeatureUse { .. } => {}
            EventBody::ApiCall { count } => self.api_calls += count,
            EventBody::SupportTicket { .. } => self.tickets += 1,
            EventBody::InvoiceIssued { .. } | EventBody::InvoicePaid { .. } | EventBody::InvoiceVoided { .. } => {}
            EventBody::Reading { .. } => {}
        }
    }

    /// Returns whether the names of all used features are kept.
    pub fn names_features(&self) -> bool {
        self.feature_names.len() as i64 == self.features
    }

    fn forget_many_names(&mut self) {
        if self.feature_names.len() > MOST_NAMES {
            self.feature_names.clear();
        }
    }

    /// Returns whether a fact supports the factor's value.
    pub fn is_measured(&self, factor: FactorKey) -> bool {
        match factor {
            FactorKey::LoginFrequency => self.connected.login_frequency,
            FactorKey::FeatureAdoption => self.connected.feature_adoption,
            FactorKey::SupportLoad => self.connected.support_load,
            FactorKey::InvoiceTimeliness => self.connected.invoice_timeliness && self.invoices.judged() > 0,
            FactorKey::ApiTrend => self.connected.api_trend && (self.api_calls > 0 || self.api_calls_before > 0),
        }
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
    let rules = &scorecard.factors;
    let (day, api_window) = (as_of.windows, window(&rules.api_trend, as_of.windows));
    let feature_names = features_used(facts, &rules.feature_adoption, window(&rules.feature_adoption, day));
    let mut measured = Measurements {
        has_facts: facts.first_fact_on.is_some_and(|first| first <= day),
        before_start: facts.start_date.is_some_and(|start| day < start),
        logins: total(facts, EventKind::Login, window(&rules.login_frequency, day)),
        features: feature_names.len() as i64,
        feature_names,
        tickets: total(facts, EventKind::SupportTicket, window(&rules.support_load, day)),
        invoices: count_invoices(&facts.invoices, window(&rules.invoice_timeliness, day), as_of.invoices),
        api_calls: total(facts, EventKind::ApiCall, api_window),
        api_calls_before: total(facts, EventKind::ApiCall, api_window.before()),
        connected: Factors::from_fn(|key| connections.is_connected(key, as_of.connections)),
    };
    measured.forget_many_names();
    measured
}

pub(super) fn window(rule: &FactorRule, as_of: NaiveDate) -> Window {
    Window::ending(as_of, rule.days())
}

pub(super) fn total(facts: &Facts, kind: EventKind, window: Window) -> i64 {
    facts.daily.iter().filter(|daily| daily.kind == kind && window.contains(daily.day)).map(|daily| daily.count).sum()
}

/// Returns the names of the features that were used within the window and that the rule counts, sorted.
pub(super) fn features_used(facts: &Facts, rule: &FactorRule, window: Window) -> Vec<String> {
    let mut uses = BTreeMap::<&str, i64>::new();
    for daily in facts.daily.iter().filter(|daily| daily.kind == EventKind::FeatureUse && window.contains(daily.day)) {
        if rule.counts(&daily.key) {
            *uses.entry(&daily.key).or_default() += daily.count;
        }
    }
    uses.into_iter().filter(|(_, count)| *count > 0).map(|(feature, _)| feature.to_owned()).collect()
}

/// Counts the invoices issued within the window by their status at the end of a day.
pub(super) fn count_invoices(invoices: &[Invoice], window: Window, as_of: NaiveDate) -> InvoiceCounts {
    let mut counts = InvoiceCounts::default();
    let counted = invoices.iter().filter(|invoice| invoice.issued_on.is_some_and(|day| window.contains(day)));
    for status in counted.filter_map(|invoice| invoice.status(as_of)) {
        match status {
            InvoiceStatus::PaidOnTime => counts.on_time += 1,
            InvoiceStatus::PaidLate => counts.late += 1,
            InvoiceStatus::Overdue => counts.overdue += 1,
            InvoiceStatus::Open => counts.open += 1,
            InvoiceStatus::Voided => {}
        }
    }
    counts
}

/// Returns the change of API calls against the window before, in percent, rounded half up; `None` when there were none
/// before.
pub(super) fn change_percent(measured: &Measurements) -> Option<i64> {
    let (now, before) = (i128::from(measured.api_calls), i128::from(measured.api_calls_before));
    (before > 0).then(|| round_div(100 * (now - before), before) as i64)
}
