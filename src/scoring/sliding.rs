//! Counters of measures, from one day to a later one: windows slide over the facts instead of being summed anew. Days are
//! numbers here, since arithmetic with dates would cost more than all the rest.

use super::facts::{Facts, Invoice};
use super::measure::{Counted, InvoiceCounts};
use crate::domain::measure::Measure;
use crate::domain::{EventKind, InvoiceStatus, NaiveDate};
use std::collections::{BTreeMap, HashMap};

/// The number of a day that never comes.
pub(super) const NEVER: i64 = i64::MAX;

pub(super) fn number(day: NaiveDate) -> i64 {
    day.to_epoch_days().into()
}

/// Counts for one measure day after day.
pub(super) enum Counter {
    Facts { counts: Vec<(i64, i64)>, sum: SlidingSum },
    Scaled { counts: Vec<(i64, i64)>, sum: SlidingSum, span: Span },
    Features(SlidingDistinct),
    Users(SlidingDistinct),
    Invoices(InvoiceChanges),
    Trend { counts: Vec<(i64, i64)>, now: SlidingSum, before: SlidingSum },
    ActiveDays { days: Vec<(i64, i64)>, sum: SlidingSum, span: Span },
    Since { days: Vec<(i64, i64)>, window: SlidingLast },
    Pace { counts: Vec<(i64, i64)>, now: SlidingSum, before: SlidingSum },
    Overdue(OverdueChanges),
    Latest(Vec<(i64, i64)>, SlidingLast),
    Mean { values: Vec<(i64, i64)>, window: Sliding, sum: i128, number: i64 },
    Ratio(Vec<(i64, i64)>, SlidingLast, Vec<(i64, i64)>, SlidingLast),
}

impl Counter {
    pub(super) fn new(facts: &Facts, measure: &Measure) -> Self {
        let days = measure.days();
        let (now, span) = (SlidingSum::new(0, days), Span::new(facts, measure));
        match measure {
            Measure::Count { kinds, scaled_by_age: true, .. } => Self::Scaled { counts: counts(facts, kinds), sum: now, span },
            Measure::Count { kinds, .. } => Self::Facts { counts: counts(facts, kinds), sum: now },
            Measure::DistinctFeatures { .. } => Self::Features(SlidingDistinct::of_features(facts, measure)),
            Measure::DistinctUsers { .. } => Self::Users(SlidingDistinct::of_users(facts, measure)),
            Measure::OnTimeShare { .. } => Self::Invoices(InvoiceChanges::of(&facts.invoices, days)),
            Measure::Trend { kinds, .. } => {
                Self::Trend { counts: counts(facts, kinds), now, before: SlidingSum::new(days, days) }
            }
            Measure::ActiveDays { kinds, .. } => Self::ActiveDays { days: active_days(facts, kinds), sum: now, span },
            Measure::DaysSince { kinds, .. } => {
                Self::Since { days: active_days(facts, kinds), window: SlidingLast { days, passed: 0 } }
            }
            Measure::Pace { kinds, before_days, .. } => {
                Self::Pace { counts: counts(facts, kinds), now, before: SlidingSum::new(days, *before_days) }
            }
            Measure::DaysOverdue => Self::Overdue(OverdueChanges::of(&facts.invoices)),
            Measure::Latest { reading, .. } => Self::Latest(values(facts, reading), SlidingLast { days, passed: 0 }),
            Measure::Mean { reading, .. } => {
                Self::Mean { values: values(facts, reading), window: Sliding::new(0, days), sum: 0, number: 0 }
            }
            Measure::Ratio { reading, over, .. } => {
                let last = || SlidingLast { days, passed: 0 };
                Self::Ratio(values(facts, reading), last(), values(facts, over), last())
            }
        }
    }

