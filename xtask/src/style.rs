//! The stylesheet: `style/main.css` with its `@import`s pulled in, minified, not lowered (browsers know nesting and layers).

use crate::Outcome;
use lightningcss::{
    bundler::{Bundler, FileProvider},
    stylesheet::{MinifyOptions, ParserOptions, PrinterOptions},
};
use std::path::Path;

const ENTRY: &str = "style/main.css";

/// One minified stylesheet. Errors name the file and the line.
pub fn bundle() -> Outcome<String> {
    if !Path::new(ENTRY).exists() {
        eprintln!("xtask: there is no {ENTRY}: the pages will be unstyled");
        return Ok(String::new());
    }
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet = bundler.bundle(Path::new(ENTRY)).map_err(|e| e.to_string())?;
    sheet.minify(MinifyOptions::default()).map_err(|e| e.to_string())?;
    Ok(sheet.to_css(PrinterOptions { minify: true, ..Default::default() }).map_err(|e| e.to_string())?.code)
}
