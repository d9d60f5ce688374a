//! The binary: it holds the built assets and runs the command line. They are here and not in the library so that the two halves of
//! the app compile side by side.

use customer_health::site::assets::Assets;
use rust_embed::{EmbeddedFile, RustEmbed};

/// Embedded in a release, read from the folder in a debug build, where it may be missing.
#[derive(RustEmbed)]
#[folder = "target/site"]
#[cfg_attr(debug_assertions, allow_missing = true)]
struct Site;

#[cfg(not(debug_assertions))]
const _: &str = include_str!("../target/site/manifest.json"); // not found? `make build` builds the site before the server

fn main() -> std::process::ExitCode {
    customer_health::cli::main(Assets::found_by(|path| Site::get(path).map(|EmbeddedFile { data, .. }| data)))
}
