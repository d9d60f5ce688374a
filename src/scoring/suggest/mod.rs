//! "Could it be better?": other rules for one scorecard from its own customers, in three steps. Their weights are learned on one
//! day, they are tested on a later one whose departures they do not know, and the draft gets the targets of the latest day.
//!
//! On weights that evidence moves only so far: Dawes, American Psychologist 34 (1979).

mod kinds;
mod targets;
mod weights;

use super::backtest::{Case, Estimate, difference, estimate_of};
use super::facts::{Connections, Facts};
use super::measure::{Measurements, measure};
use super::score::{Part, Scores, band, weigh, weight_shares};
use super::words;
use crate::domain::backtest::{AucDifference, Verdict};
use crate::domain::rulebook_read::ScorecardOfRulebook;
use crate::domain::scale::Value;
use crate::domain::scorecard::{BandLimits, FactorRule};
use crate::domain::suggestion::{
    BandMoves, CaseCount, Days, FactorEvidence, ScorecardSuggestion, Step, StepOfSuggestion, SuggestionVerdict,
};
use crate::domain::{Band, CustomerId, FactorKey, Figure, NaiveDate, Points, ScoreMove, Scorecard, Share};
use chrono::Duration;
pub use kinds::Kinds;
use std::collections::BTreeMap;

/// The days of facts that must lie before the longest window.
const HISTORY_BEFORE: i64 = 30;
/// The most customers that are named.
const MOST_NAMED: usize = 100;

/// The value that a factor's scale turns into a score, and true when a fact supports it. In few bytes, since all portfolios are held at
/// once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Given {
    over: i64,
    /// 0 where there is nothing to measure, and [`BOUNDLESS`] for what is more than any number.
    under: i64,
    measured: bool,
}

const BOUNDLESS: i64 = -1;

impl Given {
    fn new(value: Option<Value>, measured: bool) -> Self {
        let (over, under) = match value {
            None => (0, 0),
            Some(Value::Boundless) => (0, BOUNDLESS),
            Some(Value::Fraction { mut over, mut under }) => loop {
                // Values that no 64 bits hold are halved above and below the line until they do.
                match (i64::try_from(over), i64::try_from(under)) {
                    (Ok(over), Ok(under)) => break (over, under.max(1)),
                    _ => (over, under) = (over / 2, under / 2),
                }
            },
        };
        Self { over, under, measured }
    }

    fn value(self) -> Option<Value> {
        match self.under {
            0 => None,
            BOUNDLESS => Some(Value::Boundless),
            under => Some(Value::Fraction { over: self.over.into(), under: under.into() }),
        }
    }
}

/// A customer of a day's portfolio, as the rules in force and those that are tried measure it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub customer: CustomerId,
    /// True when it left within the horizon.
    pub left: bool,
    /// The score and band of the rules in force.
    score: Points,
    band: Band,
    now: Vec<Given>,
    tried: Vec<Given>,
}

impl Seen {
    /// Measures a customer as of a day; `None` where the rules in force say No data. Facts after the day are ignored. `rules` are
    /// those in force and those that are tried, in this order.
    pub fn new(
        customer: CustomerId,
        left: bool,
        facts: &Facts,
        rules: (&Scorecard, &Scorecard),
        connections: &Connections,
        day: NaiveDate,
    ) -> Option<Self> {
        let (now, tried) = rules;
        let measured = measure(facts, now, connections, day);
        let Scores { score, band, .. } = Scores::of(&measured, now);
        let given_tried = given(&measure(facts, tried, connections, day), tried);
        (band != Band::NoData).then(|| Self { customer, left, score, band, now: given(&measured, now), tried: given_tried })
    }

    /// Returns the same, with another outcome.
    #[cfg(test)]
    pub fn with_outcome(&self, left: bool) -> Self {
        Self { left, ..self.clone() }
    }
}

fn given(measured: &Measurements, rules: &Scorecard) -> Vec<Given> {
    let given = |(key, rule): (FactorKey, &FactorRule)| {
        let factor = measured.factor(key);
        Given::new(factor.value(&rule.measure), factor.is_measured())
    };
    rules.factors.iter().map(given).collect()
}

