//! How many customers one core scores in a second: today's health, and its history of 366 days.

use chrono::{Duration, NaiveDate};
use customer_health::domain::{CustomerId, EventKind, Rulebook, Scorecard, Sources};
use customer_health::scoring::{BAND_MEMORY_DAYS, Connections, DailyCount, Facts, history, measure, score};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 16).expect("a day")
}

/// A customer with some activity on each of 270 days.
fn facts() -> Facts {
    let kinds = [EventKind::Login, EventKind::FeatureUse, EventKind::ApiCall];
    let daily = (0..270)
        .map(|days_ago| {
            let kind = kinds[days_ago as usize % 3];
            let key = if kind == EventKind::FeatureUse { format!("feature {}", days_ago % 7) } else { String::new() };
            DailyCount { day: today() - Duration::days(days_ago), kind, key, count: 1 + days_ago % 5 }
        })
        .collect();
    Facts { first_fact_on: Some(today() - Duration::days(269)), daily, ..Facts::default() }
}

fn connections() -> Connections {
    Connections { sources: Sources::from_fn(|_| Some(today() - Duration::days(400))), ..Connections::default() }
}

#[divan::bench]
fn health_of_one_customer(bencher: Bencher) {
    let (facts, scorecard, connections, today) = (facts(), Scorecard::default(), connections(), today());
    bencher.counter(ItemsCount::new(1_u8)).bench_local(|| {
        let measured = measure(black_box(&facts), &scorecard, &connections, today);
        score(CustomerId(1), &measured, &scorecard, today)
    });
}

#[divan::bench]
fn history_over_366_days(bencher: Bencher) {
    let (facts, rulebook, connections) = (facts(), Rulebook::from(Scorecard::default()), connections());
    let from = today() - Duration::days(BAND_MEMORY_DAYS);
    bencher.counter(ItemsCount::new(1_u8)).bench_local(|| history(black_box(&facts), &rulebook, &connections, from, today()));
}
