//! Scores over many days in one pass, from one day on which anything changes to the next.

use super::facts::{Connections, Facts};
use super::measure::Measured;
use super::score::{Part, rate};
use super::sliding::{Counter, NEVER, number};
use crate::domain::scorecard::FactorRule;
use crate::domain::{Band, Factors, HistoryPoint, NaiveDate, Points, Rulebook, Scorecard};
use chrono::Duration;

/// The days that a customer's bands are kept for, and that the search for the beginning of its band goes back.
pub const BAND_MEMORY_DAYS: i64 = 365;

/// Returns the score of each day in `from..=to`, earliest first: exactly what `score(measure(..))` gives for each.
/// `facts.daily` must reach back from `from` by the rulebook's lookback.
pub fn history(
    facts: &Facts,
    rulebook: &Rulebook,
    connections: &Connections,
    from: NaiveDate,
    to: NaiveDate,
) -> Vec<HistoryPoint> {
    let traits = facts.traits();
    // Other facts count before the day on which a customer came back than since then, and other rules when it has grown older.
    let switches = [facts.came_back_within(from, to), rulebook.next_switch(&traits, from)];
    if let Some(switch) = switches.into_iter().flatten().filter(|switch| *switch <= to).min() {
        let before = history(facts, rulebook, connections, from, switch - Duration::days(1));
        return [before, history(facts, rulebook, connections, switch, to)].concat();
    }
    let scorecard = rulebook.scorecard_of(&traits, from);
    let facts = &*facts.life_on(from);
    let mut lines: Vec<_> = scorecard.factors.values().map(|rule| Line::new(facts, rule, connections)).collect();
    let data_from = data_from(facts);
    let (mut day, end) = (number(from), number(to) + 1);
    let mut days = from.iter_days();
    let mut points = Vec::with_capacity((end - day).max(0) as usize);
    while day < end {
        lines.iter_mut().filter(|line| line.next_change <= day).for_each(|line| line.move_to(day));
        let (score, band) = rate(lines.iter().map(|line| line.part), day >= data_from, scorecard);
        let data_change = if day < data_from { data_from } else { NEVER };
        let next = lines.iter().map(|line| line.next_change).fold(data_change.min(end), i64::min);
        points.extend(days.by_ref().take((next - day) as usize).map(|day| HistoryPoint { day, score, band }));
        day = next;
    }
    points
}

/// The scores of a day, with each factor's own score and true when it was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayScores {
    pub score: Points,
    pub band: Band,
    pub factors: Factors<(Points, bool)>,
}

/// Returns the scores of some days, which must rise and be of one life of the customer: exactly what `score(measure(..))` gives
/// for each. `facts.daily` must reach back from the first by the rulebook's lookback.
pub fn scores_on(facts: &Facts, rulebook: &Rulebook, connections: &Connections, days: &[NaiveDate]) -> Vec<DayScores> {
    let Some(first) = days.first() else { return Vec::new() };
    let facts = &*facts.life_on(*first);
    let traits = facts.traits();
    let scorecard_of = |day: &NaiveDate| rulebook.scorecard_of(&traits, *day);
    let alike = days.chunk_by(|a, b| std::ptr::eq(scorecard_of(a), scorecard_of(b)));
    let scored = alike.filter_map(|days| Some(scores_under(facts, scorecard_of(days.first()?), connections, days)));
    scored.flatten().collect()
}

/// Returns the scores of days on all of which the customer has this scorecard.
fn scores_under(facts: &Facts, scorecard: &Scorecard, connections: &Connections, days: &[NaiveDate]) -> Vec<DayScores> {
    let mut lines: Vec<_> = scorecard.factors.values().map(|rule| Line::new(facts, rule, connections)).collect();
    let data_from = data_from(facts);
    let on = |day: &NaiveDate| {
        let day = number(*day);
        lines.iter_mut().filter(|line| line.next_change <= day).for_each(|line| line.move_to(day));
        let (score, band) = rate(lines.iter().map(|line| line.part), day >= data_from, scorecard);
        let parts = lines.iter().map(|line| (line.part.score, line.part.measured));
        DayScores { score, band, factors: scorecard.factors.keys().zip(parts).collect() }
    };
    days.iter().map(on).collect()
}

/// Returns the first day with data: there is none before the first fact, nor before the customer's start.
fn data_from(facts: &Facts) -> i64 {
    facts.first_fact_on.map_or(NEVER, |first| number(first).max(facts.start_date.map_or(i64::MIN, number)))
}

/// One factor's part in the score, day after day.
struct Line<'a> {
    counter: Counter,
    rule: &'a FactorRule,
    connected_from: i64,
    part: Part,
    /// The first day on which the part can become another one.
    next_change: i64,
}

impl<'a> Line<'a> {
    fn new(facts: &Facts, rule: &'a FactorRule, connections: &Connections) -> Self {
        Self {
            counter: Counter::new(facts, &rule.measure),
            rule,
            connected_from: connections.since(&rule.measure).map_or(NEVER, number),
            part: Part { score: Points::ZERO, weight: rule.weight, measured: false },
            next_change: i64::MIN,
        }
    }

    fn move_to(&mut self, day: i64) {
        let measured = Measured { connected: self.connected_from <= day, counted: self.counter.count(day) };
        self.part = Part {
            score: self.rule.scale.score(measured.value(&self.rule.measure)),
            measured: measured.is_measured(),
            ..self.part
        };
        let connection = if measured.connected { NEVER } else { self.connected_from };
        self.next_change = self.counter.next_change(day).min(connection);
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
/// still worse than before that day. A day without data, or of onboarding, is neither better nor worse.
pub fn band_fell_on(history: &[HistoryPoint]) -> Option<NaiveDate> {
    let band = history.last()?.band;
    let is_worse = |later: Band, earlier: Band| later > earlier && later.tells_risk() && earlier.tells_risk();
    let fell = |pair: &&[HistoryPoint]| is_worse(pair[1].band, pair[0].band) && is_worse(band, pair[0].band);
    history.windows(2).rev().find(fell).map(|pair| pair[1].day)
}
