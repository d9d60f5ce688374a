//! `make bench`: how fast the product is, each figure beside its limit: the least that database and server have to do for
//! it, measured in the same run on the same data. A ratio of 1.0 is the limit; ratios hold on a noisy machine.
//!
//! BENCH_DATABASE_URL names an empty PostgreSQL database; SQLite files in target/bench when it is absent. Arguments name the
//! lines to measure: `cargo bench --profile release --bench system -- replay_portfolio`.

mod client;
mod server;
mod twelve;

use chrono::{DateTime, Duration as Days, Utc};
use client::{Outcome, get, load, post};
use customer_health::domain::backtest_query::MOST_DAYS;
use customer_health::domain::{AsOf, BacktestQuery, CustomerId, CustomerQuery, EventInput, NaiveDate};
use customer_health::scoring::BAND_MEMORY_DAYS;
use customer_health::server::service::backtest::work_out_backtest;
use customer_health::server::service::run::jobs;
use customer_health::server::store::{Incoming, RawRows, Store};
use customer_health::server::{Actor, AppState, demo};
use rand::{RngExt, SeedableRng};
use server::Server;
use std::time::{Duration, Instant};

const CUSTOMERS: i64 = 10_000;
/// Days of activity: about 2 million events.
const DAYS: i64 = 220;
const ROLL_OVER_CUSTOMERS: i64 = 100_000;
const ROLL_OVER_DAYS: i64 = 30;
/// Each side of a comparison is measured this often, in turns.
const TURNS: usize = 4;
const TURN: Duration = Duration::from_secs(2);
/// A replay is too short to be measured by time, so it is repeated this often.
const REPLAYS: usize = 6;
/// Posts come so long before the first is counted: statements get prepared, connections opened, pages of the log touched.
const WARM_UP: Duration = Duration::from_secs(3);
/// The events of a batch.
const BATCH: u64 = 100_000;
/// The days of a history.
const HISTORY: i64 = 365;
/// The days that a backtest tests.
const TEST_DAYS: i64 = 6;

/// One line of the table. Rates: more is better.
struct Figure {
    name: &'static str,
    unit: &'static str,
    ours: f64,
    limit: f64,
    target: f64,
    peak_mb: f64,
    note: String,
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match server::database_to_serve() {
        Some(url) => runtime.block_on(server::serve(&url)),
        None => runtime.block_on(run()),
    }
}

async fn run() {
    std::fs::create_dir_all("target/bench").expect("target/bench");
    let mut figures = Vec::new();
    let url = database("small").await;
    let app = server::open(&url).await;
    fill(&app, CUSTOMERS, DAYS).await;
    let ids: Vec<i64> = customer_ids(&app).await.iter().map(|id| id.0).collect();
    {
        let server = Server::start(&url);
        if is_asked("health_get") {
            figures.push(health_get(&server, &ids).await);
        }
        if is_asked("portfolio_page") {
            figures.push(portfolio_page(&server).await);
        }
        if is_asked("replay_history") {
            figures.push(replay_history(&server, &ids).await);
        }
        if is_asked("replay_portfolio") {
            figures.push(replay_portfolio(&url, &app, &ids).await);
        }
        if is_asked("backtest") {
            figures.push(backtest(&app, &ids).await);
        }
        if is_asked("event_post") {
            figures.push(event_post(&server, &app, &ids).await);
        }
        if is_asked("batch_ingest") {
            figures.push(batch_ingest(&server, &app, &ids).await);
        }
    }
    app.store.close().await;
    figures.extend(twelve::lines().await);
    if is_asked("rollover") {
        let app = server::open(&database("large").await).await;
        fill(&app, ROLL_OVER_CUSTOMERS, ROLL_OVER_DAYS).await;
        figures.push(roll_over(app).await);
    }
    print(&figures);
}

/// Returns whether the arguments name a line, or none. Cargo adds options of its own.
fn is_asked(name: &str) -> bool {
    let mut names = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
    names.peek().is_none() || names.any(|asked| asked == name)
}

