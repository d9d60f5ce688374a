//! The formulas of the five factors, each written out as METHODOLOGY says it, to hold scores by measure and scale against.

use super::given::Given;
use super::laws::any_given;
use crate::domain::five::FiveRules;
use crate::domain::{EventKind, FactorKey, NaiveDate, Points};
use crate::scoring::{Facts, Scores, history, measure};
use proptest::prelude::*;

/// The sum of a kind's facts on the `days` days that end on `last`.
fn sum(facts: &Facts, kind: EventKind, last: NaiveDate, days: Option<i64>) -> i64 {
    let counts = |day: NaiveDate| day <= last && days.is_none_or(|days| (last - day).num_days() < days);
    facts.daily.iter().filter(|daily| daily.kind == kind && counts(daily.day)).map(|daily| daily.count).sum()
}

/// `100 * over / under`, rounded half up to tenths and at most 100.
fn share(over: i64, under: i64) -> Points {
    let tenths = 1000 * i128::from(over);
    let under = i128::from(under);
    Points((2 * tenths + under).div_euclid(2 * under).clamp(0, 1000) as i64)
}

fn score_by_formula(given: &Given, key: FactorKey, day: NaiveDate) -> Points {
    let mut rules = FiveRules::of(&given.scorecard).unwrap();
    let (facts, rule) = (&given.facts, rules.factors.get_mut(key).clone());
    let (days, target) = (rule.window_days, rule.target.unwrap_or(1).max(1));
    match key {
        FactorKey::LOGIN_FREQUENCY => share(sum(facts, EventKind::Login, day, days), target),
        FactorKey::SUPPORT_LOAD => share(target - sum(facts, EventKind::SupportTicket, day, days).min(target), target),
        FactorKey::FEATURE_ADOPTION => {
            let is_key = |feature: &str| rule.key_features.is_empty() || rule.key_features.iter().any(|name| name == feature);
            let counts = |on: NaiveDate| on <= day && days.is_none_or(|days| (day - on).num_days() < days);
            let used = facts.daily.iter().filter(|daily| daily.kind == EventKind::FeatureUse && counts(daily.day));
            let mut names: Vec<_> = used.map(|daily| daily.key.as_str()).filter(|name| is_key(name)).collect();
            names.sort_unstable();
            names.dedup();
            share(names.len() as i64, target)
        }
        FactorKey::INVOICE_TIMELINESS => {
            let (mut on_time, mut judged) = (0, 0);
            for invoice in &facts.invoices {
                let by_then = |on: Option<NaiveDate>| on.filter(|on| *on <= day);
                let Some((issued, due)) = by_then(invoice.issued_on).zip(invoice.due_on) else { continue };
                if by_then(invoice.voided_on).is_some() || days.is_some_and(|days| (day - issued).num_days() >= days) {
                    continue;
                }
                let paid = by_then(invoice.paid_on);
                let is_on_time = invoice.amount_cents == 0 || paid.is_some_and(|paid| paid <= due);
                if is_on_time || paid.is_some() || due < day {
                    judged += 1;
                    on_time += i64::from(is_on_time);
                }
            }
            if judged == 0 { Points(500) } else { share(on_time, judged) }
        }
        _ => {
            let days = days.unwrap_or(100_000);
            let now = sum(facts, EventKind::ApiCall, day, Some(days));
            match (now, sum(facts, EventKind::ApiCall, day - chrono::Duration::days(days), Some(days))) {
                (0, 0) => Points(500),
                (_, 0) => Points(1000),
                (now, before) => share(now, 2 * before),
            }
        }
    }
}

proptest! {
    #[test]
    fn measures_and_scales_score_as_the_formulas_do(given in any_given(), ago in 0..30i64) {
        let on = super::given::day(ago);
        let scores = Scores::of(&measure(&given.facts, &given.scorecard, &given.connections, on), &given.scorecard);
        for (key, score) in scores.factors.iter() {
            prop_assert_eq!(*score, score_by_formula(&given, key, on), "{:?}", key);
        }
        let day_by_day = history(&given.facts, &given.rulebook(), &given.connections, on, on);
        prop_assert_eq!((day_by_day[0].score, day_by_day[0].band), (scores.score, scores.band));
    }
}
