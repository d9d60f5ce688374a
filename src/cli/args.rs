//! Arguments: the choices of the operator, each a flag and an environment variable. `--help` is their reference.

use crate::server::demo;
use crate::server::guard::Secret;
use crate::server::guard::hosts::{Hosts, parse_host};
use crate::site::connections::Limits;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The choice of the database.
#[derive(clap::Args, Debug)]
pub struct DatabaseArgs {
    /// The database: sqlite://PATH (created when absent) or postgres://USER:PASSWORD@HOST/NAME
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, default_value = "sqlite://data/customer-health.db",
        value_parser = parse_database_url)]
    pub database_url: String,
}

impl DatabaseArgs {
    /// Returns the URL for messages: without user and password, and without parameters, which may hold a password as well.
    pub fn shown_url(&self) -> String {
        let Some((scheme, rest)) = self.database_url.split_once("://").filter(|(scheme, _)| *scheme != "sqlite") else {
            return self.database_url.clone();
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        match authority.rsplit_once('@') {
            // An unescaped password may contain any character.
            None if path.contains('@') => format!("{scheme}://***"),
            None => format!("{scheme}://{authority}{}", without_parameters(path)),
            Some((_, host)) => format!("{scheme}://***@{host}{}", without_parameters(path)),
        }
    }
}

fn without_parameters(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap_or_default()
}

/// The currency of the product's figures.
#[derive(clap::Args, Debug)]
pub struct CurrencyArgs {
    /// The currency of every ARR: three letters (ISO 4217)
    #[arg(long, env = "CURRENCY", default_value = "USD", value_parser = parse_currency)]
    pub currency: String,
}

/// The time for which events are kept.
#[derive(clap::Args, Debug)]
pub struct RetentionArgs {
    /// Drop raw events received more than this many months ago, except those about invoices and readings. Daily
    /// activity, retractions and message ids stay for ever, and so do scores, except where rules measure users further back. Without it, all events stay
    #[arg(long, env = "RETAIN_EVENTS", value_name = "MONTHS", value_parser = clap::value_parser!(u32).range(1..=1200))]
    pub retain_events: Option<u32>,
}

/// The place of uploads.
#[derive(clap::Args, Debug)]
pub struct UploadArgs {
    /// Folder in which uploaded files wait, inside a folder that is made there for this user alone. Default: beside the
    /// SQLite file; with PostgreSQL, the folder for temporary files
    #[arg(long, env = "UPLOAD_DIR", value_name = "DIR")]
    pub upload_dir: Option<PathBuf>,
}

/// The address of the server.
#[derive(clap::Args, Debug)]
pub struct ListenArgs {
    /// Address to listen on. Any but a loopback address needs an access token
    #[arg(long, env = "ADDR", default_value = "127.0.0.1:3000")]
    pub addr: SocketAddr,
}

/// The server's limits.
#[derive(clap::Args, Debug)]
pub struct LimitArgs {
    /// Most connections held at a time. When another one comes, the one that has kept the server waiting longest is closed;
    /// when all are busy, only /healthz and /readyz are answered. Default: 224 fewer than the files that the process may
    /// open, from 64 to 2000
    #[arg(long, env = "MAX_CONNECTIONS", value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_connections: Option<u32>,
}

/// File descriptors needed besides those of connections: for the database, imports and the system.
const OTHER_FILES: usize = 224;

impl LimitArgs {
    pub fn limits(&self) -> Limits {
        let default = || open_files().saturating_sub(OTHER_FILES).clamp(64, 2000);
        Limits::new(self.max_connections.map_or_else(default, |connections| connections as usize))
    }
}

/// Returns the number of files that the process may open, or a common number where the system does not tell.
fn open_files() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let limit = limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next());
    limit.map_or(1024, |limit| limit.parse().unwrap_or(usize::MAX))
}

/// The rules of access.
#[derive(clap::Args, Debug)]
pub struct AccessArgs {
    /// Token that everything but /healthz and /readyz then asks for, as `Authorization: Bearer TOKEN` or as the password of
    /// any user name
    #[arg(long, env = "ACCESS_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    access_token: Option<Secret>,
    /// Host names under which browsers and systems reach the server, separated by commas, besides localhost. Without any, a
    /// server on a loopback address answers to localhost only, and another one to every name. /healthz and /readyz answer to
    /// all
    #[arg(long = "host", env = "ALLOWED_HOSTS", value_name = "NAME", value_delimiter = ',', value_parser = parse_host)]
    hosts: Vec<String>,
}

/// The fewest characters of an access token. A random one of this length cannot be guessed.
const MIN_TOKEN: usize = 16;

impl AccessArgs {
    /// Returns the host names to answer to on this address.
    pub fn hosts_at(&self, addr: SocketAddr) -> Hosts {
        Hosts::at(addr, self.hosts.iter().filter(|name| !name.is_empty()).cloned().collect())
    }

