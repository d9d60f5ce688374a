//! The portfolio shows what its scenarios promise, on any day and for any seed.

use super::scenario::Scenario::{self, *};
use super::*;
use crate::domain::list::{MOVE_POINTS, NEW_DAYS};
use crate::domain::{Band, EventBody, EventKind, FactorKey, Health, NaiveDate, OutcomeKind, Points, Scorecard, Source, Sources};
use crate::scoring::{self, Connections, DailyCount, Facts, Invoice};
use chrono::{Duration, TimeZone};
use std::collections::{BTreeMap, HashSet};

/// A plain Tuesday noon, the morning after a weekend of holidays, the evening of a quiet Sunday in summer.
const TIMES: [(i32, u32, u32, u32); 3] = [(2026, 11, 24, 12), (2027, 1, 4, 7), (2026, 8, 16, 23)];

fn times() -> impl Iterator<Item = DateTime<Utc>> {
    TIMES.into_iter().map(|(year, month, day, hour)| Utc.with_ymd_and_hms(year, month, day, hour, 0, 0).unwrap())
}

/// A generated customer in the shape that scoring reads.
struct Scored {
    scenario: Scenario,
    take: usize,
    customer: DemoCustomer,
    facts: Facts,
    connections: Connections,
    today: NaiveDate,
}

impl Scored {
    fn health(&self, ago: i64) -> Health {
        let (day, scorecard) = (self.today - Duration::days(ago), Scorecard::default());
        let measured = scoring::measure(&self.facts, &scorecard, &self.connections, day);
        scoring::score(crate::domain::CustomerId(1), &measured, &scorecard, day)
    }

    fn change(&self, days: i64) -> Option<Points> {
        Some(self.health(0).shown_score()? - self.health(days).shown_score()?)
    }

    fn value(&self, key: FactorKey) -> i64 {
        self.health(0).factors[key].value.unwrap_or_default()
    }

    fn is_new(&self) -> bool {
        self.customer.fields.start_date.is_some_and(|start| (self.today - start).num_days() < NEW_DAYS)
    }

    fn crossed_into_churn_risk_this_week(&self) -> bool {
        let before = self.health(7).band;
        self.health(0).band == Band::ChurnRisk && matches!(before, Band::Healthy | Band::AtRisk) && !self.is_new()
    }
}

fn facts(customer: &DemoCustomer) -> Facts {
    let mut daily = BTreeMap::<(NaiveDate, EventKind, String), i64>::new();
    let mut invoices = BTreeMap::<String, Invoice>::new();
    for event in &customer.events {
        let (key, count) = event.body.activity();
        *daily.entry((event.day(), event.body.kind(), key.to_owned())).or_default() += count;
        let Some(number) = event.body.invoice_number() else { continue };
        let invoice = invoices.entry(number.to_owned()).or_insert_with(|| Invoice {
            number: number.to_owned(),
            amount_cents: 0,
            currency: String::new(),
            issued_on: None,
            due_on: None,
            paid_on: None,
            voided_on: None,
        });
        match &event.body {
            EventBody::InvoiceIssued { amount_cents, due_date, .. } => {
                invoice.amount_cents = *amount_cents;
                (invoice.issued_on, invoice.due_on) = (Some(event.day()), Some(*due_date));
            }
            _ => invoice.paid_on = Some(event.day()),
        }
    }
    Facts {
        start_date: customer.fields.start_date,
        came_back: false,
        first_fact_on: customer.events.first().map(|event| event.day()),
        daily: daily.into_iter().map(|((day, kind, key), count)| DailyCount { day, kind, key, count }).collect(),
        invoices: invoices.into_values().collect(),
        ..Facts::default()
    }
}

fn portfolio(options: &Options, now: DateTime<Utc>) -> Vec<Scored> {
    let customers: Vec<_> = generate(options, now).collect();
    let first = |source| {
        let fed = |event: &&crate::domain::NewEvent| Source::of(event.body.kind()) == Some(source);
        customers.iter().flat_map(|customer| customer.events.iter().find(fed)).map(|event| event.day()).min()
    };
    let connections = Connections { sources: Sources::from_fn(first), ..Connections::default() };
    let scored = |(index, customer): (usize, DemoCustomer)| {
        let (scenario, take) = Scenario::of(index);
        let (facts, connections) = (facts(&customer), connections.clone());
        Scored { scenario, take, customer, facts, connections, today: now.date_naive() }
    };
    customers.into_iter().take(options.customers).enumerate().map(scored).collect()
}

