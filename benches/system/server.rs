//! The measured server: the product's own router in a process of its own, beside the bare handlers it is held against.

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use customer_health::domain::{CustomerId, CustomerQuery};
use customer_health::server::service::run::following;
use customer_health::server::service::run::jobs;
use customer_health::server::service::run::post_queue::PostQueue;
use customer_health::server::service::{customers, portfolio};
use customer_health::server::store::Store;
use customer_health::server::{Actor, AppState, Settings};
use customer_health::site;
use customer_health::site::assets::Assets;
use customer_health::site::connections::{self, Limits};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

const SERVE: &str = "BENCH_SERVE";

/// The database to serve, when this process is the server.
pub fn database_to_serve() -> Option<String> {
    std::env::var(SERVE).ok()
}

pub async fn open(url: &str) -> AppState {
    let store = Store::connect(url).await.expect("the database opens");
    store.migrate().await.expect("the schema is up to date");
    following::keep_telling(&store);
    AppState {
        posts: PostQueue::start(&store),
        store,
        clock: chrono::Utc::now,
        settings: Arc::new(Settings::default()),
        rescore: Arc::default(),
        past_days: Arc::default(),
        backtests: Arc::default(),
        answers: Arc::default(),
    }
}

pub async fn serve(url: &str) {
    let app = open(url).await;
    let limits = Router::new()
        .route("/limit/row/{id}", get(read_row))
        .route("/limit/portfolio", get(read_portfolio))
        .route("/limit/history/{id}/{days}", get(read_history))
        .with_state(app.clone());
    tokio::spawn(jobs::keep_rolling_over(app.clone()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    println!("{}", listener.local_addr().expect("an address"));
    let router = site::router(app, Assets::NONE).merge(limits);
    connections::serve(listener, router, Limits::new(1000), std::future::pending()).await;
}

async fn read_row(State(app): State<AppState>, Path(id): Path<i64>) -> String {
    app.store.read_row(CustomerId(id)).await.map_or_else(|error| error.to_string(), |version| version.to_string())
}

async fn read_history(State(app): State<AppState>, Path((id, days)): Path<(i64, i64)>) -> String {
    let read = app.store.read_raw(&[CustomerId(id)], days, app.read_clock().date_naive()).await;
    read.map_or_else(|error| error.to_string(), |bytes| bytes.to_string())
}

async fn read_portfolio(State(app): State<AppState>) -> Json<serde_json::Value> {
    let call = app.call(Actor::Visitor);
    // One row more than in the lists that are kept, so that it is read every time.
    let longer = CustomerQuery { page_size: 51, ..CustomerQuery::default() };
    let list = customers::list_customers(&call, &longer).await.expect("a list");
    let portfolio = portfolio::get_portfolio(&call, &CustomerQuery::default()).await.expect("figures");
    Json(serde_json::json!({ "list": list, "portfolio": portfolio }))
}

/// A running server; it ends with this.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
}

impl Server {
    pub fn start(url: &str) -> Self {
        let this = std::env::current_exe().expect("this program");
        let mut process = Command::new(this).env(SERVE, url).stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut line).expect("an address");
        let address = line.trim().parse().expect("an address");
        Self { process, address }
    }

    /// CPU time used so far, in seconds (Linux, in ticks of a hundredth).
    pub fn cpu_seconds(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap_or_default();
        let fields: Vec<&str> = text.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
        (ticks(11) + ticks(12)) / 100.0
    }

    /// The most memory that was in use since [`Self::forget_peak`].
    pub fn peak_mb(&self) -> f64 {
        peak_mb(&self.process.id().to_string())
    }

    pub fn forget_peak(&self) {
        forget_peak(&self.process.id().to_string());
    }
}

pub fn forget_peak(process: &str) {
    let _ = std::fs::write(format!("/proc/{process}/clear_refs"), "5");
}

/// The most memory of a process (or `self`), in MB.
pub fn peak_mb(process: &str) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let kilobytes = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
