//! What a measure counts, from one day to a later one: windows slide over the facts instead of being summed anew. Days are
//! numbers here, since arithmetic with dates would cost more than all the rest.

use super::facts::{Facts, Invoice};
use super::measure::{Counted, InvoiceCounts};
use crate::domain::measure::Measure;
use crate::domain::{EventKind, NaiveDate};
use std::collections::HashMap;

/// The number of a day that never comes.
pub(super) const NEVER: i64 = i64::MAX;

pub(super) fn number(day: NaiveDate) -> i64 {
    day.to_epoch_days().into()
}

/// Counts for one measure day after day.
pub(super) enum Counter {
    Facts { counts: Vec<(i64, i64)>, sum: SlidingSum },
    Features(SlidingFeatures),
    Invoices(InvoiceChanges),
    Trend { counts: Vec<(i64, i64)>, now: SlidingSum, before: SlidingSum },
}

impl Counter {
    pub(super) fn new(facts: &Facts, measure: &Measure) -> Self {
        let days = measure.days();
        match measure {
            Measure::Count { kinds, .. } => Self::Facts { counts: counts(facts, kinds), sum: SlidingSum::new(0, days) },
            Measure::DistinctFeatures { .. } => Self::Features(SlidingFeatures::of(facts, measure)),
            Measure::OnTimeShare { .. } => Self::Invoices(InvoiceChanges::of(&facts.invoices, days)),
            Measure::Trend { kinds, .. } => {
                let (now, before) = (SlidingSum::new(0, days), SlidingSum::new(days, days));
                Self::Trend { counts: counts(facts, kinds), now, before }
            }
        }
    }

    /// Counts as of a day, which must not be before the last call's. Features are not named.
    pub(super) fn count(&mut self, day: i64) -> Counted {
        match self {
            Self::Facts { counts, sum } => Counted::Facts(sum.at(counts, day)),
            Self::Features(features) => Counted::Features(features.distinct(day), Vec::new()),
            Self::Invoices(invoices) => Counted::Invoices(invoices.at(day)),
            Self::Trend { counts, now, before } => Counted::Trend(now.at(counts, day), before.at(counts, day)),
        }
    }

    /// Returns the first day after the last call's on which anything else can be counted.
    pub(super) fn next_change(&self) -> i64 {
        match self {
            Self::Facts { counts, sum } => sum.window.next_change(counts),
            Self::Features(features) => features.window.next_change(&features.uses),
            Self::Invoices(invoices) => invoices.next_change(),
            Self::Trend { counts, now, before } => now.window.next_change(counts).min(before.window.next_change(counts)),
        }
    }
}

/// Returns the facts of these kinds as (day, number), by day.
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

/// The features in use, with each feature's uses inside a window.
pub(super) struct SlidingFeatures {
    /// Uses as (day, (place of the feature, number)), by day.
    uses: Vec<(i64, (usize, i64))>,
    window: Sliding,
    /// The uses inside the window, by the feature's place.
    in_window: Vec<i64>,
    distinct: i64,
}

impl SlidingFeatures {
    fn of(facts: &Facts, measure: &Measure) -> Self {
        let counted =
            facts.daily.iter().filter(|daily| daily.kind == EventKind::FeatureUse && measure.counts_feature(&daily.key));
        let mut places = HashMap::new();
        let mut place = |feature| {
            let next = places.len();
            *places.entry(feature).or_insert(next)
        };
        let mut uses: Vec<_> = counted.map(|daily| (number(daily.day), (place(daily.key.as_str()), daily.count))).collect();
        uses.sort_unstable_by_key(|(day, _)| *day);
        Self { uses, window: Sliding::new(0, measure.days()), in_window: vec![0; places.len()], distinct: 0 }
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
            let Some(issued_on) = invoice.issued_on else { continue };
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