/// Every portfolio that the tests look at.
fn portfolios() -> impl Iterator<Item = Vec<Scored>> {
    let options = |seed| Options { seed, ..Options::default() };
    times().flat_map(move |now| [2026, 7, 999_999_999].map(|seed| portfolio(&options(seed), now)))
}

#[test]
fn the_same_seed_and_time_give_the_same_portfolio() {
    let now = times().next().unwrap();
    let generated = |seed| generate(&Options { seed, customers: 25, ..Options::default() }, now).collect::<Vec<_>>();
    assert_eq!(generated(1), generated(1));
    assert_ne!(generated(1), generated(2));
    let larger: Vec<_> = generate(&Options { seed: 1, ..Options::default() }, now).take(25).collect();
    assert_eq!(generated(1), larger, "more customers do not change the first ones");
}

#[test]
fn only_today_depends_on_the_time_of_day() {
    let now = times().next().unwrap();
    let before_today = |now: DateTime<Utc>| {
        let past = |customer: DemoCustomer| customer.events.into_iter().filter(|event| event.day() < now.date_naive()).collect();
        generate(&Options::default(), now).take(20).map(past).collect::<Vec<Vec<_>>>()
    };
    assert_eq!(before_today(now), before_today(now + Duration::hours(7)));
}

#[test]
fn every_scenario_occurs_and_no_name_twice() {
    let now = times().next().unwrap();
    let scenarios: HashSet<_> = (0..60).map(|index| Scenario::of(index).0).collect();
    assert_eq!(scenarios.len(), Scenario::ALL.len());
    let names: HashSet<_> = (0..10_000).map(|index| words::company(3, index, Scenario::of(index).0.segment(index))).collect();
    assert_eq!(names.len(), 10_000);
    for customer in generate(&Options::default(), now) {
        assert!(customer.notes.iter().any(|(author, text, _)| author == "Demo" && text.starts_with("Scenario: ")));
    }
}

#[test]
fn all_events_are_valid_and_lie_between_the_start_and_now() {
    for now in times() {
        for customer in generate(&Options::default(), now) {
            let start = customer.fields.start_date.unwrap();
            assert!(customer.events.is_sorted_by_key(|event| event.occurred_at));
            let mut issued = HashSet::new();
            for event in &customer.events {
                assert!(event.occurred_at <= now && event.day() >= start, "{event:?} of {:?}", customer.fields);
                assert!(event.occurred_at >= customer.created_at);
                match &event.body {
                    EventBody::InvoiceIssued { number, amount_cents, .. } => {
                        assert!(*amount_cents > 0 && issued.insert(number.clone()), "{event:?}")
                    }
                    EventBody::InvoicePaid { number } => assert!(issued.contains(number), "{event:?}"),
                    EventBody::ApiCall { count } => assert!(*count > 0),
                    _ => {}
                }
            }
            assert!(customer.notes.iter().all(|(_, _, at)| *at <= now && *at >= customer.created_at), "{:?}", customer.notes);
        }
    }
}

#[test]
fn the_bands_are_spread_as_in_a_real_portfolio() {
    for portfolio in portfolios() {
        let active: Vec<_> = portfolio.iter().filter(|it| it.customer.archived.is_none()).collect();
        let count = |band| active.iter().filter(|it| it.health(0).band == band).count();
        let [healthy, at_risk, churn_risk, onboarding, no_data] = Band::ALL.map(count);
        assert_eq!(onboarding, 0);
        assert!((30..=36).contains(&healthy), "{healthy} healthy");
        assert!((15..=19).contains(&at_risk), "{at_risk} at risk");
        assert!((6..=9).contains(&churn_risk), "{churn_risk} churn risks");
        assert!((2..=3).contains(&no_data), "{no_data} without data");
        assert_eq!(portfolio.len() - active.len(), 1, "archived");
    }
}

