//! A scenario in numbers: curves over the days before today, from which the events are drawn.
//!
//! The comments add up the points that the default scorecard gives today: logins + features + support + invoices + API.

use super::Dice;
use super::scenario::Scenario::{self, *};
use crate::domain::Segment;
use rand::RngExt;

/// A value over time, given by points of (days ago, value), oldest first. Values between them lie on straight lines; values
/// beyond them are level.
#[derive(Clone, Debug)]
pub struct Curve(Vec<(i64, f64)>);

impl Curve {
    pub fn level(value: f64) -> Self {
        Self(vec![(0, value)])
    }

    /// Returns a curve through these points, with values multiplied by `scale`.
    fn shaped(scale: f64, knots: &[(i64, f64)]) -> Self {
        Self(knots.iter().map(|(ago, value)| (*ago, scale * value)).collect())
    }

    pub fn at(&self, ago: i64) -> f64 {
        let later = self.0.iter().position(|(knot, _)| *knot <= ago);
        match later {
            Some(0) => self.0[0].1,
            None => self.0.last().map_or(0.0, |(_, value)| *value),
            Some(index) => {
                let ((from, start), (to, end)) = (self.0[index - 1], self.0[index]);
                start + (end - start) * (from - ago) as f64 / (from - to) as f64
            }
        }
    }

    /// Scales the curve down so that it never exceeds `limit`.
    pub fn limited(self, limit: f64) -> Self {
        let peak = self.0.iter().map(|(_, value)| *value).fold(0.0, f64::max);
        if peak > limit { Self::shaped(limit / peak, &self.0) } else { self }
    }
}

/// The way in which a customer pays its invoices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pays {
    OnTime,
    /// Pays on time, except the third latest invoice.
    OnceLate,
    AlwaysLate,
    /// Has not paid the invoices issued within so many days.
    NotSince(i64),
}

/// The rhythm of invoices, and the way they are paid.
#[derive(Clone, Debug)]
pub struct Billing {
    pub every_months: u32,
    /// The days since the latest one was issued.
    pub latest: i64,
    /// The days from issue to due day.
    pub terms: i64,
    pub pays: Pays,
}

/// A scenario in numbers. Curves of logins, tickets and API calls are per thirty days.
#[derive(Clone, Debug)]
pub struct Story {
    /// The days from the contract's start to today; negative when it is still to come.
    pub customer_for: i64,
    /// The first and the last day of activity, in days ago. There is none when the first comes after the last.
    pub active_from: i64,
    pub active_to: i64,
    pub people: usize,
    /// The day, in days ago, until which the first person makes most of the logins. The person makes none after it.
    pub champion_until: Option<i64>,
    pub logins: Curve,
    /// The number of distinct features in use.
    pub features: Curve,
    pub tickets: Curve,
    pub api_calls: Curve,
    pub billing: Option<Billing>,
}

impl Story {
    /// Draws the story of a scenario's customer. `days` is how far back the portfolio's activity reaches.
    pub fn of(scenario: Scenario, take: usize, days: i64, dice: &mut Dice) -> Self {
        let mut plain = Self::plain(scenario.segment(take), days, dice);
        plain.play(scenario, take, dice);
        plain.active_from = plain.active_from.min(plain.customer_for).min(days);
        plain
    }

    /// Draws the story of a customer of this segment to whom nothing remarkable happens.
    fn plain(segment: Segment, days: i64, dice: &mut Dice) -> Self {
        // Systems were connected one after the other, so customers have four to six months of activity out of six.
        let active_from = dice.random_range(days * 2 / 3..=days);
        let (people, logins, traffic) = match segment {
            Segment::ENTERPRISE => {
                (dice.random_range(8..=14), dice.random_range(90.0..150.0), dice.random_range(20_000.0..90_000.0))
            }
            Segment::SMB => (dice.random_range(3..=6), dice.random_range(36.0..60.0), dice.random_range(2_000.0..9_000.0)),
            _ => (dice.random_range(2..=4), dice.random_range(32.0..50.0), dice.random_range(4_000.0..30_000.0)),
        };
        let billing = match segment {
            Segment::ENTERPRISE => Billing { every_months: 3, latest: dice.random_range(35..=55), terms: 30, pays: Pays::OnTime },
            _ => Billing { every_months: 1, latest: dice.random_range(1..=10), terms: 14, pays: Pays::OnTime },
        };
        Self {
            customer_for: active_from + dice.random_range(30..=1400),
            active_from,
            active_to: 0,
            people,
            champion_until: None,
            logins: Curve::level(logins),
            features: Curve::level(5.0),
            tickets: Curve::level(0.6),
            api_calls: Curve::level(traffic),
            billing: Some(billing),
        }
    }

