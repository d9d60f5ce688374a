//! A customer's facts, in the form that scoring reads.

use super::users::Users;
use crate::domain::measure::Measure;
use crate::domain::scorecard::FactorRule;
use crate::domain::{EventKind, FactorKey, InvoiceStatus, NaiveDate, ReadingValue, Segment, Sources, Traits};
use chrono::{DateTime, Duration, Utc};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// A number of events on one UTC day. `key` is the feature for `feature_use` and empty otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DailyCount {
    pub day: NaiveDate,
    pub kind: EventKind,
    pub key: String,
    pub count: i64,
}

impl DailyCount {
    fn identity(&self) -> (NaiveDate, EventKind, &str) {
        (self.day, self.kind, &self.key)
    }
}

/// The days in an invoice's life, as far as they are known. `issued_on` is absent when only the invoice's payment or void
/// has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    pub number: String,
    pub amount_cents: i64,
    pub currency: String,
    pub issued_on: Option<NaiveDate>,
    pub due_on: Option<NaiveDate>,
    /// The day of the earliest payment.
    pub paid_on: Option<NaiveDate>,
    pub voided_on: Option<NaiveDate>,
}

impl Invoice {
    /// Returns the invoice's status at the end of a day; `None` when it was not issued by then. An invoice over nothing is
    /// on time from the beginning, since there is nothing to pay late.
    pub fn status(&self, as_of: NaiveDate) -> Option<InvoiceStatus> {
        let by_then = |day: Option<NaiveDate>| day.filter(|day| *day <= as_of);
        let due_on = self.due_on?;
        by_then(self.issued_on)?;
        Some(match (by_then(self.voided_on), by_then(self.paid_on)) {
            (Some(_), _) => InvoiceStatus::Voided,
            (None, _) if self.amount_cents == 0 => InvoiceStatus::PaidOnTime,
            (None, Some(paid_on)) if paid_on <= due_on => InvoiceStatus::PaidOnTime,
            (None, Some(_)) => InvoiceStatus::PaidLate,
            (None, None) if due_on < as_of => InvoiceStatus::Overdue,
            (None, None) => InvoiceStatus::Open,
        })
    }
}

/// A customer's facts. `daily` must reach back from the as-of day by the scorecard's lookback; more does no harm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The segment that the customer is in.
    pub segment: Option<Segment>,
    pub start_date: Option<NaiveDate>,
    /// True when the customer had left before it started. Facts from before the start date count on the days before it only.
    pub came_back: bool,
    /// The day of the earliest counted fact.
    pub first_fact_on: Option<NaiveDate>,
    /// The day of the earliest counted fact since the start date, of a customer that came back.
    pub first_fact_since: Option<NaiveDate>,
    pub daily: Vec<DailyCount>,
    pub invoices: Vec<Invoice>,
    /// The readings of the names that the scorecard measures.
    pub readings: Vec<ReadingFact>,
    /// The users whom facts of the kinds name whose users the scorecard measures.
    pub users: Users,
}

/// The last days on which facts that count named a user, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastSeen(pub Vec<(EventKind, NaiveDate)>);

impl LastSeen {
    /// Returns whether a measure of users counts the user on a day.
    pub(super) fn counts_for(&self, measure: &Measure, on: NaiveDate) -> bool {
        let window = measure.window(on);
        self.0.iter().any(|(kind, day)| measure.measures(*kind) && window.contains(*day))
    }
}

/// A reading that counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReadingFact {
    pub name: Arc<str>,
    pub at: DateTime<Utc>,
    pub value: ReadingValue,
}

impl ReadingFact {
    pub fn day(&self) -> NaiveDate {
        self.at.date_naive()
    }
}

impl Facts {
    /// Returns the things that conditions of scorecards ask for.
    pub fn traits(&self) -> Traits {
        let Self { segment, start_date, came_back, first_fact_on, .. } = *self;
        Traits { segment, start_date, came_back, first_fact_on }
    }

    /// Returns the day from which on the customer is one: its start, else its first fact.
    pub(super) fn begins_on(&self) -> Option<NaiveDate> {
        self.start_date.or(self.first_fact_on)
    }