/// An empty database: a new file, or the PostgreSQL one with nothing in it any more.
async fn database(name: &str) -> String {
    match std::env::var("BENCH_DATABASE_URL") {
        Ok(url) => {
            let store = Store::connect(&url).await.expect("the database opens");
            store.migrate().await.expect("the schema is up to date");
            store.remove_demo(Utc::now().date_naive()).await.expect("the database can be emptied");
            url
        }
        Err(_) => {
            for suffix in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("target/bench/{name}.db{suffix}"));
            }
            format!("sqlite://target/bench/{name}.db")
        }
    }
}

async fn fill(app: &AppState, customers: i64, days: i64) {
    let started = Instant::now();
    let options = demo::Options { customers: customers as usize, days, ..demo::Options::default() };
    let summary = demo::run(&app.store, &options, app.read_clock()).await.expect("the demo portfolio loads");
    jobs::roll_over(app).await.expect("scores are rolled over");
    // Else the server packs while it is measured, and each of its commits lets go of the answers that are kept.
    jobs::pack_users(app).await.expect("users are packed");
    app.store.vacuum().await.expect("PostgreSQL is vacuumed");
    println!("{summary}, in {:.0} s", started.elapsed().as_secs_f64());
}

async fn customer_ids(app: &AppState) -> Vec<CustomerId> {
    let everybody = CustomerQuery { page_size: i64::from(u32::MAX), ..CustomerQuery::default() };
    let (found, _) = app.store.list_customers(&everybody, app.read_clock().date_naive()).await.expect("a list");
    found.iter().map(|row| row.customer.id).collect()
}

/// The same random numbers in every run.
fn pick(ids: &[i64], number: u64) -> i64 {
    ids[rand_chacha::ChaCha8Rng::seed_from_u64(number).random_range(0..ids.len())]
}

/// Measures ours and the limit in turns.
async fn compare(
    server: &Server,
    connections: usize,
    ours: impl Fn(u64) -> String + Clone + Send + Sync + 'static,
    limit: impl Fn(u64) -> String + Clone + Send + Sync + 'static,
) -> (Outcome, Outcome, f64) {
    let (mut done, mut bound, mut cpu) = (Outcome::default(), Outcome::default(), 0.0);
    server.forget_peak();
    for _ in 0..TURNS {
        let before = server.cpu_seconds();
        done += load(server.address, connections, TURN, ours.clone()).await.expect("answers");
        cpu += server.cpu_seconds() - before;
        bound += load(server.address, connections, TURN, limit.clone()).await.expect("answers");
    }
    assert_eq!(done.bad + bound.bad, 0, "every request succeeds");
    (done, bound, cpu)
}

async fn health_get(server: &Server, ids: &[i64]) -> Figure {
    let limit = ids.to_vec();
    let limit = move |number| get(&format!("/limit/row/{}", pick(&limit, number)));
    let (ours, limit, _) = compare(server, 16, health_request(ids), limit).await;
    figure("health_get", "requests/s", ours.rate(), limit.rate(), 0.5, server.peak_mb())
}

fn health_request(ids: &[i64]) -> impl Fn(u64) -> String + Clone + Send + Sync + 'static {
    let ids = ids.to_vec();
    move |number| get(&format!("/api/customers/{}/health", pick(&ids, number)))
}

async fn portfolio_page(server: &Server) -> Figure {
    let (ours, limit, cpu) = compare(server, 4, |_| get("/"), |_| get("/limit/portfolio")).await;
    let note = format!("{:.1} ms of server CPU a page", 1000.0 * cpu / ours.good as f64);
    Figure { note, ..figure("portfolio_page", "requests/s", ours.rate(), limit.rate(), 0.2, server.peak_mb()) }
}

async fn replay_history(server: &Server, ids: &[i64]) -> Figure {
    let limit = ids.to_vec();
    let limit = move |number| get(&format!("/limit/history/{}/{HISTORY}", pick(&limit, number)));
    let (ours, limit, _) = compare(server, 4, history_request(ids), limit).await;
    let days = HISTORY as f64;
    figure("replay_history", "days/s", days * ours.rate(), days * limit.rate(), 0.33, server.peak_mb())
}