    fn pays(&mut self, pays: Pays) {
        if let Some(billing) = &mut self.billing {
            billing.pays = pays;
        }
    }

    fn play(&mut self, scenario: Scenario, take: usize, dice: &mut Dice) {
        let traffic = self.api_calls.at(0);
        let logins = self.logins.at(0);
        match scenario {
            // 25 + 25 + 8 to 16 + 20 + 5
            SteadyEnterprise => {
                self.features = Curve::level(dice.random_range(7.0..9.9));
                self.tickets = Curve::level(dice.random_range(0.7..2.0));
            }
            // 25 + 15 to 25 + 16 + 16 to 20 + 5
            SteadyTeam => {
                self.features = Curve::level([4.5, 3.5, 5.5, 4.5][take % 4]);
                self.pays(if take.is_multiple_of(2) { Pays::OnTime } else { Pays::OnceLate });
                if take % 4 == 3 {
                    self.api_calls = Curve::level(0.0);
                }
            }
            // 25 + 25 + 18 + 20 + 5
            PowerUser => {
                self.people = 1 + take % 2;
                self.logins = Curve::level(dice.random_range(55.0..80.0));
                self.features = Curve::level(dice.random_range(9.0..11.9));
                self.tickets = Curve::level(0.3);
            }
            // 25 + 25 + 16 + 20 + 9
            GrowingStartup => {
                self.customer_for = self.active_from + dice.random_range(0..60);
                self.logins = Curve::shaped(logins, &[(180, 0.2), (90, 0.5), (0, 1.3)]);
                self.features = Curve(vec![(180, 2.0), (60, 4.0), (0, 6.5)]);
                self.api_calls = Curve::shaped(traffic, &[(180, 0.05), (90, 0.15), (60, 0.25), (30, 0.5), (0, 0.9)]);
            }
            // 25 + 25 + 18 + 20 + 9; the fifth feature within the last week
            RampUp => {
                self.customer_for = dice.random_range(40..=52);
                self.logins = Curve::shaped(logins, &[(50, 0.3), (25, 1.0), (0, 1.2)]);
                self.features = Curve(vec![(50, 1.0), (20, 3.5), (7, 4.4), (4, 5.5)]);
                self.api_calls = Curve::shaped(traffic, &[(50, 0.05), (25, 0.3), (0, 0.6)]);
                self.billing =
                    Some(Billing { every_months: 1, latest: dice.random_range(18..=24), terms: 14, pays: Pays::OnTime });
            }
            // 25 + 25 + 16 + 20 + 5; the dip is over before both API windows
            SeasonalDip => {
                let dip = [(112, 1.0), (104, 0.15), (74, 0.15), (66, 1.0)];
                self.logins = Curve::shaped(logins, &dip);
                self.api_calls = Curve::shaped(traffic, &dip);
            }
            // 25 + 25 + 10 + 20 + 5, up by two for each ticket that turned 90 days this week
            StormRecovered => {
                self.tickets = Curve(vec![(99, 0.3), (98, 30.0), (86, 30.0), (85, 0.3)]);
                self.active_from = self.active_from.max(120);
            }
            // 8 + 15 + 11 + 16 + 3
            SlowDecline => {
                self.active_from = self.active_from.max(150);
                self.logins = Curve::shaped(logins.min(60.0), &[(150, 1.0), (120, 0.9), (10, 0.06), (0, 0.05)]);
                self.features = Curve(vec![(150, 5.9), (60, 2.0), (0, 1.0)]);
                self.tickets = Curve(vec![(150, 0.3), (60, 1.5), (0, 1.5)]);
                self.api_calls = Curve::shaped(traffic, &[(150, 1.0), (0, 0.25)]);
                self.pays(Pays::OnceLate);
            }
            // 25 + 20 + 14 + 0 + 5
            LatePayer => {
                self.features = Curve::level(4.5);
                self.tickets = Curve::level(1.0);
                self.pays(Pays::AlwaysLate);
            }
            // 4 + 10 + 18 + 20 + 6
            ApiFirst => {
                self.logins = Curve::level(3.5);
                self.features = Curve::level(2.0);
                self.tickets = Curve::level(0.3);
                self.api_calls = Curve::shaped(20.0 * traffic, &[(180, 0.3), (0, 1.0)]);
            }
            // 25 + 15 + 0 + 20 + 4, down by seven this week
            SupportStorm => {
                self.features = Curve::level(3.5);
                self.tickets = Curve(vec![(17, 0.6), (16, 12.0), (8, 12.0), (7, 56.0), (0, 56.0)]);
                self.api_calls = Curve::shaped(traffic, &[(60, 1.0), (0, 0.75)]);
            }
            // 4 + 10 + 20 + 10 + 5
            BrandNew => {
                self.customer_for = dice.random_range(6..=9);
                self.logins = Curve::level(16.0);
                self.features = Curve::level(2.0);
                self.tickets = Curve::level(0.0);
                self.api_calls = Curve::level(0.0);
                self.billing = Some(Billing { every_months: 1, latest: 5, terms: 14, pays: Pays::OnTime });
            }
            // 17 + 10 + 11 + 20 + 2
            WindingDownApi => {
                self.logins = Curve(vec![(90, 27.0), (0, 11.0)]);
                self.features = Curve::level(2.5);
                self.tickets = Curve::level(1.5);
                self.api_calls = Curve::shaped(traffic, &[(90, 1.0), (45, 0.8), (0, 0.02)]);
            }
            // 15 + 15 + 14 + 16 + 4, down by ten this week
            ChampionLeft => {
                self.champion_until = Some(25);
                self.logins = Curve(vec![(26, 44.0), (25, 4.0)]);
                self.features = Curve::level(3.5);
                self.tickets = Curve::level(1.0);
                self.api_calls = Curve::shaped(traffic, &[(30, 1.0), (0, 0.6)]);
                self.pays(Pays::OnceLate);
            }
            // Two of four stopped lately: 4 + 10 + 8 + 12 + 1, a week ago 13 + 10 + 8 + 14 + 2. The others: 0 + 10 + 12 + 12 + 0.
            SuddenStop => {
                let stop = if take.is_multiple_of(2) { 27 } else { dice.random_range(44..=54) };
                self.active_to = stop;
                self.logins = Curve::level(32.0);
                self.features = Curve::level(2.5);
                self.tickets = Curve(vec![(95, 0.3), (85, 3.0), (0, 3.0)]);
                self.billing = Some(Billing { every_months: 1, latest: 18, terms: 14, pays: Pays::NotSince(55) });
            }
            // 6 + 10 + 8 + 4 + 3
            OverdueInvoices => {
                self.logins = Curve(vec![(120, 30.0), (45, 5.0)]);
                self.features = Curve(vec![(120, 4.0), (95, 2.0)]);
                self.tickets = Curve::level(1.9);
                self.api_calls = Curve::shaped(traffic, &[(120, 1.0), (0, 0.2)]);
                self.billing = Some(Billing { every_months: 1, latest: 20, terms: 14, pays: Pays::NotSince(115) });
            }
            NotOnboarded => {
                self.customer_for = dice.random_range(10..=20);
                self.silence();
            }
            StartsSoon => {
                self.customer_for = -dice.random_range(9..=18);
                self.silence();
            }
            Churned => {
                self.logins = Curve(vec![(150, 30.0), (80, 2.0)]);
                self.active_to = 72;
                self.tickets = Curve::level(2.0);
                self.pays(Pays::NotSince(130));
            }
        }
    }

    /// Returns whether nothing is ever received.
    pub fn is_silent(&self) -> bool {
        self.active_from < self.active_to
    }

    /// Turns the story into one of which nothing is ever received.
    fn silence(&mut self) {
        (self.active_from, self.active_to) = (-1, 0);
        self.billing = None;
    }
}
