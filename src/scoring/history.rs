//! Scores over many days in one pass. Windows slide from day to day instead of being summed anew.

use super::facts::{Connections, Facts};
use super::measure::{Counted, Measured, Measurements, count_invoices};
use super::score::Scores;
use crate::domain::measure::Measure;
use crate::domain::{Band, EventKind, FactorKey, Factors, HistoryPoint, NaiveDate, Points, Scorecard, Window};
use std::collections::HashMap;

/// The days that a customer's bands are kept for, and that the search for the beginning of its band goes back.
pub const BAND_MEMORY_DAYS: i64 = 365;

/// Returns the score of each day in `from..=to`, earliest first: exactly what `score(measure(..))` gives for each.
/// `facts.daily` must reach back from `from` by the scorecard's lookback.
pub fn history(
    facts: &Facts,
    scorecard: &Scorecard,
    connections: &Connections,
    from: NaiveDate,
    to: NaiveDate,
) -> Vec<HistoryPoint> {
    let base = facts.daily.iter().map(|daily| daily.day).min().unwrap_or(from).min(from);
    let mut counters =
        Factors::from_fn(|key| Counter::new(facts, scorecard.factors.get(key).measure(key), Window { from: base, to }));
    // Days are counted from `base`, since arithmetic with dates would cost more than all the rest.
    let first = (from - base).num_days();
    let mut measured = Measurements::default();
    let mut last: Option<(Points, Band)> = None;
    from.iter_days()
        .take_while(|day| *day <= to)
        .zip(first..)
        .map(|(day, number)| {
            let mut differs = changes(&mut measured.has_facts, facts.first_fact_on.is_some_and(|first| first <= day));
            differs |= changes(&mut measured.before_start, facts.start_date.is_some_and(|start| day < start));
            for key in FactorKey::ALL {
                let Measured { connected, counted } = measured.factors.get_mut(key);
                differs |= changes(
                    connected,
                    connections.since(scorecard.factors.get(key).measure(key)).is_some_and(|first| first <= day),
                );
                differs |= changes(counted, counters.get_mut(key).count(facts, day, number));
            }
            // Most days are measured like the day before.
            let (score, band) = last.filter(|_| !differs).unwrap_or_else(|| {
                let Scores { score, band, .. } = Scores::of(&measured, scorecard);
                (score, band)
            });
            last = Some((score, band));
            HistoryPoint { day, score, band }
        })
        .collect()
}

/// Returns the scores of some days, which must rise, each with true for the factors that were measured: exactly what
/// `Scores::of(&measure(..))` gives for each day. `facts.daily` must reach back from the first by the scorecard's lookback.
pub fn scores_on(
    facts: &Facts,
    scorecard: &Scorecard,
    connections: &Connections,
    days: &[NaiveDate],
) -> Vec<(Scores, Factors<bool>)> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Vec::new() };
    let base = facts.daily.iter().map(|daily| daily.day).min().unwrap_or(*first).min(*first);
    let mut counters =
        Factors::from_fn(|key| Counter::new(facts, scorecard.factors.get(key).measure(key), Window { from: base, to: *last }));
    let on = |day: &NaiveDate| {
        let number = (*day - base).num_days();
        let measured = Measurements {
            has_facts: facts.first_fact_on.is_some_and(|first| first <= *day),
            before_start: facts.start_date.is_some_and(|start| *day < start),
            factors: Factors::from_fn(|key| Measured {
                connected: connections.since(scorecard.factors.get(key).measure(key)).is_some_and(|first| first <= *day),
                counted: counters.get_mut(key).count(facts, *day, number),
            }),
        };
        (Scores::of(&measured, scorecard), Factors::from_fn(|key| measured.is_measured(key)))
    };
    days.iter().map(on).collect()
}

/// Writes a value, and returns whether it is another one.
fn changes<T: PartialEq>(place: &mut T, value: T) -> bool {
    let differs = *place != value;
    if differs {
        *place = value;
    }
    differs
}

/// Counts for one factor day after day.
enum Counter<'a> {
    Facts { totals: Sums, days: i64 },
    Features(SlidingFeatures<'a>),
    Invoices { days: i64 },
    Trend { totals: Sums, days: i64 },
}

impl<'a> Counter<'a> {
    fn new(facts: &'a Facts, measure: Measure<'_>, span: Window) -> Self {
        let days = measure.days();
        match measure {
            Measure::Count { kind, .. } => Self::Facts { totals: Sums::of(facts, kind, span), days },
            Measure::DistinctFeatures { .. } => Self::Features(SlidingFeatures::of(facts, measure, span.from)),
            Measure::OnTimeShare { .. } => Self::Invoices { days },
            Measure::Trend { kind, .. } => Self::Trend { totals: Sums::of(facts, kind, span), days },
        }
    }