fn history_request(ids: &[i64]) -> impl Fn(u64) -> String + Clone + Send + Sync + 'static {
    let (ids, from) = (ids.to_vec(), Utc::now().date_naive() - Days::days(HISTORY - 1));
    move |number| get(&format!("/api/customers/{}/health/history?from={from}", pick(&ids, number)))
}

async fn replay_portfolio(url: &str, app: &AppState, ids: &[i64]) -> Figure {
    let (mut ours, mut limit) = (0.0, 0.0);
    let ids: Vec<_> = ids.iter().copied().map(CustomerId).collect();
    server::forget_peak("self");
    for turn in 0..REPLAYS {
        let day = app.read_clock().date_naive() - Days::days(30 + turn as i64);
        ours += replay_day(app, day).await;
        let started = Instant::now();
        app.store.read_raw(&ids, BAND_MEMORY_DAYS, day).await.expect("rows are read");
        limit += started.elapsed().as_secs_f64();
    }
    let customers = (REPLAYS * ids.len()) as f64;
    let peak_mb = server::peak_mb("self");
    let note = first_rows_of_past_days(url, app.read_clock().date_naive()).await;
    Figure { note, ..figure("replay_portfolio", "customers/s", customers / ours, customers / limit, 0.33, peak_mb) }
}

/// Returns the seconds that a day of the whole portfolio takes.
async fn replay_day(app: &AppState, day: NaiveDate) -> f64 {
    let started = Instant::now();
    app.past_days.get(&app.store, AsOf::from(day)).await.expect("the day is replayed");
    started.elapsed().as_secs_f64()
}

/// Works out backtests of six days at once, and reads the facts of these days.
async fn backtest(app: &AppState, ids: &[i64]) -> Figure {
    let (mut ours, mut limit) = (0.0, 0.0);
    let ids: Vec<_> = ids.iter().copied().map(CustomerId).collect();
    server::forget_peak("self");
    for turn in 0..REPLAYS as i64 {
        // Each turn asks for other days, so that no result is kept.
        let days_ago = 30 + turn;
        ours += seconds_of_backtest(app, TEST_DAYS, 30, days_ago).await;
        let started = Instant::now();
        let last = app.read_clock().date_naive() - Days::days(days_ago);
        app.store.read_raw(&ids, 30 * (TEST_DAYS - 1), last).await.expect("rows are read");
        limit += started.elapsed().as_secs_f64();
    }
    let customer_days = (REPLAYS * ids.len()) as f64 * TEST_DAYS as f64;
    let peak_mb = server::peak_mb("self");
    let most = seconds_of_backtest(app, MOST_DAYS as i64, 7, 30).await;
    let note = format!("{TEST_DAYS} days in {:.1} s, {MOST_DAYS} in {most:.1} s", ours / REPLAYS as f64);
    Figure { note, ..figure("backtest", "customer-days/s", customer_days / ours, customer_days / limit, 0.33, peak_mb) }
}

/// Returns the seconds that a backtest takes of `number` days, `apart` each, the last of them so many days ago.
async fn seconds_of_backtest(app: &AppState, number: i64, apart: i64, days_ago: i64) -> f64 {
    let call = app.call(Actor::Visitor);
    let days = (0..number).rev().map(|number| call.today() - Days::days(days_ago + apart * number)).collect();
    let query = BacktestQuery { horizon: 30, days, ..BacktestQuery::default() };
    let started = Instant::now();
    work_out_backtest(&call, query, |_| ()).await.expect("the backtest is worked out");
    started.elapsed().as_secs_f64()
}