/// Everything that a suggestion for one scorecard follows from.
pub struct Learning<'a> {
    pub now: &'a Scorecard,
    /// The rules of other kinds, as [`Kinds::scorecard`] gives them.
    pub tried: &'a Scorecard,
    pub days: Days,
    pub learned: &'a [Seen],
    pub tested: &'a [Seen],
    /// The portfolio of the day of the draft.
    pub today: &'a [Seen],
}

/// Returns the latest day on which facts may begin, so that rules can be learned on `learned_on`.
pub fn facts_needed_from(now: &Scorecard, tried: &Scorecard, learned_on: NaiveDate) -> NaiveDate {
    let windows = now.factors.values().chain(tried.factors.values()).filter_map(|rule| rule.measure.window_days());
    learned_on - Duration::days(windows.fold(1, i64::max) + HISTORY_BEFORE)
}

/// Returns the answer for a scorecard where facts begin too late.
pub fn without_history(
    now: &Scorecard,
    days: Days,
    first_fact_on: Option<NaiveDate>,
    needed_from: NaiveDate,
) -> ScorecardSuggestion {
    let (sentence, reason) = words::no_history(days.learned_on, first_fact_on, needed_from);
    ScorecardSuggestion {
        name: now.name.clone(),
        verdict: SuggestionVerdict::NotEnoughHistory,
        sentence,
        reason,
        learned: CaseCount::default(),
        tested: CaseCount::default(),
        now: None,
        suggested: None,
        together: None,
        leavers_needed: None,
        steps: Vec::new(),
        factors: Vec::new(),
        changes: Vec::new(),
        draft: None,
        moves: Vec::new(),
        movers: Vec::new(),
    }
}

impl Learning<'_> {
    /// Learns, tests, and drafts. `who` gives the name and ARR of a customer.
    pub fn suggest(&self, who: impl Fn(CustomerId) -> (String, Option<i64>)) -> ScorecardSuggestion {
        let Self { now, tried, days, learned, tested, today } = *self;
        let (learned_count, tested_count) = (count(learned), count(tested));
        // What each factor tells is learned with the targets of that day.
        let own = targets::own(tried, learned, |seen| &seen.tried);
        let learned_cases = cases(learned, days.learned_on);
        let evidence: Vec<_> = own
            .factors
            .values()
            .enumerate()
            .map(|(place, rule)| {
                let score = |seen: &Seen| Some(rule.scale.score(seen.tried.get(place)?.value()).0);
                estimate_of(&learned_cases, &learned.iter().map(score).collect::<Vec<_>>())
            })
            .collect();
        let weights = weights::learned(&tried.factors.map(|_, rule| rule.weight), &evidence, learned_count.fewer());
        let with_weights = |mut rules: Scorecard| {
            rules.factors.iter_mut().zip(weights.values()).for_each(|((_, rule), weight)| rule.weight = *weight);
            rules
        };

        let test = Test::new(tested, days.tested_on);
        let kinds = targets::own(tried, tested, |seen| &seen.tried);
        let scores = [
            tested.iter().map(|seen| seen.score.0).collect(),
            test.scores(&targets::own(now, tested, |seen| &seen.now), |seen| &seen.now),
            test.scores(&kinds, |seen| &seen.tried),
            test.scores(&with_weights(kinds), |seen| &seen.tried),
        ];
        let steps = Step::ALL.into_iter().zip(scores.windows(2)).map(|(step, pair)| StepOfSuggestion {
            step,
            auc: test.estimate(&pair[1]).map(|estimate| estimate.auc),
            difference: difference(&test.cases, &pair[1], &pair[0]),
        });
        let [before, .., after] = &scores;
        let together = difference(&test.cases, after, before);
        let (auc_now, suggested) = (test.estimate(before), test.estimate(after));
        let verdict = verdict(learned_count, tested_count, suggested, together);

        let draft = with_bands(with_weights(targets::own(tried, today, |seen| &seen.tried)), today);
        let (moves, movers) = band_moves(&draft, today, who);
        let mut answer = ScorecardSuggestion {
            name: now.name.clone(),
            verdict,
            sentence: String::new(),
            reason: String::new(),
            learned: learned_count,
            tested: tested_count,
            now: auc_now.map(|estimate| estimate.auc),
            suggested: suggested.map(|estimate| estimate.auc),
            together,
            leavers_needed: together.and_then(|together| leavers_needed(tested_count.fewer(), together)),
            steps: steps.collect(),
            factors: factors(now, &draft, &evidence),
            changes: draft.changes_since(now),
            draft: Some(ScorecardOfRulebook::from(draft)),
            moves,
            movers,
        };
        (answer.sentence, answer.reason) = words::suggestion(&answer, days);
        answer
    }
}

