//! Why a score changed. The way from one day's score to another's is walked in steps, one for each cause. A step's effect
//! on the contributions is its cause's part, so the parts sum to the difference by construction.

use super::facts::{Connections, Facts};
use super::measure::{AsOf, Counted, InvoiceCounts, Measured, Measurements, measure_as_of};
use super::reasons::{Fact, Regrouped};
use super::score::{score, score_and_contributions};
use super::words::{ACTIVE_DAY, AGE, change_sentence, fact_sentence, net_sentence, value_name, value_words};
use crate::domain::counts::group;
use crate::domain::measure::Measure;
use crate::domain::scorecard::FactorRule;
use crate::domain::{
    Cause, CauseFact, CausePart, CustomerId, FactorKey, Factors, HealthChange, NaiveDate, NetFact, Points, Rulebook, Scorecard,
    Window,
};
use chrono::Duration;

/// Everything that a score follows from: a day, the facts known of it, and the rules in force.
#[derive(Clone, Copy, Debug)]
pub struct ScoreInputs<'a> {
    /// Must reach back from the earlier of the two compared days by the rulebook's lookback.
    pub facts: &'a Facts,
    pub rulebook: &'a Rulebook,
    /// The connections as known on the day, or as known now.
    pub connections: &'a Connections,
    pub day: NaiveDate,
}

/// Splits the change between a customer's scores of two days into causes. `before.day` must not be after `after.day`.
pub fn explain_change(id: CustomerId, before: ScoreInputs<'_>, after: ScoreInputs<'_>) -> HealthChange {
    let (from, to) = (before.day, after.day);
    let (known, now_known) = (before.facts.until(from), after.facts.until(from));
    let kept = known.without_retracted(&now_known);
    let waiting = now_known.without_falling_overdue(after.facts, to);
    let scorecards = Scorecards::of(before, after);
    let start = Step::new(&known, scorecards.before, before.connections, AsOf::day(from));
    let rescored = Step::new(&known, scorecards.rescored, before.connections, AsOf::day(from));
    // Most customers have the same scorecard on both days.
    let regrouped = (!std::ptr::eq(scorecards.rescored, scorecards.after))
        .then(|| (Cause::OtherScorecard, Step::new(&known, scorecards.after, before.connections, AsOf::day(from))));
    let step = |facts: &Facts, as_of: AsOf| Step::new(facts, scorecards.after, after.connections, as_of);
    let connected = AsOf { connections: to, ..AsOf::day(from) };
    let slid = AsOf { windows: to, ..connected };
    let steps = [
        Some((Cause::ScorecardChange, rescored)),
        regrouped,
        Some((Cause::SourceConnected, step(&known, connected))),
        Some((Cause::Retracted, step(&kept, connected))),
        Some((Cause::LateArrived, step(&now_known, connected))),
        Some((Cause::LeftWindow, step(&now_known, slid))),
        Some((Cause::TimePassed, step(&waiting, AsOf::day(to)))),
        Some((Cause::NewEvents, step(after.facts, AsOf::day(to)))),
    ];
    let mut causes = Vec::new();
    let mut last = &start;
    let (mut before_sliding, mut slid) = (&start, &start);
    for (cause, next) in steps.iter().flatten() {
        if *cause == Cause::LeftWindow {
            (before_sliding, slid) = (last, next);
        }
        let facts = facts(*cause, last, next, &scorecards, (from, to));
        let factors = difference(last, next);
        if !facts.is_empty() || factors.iter().any(|(_, change)| *change != Points::ZERO) {
            causes.push(CausePart { cause: *cause, change: next.score - last.score, factors, facts });
        }
        last = next;
    }
    let mut change = HealthChange {
        customer_id: id,
        from,
        to,
        change: last.score - start.score,
        factors: difference(&start, last),
        before: score(id, &start.measured, scorecards.before, from),
        after: score(id, &last.measured, scorecards.after, to),
        net: net(&causes, scorecards.after, [before_sliding, slid, last]),
        causes,
        sentence: String::new(),
    };
    change.sentence = change_sentence(&change);
    change
}

