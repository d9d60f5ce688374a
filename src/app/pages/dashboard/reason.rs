//! The reason of a row: the facts that cost its customer most points, in few words. Pure.

use crate::app::format::{count, group};
use crate::domain::scorecard::BandLimits;
use crate::domain::{Band, Factor, FactorKey, Health, Points};
use std::cmp::Reverse;

/// The most facts told in a row.
const TOLD: usize = 2;

/// API calls that fell by fewer percent are no reason.
const STEADY_PERCENT: i64 = 10;

/// The facts behind a score that is not healthy, the one that costs most first. Assumed factors have none.
pub fn reasons(health: &Health, limits: &BandLimits) -> Vec<String> {
    if !matches!(health.band, Band::AtRisk | Band::ChurnRisk) {
        return Vec::new();
    }
    let mut costly: Vec<_> =
        health.factors.iter().filter(|(_, factor)| factor.measured && factor.score < limits.healthy).collect();
    costly.sort_by_key(|(_, factor)| Reverse((1000 - factor.score.0) * factor.weight.0));
    costly.into_iter().filter_map(|(key, factor)| fact(key, factor)).take(TOLD).collect()
}

/// Says a count and the target it is held against: "5 of 20 logins in 30 days".
fn fact(key: FactorKey, factor: &Factor) -> Option<String> {
    let (value, target) = (factor.value, factor.target.unwrap_or_default());
    let period = factor.window.map(|window| format!(" in {}", count((window.to - window.from).num_days() + 1, "day")));
    let period = period.unwrap_or_default();
    let of_target = |noun: &str| match value {
        Some(0) => format!("No {noun}{period}"),
        value => format!("{} of {}{period}", group(value.unwrap_or_default()), count(target, noun)),
    };
    match (key, value) {
        (FactorKey::LoginFrequency, _) => Some(of_target("login")),
        (FactorKey::FeatureAdoption, _) => Some(of_target("feature")),
        (FactorKey::SupportLoad, value) => Some(format!("{}{period}", count(value.unwrap_or_default(), "ticket"))),
        (FactorKey::InvoiceTimeliness, on_time) => {
            Some(format!("{} of {} not on time", group(target - on_time.unwrap_or_default()), count(target, "invoice")))
        }
        (FactorKey::ApiTrend, _) if factor.score == Points::ZERO => Some(format!("No API call{period}")),
        (FactorKey::ApiTrend, Some(percent)) if percent <= -STEADY_PERCENT => {
            // Rounding must not claim that all calls are gone.
            Some(format!("API calls down {} %{period}", (-percent).min(99)))
        }
        (FactorKey::ApiTrend, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CustomerId, Factors, NaiveDate, Scorecard};
    use crate::scoring::{InvoiceCounts, Measurements, score};

    /// The reasons of measurements under the default rules, of sources that are all connected.
    fn check(measured: Measurements, expected: &[&str]) {
        let card = Scorecard::default();
        let measured = Measurements { has_facts: true, connected: Factors::from_fn(|_| true), ..measured };
        let health = score(CustomerId(1), &measured, &card, NaiveDate::from_ymd_opt(2026, 3, 16).unwrap());
        assert_eq!(reasons(&health, &card.bands), expected, "score {}", health.score);
    }

    #[test]
    fn the_facts_that_cost_most_are_told_of_who_is_not_healthy() {
        let invoices = InvoiceCounts { on_time: 1, overdue: 3, ..InvoiceCounts::default() };
        check(
            Measurements { logins: 5, features: 5, invoices, ..Measurements::default() },
            &["5 of 20 logins in 30 days", "3 of 4 invoices not on time"],
        );
        check(
            Measurements { tickets: 12, features: 2, logins: 20, ..Measurements::default() },
            &["12 tickets in 90 days", "2 of 5 features in 90 days"],
        );
        check(
            Measurements { logins: 20, features: 3, tickets: 7, api_calls: 40, api_calls_before: 100, ..Measurements::default() },
            &["7 tickets in 90 days", "3 of 5 features in 90 days"],
        );
        check(Measurements { logins: 20, features: 5, ..Measurements::default() }, &[]);
    }

    #[test]
    fn what_is_steady_or_assumed_is_no_reason() {
        check(
            Measurements { logins: 0, features: 5, api_calls: 95, api_calls_before: 100, ..Measurements::default() },
            &["No login in 30 days"],
        );
        check(
            Measurements { features: 5, api_calls: 10, api_calls_before: 100, ..Measurements::default() },
            &["No login in 30 days", "API calls down 90 % in 30 days"],
        );
        check(
            Measurements { features: 5, api_calls_before: 100, ..Measurements::default() },
            &["No login in 30 days", "No API call in 30 days"],
        );
    }
}
