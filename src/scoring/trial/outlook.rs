//! The effect of tried rules on the whole portfolio: scores, bands and ARR before and after, and who changes band.

use super::TriedCustomer;
use crate::domain::numbers::round_div;
use crate::domain::{Band, Points, ScoreMove};
use std::cmp::Reverse;

/// The most customers that are named. Each takes a tenth of a millisecond of the frame in which it is painted.
const MOST_NAMED: usize = 20;

/// The columns of a distribution; each is 5 points wide, and the last one has 100 too.
const COLUMNS: usize = 20;

/// The effect of rules on a portfolio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    pub before: Standing,
    pub after: Standing,
    /// The portfolio's segments, in its order.
    pub segments: Vec<SegmentOutlook>,
    pub moves: Moves,
    /// The customers who change band, by ARR, the largest first; at most 20.
    pub movers: Vec<ScoreMove>,
}

/// The standing of customers under some rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The number of customers in each column of five points, without those in the band No data.
    pub distribution: [i64; COLUMNS],
    /// The customers of each band and their ARR in cents, in the order of [`Band::ALL`].
    pub bands: [(i64, i64); Band::ALL.len()],
    points: i64,
}

/// The effect of rules on a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentOutlook {
    pub segment: String,
    pub before: Standing,
    pub after: Standing,
    pub moves: Moves,
}

/// The numbers of customers who change band.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    pub better: i64,
    pub worse: i64,
    /// The customers whose band before or after is No data or Onboarding, neither of which tells a risk.
    pub other: i64,
}

impl Standing {
    fn add(&mut self, score: Points, band: Band, arr_cents: Option<i64>) {
        let (customers, arr) = &mut self.bands[band as usize];
        *customers += 1;
        *arr += arr_cents.unwrap_or_default();
        if band != Band::NoData {
            self.points += score.0;
            self.distribution[(score.0 / 50).clamp(0, COLUMNS as i64 - 1) as usize] += 1;
        }
    }

    fn join(&mut self, other: &Self) {
        self.points += other.points;
        self.distribution.iter_mut().zip(other.distribution).for_each(|(sum, more)| *sum += more);
        for ((customers, arr), (more_customers, more_arr)) in self.bands.iter_mut().zip(other.bands) {
            (*customers, *arr) = (*customers + more_customers, *arr + more_arr);
        }
    }

    pub fn customers(&self) -> i64 {
        self.bands.iter().map(|(customers, _)| customers).sum()
    }

    /// Returns the mean score of the customers that have one.
    pub fn mean(&self) -> Option<Points> {
        let scored = self.customers() - self.bands[Band::NoData as usize].0;
        (scored > 0).then(|| Points(round_div(self.points.into(), scored.into()) as i64))
    }
}

impl Moves {
    fn add(&mut self, before: Band, after: Band) {
        match (before, after) {
            (before, after) if before == after => {}
            (Band::NoData | Band::Onboarding, _) | (_, Band::NoData | Band::Onboarding) => self.other += 1,
            (before, after) if after < before => self.better += 1,
            _ => self.worse += 1,
        }
    }

    fn join(&mut self, other: Self) {
        *self = Self { better: self.better + other.better, worse: self.worse + other.worse, other: self.other + other.other };
    }

    pub fn all(self) -> i64 {
        self.better + self.worse + self.other
    }
}

/// Sums over the customers added so far, by segment.
pub(super) struct Sums {
    segments: Vec<(Standing, Standing, Moves)>,
    /// The customers who change band: their place, score and band.
    movers: Vec<(usize, Points, Band)>,
}

impl Sums {
    pub(super) fn new(segments: usize) -> Self {
        Self { segments: vec![Default::default(); segments.max(1)], movers: Vec::new() }
    }

    /// Adds a customer with its score and band under the tried rules.
    pub(super) fn add(&mut self, place: usize, customer: &TriedCustomer, score: Points, band: Band) {
        let segment = customer.segment.min(self.segments.len() - 1);
        let (before, after, moves) = &mut self.segments[segment];
        before.add(customer.score, customer.band, customer.arr_cents);
        after.add(score, band, customer.arr_cents);
        moves.add(customer.band, band);
        if customer.band != band {
            self.movers.push((place, score, band));
        }
    }

    pub(super) fn finish(mut self, segments: &[String], customers: &[TriedCustomer]) -> Outlook {
        let by_arr = |(place, ..): &(usize, Points, Band)| (Reverse(customers[*place].arr_cents), *place);
        if self.movers.len() > MOST_NAMED {
            self.movers.select_nth_unstable_by_key(MOST_NAMED, by_arr);
            self.movers.truncate(MOST_NAMED);
        }
        self.movers.sort_unstable_by_key(by_arr);
        let mover = |(place, after, band_after): (usize, Points, Band)| {
            let TriedCustomer { id, ref name, arr_cents, score: before, band: band_before, .. } = customers[place];
            ScoreMove { id, name: name.clone(), arr_cents, before, after, band_before, band_after }
        };
        let movers = self.movers.into_iter().map(mover).collect();
        let (mut before, mut after, mut moves) = <(Standing, Standing, Moves)>::default();
        for (one_before, one_after, one_moves) in &self.segments {
            before.join(one_before);
            after.join(one_after);
            moves.join(*one_moves);
        }
        let segment = |((before, after, moves), segment): ((Standing, Standing, Moves), &String)| SegmentOutlook {
            segment: segment.clone(),
            before,
            after,
            moves,
        };
        let segments = self.segments.into_iter().zip(segments).map(segment).collect();
        Outlook { before, after, segments, moves, movers }
    }
}