    /// Counts as of a day, which is the `number`th of the span and not before the last call's. Features are not named.
    fn count(&mut self, facts: &Facts, day: NaiveDate, number: i64) -> Counted {
        match self {
            Self::Facts { totals, days } => Counted::Facts(totals.window(number, *days)),
            Self::Features(features) => Counted::Features(features.distinct(number), Vec::new()),
            Self::Invoices { days } => Counted::Invoices(count_invoices(&facts.invoices, Window::ending(day, *days), day)),
            Self::Trend { totals, days } => Counted::Trend(totals.window(number, *days), totals.window(number - *days, *days)),
        }
    }
}

/// The number of points in a trend, a week apart.
pub const TREND_POINTS: usize = 14;

/// Returns the last day's score and those of whole weeks before it, earliest first; `None` for a day without data.
pub fn trend(history: &[HistoryPoint]) -> Vec<Option<Points>> {
    let weekly = history.iter().rev().step_by(7).take(TREND_POINTS);
    let mut points: Vec<_> = weekly.map(HistoryPoint::shown_score).collect();
    points.reverse();
    points
}

/// Returns the points between two days; `None` when either has no data.
pub fn change(earlier: HistoryPoint, later: HistoryPoint) -> Option<Points> {
    Some(later.shown_score()? - earlier.shown_score()?)
}

/// Returns the first day of the band that holds at the end of `history`, no earlier than the history's first day.
pub fn band_since(history: &[HistoryPoint]) -> Option<NaiveDate> {
    let band: Band = history.last()?.band;
    history.iter().rev().take_while(|point| point.band == band).last().map(|point| point.day)
}

/// Returns the latest day on which the band got worse than the day before, and was not made good: at the end of `history` it is
/// still worse than before that day. A day without data is neither better nor worse.
pub fn band_fell_on(history: &[HistoryPoint]) -> Option<NaiveDate> {
    let band = history.last()?.band;
    let is_worse = |later: Band, earlier: Band| later > earlier && later != Band::NoData && earlier != Band::NoData;
    let fell = |pair: &&[HistoryPoint]| is_worse(pair[1].band, pair[0].band) && is_worse(band, pair[0].band);
    history.windows(2).rev().find(fell).map(|pair| pair[1].day)
}

/// Running totals of one kind of event over a span of days.
struct Sums {
    /// The totals: `totals[i]` is the sum of the span's first `i` days.
    totals: Vec<i64>,
}

impl Sums {
    fn of(facts: &Facts, kind: EventKind, Window { from: base, to }: Window) -> Self {
        let days = ((to - base).num_days() + 1).max(0) as usize;
        let mut totals = vec![0; days + 1];
        for daily in facts.daily.iter().filter(|daily| daily.kind == kind && (base..=to).contains(&daily.day)) {
            totals[(daily.day - base).num_days() as usize + 1] += daily.count;
        }
        for index in 1..totals.len() {
            totals[index] += totals[index - 1];
        }
        Self { totals }
    }

    /// Returns the sum of the `days` days that end `last` days after the span's first.
    fn window(&self, last: i64, days: i64) -> i64 {
        let end = (last + 1).clamp(0, self.totals.len() as i64 - 1);
        let start = (end - days).max(0);
        self.totals[end as usize] - self.totals[start as usize]
    }
}

/// The features in use, with each feature's uses inside a window that only moves forward.
struct SlidingFeatures<'a> {
    /// Uses by day, as (days after `base`, feature, number).
    uses: Vec<(i64, &'a str, i64)>,
    days: i64,
    in_window: HashMap<&'a str, i64>,
    distinct: i64,
    entered: usize,
    left: usize,
}

impl<'a> SlidingFeatures<'a> {
    fn of(facts: &'a Facts, measure: Measure<'_>, base: NaiveDate) -> Self {
        let mut uses: Vec<_> = facts
            .daily
            .iter()
            .filter(|daily| daily.kind == EventKind::FeatureUse && measure.counts_feature(&daily.key))
            .map(|daily| ((daily.day - base).num_days(), daily.key.as_str(), daily.count))
            .collect();
        uses.sort_unstable_by_key(|(day, ..)| *day);
        Self { uses, days: measure.days(), in_window: HashMap::new(), distinct: 0, entered: 0, left: 0 }
    }

    /// Counts distinct features in the window that ends on `day`. No call's day may be before the last call's.
    fn distinct(&mut self, day: i64) -> i64 {
        while let Some((_, feature, uses)) = self.uses.get(self.entered).filter(|(used_on, ..)| *used_on <= day) {
            self.entered += 1;
            Self::add(&mut self.in_window, &mut self.distinct, feature, *uses);
        }
        let first = day - (self.days - 1);
        while let Some((_, feature, uses)) = self.uses.get(self.left).filter(|(used_on, ..)| *used_on < first) {
            self.left += 1;
            Self::add(&mut self.in_window, &mut self.distinct, feature, -*uses);
        }
        self.distinct
    }

    fn add(in_window: &mut HashMap<&'a str, i64>, distinct: &mut i64, feature: &'a str, uses: i64) {
        let count = in_window.entry(feature).or_default();
        *distinct -= i64::from(*count > 0);
        *count += uses;
        *distinct += i64::from(*count > 0);
    }
}
