//! The reasons why a customer is not healthy: the facts that cost it most points, in few words.

use crate::domain::counts::{count, group};
use crate::domain::measure::Measure;
use crate::domain::money::money_shortest;
use crate::domain::phrases::{self, capitalised, uncapitalised};
use crate::domain::scorecard::FactorRule;
use crate::domain::{Band, EventKind, Factor, Health, NaiveDate, Points, Scorecard, Window};
use crate::scoring::Facts;
use crate::scoring::measure::{features_used, total};
use crate::scoring::urgency::SILENT_DAYS;
use std::cmp::Reverse;

/// The most factors told of.
const TOLD: usize = 2;

/// API calls that fell by fewer percent are no reason.
const STEADY_PERCENT: i64 = 10;

/// The facts behind a score that is not healthy, the one that costs most first. Assumed factors have none.
pub fn reasons(health: &Health, scorecard: &Scorecard) -> Vec<String> {
    costly(health, scorecard).into_iter().filter_map(|(rule, factor)| fact(rule, factor)).take(TOLD).collect()
}

/// Returns the measured factors that keep a customer from being healthy, the one that costs most first.
fn costly<'a>(health: &'a Health, scorecard: &'a Scorecard) -> Vec<(&'a FactorRule, &'a Factor)> {
    if !matches!(health.band, Band::AtRisk | Band::ChurnRisk) {
        return Vec::new();
    }
    let costs = |factor: &Factor| factor.measured && factor.score < scorecard.bands.healthy;
    let costly = health.factors.iter().filter(|(_, factor)| costs(factor));
    let mut costly: Vec<_> = costly.filter_map(|(key, factor)| Some((scorecard.factors.get(key)?, factor))).collect();
    costly.sort_by_key(|(_, factor)| Reverse((1000 - factor.score.0) * factor.weight.0));
    costly
}

/// Says a count and the target it is held against: "5 of 20 logins in 30 days".
fn fact(rule: &FactorRule, factor: &Factor) -> Option<String> {
    let (value, target, noun) = (factor.value, factor.target.unwrap_or_default(), rule.measure.short_noun());
    let period = factor.window.map(|window| format!(" in {}", count(window.days(), "day")));
    let period = period.unwrap_or_default();
    match (&rule.measure, value) {
        (measure, _) if measure.is_scaled_by_age() => Some(factor.explanation.clone()),
        (Measure::Count { .. } | Measure::DistinctUsers { .. }, value) if rule.scale.falls() => {
            Some(format!("{}{period}", count(value.unwrap_or_default(), noun)))
        }
        (Measure::Count { .. } | Measure::DistinctFeatures { .. } | Measure::DistinctUsers { .. }, Some(0)) => {
            Some(format!("No {noun}{period}"))
        }
        (Measure::Count { .. } | Measure::DistinctFeatures { .. } | Measure::DistinctUsers { .. }, value) => {
            Some(format!("{} of {}{period}", group(value.unwrap_or_default()), count(target, noun)))
        }
        (Measure::OnTimeShare { .. }, on_time) => {
            Some(format!("{} of {} not on time", group(target - on_time.unwrap_or_default()), count(target, noun)))
        }
        (Measure::Trend { .. }, _) if factor.score == Points::ZERO => Some(format!("No {noun}{period}")),
        (Measure::Trend { .. }, Some(percent)) if percent <= -STEADY_PERCENT => {
            // Rounding must not claim that all are gone.
            Some(format!("{}s down {} %{period}", capitalised(noun), (-percent).min(99)))
        }
        (Measure::Trend { .. }, _) => None,
        (
            Measure::ActiveDays { .. }
            | Measure::DaysSince { .. }
            | Measure::Pace { .. }
            | Measure::DaysOverdue
            | Measure::Latest { .. }
            | Measure::Mean { .. }
            | Measure::Ratio { .. },
            _,
        ) => Some(factor.explanation.clone()),
    }
}

