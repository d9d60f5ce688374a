//! Lines named `..._twelve`: the lines that score, under a rulebook of twelve factors and three scorecards, each held against itself
//! under the default rules. Both are measured in turns on the same data, of customers with 500 users each.

use super::client::{Outcome, load};
use super::server::{Server, peak_mb};
use super::{
    BATCH, Figure, TEST_DAYS, TURN, TURNS, health_request, history_request, post_batch, post_events, replay_day,
    seconds_of_backtest, unique,
};
use chrono::Duration as Days;
use customer_health::domain::measure::Measure;
use customer_health::domain::scale::Scale;
use customer_health::domain::scorecard::FactorRule;
use customer_health::domain::templates::Template;
use customer_health::domain::{
    Condition, CustomerId, EventInput, EventKind, FactorKey, NewRulebook, Points, Rulebook, Scorecard, Segment,
};
use customer_health::server::AppState;
use customer_health::server::service::run::jobs;
use customer_health::server::store::Incoming;
use std::time::Instant;

/// The least rate, as a share of that under the default rules.
const TARGET: f64 = 0.6;
const READINGS: [&str; 2] = ["seats used", "seats bought"];
/// Each customer has a reading of each name every so many days.
const DAYS_BETWEEN_READINGS: usize = 14;
/// Fewer than in the other lines, since each has many users.
const CUSTOMERS: i64 = 1_000;
/// The users of each customer, each of whom was seen within the window.
const USERS: u64 = 500;
const WINDOW: i64 = 60;

#[derive(Clone, Copy)]
enum Line {
    HealthGet,
    ReplayHistory,
    ReplayPortfolio,
    Backtest,
    EventPost,
    BatchIngest,
    /// Scores all customers anew, which each change of the rules does.
    Rescore,
}

impl Line {
    const ALL: [(Self, &str, &str); 7] = [
        (Self::HealthGet, "health_get_twelve", "requests/s"),
        (Self::ReplayHistory, "replay_history_twelve", "requests/s"),
        (Self::ReplayPortfolio, "replay_portfolio_twelve", "customers/s"),
        (Self::Backtest, "backtest_twelve", "customers/s"),
        (Self::EventPost, "event_post_twelve", "events/s"),
        (Self::BatchIngest, "batch_ingest_twelve", "events/s"),
        (Self::Rescore, "rescore_twelve", "customers/s"),
    ];

    /// Measures the line once. `place` is another number each time, so that no answer is there already; `rescored` are the seconds
    /// that the change of the rules took.
    async fn measure(self, server: &Server, app: &AppState, ids: &[i64], place: i64, rescored: f64) -> Outcome {
        let customers = |seconds| Outcome { good: ids.len() as u64, bad: 0, seconds };
        match self {
            Self::HealthGet => load(server.address, 16, TURN, health_request(ids)).await.expect("answers"),
            Self::ReplayHistory => load(server.address, 4, TURN, history_request(ids)).await.expect("answers"),
            Self::ReplayPortfolio => {
                let mut outcome = Outcome::default();
                for days_ago in (0..10).map(|day| 30 + 10 * place + day) {
                    outcome += customers(replay_day(app, app.read_clock().date_naive() - Days::days(days_ago)).await);
                }
                outcome
            }
            Self::Backtest => customers(seconds_of_backtest(app, TEST_DAYS, 30, 30 + place).await),
            Self::EventPost => post_events(server, ids, TURN, input, &unique(&format!("twelve-{place}"))).await,
            Self::BatchIngest => Outcome {
                good: BATCH,
                bad: 0,
                seconds: post_batch(server, ids, input, &unique(&format!("twelve-batch-{place}"))).await,
            },
            Self::Rescore => customers(rescored),
        }
    }
}

/// Measures the lines that were asked for.
pub async fn lines() -> Vec<Figure> {
    let asked: Vec<_> = Line::ALL.into_iter().filter(|(_, name, _)| super::is_asked(name)).collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let url = super::database("twelve").await;
    let app = &super::server::open(&url).await;
    super::fill(app, CUSTOMERS, super::DAYS).await;
    let ids: Vec<_> = super::customer_ids(app).await.iter().map(|id| id.0).collect();
    insert_facts(app, &ids).await;
    let server = &Server::start(&url);
    let mut rates = vec![[Outcome::default(); 2]; asked.len()];
    server.forget_peak();
    for turn in 0..TURNS {
        // The default rules come last, so that they are left in force.
        for (side, rules) in [rulebook(), Rulebook::default()].into_iter().enumerate() {
            let rescored = put_in_force(app, rules).await;
            for ((line, ..), rates) in asked.iter().zip(&mut rates) {
                rates[side] += line.measure(server, app, &ids, (2 * turn + side) as i64, rescored).await;
            }
        }
    }
    let (peak, own_peak) = (server.peak_mb(), peak_mb("self"));
    let figure = |((_, name, unit), [twelve, default]): ((Line, &'static str, &'static str), [Outcome; 2])| {
        assert_eq!(default.bad + twelve.bad, 0, "every request succeeds");
        super::figure(name, unit, twelve.rate(), default.rate(), TARGET, peak.max(own_peak))
    };
    asked.into_iter().zip(rates).map(figure).collect()
}

