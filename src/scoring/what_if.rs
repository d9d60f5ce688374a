//! The effect of other rules on all customers together: bands, the mean score, and the customers who would move most.

use super::measure::Measurements;
use super::score::Scores;
use crate::domain::numbers::round_div;
use crate::domain::{Band, Customer, Points, Rulebook, Scorecard};
use crate::domain::{ScoreMove, ScorecardPreview};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The most movers that are named.
const NAMED: usize = 10;

/// Two rulebooks, and the sums over the customers added so far.
pub struct WhatIf<'a> {
    current: &'a Rulebook,
    proposed: &'a Rulebook,
    /// The number of customers that would move from the first band to the second.
    moves: BTreeMap<(Band, Band), i64>,
    before: Sum,
    after: Sum,
    movers: Vec<ScoreMove>,
    /// The number of customers that each proposed scorecard scores.
    scored: Vec<i64>,
}

#[derive(Default)]
struct Sum {
    points: i64,
    customers: i64,
}

impl Sum {
    fn add(&mut self, score: Points, band: Band) {
        if band != Band::NoData {
            self.points += score.0;
            self.customers += 1;
        }
    }

    fn mean(&self) -> Option<Points> {
        (self.customers > 0).then(|| Points(round_div(self.points.into(), self.customers.into()) as i64))
    }
}

impl<'a> WhatIf<'a> {
    pub fn new(current: &'a Rulebook, proposed: &'a Rulebook) -> Self {
        Self {
            current,
            proposed,
            moves: BTreeMap::new(),
            before: Sum::default(),
            after: Sum::default(),
            movers: Vec::with_capacity(NAMED + 1),
            scored: vec![0; proposed.scorecards().count()],
        }
    }

    /// Adds a customer, with the scorecard that it has under either rulebook and its measurements under that.
    pub fn add(&mut self, customer: &Customer, before: (&Scorecard, &Measurements), after: (&Scorecard, &Measurements)) {
        let place = self.proposed.scorecards().position(|scorecard| scorecard.name == after.0.name);
        if let Some(scored) = place.and_then(|place| self.scored.get_mut(place)) {
            *scored += 1;
        }
        let Scores { score: before, band: band_before, .. } = Scores::of(before.1, before.0);
        let Scores { score: after, band: band_after, .. } = Scores::of(after.1, after.0);
        *self.moves.entry((band_before, band_after)).or_default() += 1;
        self.before.add(before, band_before);
        self.after.add(after, band_after);
        let scored = band_before != Band::NoData && band_after != Band::NoData;
        let size = |before: Points, after: Points| Reverse((after - before).0.abs());
        // On a tie, customers added earlier stay first.
        let place = self.movers.partition_point(|mover| size(mover.before, mover.after) <= size(before, after));
        if scored && before != after && place < NAMED {
            let name = customer.fields.name.clone();
            self.movers.insert(place, ScoreMove { id: customer.id, name, before, after, band_before, band_after });
            self.movers.truncate(NAMED);
        }
    }

    pub fn finish(self) -> ScorecardPreview {
        let count = |is_counted: &dyn Fn(Band, Band) -> bool| {
            self.moves.iter().filter(|((before, after), _)| is_counted(*before, *after)).map(|(_, count)| count).sum::<i64>()
        };
        let in_band = |band: Band| (band, count(&|before, _| before == band), count(&|_, after| after == band));
        let mut moves: Vec<_> = self.moves.iter().map(|((before, after), count)| (*before, *after, *count)).collect();
        moves.retain(|(before, after, _)| before != after);
        moves.sort_by_key(|(.., count)| Reverse(*count));
        ScorecardPreview {
            changes: self.proposed.changes_since(self.current),
            customers: count(&|_, _| true),
            scored: self.scored,
            bands: Band::ALL.map(in_band).to_vec(),
            moves,
            mean_before: self.before.mean(),
            mean_after: self.after.mean(),
            movers: self.movers,
        }
    }
}