fn count(seen: &[Seen]) -> CaseCount {
    CaseCount { n: seen.len() as i64, churners: seen.iter().filter(|seen| seen.left).count() as i64 }
}

fn cases(seen: &[Seen], day: NaiveDate) -> Vec<Case> {
    seen.iter().map(|seen| Case { customer: seen.customer, day, left: seen.left }).collect()
}

/// The customers of the day of the test.
struct Test<'a> {
    seen: &'a [Seen],
    cases: Vec<Case>,
}

impl<'a> Test<'a> {
    fn new(seen: &'a [Seen], day: NaiveDate) -> Self {
        Self { seen, cases: cases(seen, day) }
    }

    fn scores(&self, rules: &Scorecard, of: fn(&Seen) -> &[Given]) -> Vec<i64> {
        self.seen.iter().map(|seen| score(of(seen), rules).0.0).collect()
    }

    fn estimate(&self, scores: &[i64]) -> Option<Estimate> {
        estimate_of(&self.cases, &scores.iter().copied().map(Some).collect::<Vec<_>>())
    }
}

fn score(given: &[Given], rules: &Scorecard) -> (Points, Share) {
    let part = |(rule, given): (&FactorRule, &Given)| Part {
        score: rule.scale.score(given.value()),
        weight: rule.weight,
        measured: given.measured,
    };
    weigh(rules.factors.values().zip(given).map(part), rules.missing_policy)
}

/// Judges the suggested rules. They are better only where both intervals say so: that of the difference from the rules in force
/// lies above 0, and that of their own AUC above 0.5.
fn verdict(
    learned: CaseCount,
    tested: CaseCount,
    suggested: Option<Estimate>,
    together: Option<AucDifference>,
) -> SuggestionVerdict {
    let is_better = together.is_some_and(|together| together.low > Figure(0));
    let is_good = suggested.is_some_and(|suggested| suggested.auc.low > Figure::HALF);
    match learned.fewer().min(tested.fewer()) {
        ..Verdict::FEW_BELOW => SuggestionVerdict::TooFew,
        _ if is_better && is_good => SuggestionVerdict::Better,
        _ => SuggestionVerdict::NoEvidence,
    }
}

/// Returns how many departures would show a difference of this size beyond chance in four of five tests: their number grows with
/// the square of the standard error. 2.8 is 1.96 + 0.84, for an interval of 95 % and a power of 80 %.
fn leavers_needed(few: i64, together: AucDifference) -> Option<i64> {
    if together.value <= Figure(0) || few == 0 {
        return None;
    }
    let times = 2.8 * together.standard_error.as_f64() / together.value.as_f64();
    let needed = (few as f64 * times * times).ceil() as i64;
    Some(needed.max(Verdict::FEW_BELOW))
}

fn factors(now: &Scorecard, draft: &Scorecard, evidence: &[Option<Estimate>]) -> Vec<FactorEvidence> {
    let weights_now = weight_shares(&now.factors.map(|_, rule| rule.weight));
    let weights = weight_shares(&draft.factors.map(|_, rule| rule.weight));
    let factor = |(((key, rule), weight), evidence): (((FactorKey, &FactorRule), &Share), &Option<Estimate>)| FactorEvidence {
        key,
        label: rule.label.clone(),
        auc: evidence.map(|evidence| evidence.auc),
        runs_against: evidence.is_some_and(Estimate::runs_against),
        weight_now: weights_now.get(key).copied().unwrap_or_default(),
        weight: *weight,
    };
    draft.factors.iter().zip(weights.values()).zip(evidence).map(factor).collect()
}