/// Asks a server that has just been started for the first rows of days that it has not seen.
async fn first_rows_of_past_days(url: &str, today: NaiveDate) -> String {
    let server = Server::start(url);
    let mut seconds = Vec::new();
    for days_ago in 60..60 + REPLAYS as i64 {
        let head = format!("GET /api/customers?as_of={}&page_size=50 HTTP/1.1\r\nhost: localhost", today - Days::days(days_ago));
        let started = Instant::now();
        let (status, _) = client::send(server.address, &head, b"").await.expect("an answer");
        seconds.push(started.elapsed().as_secs_f64());
        assert_eq!(status, 200, "the day is answered");
    }
    let later = seconds.split_off(1);
    let mean = later.iter().sum::<f64>() / later.len() as f64;
    format!("first 50 rows of a new day in {mean:.2} s, {:.2} s right after a start", seconds[0])
}

/// A name for message ids that no run before has used.
fn unique(name: &str) -> String {
    format!("{name}-{}", Utc::now().timestamp_millis())
}

/// Makes the event of a number, whose message id begins with the name of its run.
type Input = fn(u64, &str) -> EventInput;

/// An event of one of the kinds that have no invoice.
fn input(number: u64, run: &str) -> EventInput {
    let mut input = EventInput { message_id: Some(format!("{run}-{number}")), ..EventInput::default() };
    match number % 3 {
        0 => input.kind = Some("login".into()),
        1 => (input.kind, input.feature) = (Some("feature_use".into()), Some("export".into())),
        _ => (input.kind, input.count) = (Some("api_call".into()), Some(3)),
    }
    input
}

fn incoming(ids: &[i64], numbers: std::ops::Range<u64>, run: &str, now: DateTime<Utc>) -> Vec<Incoming> {
    let one = |number| {
        let event = input(number, run).parse(now).expect("a valid event");
        Incoming { customer: CustomerId(pick(ids, number)), event, received_at: now }
    };
    numbers.map(one).collect()
}

fn customers_of(incoming: &[Incoming]) -> Vec<CustomerId> {
    let mut customers: Vec<_> = incoming.iter().map(|one| one.customer).collect();
    customers.sort_unstable();
    customers.dedup();
    customers
}

/// Writes rows, one transaction for each; the seconds that took.
async fn write_raw(store: &Store, transactions: Vec<RawRows>) -> f64 {
    let started = Instant::now();
    for rows in transactions {
        store.write_raw(rows).await.expect("rows are written");
    }
    started.elapsed().as_secs_f64()
}

async fn event_post(server: &Server, app: &AppState, ids: &[i64]) -> Figure {
    let (mut ours, mut limit) = (Outcome::default(), Outcome::default());
    post_events(server, ids, WARM_UP, input, &unique("warm-up")).await;
    server.forget_peak();
    for turn in 0..TURNS {
        let done = post_events(server, ids, TURN, input, &unique(&format!("post-{turn}"))).await;
        ours += done;
        let same = incoming(ids, 0..done.good.min(10_000), &unique(&format!("raw-post-{turn}")), app.read_clock());
        let mut transactions = Vec::new();
        for group in same.chunks(64) {
            let events = app.store.raw_events(group).expect("rows");
            transactions
                .push(events.and(app.store.raw_health(&customers_of(group), app.read_clock().date_naive()).await.expect("rows")));
        }
        limit += Outcome { good: same.len() as u64, bad: 0, seconds: write_raw(&app.store, transactions).await };
    }
    figure("event_post", "events/s", ours.rate(), limit.rate(), 0.4, server.peak_mb())
}

/// Posts single events for a while; `run` begins their message ids.
async fn post_events(server: &Server, ids: &[i64], time: Duration, input: Input, run: &str) -> Outcome {
    let (ids, run) = (ids.to_vec(), run.to_owned());
    let request = move |number| {
        let body = serde_json::to_string(&input(number, &run)).expect("JSON");
        post(&format!("/api/customers/{}/events", pick(&ids, number)), &body)
    };
    let done = load(server.address, 64, time, request).await.expect("answers");
    assert_eq!(done.bad, 0, "every event is accepted");
    done
}