    /// Counts as of a day, which must not be before the last call's. Features are not named, nor is the
    /// day told apart.
    pub(super) fn count(&mut self, day: i64) -> Counted {
        match self {
            Self::Facts { counts, sum } => Counted::Facts(sum.at(counts, day)),
            Self::Scaled { counts, sum, span } => Counted::Scaled { number: sum.at(counts, day), of: span.at(day) },
            Self::Features(features) => Counted::Features(features.distinct(day), Vec::new()),
            Self::Users(users) => Counted::Users(users.distinct(day)),
            Self::Invoices(invoices) => Counted::Invoices(invoices.at(day)),
            Self::Trend { counts, now, before } => Counted::Trend(now.at(counts, day), before.at(counts, day)),
            Self::ActiveDays { days, sum, span } => {
                Counted::ActiveDays { number: sum.at(days, day), of: span.at(day), today: false }
            }
            Self::Since { days, window } => Counted::Since(window.at(days, day).map(|(last, _)| day - last)),
            Self::Pace { counts, now, before } => Counted::Pace(now.at(counts, day), before.at(counts, day)),
            Self::Overdue(invoices) => Counted::Overdue(invoices.at(day)),
            Self::Latest(values, window) => Counted::Latest(window.at(values, day).map(|(_, value)| value)),
            Self::Mean { values, window, sum, number } => {
                window.move_to(values, day, |value, sign| {
                    *sum += i128::from(sign * value);
                    *number += sign;
                });
                Counted::Mean { sum: *sum, number: *number }
            }
            Self::Ratio(values, window, over, window_over) => {
                let latest = |found: Option<(i64, i64)>| found.map(|(_, value)| value);
                Counted::Ratio(latest(window.at(values, day)), latest(window_over.at(over, day)))
            }
        }
    }

    /// Returns the first day after the given one, which was counted last, on which anything else can be counted.
    pub(super) fn next_change(&self, day: i64) -> i64 {
        match self {
            Self::Facts { counts, sum } => sum.window.next_change(counts),
            Self::Scaled { counts, sum, span } => sum.window.next_change(counts).min(span.next_change(day)),
            Self::Features(things) | Self::Users(things) => things.window.next_change(&things.uses),
            Self::Invoices(invoices) => invoices.next_change(),
            Self::Trend { counts, now, before } | Self::Pace { counts, now, before } => {
                now.window.next_change(counts).min(before.window.next_change(counts))
            }
            Self::ActiveDays { days, sum, span } => sum.window.next_change(days).min(span.next_change(day)),
            // The days since the last fact become more each day.
            Self::Since { days, window } => match window.is_empty(days, day) {
                true => window.next_change(days, day),
                false => day + 1,
            },
            Self::Overdue(invoices) => invoices.next_change(day),
            Self::Latest(values, window) => window.next_change(values, day),
            Self::Mean { values, window, .. } => window.next_change(values),
            Self::Ratio(values, window, over, window_over) => {
                window.next_change(values, day).min(window_over.next_change(over, day))
            }
        }
    }
}

/// Returns the days with facts of some kinds, each with a 1.
fn active_days(facts: &Facts, kinds: &[EventKind]) -> Vec<(i64, i64)> {
    let mut days = counts(facts, kinds);
    days.retain(|(_, count)| *count > 0);
    days.iter_mut().for_each(|(_, count)| *count = 1);
    days.dedup();
    days
}

/// Returns the values of a reading in thousandths with their days, in the order of time.
fn values(facts: &Facts, name: &str) -> Vec<(i64, i64)> {
    let mut readings: Vec<_> = facts.readings.iter().filter(|reading| *reading.name == *name).collect();
    readings.sort_by_key(|reading| (reading.at, reading.value));
    readings.into_iter().map(|reading| (number(reading.day()), reading.value.thousandths())).collect()
}

/// The days that a count stands for.
pub(super) struct Span {
    /// The day from which on the customer is one, where counts are scaled by age.
    begins: Option<i64>,
    days: i64,
}

impl Span {
    fn new(facts: &Facts, measure: &Measure) -> Self {
        let begins = facts.begins_on().filter(|_| measure.is_scaled_by_age()).map(number);
        Self { begins, days: measure.days() }
    }

    fn at(&self, day: i64) -> i64 {
        self.begins.map_or(self.days, |begin| (day - begin + 1).clamp(1, self.days))
    }

    fn next_change(&self, day: i64) -> i64 {
        if self.at(day) < self.days { day + 1 } else { NEVER }
    }
}

/// The last thing inside a window that only moves forward.
pub(super) struct SlidingLast {
    days: i64,
    passed: usize,
}

impl SlidingLast {
    fn at(&mut self, things: &[(i64, i64)], day: i64) -> Option<(i64, i64)> {
        self.passed += things.get(self.passed..)?.iter().take_while(|(on, _)| *on <= day).count();
        self.last(things).filter(|(on, _)| day - on < self.days)
    }

    /// Returns the last thing that has entered the window. It may have left it.
    fn last(&self, things: &[(i64, i64)]) -> Option<(i64, i64)> {
        things.get(self.passed.checked_sub(1)?).copied()
    }