/// The scorecards that a customer has on the way from the first day to the second.
struct Scorecards<'a> {
    before: &'a Scorecard,
    /// The one that it would have had on the first day under the rules of the second.
    rescored: &'a Scorecard,
    after: &'a Scorecard,
    /// The reason why the last two differ.
    reason: Regrouped,
}

impl<'a> Scorecards<'a> {
    fn of(before: ScoreInputs<'a>, after: ScoreInputs<'a>) -> Self {
        let (was, is) = (before.facts.traits(), after.facts.traits());
        let rescored = after.rulebook.scorecard_of(&was, before.day);
        let outgrown = rescored.condition.as_ref().filter(|condition| {
            let leaves_on = condition.leaves_on(&is, after.day);
            condition.holds(&was, before.day) && leaves_on.is_some_and(|leaves_on| leaves_on <= after.day)
        });
        let reason = match (is.segment, outgrown.and_then(|condition| condition.started_less_than_days_ago)) {
            (Some(segment), _) if is.segment != was.segment => Regrouped::InSegment(segment),
            (_, Some(days)) => Regrouped::Aged(days),
            _ => Regrouped::Otherwise,
        };
        Self {
            before: before.rulebook.scorecard_of(&was, before.day),
            rescored,
            after: after.rulebook.scorecard_of(&is, after.day),
            reason,
        }
    }
}

/// The state of a customer between two causes.
struct Step {
    measured: Measurements,
    score: Points,
    contributions: Factors<Points>,
}

impl Step {
    fn new(facts: &Facts, scorecard: &Scorecard, connections: &Connections, as_of: AsOf) -> Self {
        let measured = measure_as_of(facts, scorecard, connections, as_of);
        let (score, contributions) = score_and_contributions(&measured, scorecard);
        Self { measured, score, contributions }
    }
}

fn difference(before: &Step, after: &Step) -> Factors<Points> {
    // A factor that only one of the two has counts as 0 in the other.
    let points = |step: &Step, key| step.contributions.get(key).copied().unwrap_or_default();
    let gone = before.contributions.keys().filter(|key| after.contributions.get(*key).is_none());
    after.contributions.keys().chain(gone).map(|key| (key, points(after, key) - points(before, key))).collect()
}

/// Returns the facts behind a step, factor by factor.
fn facts(
    cause: Cause,
    last: &Step,
    next: &Step,
    scorecards: &Scorecards<'_>,
    (from, to): (NaiveDate, NaiveDate),
) -> Vec<CauseFact> {
    let (old, new) = match cause {
        Cause::ScorecardChange => (scorecards.before, scorecards.rescored),
        _ => (scorecards.rescored, scorecards.after),
    };
    let is_rules = matches!(cause, Cause::ScorecardChange | Cause::OtherScorecard);
    let fact = |(factor, rule): (FactorKey, &FactorRule)| {
        let measure = &rule.measure;
        let fact = match cause {
            Cause::ScorecardChange => {
                (old.factors.get(factor) != Some(rule)).then_some(Fact::Scorecard { old: old.version, new: new.version })
            }
            Cause::OtherScorecard => (old.factors.get(factor) != Some(rule))
                .then(|| Fact::ScoredBy { reason: scorecards.reason, name: new.name.clone() }),
            Cause::SourceConnected => {
                let connected = |step: &Step| step.measured.factor(factor).connected;
                let source = measure.sources().next().filter(|_| connected(last) != connected(next));
                source.map(|source| if measure.user_kinds().is_empty() { Fact::Connected(source) } else { Fact::UsersKnown })
            }
            _ => moved(cause, measure, last.measured.factor(factor), next.measured.factor(factor)),
        };
        let days = days(cause, measure, from, to);
        fact.map(|fact| CauseFact { factor, sentence: fact_sentence(cause, fact, days), days })
    };
    let gone = old.factors.iter().filter(|(key, _)| is_rules && new.factors.get(*key).is_none());
    new.factors.iter().chain(gone).filter_map(fact).collect()
}

