//! The build tool of the page's assets: `cargo xtask site` and `cargo xtask dev`. It must run in the repository's root,
//! and knows nothing about customers. It exists so that the tools' versions are pinned by `Cargo.lock`.

mod dev;
mod files;
mod site;
mod size;
mod style;
mod wasm;

use std::{error::Error, path::Path, process::ExitCode};

/// An outcome whose failure is only shown to a developer, so that any error will do.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const USAGE: &str = "usage: xtask <command>, in the repository's root

  site             target/site from the debug WebAssembly module: fast to build, large to load
  site --release   the same from the release module: optimised, and brotli and gzip copies
  size             what of the release site the first page sends; fails when that is more than its budget
  dev [ARGUMENTS]  builds, serves and starts over at every change; ARGUMENTS go to `customer-health serve`";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if !Path::new("xtask/Cargo.toml").exists() {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    let outcome = match words.as_slice() {
        ["site"] => site::build(files::Mode::Debug),
        ["site", "--release"] => site::build(files::Mode::Release),
        ["size"] => size::report(),
        ["dev", serve @ ..] => dev::watch(serve),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