    fn is_empty(&self, things: &[(i64, i64)], day: i64) -> bool {
        self.last(things).is_none_or(|(on, _)| day - on >= self.days)
    }

    fn next_change(&self, things: &[(i64, i64)], day: i64) -> i64 {
        let enters = things.get(self.passed).map_or(NEVER, |(on, _)| *on);
        let leaves = self.last(things).map(|(on, _)| on + self.days).filter(|leaves| *leaves > day);
        enters.min(leaves.unwrap_or(NEVER))
    }
}

/// Returns the facts of some kinds as (day, number), by day.
fn counts(facts: &Facts, kinds: &[EventKind]) -> Vec<(i64, i64)> {
    let of_kind = facts.daily.iter().filter(|daily| kinds.contains(&daily.kind));
    let mut counts: Vec<_> = of_kind.map(|daily| (number(daily.day), daily.count)).collect();
    counts.sort_unstable_by_key(|(day, _)| *day);
    counts
}

/// A window that only moves forward, over things that are sorted by their day.
pub(super) struct Sliding {
    /// The days between its end and the day that is asked for.
    lag: i64,
    days: i64,
    /// The numbers of things that have entered the window, and that have left it.
    entered: usize,
    left: usize,
}

impl Sliding {
    fn new(lag: i64, days: i64) -> Self {
        Self { lag, days, entered: 0, left: 0 }
    }

    /// Moves on to a day. Tells each thing that enters, with 1, and each that leaves, with -1.
    fn move_to<T: Copy>(&mut self, things: &[(i64, T)], day: i64, mut tell: impl FnMut(T, i64)) {
        let last = day - self.lag;
        let first = last - (self.days - 1);
        while let Some((_, thing)) = things.get(self.entered).filter(|(on, _)| *on <= last) {
            self.entered += 1;
            tell(*thing, 1);
        }
        while let Some((_, thing)) = things.get(self.left).filter(|(on, _)| *on < first) {
            self.left += 1;
            tell(*thing, -1);
        }
    }

    fn next_change<T>(&self, things: &[(i64, T)]) -> i64 {
        let day = |place: usize, after: i64| things.get(place).map_or(NEVER, |(on, _)| on + after);
        day(self.entered, self.lag).min(day(self.left, self.lag + self.days))
    }
}

/// The sum of the numbers inside a window.
pub(super) struct SlidingSum {
    window: Sliding,
    sum: i64,
}

impl SlidingSum {
    fn new(lag: i64, days: i64) -> Self {
        Self { window: Sliding::new(lag, days), sum: 0 }
    }

    fn at(&mut self, counts: &[(i64, i64)], day: i64) -> i64 {
        let Self { window, sum } = self;
        window.move_to(counts, day, |count, sign| *sum += sign * count);
        *sum
    }
}

/// Different features or users, with each one's uses inside a window.
pub(super) struct SlidingDistinct {
    /// Uses as (day, (place of the feature or user, number)), by day.
    uses: Vec<(i64, (usize, i64))>,
    window: Sliding,
    /// The uses inside the window, by place.
    in_window: Vec<i64>,
    distinct: i64,
}

impl SlidingDistinct {
    fn of_features(facts: &Facts, measure: &Measure) -> Self {
        let counted =
            facts.daily.iter().filter(|daily| daily.kind == EventKind::FeatureUse && measure.counts_feature(&daily.key));
        Self::of(counted.map(|daily| (daily.day, daily.key.as_str(), daily.count)), measure)
    }

    fn of_users(facts: &Facts, measure: &Measure) -> Self {
        let counted = facts.users.seen().iter().filter(|seen| measure.measures(seen.kind));
        Self::of_numbered(counted.map(|seen| (number(seen.day), (seen.user, 1))).collect(), facts.users.numbers(), measure)
    }

    fn of<'a>(counted: impl Iterator<Item = (NaiveDate, &'a str, i64)>, measure: &Measure) -> Self {
        let mut places = HashMap::new();
        let mut place = |name| {
            let next = places.len();
            *places.entry(name).or_insert(next)
        };
        let uses = counted.map(|(day, name, count)| (number(day), (place(name), count))).collect();
        Self::of_numbered(uses, places.len(), measure)
    }

    fn of_numbered(mut uses: Vec<(i64, (usize, i64))>, numbers: usize, measure: &Measure) -> Self {
        // Users' uses are sorted already.
        uses.sort_unstable_by_key(|(day, _)| *day);
        Self { uses, window: Sliding::new(0, measure.days()), in_window: vec![0; numbers], distinct: 0 }
    }

    fn distinct(&mut self, day: i64) -> i64 {
        let Self { uses, window, in_window, distinct } = self;
        window.move_to(uses, day, |(place, uses), sign| {
            let count = &mut in_window[place];
            *distinct -= i64::from(*count > 0);
            *count += sign * uses;
            *distinct += i64::from(*count > 0);
        });
        *distinct
    }
}

