//! The effect of an event on the score in one sentence: how far it moved, or why it did not.

use crate::domain::measure::Measure;
use crate::domain::scorecard::FactorRule;
use crate::domain::{EventBody, EventKind, Factor, Health, MissingPolicy, Points, Scorecard, Window};
use crate::wire::pages::EventEffect;

/// Describes an accepted event: "Login logged. Score 72.0 → 74.0".
pub fn sentence(effect: &EventEffect, scorecard: &Scorecard) -> String {
    let what = noun(effect.event.body.kind());
    if effect.repeated {
        return format!("{what} was logged already. {}", standing(&effect.health));
    }
    let (before, after) = (effect.before.shown_score(), effect.health.shown_score());
    let change = match (before, after) {
        (Some(before), Some(after)) if before == after => format!("Score unchanged at {after}: {}", reason(effect, scorecard)),
        (None, None) => no_score(&effect.health, scorecard),
        _ => movement(effect),
    };
    format!("{what} logged. {change}")
}

/// Describes a retraction: "Login retracted. Score 74.0 → 72.0".
pub fn retraction_sentence(effect: &EventEffect) -> String {
    let unchanged = effect.before.shown_score() == effect.health.shown_score();
    let change = if unchanged { standing(&effect.health) } else { movement(effect) };
    format!("{} retracted. {change}", noun(effect.event.body.kind()))
}

fn noun(kind: EventKind) -> &'static str {
    match kind {
        EventKind::InvoiceIssued => "Invoice",
        EventKind::InvoicePaid => "Payment",
        EventKind::InvoiceVoided => "Voided invoice",
        other => other.label(),
    }
}

fn movement(effect: &EventEffect) -> String {
    match (effect.before.shown_score(), effect.health.shown_score()) {
        (Some(before), Some(after)) => format!("Score {before} → {after}"),
        (None, Some(after)) => format!("First score: {after}"),
        _ => "There is too little data for a score now".into(),
    }
}

fn standing(health: &Health) -> String {
    health.shown_score().map_or("There is no score yet".into(), |score| format!("Score unchanged at {score}"))
}

fn no_score(health: &Health, scorecard: &Scorecard) -> String {
    match health.coverage < scorecard.coverage_floor {
        true => format!("No score yet: {} of the weight is measured, {} is needed", health.coverage, scorecard.coverage_floor),
        false => "No score yet: the customer's start date lies ahead".into(),
    }
}

/// Explains why the score did not move.
fn reason(effect: &EventEffect, scorecard: &Scorecard) -> String {
    let kind = effect.event.body.kind();
    let Some((key, rule)) = scorecard.factors.iter().find(|(_, rule)| rule.measure.measures(kind)) else {
        return "no factor counts such events".into();
    };
    let Some((before, after)) = effect.before.factors.get(key).zip(effect.health.factors.get(key)) else {
        return standing(&effect.health);
    };
    let label = rule.label_in_sentence();
    if rule.weight == 0 {
        return format!("{label} has no weight");
    }
    if effect.event.retraction.is_some() {
        return "the event was retracted".into();
    }
    if lies_outside(effect, &rule.measure, after) {
        return format!("the day lies outside the {} days that count", rule.measure.days());
    }
    if before.score != after.score {
        return format!("{label} moved from {} to {}, too little to show", before.score, after.score);
    }
    if !before.measured && after.measured {
        return match scorecard.missing_policy {
            MissingPolicy::Neutral => format!("{label} was assumed to be {} and is measured now", after.score),
            MissingPolicy::Exclude => format!("{label} counts from now on, at {}", after.score),
        };
    }
    stuck(effect, rule, before, after)
}

/// Explains why a factor's score did not move, although the event counts.
fn stuck(effect: &EventEffect, rule: &FactorRule, before: &Factor, after: &Factor) -> String {
    let (at_best, measure) = (after.score == Points::MAX, &rule.measure);
    match (measure, &effect.event.body) {
        (Measure::Count { .. }, _) if rule.scale.falls() && after.score == Points::ZERO => {
            format!("{} is at its worst already", rule.label_in_sentence())
        }
        (Measure::Count { .. }, _) if at_best && !rule.scale.falls() => {
            format!("{}s are at their target already", measure.noun())
        }
        (Measure::DistinctFeatures { .. } | Measure::DistinctUsers { .. }, _) if at_best => {
            format!("{} is at its target already", rule.label_in_sentence())
        }
        (Measure::DistinctFeatures { .. }, EventBody::FeatureUse { feature, .. }) => match measure.counts_feature(feature) {
            true => format!("{feature} was used in the last {} days already, and each feature counts once", measure.days()),
            false => format!("{feature} is not one of the key features"),
        },
        (Measure::DistinctUsers { .. }, body) => match body.user() {
            Some(user) => format!("{user} was seen in the last {} days already, and each user counts once", measure.days()),
            None => "the event names no user".into(),
        },
        (Measure::Trend { .. }, _) if at_best => format!("{}s have doubled at least already", measure.noun()),
        (Measure::Trend { .. }, EventBody::ApiCall { .. }) => "that is too few calls to move the trend".into(),
        (Measure::Trend { .. }, _) => "that is too little to move the trend".into(),
        (Measure::OnTimeShare { .. }, EventBody::InvoiceIssued { .. }) if before.target == after.target => {
            "an invoice counts once it is paid or overdue".into()
        }
        (Measure::OnTimeShare { .. }, EventBody::InvoicePaid { .. }) if before.explanation != after.explanation => {
            "an invoice that is paid late counts like an overdue one".into()
        }
        (Measure::OnTimeShare { .. }, EventBody::InvoicePaid { .. } | EventBody::InvoiceVoided { .. })
            if before.value == after.value && before.target == after.target =>
        {
            "there is nothing to change about such an invoice, or it is not here yet".into()
        }
        (Measure::OnTimeShare { .. }, _) if at_best => "all invoices were on time already".into(),
        _ => format!("{} stays at {}", rule.label, after.score),
    }
}