/// Puts the limits of bands where about the worst tenth of a portfolio is at churn risk, and the next quarter at risk.
fn with_bands(mut rules: Scorecard, seen: &[Seen]) -> Scorecard {
    let scores: Vec<_> = seen.iter().map(|seen| score(&seen.tried, &rules).0).collect();
    if !scores.is_empty() {
        let at_risk = limit(&scores, 10, 1);
        rules.bands = BandLimits { at_risk: Points(10 * at_risk), healthy: Points(10 * limit(&scores, 35, at_risk + 1)) };
    }
    rules
}

/// Returns the limit, in whole points from `least` to 99, below which the share of scores is nearest to `percent`.
fn limit(scores: &[Points], percent: i64, least: i64) -> i64 {
    let off = |limit: &i64| {
        let below = scores.iter().filter(|score| score.0 < 10 * limit).count() as i64;
        (100 * below - percent * scores.len() as i64).abs()
    };
    // Of those that are as near, the middle one keeps away from the scores on both sides.
    let nearest = (least..100).map(|limit| off(&limit)).min();
    let equal: Vec<_> = (least..100).filter(|limit| Some(off(limit)) == nearest).collect();
    equal.get(equal.len() / 2).copied().unwrap_or(least)
}

fn band_moves(
    draft: &Scorecard,
    today: &[Seen],
    who: impl Fn(CustomerId) -> (String, Option<i64>),
) -> (Vec<BandMoves>, Vec<ScoreMove>) {
    let (mut moves, mut movers) = (BTreeMap::<(Band, Band), BandMoves>::new(), Vec::new());
    for seen in today {
        let (after, coverage) = score(&seen.tried, draft);
        let (from, to) = (seen.band, band(after, true, coverage, draft));
        if from == to {
            continue;
        }
        let (name, arr_cents) = who(seen.customer);
        let sum = moves.entry((from, to)).or_insert(BandMoves { from, to, customers: 0, arr_cents: 0 });
        sum.customers += 1;
        sum.arr_cents += arr_cents.unwrap_or_default();
        movers.push(ScoreMove {
            id: seen.customer,
            name,
            arr_cents,
            before: seen.score,
            after,
            band_before: from,
            band_after: to,
        });
    }
    movers.sort_by_key(|mover| (std::cmp::Reverse(mover.arr_cents), mover.id));
    movers.truncate(MOST_NAMED);
    let mut moves: Vec<_> = moves.into_values().collect();
    moves.sort_by_key(|sum| std::cmp::Reverse(sum.customers));
    (moves, movers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_bands_part_the_worst_tenth_and_the_next_quarter() {
        // One score a point, from 0 to 99: below 10 are ten, below 35 thirty-five.
        let each: Vec<_> = (0..100).map(|score| Points(10 * score)).collect();
        assert_eq!((limit(&each, 10, 1), limit(&each, 35, 11)), (10, 35));
        // A third each at 30, 50 and 90: none is nearer to a tenth than a third, and a third is nearest to 35 in 100.
        let thirds: Vec<_> = [300, 500, 900].iter().flat_map(|score| [Points(*score); 30]).collect();
        let at_risk = limit(&thirds, 10, 1);
        assert!((1..=30).contains(&at_risk) && (31..=50).contains(&limit(&thirds, 35, at_risk + 1)));
        // All alike: the limits stay apart.
        let alike = [Points(1000); 20];
        assert!(limit(&alike, 10, 1) < limit(&alike, 35, limit(&alike, 10, 1) + 1));
    }

    #[test]
    fn a_value_is_kept_in_few_bytes() {
        let fraction = |over: i128, under: i128| Some(Value::Fraction { over, under });
        for value in [None, Some(Value::Boundless), fraction(0, 1), fraction(-7, 30), fraction(i64::MAX.into(), 1000)] {
            assert_eq!(Given::new(value, true).value(), value);
        }
        let huge = Given::new(fraction(1 << 80, 1 << 78), false).value().and_then(Value::rounded);
        assert_eq!(huge, Some(4));
        assert!(size_of::<Given>() <= 24);
    }
}