/// The days on which invoices change their status, or are issued too long ago to count.
pub(super) struct InvoiceChanges {
    /// Changes as (day, what is counted more, what is counted less), by day.
    changes: Vec<(i64, InvoiceCounts, InvoiceCounts)>,
    passed: usize,
    counts: InvoiceCounts,
}

impl InvoiceChanges {
    /// Counts the invoices that were issued within `days` days.
    fn of(invoices: &[Invoice], days: i64) -> Self {
        let mut changes = Vec::with_capacity(4 * invoices.len());
        for invoice in invoices {
            let Some(issued_on) = invoice.issued_on else {
                continue;
            };
            let end = number(issued_on) + days;
            let due_after = invoice.due_on.and_then(|day| day.succ_opt());
            let mut turns = [Some(issued_on), due_after, invoice.paid_on, invoice.voided_on];
            turns.sort_unstable();
            let mut before = InvoiceCounts::default();
            for day in turns.into_iter().flatten().filter(|day| number(*day) < end) {
                let after = invoice.status(day).map_or_else(InvoiceCounts::default, InvoiceCounts::of);
                if before != after {
                    changes.push((number(day), after, before));
                }
                before = after;
            }
            if before != InvoiceCounts::default() {
                changes.push((end, InvoiceCounts::default(), before));
            }
        }
        changes.sort_unstable_by_key(|(day, ..)| *day);
        Self { changes, passed: 0, counts: InvoiceCounts::default() }
    }

    fn at(&mut self, day: i64) -> InvoiceCounts {
        while let Some((_, more, less)) = self.changes.get(self.passed).filter(|(on, ..)| *on <= day) {
            self.passed += 1;
            self.counts = self.counts + *more - *less;
        }
        self.counts
    }

    fn next_change(&self) -> i64 {
        self.changes.get(self.passed).map_or(NEVER, |(day, ..)| *day)
    }
}

/// The days on which invoices become known, fall overdue, or are settled.
pub(super) struct OverdueChanges {
    /// Changes as (day, known invoices more or less, due day, overdue invoices more or less), by day.
    changes: Vec<(i64, i64, i64, i64)>,
    passed: usize,
    known: i64,
    /// The numbers of overdue invoices by the day that they were due on.
    overdue: BTreeMap<i64, i64>,
}

impl OverdueChanges {
    fn of(invoices: &[Invoice]) -> Self {
        let mut changes = Vec::with_capacity(3 * invoices.len());
        for invoice in invoices {
            let Some(due_on) = invoice.due_on else {
                continue;
            };
            let mut turns = [invoice.issued_on, due_on.succ_opt(), invoice.paid_on, invoice.voided_on];
            turns.sort_unstable();
            let (mut known, mut overdue) = (0, 0);
            for day in turns.into_iter().flatten() {
                let status = invoice.status(day).filter(|status| *status != InvoiceStatus::Voided);
                let (is_known, is_overdue) = (i64::from(status.is_some()), i64::from(status == Some(InvoiceStatus::Overdue)));
                if (is_known, is_overdue) != (known, overdue) {
                    changes.push((number(day), is_known - known, number(due_on), is_overdue - overdue));
                }
                (known, overdue) = (is_known, is_overdue);
            }
        }
        changes.sort_unstable_by_key(|(day, ..)| *day);
        Self { changes, passed: 0, known: 0, overdue: BTreeMap::new() }
    }

    fn at(&mut self, day: i64) -> Option<i64> {
        while let Some((_, known, due, overdue)) = self.changes.get(self.passed).filter(|(on, ..)| *on <= day) {
            self.passed += 1;
            self.known += known;
            *self.overdue.entry(*due).or_default() += overdue;
        }
        self.overdue.retain(|_, number| *number != 0);
        (self.known > 0).then(|| self.overdue.keys().next().map_or(0, |due| day - due))
    }

    fn next_change(&self, day: i64) -> i64 {
        let change = self.changes.get(self.passed).map_or(NEVER, |(day, ..)| *day);
        if self.overdue.is_empty() { change } else { day + 1 }
    }
}
