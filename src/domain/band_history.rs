//! Customers and ARR by band for each day of a period, and the moves between bands from its first day to its last.

use super::absence::Absence;
use super::counts::group;
use super::money::money_short;
use super::tally::{Measure, Tally};
use super::{Band, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The periods to choose from, in days.
pub const PERIODS: [i64; 4] = [30, 90, 180, 365];
/// The period unless another is asked for.
pub const DEFAULT_PERIOD: i64 = 90;

/// Customers and ARR by band, day by day. Everything is restated: today's customers, ARR and rules, and all facts known now,
/// unless knowledge is cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BandHistory {
    /// The last day.
    pub as_of: NaiveDate,
    /// The day at whose end knowledge was cut; null for everything known now.
    pub known_at: Option<NaiveDate>,
    /// The currency's code (ISO 4217).
    pub currency: String,
    /// The days from the first day to the last: 30, 90, 180 or 365.
    pub days: i64,
    /// The first day.
    pub from: NaiveDate,
    /// All bands, in fixed order.
    pub bands: Vec<BandDays>,
    /// The customers by their band on the first day and on the last, where these differ; most ARR first. A customer with no
    /// data on the first day has had its first score since. Those of `movesByRules` are not among them.
    pub moves: Vec<BandMove>,
    /// The customers whose changes of band in the period were, as they were noted, all due to new rules or to a source that was
    /// connected: by the band before the first of these changes and the one after the last.
    pub moves_by_rules: Vec<BandMove>,
    /// The number of customers whose past bands are not worked out yet, after an upgrade. They count nowhere here.
    pub pending: i64,
}

impl BandHistory {
    /// Returns the number of days, both ends counted.
    pub fn days_shown(&self) -> usize {
        self.bands.first().map_or(0, |band| band.customers.len())
    }

    /// Returns the measure that there is anything to show by: customers are counted where no ARR is known.
    pub fn measure(&self, by: Measure) -> Measure {
        let has_arr = self.bands.iter().any(|band| band.arr_cents.iter().any(|arr| *arr > 0));
        if has_arr { by } else { Measure::Customers }
    }

    /// Returns a band's cents or customers on a day, which is counted from the first one.
    pub fn figure(&self, band: Band, by: Measure, day: usize) -> i64 {
        let of_band = self.bands.iter().find(|days| days.band == band);
        let column = of_band.map(|days| if by == Measure::Arr { &days.arr_cents } else { &days.customers });
        column.and_then(|column| column.get(day)).copied().unwrap_or_default()
    }

    pub fn not_healthy(&self, by: Measure, day: usize) -> i64 {
        self.figure(Band::AtRisk, by, day).saturating_add(self.figure(Band::ChurnRisk, by, day))
    }

    pub fn total(&self, by: Measure, day: usize) -> i64 {
        Band::ALL.into_iter().fold(0, |sum: i64, band| sum.saturating_add(self.figure(band, by, day)))
    }

    /// Returns cents or customers as text: "$2.9M", "1,204".
    pub fn words(&self, by: Measure, figure: i64) -> String {
        match by {
            Measure::Arr => money_short(figure, &self.currency),
            Measure::Customers => group(figure),
        }
    }
}

/// The customers of a band and their known ARR, one number for each day, first day first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BandDays {
    pub band: Band,
    pub customers: Vec<i64>,
    pub arr_cents: Vec<i64>,
}

/// The customers that went from one band to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BandMove {
    pub from: Band,
    pub to: Band,
    #[serde(flatten)]
    pub tally: Tally,
}

/// The reason of a customer's move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MovedBy {
    /// Its own facts, or time.
    Facts,
    /// New rules, or a source that was connected.
    Rules,
}

/// Selects the customers that made a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub from: Band,
    pub to: Band,
    pub by: MovedBy,
}

impl Moved {
    /// Returns all moves with this reason.
    pub fn all(by: MovedBy) -> impl Iterator<Item = Self> {
        let pairs = Band::ALL.into_iter().flat_map(|from| Band::ALL.map(|to| (from, to)));
        pairs.filter(|(from, to)| from != to).map(move |(from, to)| Self { from, to, by })
    }

    /// Returns the name used in query strings: `healthy_to_at_risk`.
    pub fn name(self) -> String {
        format!("{}_to_{}", self.from.name(), self.to.name())
    }

    pub fn parse(text: &str, by: MovedBy) -> Option<Self> {
        Self::all(by).find(|moved| moved.name() == text)
    }
}

/// The days of a period, in numbers of days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub first: i32,
    pub last: i32,
}

impl Period {
    pub fn ending(last: NaiveDate, days: i64) -> Self {
        let last = last.to_epoch_days();
        Self { first: last - days as i32, last }
    }

    fn len(self) -> usize {
        (self.last - self.first + 1).max(0) as usize
    }
}

/// Sums of customers and ARR by band and day, made of the runs of one customer after the other. Each run costs two additions,
/// however many days it has.
pub struct BandSums {
    period: Period,
    /// By band and day the difference from the day before, of customers and cents. Many ARRs together can pass an `i64`.
    changes: [Vec<(i64, i128)>; Band::COUNT],
    moves: Vec<((Band, Band, MovedBy), MoveSum)>,
}