/// Returns the seconds that a batch of events takes; `run` begins their message ids.
async fn post_batch(server: &Server, ids: &[i64], input: Input, run: &str) -> f64 {
    let line = |number| {
        let input = EventInput { customer_id: Some(pick(ids, number)), ..input(number, run) };
        serde_json::to_string(&input).expect("JSON") + "\n"
    };
    let body: String = (0..BATCH).map(line).collect();
    let head = "POST /api/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson";
    let started = Instant::now();
    let (status, answer) = client::send(server.address, head, body.as_bytes()).await.expect("an answer");
    let seconds = started.elapsed().as_secs_f64();
    let report: serde_json::Value = serde_json::from_slice(&answer).expect("a report");
    assert_eq!((status, &report["accepted"]), (200, &serde_json::json!(BATCH)), "every event is accepted");
    seconds
}

async fn batch_ingest(server: &Server, app: &AppState, ids: &[i64]) -> Figure {
    server.forget_peak();
    let ours = BATCH as f64 / post_batch(server, ids, input, &unique("batch")).await;
    let peak_mb = server.peak_mb();
    let same = incoming(ids, 0..BATCH, &unique("raw-batch"), app.read_clock());
    let mut transactions: Vec<_> = same.chunks(2000).map(|chunk| app.store.raw_events(chunk).expect("rows")).collect();
    for some in customers_of(&same).chunks(200) {
        transactions.push(app.store.raw_health(some, app.read_clock().date_naive()).await.expect("rows"));
    }
    let limit = BATCH as f64 / write_raw(&app.store, transactions).await;
    figure("batch_ingest", "events/s", ours, limit, 0.5, peak_mb)
}

async fn roll_over(app: AppState) -> Figure {
    server::forget_peak("self");
    let tomorrow = AppState { clock: || Utc::now() + Days::days(1), ..app.clone() };
    let started = Instant::now();
    let customers = jobs::roll_over(&tomorrow).await.expect("scores are rolled over");
    let ours = customers as f64 / started.elapsed().as_secs_f64();
    let peak_mb = server::peak_mb("self");
    let ids: Vec<_> = customer_ids(&app).await.into_iter().take(ROLL_OVER_CUSTOMERS as usize / 5).collect();
    let next: NaiveDate = app.read_clock().date_naive() + Days::days(2);
    let mut seconds = 0.0;
    for some in ids.chunks(200) {
        let rows = app.store.raw_health(some, next).await.expect("rows");
        let started = Instant::now();
        app.store.read_raw(some, BAND_MEMORY_DAYS, next).await.expect("rows are read");
        app.store.write_raw(rows).await.expect("rows are written");
        seconds += started.elapsed().as_secs_f64();
    }
    figure("rollover", "customers/s", ours, ids.len() as f64 / seconds, 0.33, peak_mb)
}

fn figure(name: &'static str, unit: &'static str, ours: f64, limit: f64, target: f64, peak_mb: f64) -> Figure {
    let figure = Figure { name, unit, ours, limit, target, peak_mb, note: String::new() };
    println!("{}", line(&figure));
    figure
}

fn line(figure: &Figure) -> String {
    let Figure { name, unit, ours, limit, target, peak_mb, note } = figure;
    format!("{name:24} {ours:10.0} {limit:10.0} {:6.2} {target:6.2} {peak_mb:8.0}  {unit:12} {note}", ours / limit)
}

fn print(figures: &[Figure]) {
    println!("\n{:24} {:>10} {:>10} {:>6} {:>6} {:>8}  unit", "name", "ours", "limit", "ratio", "target", "peak MB");
    figures.iter().for_each(|figure| println!("{}", line(figure)));
    let round = |number: f64| (number * 1000.0).round() / 1000.0;
    let entry = |figure: &Figure| {
        let ratio = round(figure.ours / figure.limit);
        serde_json::json!({"name": figure.name, "unit": figure.unit, "ours": round(figure.ours), "limit": round(figure.limit),
            "ratio": ratio, "peakRssMb": round(figure.peak_mb)})
    };
    let json = serde_json::Value::from(figures.iter().map(entry).collect::<Vec<_>>());
    std::fs::write("target/bench/results.json", format!("{json:#}\n")).expect("target/bench/results.json");
}
