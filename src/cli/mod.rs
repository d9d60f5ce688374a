//! The command line: its subcommands, and the work of each.

mod args;
mod backtest;
mod logging;
mod transfer;

use crate::server::guard::pace::Pace;
use crate::server::service::run::following;
use crate::server::service::run::jobs;
use crate::server::service::run::post_queue::PostQueue;
use crate::server::store::{Store, StoreError, StoreResult};
use crate::server::{AppState, Settings, api, demo};
use crate::site;
use crate::site::assets::Assets;
use crate::site::connections::{self, Limits};
use args::{AccessArgs, CurrencyArgs, DatabaseArgs, DemoArgs, LimitArgs, ListenArgs, LogArgs, RetentionArgs, UploadArgs};
use backtest::BacktestArgs;
use clap::{Parser, Subcommand};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use transfer::{ExportArgs, ImportArgs};

/// Customer health scores that can be explained down to the event.
#[derive(Parser, Debug)]
#[command(name = "customer-health", version, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    log: LogArgs,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Serve the dashboard and the REST API; migrates the database first
    Serve {
        #[command(flatten)]
        listen: ListenArgs,
        #[command(flatten)]
        database: DatabaseArgs,
        #[command(flatten)]
        access: AccessArgs,
        #[command(flatten)]
        limits: LimitArgs,
        #[command(flatten)]
        currency: CurrencyArgs,
        #[command(flatten)]
        retention: RetentionArgs,
        #[command(flatten)]
        uploads: UploadArgs,
        /// Fill the database with the demo portfolio if it is empty
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database to this version's schema
    Migrate {
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Fill the database with a portfolio of invented customers, in place of one from before; real customers stay
    Demo {
        #[command(flatten)]
        database: DatabaseArgs,
        #[command(flatten)]
        currency: CurrencyArgs,
        #[command(flatten)]
        demo: DemoArgs,
    },
    /// Import customers, events or outcomes from a file; doing it again changes nothing
    Import {
        #[command(flatten)]
        database: DatabaseArgs,
        #[command(flatten)]
        import: ImportArgs,
    },
    /// Export customers, events and health into files that `import` takes again
    Export {
        #[command(flatten)]
        database: DatabaseArgs,
        #[command(flatten)]
        export: ExportArgs,
    },
    /// Test the scores of past days against the customers that left afterwards
    Backtest {
        #[command(flatten)]
        database: DatabaseArgs,
        #[command(flatten)]
        currency: CurrencyArgs,
        #[command(flatten)]
        backtest: BacktestArgs,
    },
    /// Copy the SQLite database into a new file, consistently, while the server runs
    Backup {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The copy; it must not exist yet
        file: std::path::PathBuf,
    },
    /// Print the OpenAPI document of the REST API
    Openapi,
    /// Ask the server on this machine whether it is ready; fails when it is not
    Healthcheck {
        #[command(flatten)]
        listen: ListenArgs,
    },
}

/// Parses the command line and runs it. Pages load their script and style from `assets`.
pub fn main(assets: Assets) -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string());
    match logging::init(&cli.log).and(runtime).and_then(|runtime| runtime.block_on(run(cli.command, assets))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("customer-health: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command, assets: Assets) -> Result<(), String> {
    match command {
        Command::Serve { listen, database, access, limits, currency, retention, uploads, demo } => {
            let access_token = access.token_for(listen.addr)?;
            let upload_dir = uploads.upload_dir.or_else(|| Store::folder(&database.database_url));
            let settings = Settings {
                currency: currency.currency,
                access_token,
                hosts: access.hosts_at(listen.addr),
                pace: Pace::default(),
                retain_events: retention.retain_events,
                upload_dir: upload_dir.unwrap_or_else(std::env::temp_dir),
            };
            let app = open(&database, settings).await?;
            if demo && app.store.is_empty().await.map_err(|error| error.to_string())? {
                let options = demo::Options { currency: app.settings.currency.clone(), ..demo::Options::default() };
                match demo::run_if_empty(&app.store, &options, app.read_clock()).await {
                    // Another process was faster.
                    Err(StoreError::Conflict(_)) => {}
                    loaded => end_demo(&app, loaded).await?,
                }
            }
            serve(app, assets, listen.addr, limits.limits()).await
        }
        Command::Migrate { database } => open(&database, Settings::default()).await.map(|_| ()),
        Command::Demo { database, currency, demo } => {
            let app = open(&database, Settings::default()).await?;
            let done = match demo.remove {
                true => remove_demo(&app).await,
                false => load_demo(&app, &demo.options(currency.currency)).await,
            };
            // Tells servers on the same database of the changes before this process ends.
            app.store.close().await;
            done
        }
        Command::Import { database, import } => {
            let app = open(&database, Settings::default()).await?;
            print_line(&transfer::import(&app, import).await?)
        }
        Command::Export { database, export } => {
            require(&database)?;
            let app = open(&database, Settings::default()).await?;
            print_line(&transfer::export(&app, export).await?)
        }
        Command::Backtest { database, currency, backtest } => {
            require(&database)?;
            let app = open(&database, Settings::default()).await?;
            print_line(&backtest::backtest(&app, &backtest, &currency.currency).await?)
        }
        Command::Backup { database, file } => {
            require(&database)?;
            print_line(&transfer::backup(&database.database_url, &file).await?)
        }
        Command::Openapi => {
            let document = api::openapi().to_pretty_json().map_err(|error| error.to_string())?;
            print_line(&document)
        }
        Command::Healthcheck { listen } => check_health(listen.addr).await,
    }
}

/// Prints to standard output. A closed pipe is an error like any other.
fn print_line(text: &str) -> Result<(), String> {
    writeln!(std::io::stdout(), "{text}").map_err(|error| format!("cannot print: {error}"))
}

/// Fails when the database does not exist, instead of reading from a new, empty one.
fn require(database: &DatabaseArgs) -> Result<(), String> {
    let missing = Store::is_missing(&database.database_url);
    if missing { Err(format!("there is no database {}", database.shown_url())) } else { Ok(()) }
}

/// Opens and migrates the database.
async fn open(database: &DatabaseArgs, settings: Settings) -> Result<AppState, String> {
    let cannot = |what: &str, error: &dyn std::fmt::Display| format!("cannot {what} {}: {error}", database.shown_url());
    let store = Store::connect(&database.database_url).await.map_err(|error| match error.is_unavailable() {
        true => cannot("open", &format!("it does not answer ({error})")),
        false => cannot("open", &error),
    })?;
    store.migrate().await.map_err(|error| match &error {
        StoreError::TooNew(_) => cannot("use", &error),
        error => cannot("migrate", error),
    })?;
    following::keep_telling(&store);
    let app = AppState {
        posts: PostQueue::start(&store),
        store,
        clock: chrono::Utc::now,
        settings: Arc::new(settings),
        rescore: Arc::default(),
        answers: Arc::default(),
        past_days: Arc::default(),
        backtests: Arc::default(),
    };
    jobs::tend_log(&app).await.map_err(|error| cannot("prepare", &error))?;
    Ok(app)
}

async fn remove_demo(app: &AppState) -> Result<(), String> {
    let removed = app.store.remove_demo(app.read_clock().date_naive()).await.map_err(|error| error.to_string())?;
    print_line(&format!("removed {removed} demo customers"))
}

async fn load_demo(app: &AppState, options: &demo::Options) -> Result<(), String> {
    end_demo(app, demo::run(&app.store, options, app.read_clock()).await).await
}

async fn end_demo(app: &AppState, summary: StoreResult<demo::Summary>) -> Result<(), String> {
    let summary = summary.map_err(|error| format!("cannot load the demo portfolio: {error}"))?;
    jobs::roll_over(app).await.map_err(|error| error.to_string())?;
    print_line(&format!("loaded {summary}"))
}

/// The longest wait for scores to be rolled over before the first page. The rest is rolled over in the background.
const FIRST_ROLL_OVER: Duration = Duration::from_secs(3);
/// The time that running requests have to finish after a signal: longer than a request may take.
const SHUTDOWN: Duration = Duration::from_secs(35);

async fn serve(app: AppState, assets: Assets, addr: SocketAddr, limits: Limits) -> Result<(), String> {
    let router = site::router(app.clone(), assets);
    let listener = tokio::net::TcpListener::bind(addr).await.map_err(|error| format!("cannot listen on {addr}: {error}"))?;
    let addr = listener.local_addr().map_err(|error| error.to_string())?;
    let _ = tokio::time::timeout(FIRST_ROLL_OVER, jobs::roll_over(&app)).await;
    following::listen(&app.store);
    let job = tokio::spawn(jobs::keep_rolling_over(app.clone()));
    print_line(&format!("http://{addr}"))?;
    let ending = {
        let store = app.store.clone();
        async move {
            signal().await;
            // Otherwise a page that follows changes would delay the end.
            store.end_following();
        }
    };
    let overdue = async {
        signal().await;
        tokio::time::sleep(SHUTDOWN).await;
    };
    tokio::select! { () = connections::serve(listener, router, limits, ending) => {}, () = overdue => {} }
    job.abort();
    app.store.close().await;
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM.
async fn signal() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! { () = interrupted => {}, () = terminated => {} }
}

/// Asks `GET /readyz` on this machine. Written by hand, since one request is not worth an HTTP client.
async fn check_health(mut addr: SocketAddr) -> Result<(), String> {
    if addr.ip().is_unspecified() {
        addr.set_ip(if addr.is_ipv4() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { IpAddr::V6(Ipv6Addr::LOCALHOST) });
    }
    let ask = async {
        let mut stream = tokio::net::TcpStream::connect(addr).await?;
        stream.write_all(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    let answer = tokio::time::timeout(Duration::from_secs(3), ask).await.map_err(|_| format!("{addr} does not answer"))?;
    let answer = answer.map_err(|error| format!("{addr} cannot be asked: {error}"))?;
    match answer.split_whitespace().nth(1) {
        Some("200") => Ok(()),
        _ => Err(format!("{addr} is not ready: {}", answer.lines().next().unwrap_or("no answer"))),
    }
}