/// Tells events that left a window and those that entered it as one, of the factors that have both. The steps are those before windows
/// slid, after that, and at the end.
fn net(causes: &[CausePart], scorecard: &Scorecard, steps: [&Step; 3]) -> Vec<NetFact> {
    let net = |(factor, rule): (FactorKey, &FactorRule)| {
        let [before, slid, now] = steps.map(|step| step.measured.factor(factor).counted.number());
        let (before, slid, now) = (before?, slid?, now?);
        if before <= slid || now <= slid {
            return None;
        }
        let of_windows = causes.iter().filter(|part| part.cause.moves_windows());
        let change = Points(of_windows.filter_map(|part| part.factors.get(factor)).map(|points| points.0).sum());
        let is_of_days = matches!(rule.measure, Measure::ActiveDays { .. });
        let noun = if is_of_days { ACTIVE_DAY } else { rule.measure.short_noun() };
        Some(NetFact { factor, change, sentence: net_sentence(noun, before, now) })
    };
    scorecard.factors.iter().filter_map(net).collect()
}

/// The difference between what was counted before a step and after it.
fn moved(cause: Cause, measure: &Measure, last: &Measured, next: &Measured) -> Option<Fact> {
    let noun = measure.short_noun();
    match (&last.counted, &next.counted) {
        (Counted::Facts(last), Counted::Facts(next))
        | (Counted::Features(last, _), Counted::Features(next, _))
        | (Counted::Users(last), Counted::Users(next)) => counted(noun, next - last),
        (Counted::Scaled { number: last, .. }, Counted::Scaled { number: next, .. }) if last != next => {
            counted(noun, next - last)
        }
        (Counted::ActiveDays { number: last, .. }, Counted::ActiveDays { number: next, .. }) if last != next => {
            counted(ACTIVE_DAY, next - last)
        }
        (
            Counted::Scaled { of: last, .. } | Counted::ActiveDays { of: last, .. },
            Counted::Scaled { of: next, .. } | Counted::ActiveDays { of: next, .. },
        ) => {
            let (before, now) = (Some(group(*last)), Some(group(*next)));
            (last != next).then(|| Fact::Value { what: AGE.to_owned(), before, now })
        }
        (Counted::Trend(now, last), Counted::Trend(then, next)) | (Counted::Pace(now, last), Counted::Pace(then, next)) => {
            match then - now {
                0 => (last > next).then_some(Fact::LeftWindowBefore { noun, number: last - next }),
                change => counted(noun, change),
            }
        }
        (Counted::Invoices(last), Counted::Invoices(next)) => invoices_moved(cause, *last, *next),
        (last_counted, next_counted) if last_counted != next_counted => {
            let (before, now) = (value_words(last, measure), value_words(next, measure));
            (before != now).then(|| Fact::Value { what: value_name(measure), before, now })
        }
        _ => None,
    }
}

fn counted(noun: &'static str, change: i64) -> Option<Fact> {
    (change != 0).then_some(Fact::Counted { noun, change })
}

fn invoices_moved(cause: Cause, last: InvoiceCounts, next: InvoiceCounts) -> Option<Fact> {
    if cause == Cause::LeftWindow {
        let invoices = last.judged() - next.judged();
        return (invoices != 0).then_some(Fact::InvoicesLeft { invoices });
    }
    let (on_time, late, overdue) = (next.on_time - last.on_time, next.late - last.late, next.overdue - last.overdue);
    ((on_time, late, overdue) != (0, 0, 0)).then_some(Fact::Invoices { on_time, late, overdue })
}

/// Returns the days of the events behind a fact.
fn days(cause: Cause, measure: &Measure, from: NaiveDate, to: NaiveDate) -> Option<Window> {
    let length = measure.window_days();
    let window = length.map(|length| Window::ending(from, length));
    match cause {
        Cause::NewEvents => {
            let first =
                length.map_or(from + Duration::days(1), |length| (from + Duration::days(1)).max(Window::ending(to, length).from));
            Some(Window { from: first, to })
        }
        Cause::LeftWindow => {
            let (window, length) = (window?, length?);
            Some(Window { from: window.from, to: from.min(Window::ending(to, length).from - Duration::days(1)) })
        }
        Cause::Retracted | Cause::LateArrived => window,
        _ => None,
    }
}
