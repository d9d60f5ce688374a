//! Rebuild on change, by looking at modification times twice a second: no watcher to install, the same on every system.

use crate::files::{Mode, files_below};
use crate::{Outcome, site};
use std::{
    path::Path,
    process::{Child, Command},
    thread::sleep,
    time::{Duration, SystemTime},
};

const WATCHED: [&str; 7] = ["build.rs", "src", "style", "public", "migrations", "Cargo.toml", "Cargo.lock"];
const BROWSER: &str = "rustc --package customer-health --lib --target wasm32-unknown-unknown --no-default-features --features hydrate --crate-type cdylib";
const SERVER: &str = "build --bin customer-health";

/// Rebuilds and restarts the server on every change. Returns only when the watched folders cannot be read; Ctrl-C ends it
/// together with the server.
pub fn watch(serve: &[&str]) -> Outcome<()> {
    let mut server: Option<Child> = None;
    loop {
        let seen = newest_change()?;
        // A failed build leaves the last good server running; the compiler has said what is wrong.
        if cargo(BROWSER) && assets() && cargo(SERVER) {
            if let Some(mut running) = server.take() {
                running.kill()?;
                running.wait()?;
            }
            server = Some(Command::new("target/debug/customer-health").arg("serve").args(serve).spawn()?);
        }
        while newest_change()? == seen {
            sleep(Duration::from_millis(500));
        }
        println!("changed, building again");
    }
}

fn assets() -> bool {
    site::build(Mode::Debug).inspect_err(|error| eprintln!("xtask: {error}")).is_ok()
}

fn cargo(arguments: &str) -> bool {
    Command::new("cargo").args(arguments.split(' ')).status().is_ok_and(|status| status.success())
}

/// Returns the number of watched files and the newest time of change. The number shows that a file was removed.
fn newest_change() -> Outcome<(usize, Option<SystemTime>)> {
    let mut times = Vec::new();
    for watched in WATCHED.map(Path::new) {
        let files = if watched.is_dir() { files_below(watched)? } else { vec![watched.to_owned()] };
        // A file may vanish between listing and looking, as editors replace files on saving.
        times.extend(files.iter().filter_map(|file| file.metadata().and_then(|metadata| metadata.modified()).ok()));
    }
    Ok((times.len(), times.into_iter().max()))
}
