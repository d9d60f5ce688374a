//! Databases in a throw-away PostgreSQL cluster: the one at TEST_POSTGRES_URL, or one of our own that runs as long as
//! this process. Where neither is to be had, the tests that want one fail and say so.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The address of a new, empty database.
pub async fn new_database() -> String {
    // A collation unlike SQLite's, so that a sort that forgets to say COLLATE "C" is found out.
    create("TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'").await
}

/// The address of a copy of the database at `url`, which nobody may be connected to.
pub async fn copy_of(url: &str) -> String {
    let (_, name, _) = parts(url);
    create(&format!("TEMPLATE {name} STRATEGY file_copy")).await
}

async fn create(how: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let cluster = tokio::task::spawn_blocking(cluster_url).await.unwrap();
    let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(cluster).await.expect("the PostgreSQL cluster for tests does not answer");
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name} {how}"))).execute(&mut connection).await.unwrap();
    let (server, _, options) = parts(cluster);
    format!("{server}/{name}?{options}")
}

/// The server, the database and the options of an address.
fn parts(url: &str) -> (&str, &str, &str) {
    let (address, options) = url.split_once('?').unwrap_or((url, ""));
    let (server, database) = address.rsplit_once('/').unwrap();
    (server, database, options)
}

fn cluster_url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| std::env::var("TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty()).unwrap_or_else(start_cluster))
}

/// Stops the cluster and removes its folder when its standard input closes, which it does when this process ends,
/// however it ends.
static WATCHER: OnceLock<Child> = OnceLock::new();

const HELP: &str =
    "set TEST_POSTGRES_URL to a throw-away PostgreSQL 15 or later, or install its server programs (initdb, pg_ctl)";

fn start_cluster() -> String {
    let programs = programs().unwrap_or_else(|| panic!("no PostgreSQL to test on: {HELP}"));
    let folder = tempfile::Builder::new().prefix("customer-health-postgres-").tempdir().unwrap().keep();
    let is_root = std::env::var("USER").is_ok_and(|user| user == "root") || folder_owner(&folder) == Some(0);
    if is_root {
        // PostgreSQL refuses to run as root.
        run(Command::new("chown").arg("postgres").arg(&folder));
    }
    let shell = |script: &str| {
        let mut command = if is_root { Command::new("su") } else { Command::new("sh") };
        if is_root {
            command.args(["postgres", "-s", "/bin/sh"]);
        }
        command.arg("-c").arg(script).current_dir("/");
        command
    };
    let (bin, at) = (programs.display(), folder.display());
    let settings = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=500";
    run(&mut shell(&format!(
        "'{bin}/initdb' -D {at}/data -U postgres -A trust -E UTF8 --no-locale --no-sync >{at}/log 2>&1 && \
         '{bin}/pg_ctl' start -D {at}/data -l {at}/log -w -s -o \"-k {at} -c listen_addresses='' {settings}\" </dev/null"
    )));
    let stop = format!("cat >/dev/null; '{bin}/pg_ctl' stop -D {at}/data -m immediate -s; rm -rf {at}");
    let mut watcher = shell(&stop);
    // In a process group of its own, Ctrl-C does not stop it before it has stopped the cluster.
    std::os::unix::process::CommandExt::process_group(&mut watcher, 0);
    let watcher = watcher.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    WATCHER.set(watcher).unwrap();
    format!("postgres://postgres@localhost/postgres?host={at}")
}

/// The folder of initdb and pg_ctl.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut debian: Vec<_> =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin")).collect();
    debian.sort();
    std::env::split_paths(&path).chain(debian.into_iter().rev()).find(|folder| folder.join("initdb").exists())
}

fn folder_owner(folder: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(folder).ok().map(|folder| folder.uid())
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("no PostgreSQL to test on ({error}): {HELP}"));
    assert!(output.status.success(), "no PostgreSQL to test on ({output:?}): {HELP}");
}