/// Returns the reasons in one line, each factor held against the window before: "Logins 34 → 4, none since 30 Oct; invoice of $27k
/// 5 days overdue". `facts` must reach back from the health's day by twice the scorecard's lookback. `last_activity_on` is the day
/// of the latest thing that the customer did.
pub fn reason_in_facts(facts: &Facts, health: &Health, scorecard: &Scorecard, last_activity_on: Option<NaiveDate>) -> String {
    let today = health.as_of;
    let is_long_ago = |day: &NaiveDate| (today - *day).num_days() >= SILENT_DAYS;
    let last_login = last_day(facts, EventKind::Login, today).filter(is_long_ago);
    let silent_since = last_activity_on.filter(is_long_ago);
    // Silence is told once: by the logins where one was the last sign, else in words of its own.
    let by_logins = silent_since.is_none_or(|since| last_login == Some(since));
    let mut is_told = false;
    let overdue = overdue(facts, today);
    let mut told = Vec::new();
    for (rule, factor) in costly(health, scorecard) {
        // Overdue invoices are told with their amounts.
        if told.len() == TOLD || matches!(rule.measure, Measure::OnTimeShare { .. } | Measure::DaysOverdue) && overdue.is_some() {
            continue;
        }
        let Some(mut text) = worsening(rule, factor, facts).or_else(|| fact(rule, factor)) else {
            continue;
        };
        if let (true, Some(day), true) = (rule.measure.is_count_of(EventKind::Login), last_login, by_logins) {
            text += &format!(", none since {}", short_day(day, today));
            is_told = true;
        }
        told.push(text);
    }
    told.extend(overdue);
    if let Some(day) = silent_since.filter(|_| !is_told) {
        told.insert(0, format!("Silent since {}", short_day(day, today)));
    }
    if told.is_empty() {
        told.push(format!("Only {} of the score rests on facts", health.coverage));
    }
    in_one_line(told)
}

/// Says a change for the worse against the window before: "Logins 34 → 4". Changes of less than a tenth are none.
fn worsening(rule: &FactorRule, factor: &Factor, facts: &Facts) -> Option<String> {
    let window = factor.window?;
    let measured = |window: Window| match &rule.measure {
        Measure::Count { kinds, .. } | Measure::Trend { kinds, .. } => Some(total(facts, kinds, window)),
        Measure::DistinctFeatures { .. } => Some(features_used(facts, &rule.measure, window).len() as i64),
        _ => None,
    };
    let (before, now) = (measured(window.before())?, measured(window)?);
    let worse_by = if rule.scale.falls() { now - before } else { before - now };
    let what = capitalised(rule.measure.short_noun());
    (before > 0 && 10 * worse_by >= before).then(|| format!("{what}s {} → {}", group(before), group(now)))
}

fn last_day(facts: &Facts, kind: EventKind, today: NaiveDate) -> Option<NaiveDate> {
    facts.daily.iter().filter(|daily| daily.kind == kind && daily.day <= today).map(|daily| daily.day).max()
}

/// Says which invoices are overdue: "invoice of $27k 5 days overdue", "2 invoices of $40k overdue, the oldest 12 days".
fn overdue(facts: &Facts, today: NaiveDate) -> Option<String> {
    let overdue: Vec<_> = facts.overdue(today).collect();
    let first = overdue.first()?;
    let days = count((today - overdue.iter().filter_map(|invoice| invoice.due_on).min()?).num_days(), "day");
    let is_one_currency = overdue.iter().all(|invoice| invoice.currency == first.currency);
    let cents = overdue.iter().fold(0_i64, |sum, invoice| sum.saturating_add(invoice.amount_cents));
    Some(match (overdue.len(), is_one_currency) {
        (1, _) => format!("Invoice of {} {days} overdue", money_shortest(cents, &first.currency)),
        (number, true) => {
            let amount = money_shortest(cents, &first.currency);
            format!("{number} invoices of {amount} overdue, the oldest {days}")
        }
        (number, false) => format!("{number} invoices overdue, the oldest {days}"),
    })
}

/// "30 Oct", with the year where it could be another one's.
fn short_day(day: NaiveDate, today: NaiveDate) -> String {
    match (today - day).num_days() < 180 {
        true => day.format("%-d %b").to_string(),
        false => phrases::day(day),
    }
}