    /// Returns the access token, or the reason why the server must not listen on this address with it or without it.
    pub fn token_for(&self, addr: SocketAddr) -> Result<Option<Secret>, String> {
        match self.access_token.clone().filter(|token| !token.is_empty()) {
            None if !addr.ip().is_loopback() => Err(format!(
                "refusing to listen on {addr} without an access token: everybody who reaches this address could read and \
                 change everything. Set ACCESS_TOKEN, or listen on 127.0.0.1."
            )),
            Some(token) if token.length() < MIN_TOKEN => Err(format!(
                "the access token has {} characters and could be guessed: it must have at least {MIN_TOKEN}. \
                 `openssl rand -hex 16` makes a good one.",
                token.length()
            )),
            token => Ok(token),
        }
    }
}

/// The choice of a demo portfolio.
#[derive(clap::Args, Debug)]
pub struct DemoArgs {
    /// Number of customers. From 60 on, twelve more have left
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    customers: u32,
    /// Days that their activity reaches back
    #[arg(long, default_value_t = 180, value_parser = clap::value_parser!(i64).range(30..=730))]
    days: i64,
    /// Seed: the same one gives the same portfolio on the same day
    #[arg(long, default_value_t = 2026)]
    seed: u64,
    /// Remove the demo customers again; real ones stay
    #[arg(long, conflicts_with_all = ["customers", "days", "seed"])]
    pub remove: bool,
}

impl DemoArgs {
    /// Returns the options of the generator.
    pub fn options(&self, currency: String) -> demo::Options {
        demo::Options { seed: self.seed, customers: self.customers as usize, days: self.days, currency }
    }
}

/// The choice of log lines and their format.
#[derive(clap::Args, Debug)]
pub struct LogArgs {
    /// Log level (error, warn, info, debug, trace), or a filter like `info,customer_health=debug`. RUST_LOG works as well
    #[arg(long, env = "LOG", global = true, value_name = "FILTER")]
    pub log: Option<String>,
    /// Format of the log: `json` writes one object a line with the keys timestamp, level, target, message, span.request_id
    /// and, for a request, method, path, status, ms
    #[arg(long, env = "LOG_FORMAT", global = true, default_value = "text")]
    pub log_format: LogFormat,
}

/// The format of a line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

fn parse_database_url(text: &str) -> Result<String, String> {
    match ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
        true => Ok(text.to_owned()),
        false => Err("must begin with sqlite:// or postgres://".into()),
    }
}

fn parse_currency(text: &str) -> Result<String, String> {
    let currency = text.trim().to_uppercase();
    match currency.len() == 3 && currency.bytes().all(|letter| letter.is_ascii_uppercase()) {
        true => Ok(currency),
        false => Err("must be three letters, for example USD".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_loopback_address_goes_without_a_token_and_none_with_a_short_one() {
        let cases = [
            ("127.0.0.1:3000", None, true),
            ("127.8.8.8:3000", None, true),
            ("[::1]:3000", None, true),
            ("0.0.0.0:3000", None, false),
            ("[::]:3000", None, false),
            ("192.168.1.5:80", None, false),
            ("0.0.0.0:3000", Some(""), false),
            ("0.0.0.0:3000", Some("a"), false),
            ("0.0.0.0:3000", Some("fifteen-letters"), false),
            ("127.0.0.1:3000", Some("fifteen-letters"), false),
            ("127.0.0.1:3000", Some(""), true),
            ("0.0.0.0:3000", Some("sixteen-letters!"), true),
        ];
        for (addr, token, allowed) in cases {
            let access = AccessArgs { access_token: token.map(Secret::from), hosts: Vec::new() };
            let token = access.token_for(addr.parse().unwrap());
            assert_eq!(token.is_ok(), allowed, "{addr} {access:?}");
        }
    }

    #[test]
    fn a_shown_url_has_no_password() {
        let cases = [
            ("postgres://u:s3cret@host/db", "postgres://***@host/db"),
            ("postgres://u:p@ss@host/db", "postgres://***@host/db"),
            ("sqlite://data/x.db", "sqlite://data/x.db"),
            ("sqlite://data/a@b.db?mode=rw", "sqlite://data/a@b.db?mode=rw"),
            ("postgres://host/db?password=s3cret", "postgres://host/db"),
            ("postgres://u@host?password=s3cret", "postgres://***@host"),
            ("postgresql://u:p@host:5432/db?sslmode=require&password=s3@cret", "postgresql://***@host:5432/db"),
            ("postgres://host/db?password=s3@cret", "postgres://***"),
            ("postgres://u:s3/cr?et@host/db", "postgres://***"),
            ("postgres://u:s3cret@host/db#s3cret", "postgres://***@host/db"),
        ];
        for (database_url, shown) in cases {
            assert_eq!(DatabaseArgs { database_url: database_url.into() }.shown_url(), shown);
        }
    }
}
