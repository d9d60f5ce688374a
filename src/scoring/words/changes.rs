//! Why a score changed, as sentences.

use crate::domain::counts::{count, group};
use crate::domain::phrases::{day, uncapitalised};
use crate::domain::{Cause, FactorKey, HealthChange, Points, Window};
use crate::scoring::reasons::{Fact, Regrouped};

/// "34 logins from before 28 Oct 2026 no longer count". `days` are those of the events behind the fact.
pub fn fact_sentence(cause: Cause, fact: Fact, days: Option<Window>) -> String {
    match fact {
        Fact::Scorecard { old, new } => format!("scorecard version {new} in place of {old}"),
        Fact::ScoredBy { name, reason } => match reason {
            Regrouped::InSegment(segment) => format!("in {segment} now: scored by {name} now"),
            Regrouped::Aged(days) => format!("{} or older: scored by {name} now", count(days, "day")),
            Regrouped::Otherwise => format!("scored by {name} now"),
        },
        Fact::Connected(source) => format!("{} connected", uncapitalised(source.label())),
        Fact::UsersKnown => "all users of the window known".to_owned(),
        Fact::Counted { noun, change } => {
            let counted = count(change.abs(), noun);
            match cause {
                Cause::Retracted => format!("{counted} retracted"),
                Cause::LateArrived => format!("{counted} arrived late"),
                Cause::LeftWindow => no_longer_counts(change.abs(), noun, days),
                _ => counted.replacen(noun, &format!("new {noun}"), 1),
            }
        }
        Fact::LeftWindowBefore { noun, number } => {
            let are = if number == 1 { "is" } else { "are" };
            format!("{} {are} no longer compared with", count(number, &format!("earlier {noun}")))
        }
        Fact::Value { what, before, now } => {
            let said = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
            format!("{what} {} → {}", said(before), said(now))
        }
        Fact::InvoicesLeft { invoices } => no_longer_counts(invoices, "invoice", days),
        Fact::Invoices { on_time, late, overdue } => invoices_sentence(cause, on_time, late, overdue),
    }
}

/// Tells of what left a window and what entered it as one: "34 → 12 logins".
pub fn net_sentence(noun: &str, before: i64, now: i64) -> String {
    match before == now {
        true => format!("{}, as before", count(now, noun)),
        false => format!("{} → {}", group(before), count(now, noun)),
    }
}

/// Tells of events that are too old by now: "1 ticket from before 28 Oct 2026 no longer counts".
fn no_longer_counts(number: i64, noun: &str, days: Option<Window>) -> String {
    let counts = if number == 1 { "counts" } else { "count" };
    let before = days.and_then(|days| days.to.succ_opt()).map(|first| format!(" from before {}", day(first)));
    format!("{}{} no longer {counts}", count(number, noun), before.unwrap_or_default())
}

/// "1 invoice paid on time, 1 invoice no longer overdue"
fn invoices_sentence(cause: Cause, on_time: i64, late: i64, overdue: i64) -> String {
    let said = |change: i64, more: &str, less: &str| match change {
        0 => None,
        1.. => Some(format!("{} {more}", count(change, "invoice"))),
        _ => Some(format!("{} {less}", count(-change, "invoice"))),
    };
    let parts = [
        said(on_time, "paid on time", "paid on time no longer counts"),
        said(late, "paid late", "paid late no longer counts"),
        said(overdue, if cause == Cause::TimePassed { "fell overdue" } else { "overdue" }, "no longer overdue"),
    ];
    let origin = match cause {
        Cause::Retracted => " after a retraction",
        Cause::LateArrived => " by facts that arrived late",
        _ => "",
    };
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ") + origin
}

/// Returns the change in one line, with the factor that moved most first.
pub fn change_sentence(change: &HealthChange) -> String {
    let since = day(change.from);
    match (change.before.shown_score(), change.after.shown_score()) {
        (None, None) => return format!("No score on either day: too little data since {since}"),
        (None, Some(score)) => {
            return format!("First score since {since}: {score}; there was too little data before");
        }
        (Some(score), None) => {
            return format!("No score any more, after {score} on {since}: too little data");
        }
        _ => {}
    }
    let mut moved: Vec<_> = change.factors.iter().filter(|(_, points)| **points != Points::ZERO).collect();
    moved.sort_by_key(|(_, points)| std::cmp::Reverse(points.0.abs()));
    let factor = |(key, points): &(FactorKey, &Points)| {
        let facts = change.facts_of(*key);
        let facts = if facts.is_empty() { facts } else { format!(" ({facts})") };
        format!("{} {}{facts}", uncapitalised(&change.label_of(*key)), points.signed())
    };
    let parts: Vec<_> = moved.iter().map(factor).collect();
    let head = if change.change == Points::ZERO { "Unchanged".to_owned() } else { change.change.signed() };
    match parts.is_empty() {
        true => format!("{head} since {since}"),
        false => format!("{head} since {since}: {}", parts.join(", ")),
    }
}

/// The most causes that are told of a fall.
const TOLD_CAUSES: usize = 2;

/// Returns the causes of a fall, the one that cost most first: "34 logins from before 28 Oct 2026 no longer count, 1 invoice
/// fell overdue". What left a window and what entered it is one cause: "34 → 12 logins".
pub fn fall_sentence(change: &HealthChange) -> String {
    let causes = change.causes.iter().flat_map(|part| {
        let apart = part.facts.iter().filter(|fact| !part.cause.moves_windows() || change.net_of(fact.factor).is_none());
        apart.map(move |fact| (part.factors.get(fact.factor).copied().unwrap_or_default(), fact.sentence.as_str()))
    });
    let net = change.net.iter().map(|net| (net.change, net.sentence.as_str()));
    let mut costly: Vec<_> = causes.chain(net).filter(|(points, _)| *points < Points::ZERO).collect();
    costly.sort_by_key(|(points, _)| *points);
    let told: Vec<_> = costly.into_iter().take(TOLD_CAUSES).map(|(_, sentence)| sentence).collect();
    told.join(", ")
}