/// Joins sentences without their capital letters, except for the first. "API" stays.
fn in_one_line(told: Vec<String>) -> String {
    let part = |(place, text): (usize, String)| {
        if place == 0 { text } else { uncapitalised(&text) }
    };
    told.into_iter().enumerate().map(part).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Sources;
    use crate::domain::{CustomerId, Factors, NaiveDate, Scorecard};
    use crate::scoring::tests::Five;
    use crate::scoring::{Connections, DailyCount, Invoice, InvoiceCounts, measure, score};

    /// The reasons of measurements under the default rules, of sources that are all connected.
    fn check(measured: Five, expected: &[&str]) {
        let card = Scorecard::default();
        let measured = Five { connected: Factors::from_fn(|_| true), ..measured }.measured();
        let health = score(CustomerId(1), &measured, &card, NaiveDate::from_ymd_opt(2026, 3, 16).unwrap());
        assert_eq!(reasons(&health, &card), expected, "score {}", health.score);
    }

    #[test]
    fn the_facts_that_cost_most_are_told_of_who_is_not_healthy() {
        let invoices = InvoiceCounts { on_time: 1, overdue: 3, ..InvoiceCounts::default() };
        check(
            Five { logins: 5, features: 5, invoices, ..Five::default() },
            &["5 of 20 logins in 30 days", "3 of 4 invoices not on time"],
        );
        check(
            Five { tickets: 12, features: 2, logins: 20, ..Five::default() },
            &["12 tickets in 90 days", "2 of 5 features in 90 days"],
        );
        check(
            Five { logins: 20, features: 3, tickets: 7, api_calls: 40, api_calls_before: 100, ..Five::default() },
            &["7 tickets in 90 days", "3 of 5 features in 90 days"],
        );
        check(Five { logins: 20, features: 5, ..Five::default() }, &[]);
    }

    const TODAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 11, 27);

    fn day(ago: i64) -> NaiveDate {
        TODAY.unwrap() - chrono::Duration::days(ago)
    }

    fn daily(kind: EventKind, key: &str, ago: i64, count: i64) -> DailyCount {
        DailyCount { day: day(ago), kind, key: key.to_owned(), count }
    }

    fn owed(number: &str, cents: i64, currency: &str, due: i64) -> Invoice {
        Invoice {
            number: number.into(),
            amount_cents: cents,
            currency: currency.into(),
            issued_on: Some(day(due + 30)),
            due_on: Some(day(due)),
            paid_on: None,
            voided_on: None,
        }
    }

    /// The reason in facts under the default rules, of sources that are all connected. The last activity is `active` days ago.
    fn check_line(daily: Vec<DailyCount>, invoices: Vec<Invoice>, active: i64, expected: &str) {
        let card = Scorecard::default();
        let connections = Connections { sources: Sources::from_fn(|_| Some(day(500))), ..Connections::default() };
        let facts = Facts { first_fact_on: Some(day(400)), daily, invoices, ..Facts::default() };
        let health = score(CustomerId(1), &measure(&facts, &card, &connections, day(0)), &card, day(0));
        assert_eq!(reason_in_facts(&facts, &health, &card, Some(day(active))), expected, "score {}", health.score);
    }

    #[test]
    fn a_reason_in_facts_holds_each_window_against_the_one_before() {
        use EventKind::{ApiCall, FeatureUse, Login, SupportTicket};
        let logins = vec![daily(Login, "", 40, 34), daily(Login, "", 28, 4)];
        check_line(
            logins.clone(),
            vec![owed("A", 2_700_000, "USD", 5)],
            28,
            "No feature in 90 days; logins 34 → 4, none since 30 Oct; invoice of $27k 5 days overdue",
        );
        let features = |ago, count: i64| (0..count).map(move |index| daily(FeatureUse, &format!("f{index}"), ago, 1));
        check_line(
            logins.iter().cloned().chain(features(100, 5)).chain(features(10, 2)).collect(),
            vec![owed("A", 100_000, "USD", 40), owed("B", 200_000, "USD", 12)],
            10,
            "Logins 34 → 4, none since 30 Oct; features 5 → 2; 2 invoices of $3k overdue, the oldest 40 days",
        );
        check_line(
            features(1, 5)
                .chain([daily(SupportTicket, "", 100, 2), daily(SupportTicket, "", 3, 12), daily(Login, "", 0, 19)])
                .collect(),
            vec![owed("A", 100_000, "USD", 40), owed("B", 200_000, "EUR", 1)],
            0,
            "Tickets 2 → 12; 2 invoices overdue, the oldest 40 days",
        );
        // Silence is told first, once, and a rise is not told as a fall.
        check_line(
            vec![daily(Login, "", 45, 3), daily(Login, "", 1, 5), daily(ApiCall, "", 40, 1200), daily(ApiCall, "", 20, 90)],
            vec![],
            20,
            "Silent since 7 Nov; no feature in 90 days; 5 of 20 logins in 30 days",
        );
        check_line(
            vec![daily(Login, "", 40, 3), daily(Login, "", 21, 2)],
            vec![],
            20,
            "Silent since 7 Nov; no feature in 90 days; logins 3 → 2",
        );
        check_line(
            features(20, 5).chain([daily(ApiCall, "", 40, 1200), daily(ApiCall, "", 20, 90)]).collect(),
            vec![],
            20,
            "Silent since 7 Nov; no login in 30 days; API calls 1,200 → 90",
        );
    }

    #[test]
    fn what_is_steady_or_assumed_is_no_reason() {
        check(Five { logins: 0, features: 5, api_calls: 95, api_calls_before: 100, ..Five::default() }, &["No login in 30 days"]);
        check(
            Five { features: 5, api_calls: 10, api_calls_before: 100, ..Five::default() },
            &["No login in 30 days", "API calls down 90 % in 30 days"],
        );
        check(Five { features: 5, api_calls_before: 100, ..Five::default() }, &["No login in 30 days", "No API call in 30 days"]);
    }
}