#[test]
fn something_changed_this_week() {
    for portfolio in portfolios() {
        let count = |matches: &dyn Fn(&Scored) -> bool| portfolio.iter().filter(|it| matches(it)).count();
        assert!(count(&|it| it.change(7).is_some_and(|change| change >= MOVE_POINTS)) >= 3);
        assert!(count(&|it| it.change(7).is_some_and(|change| change <= Points(-MOVE_POINTS.0))) >= 5);
        assert!(count(&Scored::crossed_into_churn_risk_this_week) >= 2);
        let renews_in = |it: &Scored| it.customer.fields.renewal_date.map(|date| (date - it.today).num_days());
        let near = |it: &Scored| renews_in(it).is_some_and(|days| (0..=90).contains(&days));
        assert!(count(&|it| near(it) && it.health(0).band != Band::Healthy) >= 4);
        assert!(count(&|it| it.customer.archived.is_none() && renews_in(it).is_some_and(|days| days < 0)) >= 3);
        assert!(count(&|it| it.customer.fields.arr_cents.is_none()) >= 2);
    }
}

#[test]
fn steady_customers_have_no_silly_trends() {
    for portfolio in portfolios() {
        for it in portfolio.iter().filter(|it| matches!(it.scenario, SteadyEnterprise | SteadyTeam | PowerUser)) {
            let change = it.value(FactorKey::API_TREND);
            assert!((-15..=15).contains(&change), "API calls {change:+} % on {}", it.today);
            assert!((-40..=40).contains(&it.change(7).unwrap().0), "{:?} moved", it.scenario);
        }
    }
}

#[test]
fn each_scenario_shows_what_its_name_says() {
    for it in portfolios().flatten() {
        let (now, before) = (it.health(0), it.health(90));
        let sentences: Vec<_> = now.factors.iter().map(|(_, factor)| factor.explanation.as_str()).collect();
        let moves = [7, 30, 90].map(|days| it.change(days).map(Points::signed));
        let score_now = now.score;
        let scenario = format!("{:?} {} on {}: {score_now} {moves:?} {sentences:#?}", it.scenario, it.take, it.today);
        let score = |key| now.factors[key].score.0;
        let band = match it.scenario {
            SteadyEnterprise | SteadyTeam | PowerUser | GrowingStartup | RampUp | SeasonalDip | StormRecovered => Band::Healthy,
            SlowDecline | LatePayer | ApiFirst | SupportStorm | BrandNew | WindingDownApi | ChampionLeft => Band::AtRisk,
            SuddenStop | OverdueInvoices => Band::ChurnRisk,
            NotOnboarded | StartsSoon => Band::NoData,
            Churned => now.band,
        };
        assert_eq!(now.band, band, "{scenario}");
        assert!(
            match it.scenario {
                SteadyEnterprise | SteadyTeam => score(FactorKey::LOGIN_FREQUENCY) == 1000,
                PowerUser => it.value(FactorKey::FEATURE_ADOPTION) >= 8,
                GrowingStartup => it.value(FactorKey::API_TREND) > 40 && it.value(FactorKey::FEATURE_ADOPTION) >= 5,
                RampUp => it.change(7).unwrap() >= MOVE_POINTS && !it.is_new(),
                SeasonalDip => {
                    let lows = (45..90).map(|ago| it.health(ago).score.0).min().unwrap();
                    now.score.0 - lows >= 100
                }
                StormRecovered =>
                    it.change(7).unwrap() >= MOVE_POINTS && it.health(80).factors[FactorKey::SUPPORT_LOAD].score.0 == 0,
                SlowDecline => {
                    let steps: Vec<_> = [90, 60, 30, 0].map(|ago| it.health(ago).score.0).to_vec();
                    steps.is_sorted_by(|earlier, later| earlier > later) && before.score.0 - now.score.0 > 200
                }
                LatePayer => score(FactorKey::INVOICE_TIMELINESS) == 0 && score(FactorKey::LOGIN_FREQUENCY) == 1000,
                ApiFirst => it.value(FactorKey::LOGIN_FREQUENCY) <= 6 && score(FactorKey::API_TREND) >= 500,
                SupportStorm => score(FactorKey::SUPPORT_LOAD) == 0 && it.change(7).unwrap().0 <= -MOVE_POINTS.0,
                BrandNew => it.is_new() && now.coverage.0 < 1000,
                WindingDownApi => it.value(FactorKey::API_TREND) <= -40 && it.value(FactorKey::LOGIN_FREQUENCY) >= 8,
                ChampionLeft => it.change(30).unwrap().0 <= -50,
                SuddenStop => {
                    let quiet = |daily: &DailyCount| daily.kind != EventKind::Login || daily.day < it.today - Duration::days(14);
                    it.facts.daily.iter().all(quiet) && score(FactorKey::API_TREND) < 150
                }
                OverdueInvoices => now.factors[FactorKey::INVOICE_TIMELINESS].explanation.contains("overdue"),
                NotOnboarded | StartsSoon => it.customer.events.is_empty(),
                Churned => it.customer.archived.is_some(),
            },
            "{scenario}"
        );
    }
}

