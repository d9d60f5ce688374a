//! The facts that a customer's page says first: use that stopped or fell, what is owed, when the renewal is.

use super::activity::daily_totals;
use super::facts::Facts;
use super::measure::total;
use super::score::weakest;
use super::urgency::RENEWAL_DAYS;
use super::words::headline_sentence;
use crate::domain::{Band, EventKind, Factor, Health, NaiveDate, Scorecard, Window};
use chrono::Duration;
use std::collections::BTreeMap;

/// The days without any use after which it is called stopped.
pub const STOPPED_DAYS: i64 = 14;
/// The days with use, of the 30 up to the last one, from which on it can be called stopped.
const USED_DAYS: usize = 3;
/// The length of the two windows that are compared to tell a fall.
const COMPARED_DAYS: i64 = 30;
/// The least count that can fall. A fall is one to half or less.
const LEAST_TO_FALL: i64 = 6;

/// A part of the headline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    StartsOn(NaiveDate),
    NothingReceived,
    New {
        since: NaiveDate,
        logins: i64,
        features: i64,
        tickets: i64,
    },
    /// Nothing that the customer does came since.
    Silent {
        since: NaiveDate,
    },
    Stopped {
        kind: EventKind,
        on: NaiveDate,
    },
    Fell {
        kind: EventKind,
        before: i64,
        now: i64,
        days: i64,
    },
    Tickets {
        tickets: i64,
        days: i64,
    },
    Overdue {
        cents: i64,
        currency: String,
    },
    /// The explanation of the weakest factor, where nothing else is to be told of who is not healthy.
    Weakest(String),
    Logins {
        logins: i64,
        days: i64,
    },
    NothingOverdue,
    Renews {
        on: NaiveDate,
        today: NaiveDate,
    },
}

/// A customer on the day of its health.
pub struct Subject<'a> {
    /// Must reach back by 180 days.
    pub facts: &'a Facts,
    pub health: &'a Health,
    pub scorecard: &'a Scorecard,
    pub renewal: Option<NaiveDate>,
    pub is_new: bool,
}

/// Returns the headline as a sentence.
pub fn headline(subject: &Subject<'_>) -> String {
    headline_sentence(&told(subject))
}

/// Returns the parts of the headline, in the order in which they are said.
pub(super) fn told(subject: &Subject<'_>) -> Vec<Told> {
    let (facts, today) = (subject.facts, subject.health.as_of);
    if let Some(start) = facts.start_date.filter(|start| today < *start) {
        return vec![Told::StartsOn(start)];
    }
    let Some(first) = facts.first_fact_on.filter(|first| *first <= today) else {
        return [Told::NothingReceived].into_iter().chain(renews(subject, false)).collect();
    };
    let (use_, overdue) = (use_told(subject, first), overdue(facts, today));
    let mut told = use_;
    told.extend(tickets(subject));
    told.extend(overdue);
    if subject.is_new {
        return new(subject, first).into_iter().chain(told).chain(renews(subject, false)).collect();
    }
    let is_fine = matches!(subject.health.band, Band::Healthy | Band::Onboarding);
    if told.is_empty() && is_fine {
        told.extend(logins(subject));
        told.extend((!facts.invoices.is_empty()).then_some(Told::NothingOverdue));
    } else if told.is_empty() {
        let weakest = weakest(subject.health, subject.scorecard);
        let weakest = weakest.and_then(|weakest| subject.health.factors.get(weakest.factor));
        told.extend(weakest.map(|factor| Told::Weakest(factor.explanation.clone())));
    }
    told.extend(renews(subject, is_fine));
    told
}