#[derive(Default)]
struct MoveSum {
    customers: i64,
    arr_cents: i128,
    arr_unknown: i64,
}

impl BandSums {
    pub fn new(period: Period) -> Self {
        Self { period, changes: std::array::from_fn(|_| vec![(0, 0); period.len() + 1]), moves: Vec::new() }
    }

    /// Adds a customer.
    pub fn add(&mut self, runs: &PeriodRuns, arr_cents: Option<i64>, moved: Option<Moved>) {
        let arr = i128::from(arr_cents.unwrap_or_default());
        for (index, (start, band)) in runs.runs.iter().enumerate() {
            let Some(band) = band else { continue };
            let end = runs.runs.get(index + 1).map_or(self.period.last + 1, |(next, _)| *next);
            let (start, end) = (self.place(*start), self.place(end));
            let days = &mut self.changes[*band as usize];
            days[start] = (days[start].0 + 1, days[start].1 + arr);
            days[end] = (days[end].0 - 1, days[end].1 - arr);
        }
        let Some(Moved { from, to, by }) = moved else { return };
        let key = (from, to, by);
        let place = self.moves.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            self.moves.push((key, MoveSum::default()));
            self.moves.len() - 1
        });
        let sum = &mut self.moves[place].1;
        sum.customers += 1;
        sum.arr_cents += arr;
        sum.arr_unknown += i64::from(arr_cents.is_none());
    }

    /// Returns a day's index in the period; the end of the period for any day after it.
    fn place(&self, day: i32) -> usize {
        (day.clamp(self.period.first, self.period.last + 1) - self.period.first) as usize
    }

    /// Returns the bands' days.
    pub fn bands(&self) -> Vec<BandDays> {
        let days = |band: Band| {
            let (mut customers, mut cents) = (0, 0);
            let sums = self.changes[band as usize].iter().take(self.period.len()).map(|(more, arr)| {
                (customers, cents) = (customers + more, cents + arr);
                (customers, saturated(cents))
            });
            let (customers, arr_cents) = sums.unzip();
            BandDays { band, customers, arr_cents }
        };
        Band::ALL.map(days).to_vec()
    }

    /// Returns the moves with this reason, most ARR first.
    pub fn moves(&self, by: MovedBy) -> Vec<BandMove> {
        let told = self.moves.iter().filter(|((.., known), _)| *known == by).map(|((from, to, _), sum)| {
            let MoveSum { customers, arr_cents, arr_unknown } = *sum;
            BandMove { from: *from, to: *to, tally: Tally { customers, arr_cents: saturated(arr_cents), arr_unknown } }
        });
        let mut moves: Vec<_> = told.collect();
        moves.sort_by_key(|told| (-told.tally.arr_cents, -told.tally.customers, told.from, told.to));
        moves
    }
}

fn saturated(cents: i128) -> i64 {
    cents.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

/// A customer's runs, cut to a period; one without a band while the customer is gone.
#[derive(Default)]
pub struct PeriodRuns {
    runs: Vec<(i32, Option<Band>)>,
}

impl PeriodRuns {
    /// Takes the runs of another customer, and its absences. Returns false when a run cannot be read.
    pub fn take(&mut self, runs: impl Iterator<Item = Option<(i32, Band)>>, absences: &[Absence], period: Period) -> bool {
        self.runs.clear();
        for run in runs {
            let Some((start, band)) = run else { return false };
            if start > period.last {
                break;
            }
            // Of the runs that begin by the first day only the last reaches into the period.
            if start <= period.first {
                self.runs.clear();
            }
            self.runs.push((start, Some(band)));
        }
        absences.iter().for_each(|gone| self.cut(*gone, period));
        !self.runs.is_empty()
    }

    /// Takes the days of an absence out.
    fn cut(&mut self, Absence { left, returned }: Absence, period: Period) {
        if returned <= period.first || left > period.last {
            return;
        }
        // What was before the first day is over.
        let before = if left <= period.first { 0 } else { self.runs.partition_point(|(start, _)| *start < left) };
        let after = self.runs.partition_point(|(start, _)| *start <= returned);
        let back = self.runs[..after].last().map(|(_, band)| (returned, *band)).filter(|_| returned <= period.last);
        self.runs.splice(before..after, std::iter::once((left, None)).chain(back));
    }

    /// Tells the customer's move. `noted` are the bands before and after its changes where all of these were due to new rules or
    /// a connected source: they go before its days, which new rules restate. Who was gone at either end came or went, and did not move.
    pub fn moved(&self, noted: Option<(Band, Band)>) -> Option<Moved> {
        let (from, to) = (self.runs.first()?.1?, self.runs.last()?.1?);
        let (from, to, by) = match noted {
            Some((from, to)) => (from, to, MovedBy::Rules),
            None => (from, to, MovedBy::Facts),
        };
        (from != to).then_some(Moved { from, to, by })
    }
}