/// Returns whether the event's day is outside of its factor's windows. A trend has two.
fn lies_outside(effect: &EventEffect, measure: &Measure, factor: &Factor) -> bool {
    let day = effect.event.occurred_at.date_naive();
    let counts =
        |window: Window| window.contains(day) || (matches!(measure, Measure::Trend { .. }) && window.before().contains(day));
    factor.window.is_some_and(|window| !counts(window))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Band, CustomerId, Event, EventId, FactorKey, Factors, NaiveDate, ReadingValue, Share};
    use chrono::{DateTime, Duration, Utc};

    fn health(score: i64, factor: impl Fn(FactorKey) -> Factor) -> Health {
        Health {
            customer_id: CustomerId(1),
            as_of: today(),
            score: Points(score),
            band: Band::Healthy,
            coverage: Share::ALL,
            factors: Factors::from_fn(factor),
            scorecard_version: 1,
            scored_by: "Everybody".into(),
        }
    }

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 31).unwrap()
    }

    fn factor(score: i64) -> Factor {
        Factor {
            label: String::new(),
            score: Points(score),
            weight: Share(200),
            contribution: Points(0),
            value: Some(1),
            target: Some(2),
            window: Some(Window::ending(today(), 30)),
            measured: true,
            explanation: String::new(),
        }
    }

    fn effect(body: EventBody, days_ago: i64, before: (i64, i64), after: (i64, i64)) -> EventEffect {
        let occurred_at: DateTime<Utc> = today().and_hms_opt(9, 0, 0).unwrap().and_utc() - Duration::days(days_ago);
        let event = Event {
            id: EventId(1),
            customer_id: CustomerId(1),
            body,
            source: "form".into(),
            message_id: None,
            occurred_at,
            received_at: occurred_at,
            retraction: None,
        };
        let health = |(score, of_factor)| health(score, move |_| factor(of_factor));
        EventEffect { event, before: health(before), health: health(after), repeated: false }
    }

    #[test]
    fn the_sentence_tells_how_the_score_moved_or_why_it_did_not() {
        let login = || EventBody::Login { user: None };
        let feature = || EventBody::FeatureUse { feature: "export".into(), user: None };
        for (effect, expected) in [
            (effect(login(), 0, (720, 500), (740, 550)), "Login logged. Score 72.0 → 74.0"),
            (
                effect(login(), 0, (720, 1000), (720, 1000)),
                "Login logged. Score unchanged at 72.0: logins are at their target already",
            ),
            (
                effect(login(), 30, (720, 500), (720, 500)),
                "Login logged. Score unchanged at 72.0: the day lies outside the 30 days that count",
            ),
            (
                effect(feature(), 0, (720, 600), (720, 600)),
                "Feature use logged. Score unchanged at 72.0: export was used in the last 90 days already, and each feature counts once",
            ),
            (
                effect(EventBody::ApiCall { count: 1 }, 0, (720, 500), (720, 501)),
                "API calls logged. Score unchanged at 72.0: API trend moved from 50.0 to 50.1, too little to show",
            ),
            (
                effect(
                    EventBody::Reading { name: "seats used".into(), value: ReadingValue::default() },
                    0,
                    (720, 500),
                    (720, 500),
                ),
                "Reading logged. Score unchanged at 72.0: no factor counts such events",
            ),
        ] {
            assert_eq!(sentence(&effect, &Scorecard::default()), expected);
        }
    }

    #[test]
    fn without_data_the_sentence_says_what_is_missing() {
        let mut effect = effect(EventBody::Login { user: None }, 0, (500, 500), (500, 500));
        effect.before.band = Band::NoData;
        assert_eq!(sentence(&effect, &Scorecard::default()), "Login logged. First score: 50.0");
        effect.health.band = Band::NoData;
        effect.health.coverage = Share(200);
        assert_eq!(
            sentence(&effect, &Scorecard::default()),
            "Login logged. No score yet: 20 % of the weight is measured, 25 % is needed"
        );
    }
}
