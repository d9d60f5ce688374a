//! Why a score changed. The way from one day's standing to another's is walked in steps, one for each cause. A step's effect
//! on the contributions is its cause's part, so the parts sum to the difference by construction.

use super::facts::{Connections, Facts};
use super::measure::{AsOf, Measurements, measure_as_of};
use super::score::score;
use crate::domain::counts::count;
use crate::domain::{
    Cause, CauseFact, CausePart, CustomerId, FactorKey, Factors, Health, HealthChange, NaiveDate, Points, Scorecard, Window,
};
use chrono::Duration;

/// Everything that a score follows from: a day, the facts known of it, and the rules in force.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// Must reach back from the earlier of the two compared days by the scorecard's lookback.
    pub facts: &'a Facts,
    pub scorecard: &'a Scorecard,
    /// The connections as known on the day, or as known now.
    pub connections: &'a Connections,
    pub day: NaiveDate,
}

/// Splits the change between two standings of a customer into causes. `before.day` must not be after `after.day`.
pub fn explain_change(id: CustomerId, before: Standing<'_>, after: Standing<'_>) -> HealthChange {
    let (from, to) = (before.day, after.day);
    let (known, now_known) = (before.facts.until(from), after.facts.until(from));
    let kept = known.without_retracted(&now_known);
    let waiting = now_known.without_falling_overdue(after.facts, to);
    let start = Step::new(id, &known, before.scorecard, before.connections, AsOf::day(from));
    let rescored = Step::new(id, &known, after.scorecard, before.connections, AsOf::day(from));
    let step = |facts: &Facts, as_of: AsOf| Step::new(id, facts, after.scorecard, after.connections, as_of);
    let connected = AsOf { connections: to, ..AsOf::day(from) };
    let slid = AsOf { windows: to, ..connected };
    let steps = [
        (Cause::ScorecardChange, rescored),
        (Cause::SourceConnected, step(&known, connected)),
        (Cause::Retracted, step(&kept, connected)),
        (Cause::LateArrived, step(&now_known, connected)),
        (Cause::LeftWindow, step(&now_known, slid)),
        (Cause::TimePassed, step(&waiting, AsOf::day(to))),
        (Cause::NewEvents, step(after.facts, AsOf::day(to))),
    ];
    let mut causes = Vec::new();
    let mut last = &start;
    for (cause, next) in &steps {
        let facts = facts(*cause, last, next, before, after);
        let factors = difference(&last.health, &next.health);
        if !facts.is_empty() || factors.iter().any(|(_, change)| *change != Points::ZERO) {
            causes.push(CausePart { cause: *cause, change: next.health.score - last.health.score, factors, facts });
        }
        last = next;
    }
    let (health_before, health_after) = (start.health.clone(), last.health.clone());
    let mut change = HealthChange {
        customer_id: id,
        from,
        to,
        change: health_after.score - health_before.score,
        factors: difference(&health_before, &health_after),
        before: health_before,
        after: health_after,
        causes,
        sentence: String::new(),
    };
    change.sentence = sentence(&change);
    change
}

/// The state of a customer between two causes.
struct Step {
    measured: Measurements,
    health: Health,
}

impl Step {
    fn new(id: CustomerId, facts: &Facts, scorecard: &Scorecard, connections: &Connections, as_of: AsOf) -> Self {
        let measured = measure_as_of(facts, scorecard, connections, as_of);
        let health = score(id, &measured, scorecard, as_of.windows);
        Self { measured, health }
    }
}

fn difference(before: &Health, after: &Health) -> Factors<Points> {
    Factors::from_fn(|key| after.factors.get(key).contribution - before.factors.get(key).contribution)
}

/// Returns the facts behind a step, factor by factor.
fn facts(cause: Cause, last: &Step, next: &Step, before: Standing<'_>, after: Standing<'_>) -> Vec<CauseFact> {
    let (old, new) = (before.scorecard, after.scorecard);
    let fact = |factor: FactorKey| {
        let sentence = match cause {
            Cause::ScorecardChange => (old.factors.get(factor) != new.factors.get(factor))
                .then(|| format!("scorecard version {} in place of {}", new.version, old.version)),
            Cause::SourceConnected => (last.measured.connected.get(factor) != next.measured.connected.get(factor))
                .then(|| format!("{} connected", factor.source_in_sentence())),
            _ => moved(cause, factor, &last.measured, &next.measured),
        };
        let days = days(cause, factor, new, before.day, after.day);
        sentence.map(|sentence| CauseFact { factor, sentence, days })
    };
    FactorKey::ALL.into_iter().filter_map(fact).collect()
}