/// Tells of use that stopped or fell.
fn use_told(subject: &Subject<'_>, first: NaiveDate) -> Vec<Told> {
    let (facts, today) = (subject.facts, subject.health.as_of);
    let is_over = |day: &NaiveDate| (today - *day).num_days() >= STOPPED_DAYS;
    let last = last_activity(facts, today);
    if let Some(since) = last.or(Some(first)).filter(is_over) {
        return vec![Told::Silent { since }];
    }
    let stopped_or_fell = |kind: EventKind| {
        let since = today - Duration::days(BACK_DAYS);
        let totals = daily_totals(facts, &[kind], Window { from: since, to: today });
        let last = totals.last()?.day;
        let used = Window::ending(last, COMPARED_DAYS);
        if is_over(&last) {
            let is_stopped = totals.iter().filter(|total| used.contains(total.day)).count() >= USED_DAYS;
            return is_stopped.then_some(Told::Stopped { kind, on: last });
        }
        let window = Window::ending(today, COMPARED_DAYS);
        let sum = |window: Window| totals.iter().filter(|total| window.contains(total.day)).map(|total| total.count).sum();
        let (before, now): (i64, i64) = (sum(window.before()), sum(window));
        (before >= LEAST_TO_FALL && now <= before / 2).then_some(Told::Fell { kind, before, now, days: COMPARED_DAYS })
    };
    let logins = stopped_or_fell(EventKind::Login);
    // Nobody uses a feature without logging in: it would be said twice.
    let features = logins.is_none().then(|| stopped_or_fell(EventKind::FeatureUse)).flatten();
    [logins, features, stopped_or_fell(EventKind::ApiCall)].into_iter().flatten().collect()
}

/// The days back to which the end of use is looked for.
const BACK_DAYS: i64 = 180;

/// Returns the last day on which the customer did anything.
fn last_activity(facts: &Facts, today: NaiveDate) -> Option<NaiveDate> {
    let daily = facts.daily.iter().filter(|daily| daily.kind.is_done_by_customer() && daily.count > 0).map(|daily| daily.day);
    let paid = facts.invoices.iter().filter_map(|invoice| invoice.paid_on);
    daily.chain(paid).filter(|day| *day <= today).max()
}

/// Returns the factor that counts the facts of a kind.
fn count_of<'a>(subject: &Subject<'a>, kind: EventKind) -> Option<&'a Factor> {
    let (key, _) = subject.scorecard.factors.iter().find(|(_, rule)| rule.measure.is_count_of(kind))?;
    subject.health.factors.get(key)
}

fn tickets(subject: &Subject<'_>) -> Option<Told> {
    let factor = count_of(subject, EventKind::SupportTicket)?;
    let is_many = factor.measured && factor.score < subject.scorecard.bands.healthy;
    let (tickets, window) = (factor.value?, factor.window?);
    is_many.then_some(Told::Tickets { tickets, days: window.days() })
}

/// Sums what is overdue, currency by currency.
fn overdue(facts: &Facts, today: NaiveDate) -> Vec<Told> {
    let mut sums = BTreeMap::<&str, i64>::new();
    for invoice in facts.overdue(today) {
        *sums.entry(&invoice.currency).or_default() += invoice.amount_cents;
    }
    sums.into_iter().map(|(currency, cents)| Told::Overdue { cents, currency: currency.to_owned() }).collect()
}

fn new(subject: &Subject<'_>, first: NaiveDate) -> Option<Told> {
    let (facts, today) = (subject.facts, subject.health.as_of);
    let since = facts.start_date.unwrap_or(first);
    let window = Window { from: since.min(first), to: today };
    let mut features: Vec<_> = facts
        .daily
        .iter()
        .filter(|daily| daily.kind == EventKind::FeatureUse && daily.count > 0 && window.contains(daily.day))
        .map(|daily| daily.key.as_str())
        .collect();
    features.sort_unstable();
    features.dedup();
    Some(Told::New {
        since,
        logins: total(facts, &[EventKind::Login], window),
        features: features.len() as i64,
        tickets: total(facts, &[EventKind::SupportTicket], window),
    })
}

fn logins(subject: &Subject<'_>) -> Option<Told> {
    let factor = count_of(subject, EventKind::Login)?;
    let (logins, window) = (factor.value.filter(|logins| *logins > 0)?, factor.window?);
    Some(Told::Logins { logins, days: window.days() })
}

/// Tells of a renewal that is near or over, or of any.
fn renews(subject: &Subject<'_>, any: bool) -> Option<Told> {
    let today = subject.health.as_of;
    let on = subject.renewal.filter(|day| any || (*day - today).num_days() <= RENEWAL_DAYS)?;
    Some(Told::Renews { on, today })
}