/// Puts rules in force and scores all customers under them. Returns the seconds that the scoring took.
async fn put_in_force(app: &AppState, rules: Rulebook) -> f64 {
    // The server does so every ten minutes; other lines add more users in a second than customers have in that time.
    jobs::pack_users(app).await.expect("users are packed");
    // As PostgreSQL does by itself, but not at a time of its own.
    app.store.vacuum().await.expect("PostgreSQL is vacuumed");
    let (store, now) = (&app.store, app.read_clock());
    let version = store.current_rulebook().await.expect("rules").version + 1;
    let new = NewRulebook { rulebook: rules.with_version(version), segments: None, author: "bench".into(), note: "bench".into() };
    store.add_rulebook(&new, now).await.expect("rules are saved");
    let started = Instant::now();
    // The server does its share.
    while store.count_stale(now.date_naive()).await.expect("a count").0 > 0 {
        jobs::roll_over(app).await.expect("customers are rescored");
    }
    started.elapsed().as_secs_f64()
}

/// An event by one of the users, where its kind names any.
fn input(number: u64, run: &str) -> EventInput {
    let input = super::input(number, run);
    let user = (input.kind.as_deref() != Some("api_call")).then(|| user(number));
    EventInput { user, ..input }
}

fn user(number: u64) -> String {
    format!("user {}", number % USERS)
}

/// Gives each customer its users, and readings of each name over the last half year.
async fn insert_facts(app: &AppState, ids: &[i64]) {
    let (now, run) = (app.read_clock(), unique("twelve"));
    for some in ids.chunks(20) {
        let mut incoming = Vec::new();
        for id in some {
            let mut add = |name: String, ago: i64, input: EventInput| {
                let occurred_at = Some((now - Days::days(ago)).to_rfc3339());
                let input = EventInput { message_id: Some(format!("{run}-{id}-{name}-{ago}")), occurred_at, ..input };
                let event = input.parse(now).expect("a valid event");
                incoming.push(Incoming { customer: CustomerId(*id), event, received_at: now });
            };
            for number in 0..USERS {
                let login = EventInput { kind: Some("login".into()), user: Some(user(number)), ..EventInput::default() };
                add(user(number), number as i64 % WINDOW, login);
            }
            for (name, ago) in
                READINGS.into_iter().flat_map(|name| (1..180).step_by(DAYS_BETWEEN_READINGS).map(move |ago| (name, ago)))
            {
                let value = Some((100 + (id + ago) % 50).to_string());
                let reading =
                    EventInput { kind: Some("reading".into()), name: Some(name.into()), value, ..EventInput::default() };
                add(name.to_owned(), ago, reading);
            }
        }
        app.store.insert_events(&incoming).await.1.expect("facts are stored");
    }
    jobs::roll_over(app).await.expect("customers are scored");
    jobs::pack_users(app).await.expect("users are packed");
    app.store.vacuum().await.expect("PostgreSQL is vacuumed");
}

/// The rulebook of twelve factors, which three scorecards weigh differently.
fn rulebook() -> Rulebook {
    let named = |name| Template::named(name).expect("a template").scorecard;
    let (five, product_led, orders) = (Scorecard::default(), named("product_led"), named("orders"));
    let factors = [&five, &product_led, &orders].into_iter().flat_map(|scorecard| scorecard.factors.iter());
    let mut rest = Scorecard { factors: Default::default(), ..five.clone() };
    for (key, rule) in factors.filter(|(key, _)| !["daysSinceOrder", "paceOfOrders"].contains(&key.as_str())) {
        if rest.factors.get(key).is_none() {
            rest.factors.push(key, rule.clone());
        }
    }
    let [used, bought] = READINGS.map(str::to_owned);
    let kinds = vec![EventKind::Login, EventKind::FeatureUse];
    for (key, measure) in [
        ("users", Measure::DistinctUsers { kinds, days: WINDOW }),
        ("latestSeats", Measure::Latest { reading: used.clone(), days: 90 }),
        ("shareOfSeats", Measure::Ratio { reading: used, over: bought, days: 90 }),
    ] {
        let rule = FactorRule {
            label: key.into(),
            short_label: key.into(),
            why: String::new(),
            next_step: None,
            weight: 10,
            measure,
            scale: Scale::straight((50, Points::ZERO), (600, Points::MAX), Points::NEUTRAL),
        };
        rest.factors.push(FactorKey::parse(key).expect("a key"), rule);
    }
    assert_eq!(rest.factors.len(), 12, "the rulebook has twelve factors");
    let group = |name: &str, onboarding, condition| {
        let mut group = Scorecard { name: name.into(), onboarding, condition: Some(condition), ..rest.clone() };
        group.factors.iter_mut().zip(1..).for_each(|((_, rule), place)| rule.weight += place);
        group
    };
    let newcomers = Condition { segments: Vec::new(), started_less_than_days_ago: Some(90) };
    let large = Condition { segments: vec![Segment::ENTERPRISE], started_less_than_days_ago: None };
    Rulebook::new(1, vec![group("First 90 days", true, newcomers), group("Enterprise", false, large)], rest)
}
