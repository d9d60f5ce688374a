//! How many customers one core scores in a second: today's health, and its history of 181 days.

use chrono::{Duration, NaiveDate};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use customer_health::domain::{CustomerId, EventKind, Rulebook, Scorecard, Sources};
use customer_health::scoring::{BAND_MEMORY_DAYS, Connections, DailyCount, Facts, history, measure, score};
use std::hint::black_box;

/// A customer with some activity on each of 270 days.
fn facts(today: NaiveDate) -> Facts {
    let kinds = [EventKind::Login, EventKind::FeatureUse, EventKind::ApiCall];
    let daily = (0..270)
        .map(|days_ago| {
            let kind = kinds[days_ago as usize % 3];
            let key = if kind == EventKind::FeatureUse { format!("feature {}", days_ago % 7) } else { String::new() };
            DailyCount { day: today - Duration::days(days_ago), kind, key, count: 1 + days_ago % 5 }
        })
        .collect();
    Facts { first_fact_on: Some(today - Duration::days(269)), daily, ..Facts::default() }
}

fn bench(criterion: &mut Criterion) {
    let today = NaiveDate::from_ymd_opt(2026, 3, 16).expect("a day");
    let (facts, scorecard) = (facts(today), Scorecard::default());
    let connections = Connections { sources: Sources::from_fn(|_| Some(today - Duration::days(400))), ..Connections::default() };
    let mut group = criterion.benchmark_group("scoring");
    group.throughput(Throughput::Elements(1));
    group.bench_function("health of one customer", |bencher| {
        bencher.iter(|| {
            let measured = measure(black_box(&facts), &scorecard, &connections, today);
            score(CustomerId(1), &measured, &scorecard, today)
        })
    });
    group.bench_function("history of one customer over 181 days", |bencher| {
        let rulebook = Rulebook::from(scorecard.clone());
        let from = today - Duration::days(BAND_MEMORY_DAYS);
        bencher.iter(|| history(black_box(&facts), &rulebook, &connections, from, today))
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