/// Returns the difference in counts before and after a step in words: "14 logins left the window".
fn moved(cause: Cause, factor: FactorKey, last: &Measurements, next: &Measurements) -> Option<String> {
    let (noun, change) = match factor {
        FactorKey::LoginFrequency => ("login", next.logins - last.logins),
        FactorKey::FeatureAdoption => ("feature", next.features - last.features),
        FactorKey::SupportLoad => ("ticket", next.tickets - last.tickets),
        FactorKey::ApiTrend if next.api_calls == last.api_calls => {
            let left = last.api_calls_before - next.api_calls_before;
            return (left > 0).then(|| format!("{} left the window before", count(left, "API call")));
        }
        FactorKey::ApiTrend => ("API call", next.api_calls - last.api_calls),
        FactorKey::InvoiceTimeliness => return invoices_moved(cause, last, next),
    };
    let counted = count(change.abs(), noun);
    (change != 0).then(|| match cause {
        Cause::Retracted => format!("{counted} retracted"),
        Cause::LateArrived => format!("{counted} arrived late"),
        Cause::LeftWindow => format!("{counted} left the window"),
        _ => counted.replacen(noun, &format!("new {noun}"), 1),
    })
}

/// Returns the difference in invoices in words: "1 invoice paid on time, 1 overdue invoice settled".
fn invoices_moved(cause: Cause, last: &Measurements, next: &Measurements) -> Option<String> {
    let (last, next) = (last.invoices, next.invoices);
    if cause == Cause::LeftWindow {
        let left = last.judged() - next.judged();
        return (left != 0).then(|| format!("{} left the window", count(left, "invoice")));
    }
    let said = |change: i64, more: &str, less: &str| match change {
        0 => None,
        1.. => Some(format!("{} {more}", count(change, "invoice"))),
        _ => Some(format!("{} {less}", count(-change, "invoice"))),
    };
    let parts = [
        said(next.on_time - last.on_time, "paid on time", "paid on time no longer counts"),
        said(next.late - last.late, "paid late", "paid late no longer counts"),
        said(
            next.overdue - last.overdue,
            if cause == Cause::TimePassed { "fell overdue" } else { "overdue" },
            "no longer overdue",
        ),
    ];
    let said: Vec<_> = parts.into_iter().flatten().collect();
    let origin = match cause {
        Cause::Retracted => " after a retraction",
        Cause::LateArrived => " by facts that arrived late",
        _ => "",
    };
    (!said.is_empty()).then(|| said.join(", ") + origin)
}

/// Returns the days of the events behind a fact.
fn days(cause: Cause, factor: FactorKey, scorecard: &Scorecard, from: NaiveDate, to: NaiveDate) -> Option<Window> {
    let length = scorecard.factors.get(factor).window_days;
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

/// Returns the change in one line, with the factor that moved most first.
fn sentence(change: &HealthChange) -> String {
    let since = change.from.format("%-d %b %Y");
    match (change.before.shown_score(), change.after.shown_score()) {
        (None, None) => return format!("No score on either day: too little data since {since}"),
        (None, Some(score)) => return format!("New since {since}: {score}; there was too little data before"),
        (Some(score), None) => return format!("No score any more, after {score} on {since}: too little data"),
        _ => {}
    }
    let mut moved: Vec<_> = change.factors.iter().filter(|(_, points)| **points != Points::ZERO).collect();
    moved.sort_by_key(|(_, points)| std::cmp::Reverse(points.0.abs()));
    let factor = |(key, points): &(FactorKey, &Points)| {
        let facts = change.facts_of(*key);
        let facts = if facts.is_empty() { facts } else { format!(" ({facts})") };
        format!("{} {}{facts}", key.label_in_sentence(), points.signed())
    };
    let parts: Vec<_> = moved.iter().map(factor).collect();
    let head = if change.change == Points::ZERO { "Unchanged".to_owned() } else { change.change.signed() };
    match parts.is_empty() {
        true => format!("{head} since {since}"),
        false => format!("{head} since {since}: {}", parts.join(", ")),
    }
}