#[test]
fn who_left_was_foreseen_where_its_scenario_says_so() {
    for now in times() {
        for seed in [2026, 7, 999_999_999] {
            let options = Options { seed, ..Options::default() };
            let connections = portfolio(&options, now).remove(0).connections;
            let former: Vec<_> = generate(&options, now).skip(options.customers).collect();
            assert_eq!(former.len(), 12);
            let mut healthy = 0;
            for customer in &former {
                let [outcome] = customer.outcomes.as_slice() else { panic!("{:?}", customer.outcomes) };
                let archive = customer.archived.unwrap();
                assert_eq!((outcome.kind, outcome.day), (OutcomeKind::Churned, archive.date));
                assert!(customer.events.iter().all(|event| event.day() <= archive.date));
                let day = archive.date - Duration::days(1);
                let measured = scoring::measure(&facts(customer), &Scorecard::default(), &connections, day);
                let band = scoring::score(crate::domain::CustomerId(1), &measured, &Scorecard::default(), day).band;
                let told = &customer.notes.iter().find(|(author, ..)| author == "Demo").unwrap().1;
                assert_eq!(band == Band::Healthy, told.contains("though its score was good"), "{band:?} on {day}: {told}");
                healthy += usize::from(band == Band::Healthy);
            }
            assert_eq!(healthy, 4);
            // Renewals of others lie in the past, after they were added.
            let kept: Vec<_> = generate(&options, now).take(options.customers).collect();
            let kinds: HashSet<_> = kept.iter().flat_map(|customer| &customer.outcomes).map(|outcome| outcome.kind).collect();
            assert!(kinds.contains(&OutcomeKind::Renewed) && kinds.contains(&OutcomeKind::Churned), "{kinds:?}");
            for customer in kept {
                let is_past = |outcome: &crate::domain::OutcomeFacts| {
                    outcome.day < now.date_naive() && outcome.day > customer.created_at.date_naive()
                };
                assert!(customer.outcomes.iter().all(is_past), "{:?}", customer.outcomes);
            }
        }
    }
}

#[test]
fn a_large_portfolio_has_few_events_and_the_same_bands() {
    let now = times().next().unwrap();
    let large = Options { customers: 10_000, ..Options::default() };
    let customers: Vec<_> = generate(&large, now).take(120).collect();
    let events: usize = customers.iter().map(|customer| customer.events.len()).sum();
    assert!(events < 120 * 2 * 180, "{events} events");
    let healthy = |customer: &DemoCustomer| {
        let connections =
            Connections { sources: Sources::from_fn(|_| Some(now.date_naive() - Duration::days(180))), ..Connections::default() };
        let measured = scoring::measure(&facts(customer), &Scorecard::default(), &connections, now.date_naive());
        scoring::score(crate::domain::CustomerId(1), &measured, &Scorecard::default(), now.date_naive()).band == Band::Healthy
    };
    let healthy = customers.iter().filter(|customer| healthy(customer)).count();
    assert!((60..=72).contains(&healthy), "{healthy} of 120 are healthy");
}
