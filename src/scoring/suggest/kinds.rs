//! Kinds of measures that told more than others on several sets of real departures: days of silence, counts that are held against the days a
//! newcomer has had, and windows that fit the rhythm of use.

use crate::domain::measure::Measure;
use crate::domain::rulebook_input::MOST_FACTORS;
use crate::domain::{EventKind, FactorKey, NaiveDate, Rulebook, Scorecard, templates};
use crate::scoring::facts::{Connections, Facts};
use chrono::Duration;

/// The days before the day of learning whose active days give the rhythm of use.
const RHYTHM_DAYS: i64 = 180;
/// The days between two active days from which on the rhythm is slow.
const SLOW: i64 = 7;

/// The keys of the factor for silence, of which the first that is free is taken.
const KEYS: [&str; 3] = ["daysOfSilence", "daysOfSilenceToo", "silentDays"];

/// The kinds of measures for one scorecard, from the rhythm of some of its customers.
pub struct Kinds {
    now: Scorecard,
    learned_on: NaiveDate,
    /// The key of a new factor for silence, and the events whose silence it measures. `None` where the rules measure silence
    /// already, where neither use nor invoices are connected by the day of learning, or where no key or no room for another factor
    /// is left.
    silence: Option<(FactorKey, Vec<EventKind>)>,
    /// Each customer's median number of days between two active days: one list a factor, in their order, and a last one for
    /// silence.
    gaps: Vec<Vec<i64>>,
}

impl Kinds {
    /// Begins with a scorecard of a rulebook, without knowing the rhythm.
    pub fn new(now: &Scorecard, rulebook: &Rulebook, connections: &Connections, learned_on: NaiveDate) -> Self {
        let has_silence = now.factors.values().any(|rule| matches!(rule.measure, Measure::DaysSince { .. }));
        let is_connected = |kinds: &&[EventKind]| {
            let silence = Measure::DaysSince { kinds: kinds.to_vec(), days: 1 };
            connections.since(&silence).is_some_and(|first| first <= learned_on)
        };
        let activity = [&templates::USE[..], &[EventKind::InvoiceIssued]].into_iter().find(is_connected);
        // Scorecards share factors by key: a key that another scorecard has is free here, and needs no room in the rulebook.
        let is_free = |key: &FactorKey| now.factors.get(*key).is_none();
        let (key, factors) = (KEYS.into_iter().filter_map(FactorKey::parse).find(is_free), rulebook.factors());
        let has_room = |key: &FactorKey| factors.len() < MOST_FACTORS || factors.get(*key).is_some();
        Self {
            silence: key.filter(has_room).zip(activity.filter(|_| !has_silence).map(<[_]>::to_vec)),
            gaps: vec![Vec::new(); now.factors.keys().count() + 1],
            now: now.clone(),
            learned_on,
        }
    }

    /// Returns the first day of the activity that the rhythm is taken from, for rules that are learned on a day.
    pub fn rhythm_from(learned_on: NaiveDate) -> NaiveDate {
        learned_on - Duration::days(RHYTHM_DAYS)
    }

    /// Adds the rhythm of a customer, up to the day on which rules are learned.
    pub fn add(&mut self, facts: &Facts) {
        let of_factors = self.now.factors.values().map(|rule| rule.measure.kinds().collect::<Vec<_>>());
        let kinds: Vec<_> = of_factors.chain([self.silence.clone().map(|(_, kinds)| kinds).unwrap_or_default()]).collect();
        let (from, to) = (Self::rhythm_from(self.learned_on), self.learned_on);
        for (kinds, gaps) in kinds.iter().zip(&mut self.gaps) {
            gaps.extend(median_gap(facts, kinds, from, to));
        }
    }

    /// Returns the rules with measures of other kinds. They keep the present targets; a factor for silence, where one is added,
    /// has a quarter of the weight.
    pub fn scorecard(&self) -> Scorecard {
        let mut scorecard = self.now.clone();
        let mut gaps = self.gaps.iter().map(|gaps| median(gaps.clone()));
        for (_, rule) in scorecard.factors.iter_mut() {
            let is_slow = gaps.next().flatten().map(|gap| gap >= SLOW);
            fit(&mut rule.measure, is_slow, rule.scale.falls());
        }
        let Some((key, kinds)) = self.silence.clone() else { return scorecard };
        let is_slow = gaps.next().flatten().is_some_and(|gap| gap >= SLOW);
        let weights: i64 = scorecard.factors.values().map(|rule| rule.weight).sum();
        // In whole numbers: silence weighs a third of the others together.
        scorecard.factors.iter_mut().for_each(|(_, rule)| rule.weight *= 3);
        let days = if is_slow { 180 } else { 90 };
        let rule = templates::silence(&kinds, days, &[(0, 100), (if is_slow { 90 } else { 30 }, 0)], weights);
        scorecard.factors.push(key, rule);
        scorecard
    }
}

/// Fits a measure's window to the rhythm of use, where that is known, and scales counts by age for newcomers' sake. Counts of which
/// more is worse are not scaled: two tickets in the first week are no sign of twenty.
fn fit(measure: &mut Measure, is_slow: Option<bool>, falls: bool) {
    let fitting = |days: i64| match is_slow {
        Some(true) => 90,
        Some(false) => days.clamp(7, 30),
        None => days,
    };
    match measure {
        Measure::Count { days, scaled_by_age, .. } => {
            *days = days.or(is_slow.map(|_| 90)).map(fitting);
            *scaled_by_age |= !falls && days.is_some();
        }
        Measure::DistinctFeatures { days, .. } | Measure::Trend { days, .. } => {
            *days = days.or(is_slow.map(|_| 90)).map(fitting);
        }
        Measure::ActiveDays { days, scaled_by_age, .. } => {
            *days = fitting(*days);
            *scaled_by_age |= !falls;
        }
        Measure::Pace { days, .. } | Measure::DistinctUsers { days, .. } => *days = fitting(*days),
        Measure::DaysSince { .. }
        | Measure::OnTimeShare { .. }
        | Measure::DaysOverdue
        | Measure::Latest { .. }
        | Measure::Mean { .. }
        | Measure::Ratio { .. } => {}
    }
}

/// Returns the median of the days between two active days; `None` for fewer than two.
fn median_gap(facts: &Facts, kinds: &[EventKind], from: NaiveDate, to: NaiveDate) -> Option<i64> {
    let counts = facts.daily.iter().filter(|daily| daily.count > 0 && kinds.contains(&daily.kind));
    let mut days: Vec<_> = counts.map(|daily| daily.day).filter(|day| (from..=to).contains(day)).collect();
    days.sort_unstable();
    days.dedup();
    median(days.windows(2).map(|pair| (pair[1] - pair[0]).num_days()).collect())
}

fn median(mut numbers: Vec<i64>) -> Option<i64> {
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied()
}