    /// Returns the facts that count on a day: of a customer that came back, those since then, or those from before.
    pub fn life_on(&self, day: NaiveDate) -> Cow<'_, Self> {
        let Some(start) = self.start_date.filter(|_| self.came_back) else { return Cow::Borrowed(self) };
        let mut life = Self { came_back: false, ..self.clone() };
        if day < start {
            life.start_date = None;
            return Cow::Owned(life);
        }
        life.daily.retain(|daily| daily.day >= start);
        life.readings.retain(|reading| reading.day() >= start);
        life.users.retain(|seen| seen.day >= start);
        life.invoices.retain(|invoice| invoice.issued_on.is_none_or(|issued| issued >= start));
        life.first_fact_on = self.first_fact_since;
        Cow::Owned(life)
    }

    /// Notes that there is a fact on a day.
    pub fn note_first(&mut self, day: NaiveDate) {
        self.first_fact_on = self.first_fact_on.into_iter().chain([day]).min();
        if self.came_back && self.start_date.is_some_and(|start| start <= day) {
            self.first_fact_since = self.first_fact_since.into_iter().chain([day]).min();
        }
    }

    /// Returns the first day on which other facts count than before, within a span.
    pub fn came_back_within(&self, from: NaiveDate, to: NaiveDate) -> Option<NaiveDate> {
        self.start_date.filter(|start| self.came_back && from < *start && *start <= to)
    }

    /// Returns the invoices that are overdue at the end of a day.
    pub fn overdue(&self, as_of: NaiveDate) -> impl Iterator<Item = &Invoice> {
        self.invoices.iter().filter(move |invoice| invoice.status(as_of) == Some(InvoiceStatus::Overdue))
    }

    /// Returns the facts that had happened by the end of a day.
    pub(super) fn until(&self, day: NaiveDate) -> Self {
        let mut then = self.clone();
        then.daily.retain(|daily| daily.day <= day);
        then.readings.retain(|reading| reading.day() <= day);
        then.users.retain(|seen| seen.day <= day);
        for Invoice { issued_on, paid_on, voided_on, .. } in &mut then.invoices {
            for known in [issued_on, paid_on, voided_on] {
                *known = known.filter(|known| *known <= day);
            }
        }
        then
    }

    /// Returns these facts, with invoices kept from falling overdue until the end of a day when `later` knows that they were
    /// settled in time.
    pub(super) fn without_falling_overdue(&self, later: &Self, until: NaiveDate) -> Self {
        let in_time = |invoice: &&Invoice| {
            let settled_on = [invoice.paid_on, invoice.voided_on].into_iter().flatten().min();
            settled_on.is_some_and(|day| Some(day) <= invoice.due_on)
        };
        let settled: HashSet<_> = later.invoices.iter().filter(in_time).map(|invoice| invoice.number.as_str()).collect();
        let open = |invoice: &Invoice| match settled.contains(invoice.number.as_str()) {
            true => Invoice { due_on: invoice.due_on.max(Some(until)), ..invoice.clone() },
            false => invoice.clone(),
        };
        Self { invoices: self.invoices.iter().map(open).collect(), ..self.clone() }
    }

    /// Returns these facts without those that `later` does not contain any more, because they were retracted.
    pub(super) fn without_retracted(&self, later: &Self) -> Self {
        let mut kept = later.counts();
        let mut daily = Vec::new();
        for known in &self.daily {
            if let Some(left) = kept.get_mut(&known.identity()) {
                let count = known.count.min(*left);
                *left -= count;
                daily.push(DailyCount { count, ..known.clone() });
            }
        }
        let invoices = later.invoices.iter().map(|invoice| (invoice.number.as_str(), invoice)).collect::<HashMap<_, _>>();
        let invoice = |known: &Invoice| {
            let later = invoices.get(known.number.as_str())?;
            // Compares the invoices' earliest days. A day that is later now, or gone, was retracted; an earlier one has come
            // to light.
            let still =
                |known: Option<NaiveDate>, later: Option<NaiveDate>| known.zip(later).map(|(known, later)| known.max(later));
            Some(Invoice {
                issued_on: still(known.issued_on, later.issued_on),
                paid_on: still(known.paid_on, later.paid_on),
                voided_on: still(known.voided_on, later.voided_on),
                ..(*later).clone()
            })
        };
        let still_read: HashSet<_> = later.readings.iter().collect();
        let readings = self.readings.iter().filter(|reading| still_read.contains(reading)).cloned().collect();
        let still_seen: HashSet<_> = later.users.iter().collect();
        let users = self.users.iter().filter(|seen| still_seen.contains(seen)).collect();
        let invoices = self.invoices.iter().filter_map(invoice).collect();
        Self { daily, invoices, readings, users, ..self.clone() }
    }

    fn counts(&self) -> HashMap<(NaiveDate, EventKind, &str), i64> {
        let mut counts = HashMap::new();
        for daily in &self.daily {
            *counts.entry(daily.identity()).or_default() += daily.count;
        }
        counts
    }
}

/// The days since which there is something to measure, of any customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connections {
    /// The day of each source's earliest event.
    pub sources: Sources<Option<NaiveDate>>,
    /// The day of the earliest reading of each name that the rules measure.
    pub readings: BTreeMap<String, NaiveDate>,
    /// The day from which on all users are known; none while those of older events are being counted.
    pub users_from: Option<NaiveDate>,
}

impl Connections {
    /// Returns the day since which a measure has something to measure: that of the earliest event that it uses. Of users it is also
    /// the first day whose window has no day of which users are missing.
    pub fn since(&self, measure: &Measure) -> Option<NaiveDate> {
        let sources = measure.sources().filter_map(|source| *self.sources.get(source));
        let readings = measure.readings().into_iter().filter_map(|name| self.readings.get(name).copied());
        let first = sources.chain(readings).min()?;
        match measure.user_kinds() {
            [] => Some(first),
            _ => Some(first.max(self.users_from? + Duration::days(measure.days() - 1))),
        }
    }

    /// Returns the factors whose sources have never sent a fact.
    pub fn unconnected<'a>(&self, factors: impl Iterator<Item = (FactorKey, &'a FactorRule)>) -> Vec<FactorKey> {
        let is_unconnected = |(_, rule): &(FactorKey, &FactorRule)| self.since(&rule.measure).is_none();
        factors.filter(is_unconnected).map(|(key, _)| key).collect()
    }
}
