//! The first step of scoring: a customer's facts, reduced to a handful of numbers as of a day.

use super::facts::{Connections, Facts, Invoice};
use crate::domain::pages::InvoiceStatus;
use crate::domain::scorecard::FactorRule;
use crate::domain::{EventBody, EventKind, FactorKey, Factors, NaiveDate, Scorecard, Window};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Invoices by how they stand on the as-of day. Voided ones and those issued later are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceCounts {
    pub on_time: i64,
    pub late: i64,
    pub overdue: i64,
    /// Not yet due; they do not count.
    pub open: i64,
}

impl InvoiceCounts {
    /// Paid and overdue: the ones that can be judged.
    pub fn judged(self) -> i64 {
        self.on_time + self.late + self.overdue
    }
}

/// What the factors measure, as of a day and under a scorecard's windows. Kept as JSON beside the customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measurements {
    /// Whether any fact counts by the day.
    pub has_facts: bool,
    /// Whether the day lies before the customer's start.
    pub before_start: bool,
    pub logins: i64,
    /// Distinct (key) features used.
    pub features: i64,
    pub tickets: i64,
    pub invoices: InvoiceCounts,
    pub api_calls: i64,
    /// API calls in the window before.
    pub api_calls_before: i64,
    /// Whether the factor's source was connected by the day.
    pub connected: Factors<bool>,
}

impl Measurements {
    /// Adds an event of the as-of day itself. `is_new_feature` says of a feature that counts that it was not used in the
    /// window before. Invoices cannot be added: what they do depends on other facts about them.
    pub fn add(&mut self, body: &EventBody, is_new_feature: bool) {
        match body {
            EventBody::Login { .. } => self.logins += 1,
            EventBody::FeatureUse { .. } => self.features += i64::from(is_new_feature),
            EventBody::ApiCall { count } => self.api_calls += count,
            EventBody::SupportTicket { .. } => self.tickets += 1,
            EventBody::InvoiceIssued { .. } | EventBody::InvoicePaid { .. } | EventBody::InvoiceVoided { .. } => {}
        }
    }

    /// Whether the factor's value rests on a fact.
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

/// The days as of which a customer is looked at: one and the same, but for the steps between two days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AsOf {
    /// On which windows end.
    pub windows: NaiveDate,
    /// By which invoices are paid or overdue.
    pub invoices: NaiveDate,
    /// By which sources are connected.
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
    Measurements {
        has_facts: facts.first_fact_on.is_some_and(|first| first <= day),
        before_start: facts.start_date.is_some_and(|start| day < start),
        logins: total(facts, EventKind::Login, window(&rules.login_frequency, day)),
        features: distinct_features(facts, &rules.feature_adoption, day),
        tickets: total(facts, EventKind::SupportTicket, window(&rules.support_load, day)),
        invoices: count_invoices(&facts.invoices, window(&rules.invoice_timeliness, day), as_of.invoices),
        api_calls: total(facts, EventKind::ApiCall, api_window),
        api_calls_before: total(facts, EventKind::ApiCall, api_window.before()),
        connected: Factors::from_fn(|key| connections.is_connected(key, as_of.connections)),
    }
}

pub(super) fn window(rule: &FactorRule, as_of: NaiveDate) -> Window {
    Window::ending(as_of, rule.days())
}

fn total(facts: &Facts, kind: EventKind, window: Window) -> i64 {
    facts.daily.iter().filter(|daily| daily.kind == kind && window.contains(daily.day)).map(|daily| daily.count).sum()
}

fn distinct_features(facts: &Facts, rule: &FactorRule, as_of: NaiveDate) -> i64 {
    let window = window(rule, as_of);
    let mut uses = BTreeMap::<&str, i64>::new();
    for daily in facts.daily.iter().filter(|daily| daily.kind == EventKind::FeatureUse && window.contains(daily.day)) {
        if rule.counts(&daily.key) {
            *uses.entry(&daily.key).or_default() += daily.count;
        }
    }
    uses.values().filter(|count| **count > 0).count() as i64
}

/// The invoices issued within the window, by how they stand at the end of a day.
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
