//! Turns the compiled WebAssembly module into the files that a browser loads: the JS glue and, in release, the optimised
//! module.

use crate::Outcome;
use crate::files::{Mode, content_hash, files_below};
use std::{fs, path::Path, path::PathBuf, process::Command};
use wasm_bindgen_cli_support::Bindgen;

/// The stem of both files: `customer-health.js` and `customer-health_bg.wasm`.
const NAME: &str = "customer-health";
/// Installed from npm (`binaryen`). It more than halves the module.
const WASM_OPT: &str = "node_modules/.bin/wasm-opt";

/// The files that the page loads, before their names are hashed.
pub struct Module {
    pub js: String,
    pub wasm: Vec<u8>,
    /// JS files that come with crates and are imported by the glue, by their path after `snippets/`.
    pub snippets: Vec<(String, String)>,
}

/// Runs wasm-bindgen and wasm-opt on cargo's output, unless they ran on exactly this module last time.
pub fn bind(mode: Mode) -> Outcome<Module> {
    let compiled = match mode {
        Mode::Debug => "target/wasm32-unknown-unknown/debug/customer_health.wasm",
        Mode::Release => "target/wasm32-unknown-unknown/wasm-release/customer_health.wasm",
    };
    let input = fs::read(compiled).map_err(|e| format!("{compiled}: {e}; the Makefile compiles it first"))?;
    let folder = PathBuf::from("target/bindgen").join(mode.name());
    let stamp = folder.join("input.sha256");
    let hash = content_hash(&input);
    if fs::read_to_string(&stamp).ok().as_deref() != Some(hash.as_str()) {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        generate(compiled, &folder, mode)?;
        fs::write(&stamp, &hash)?;
    }
    Ok(Module {
        js: fs::read_to_string(folder.join(NAME).with_extension("js"))?,
        wasm: fs::read(folder.join(format!("{NAME}_bg.wasm")))?,
        snippets: snippets(&folder.join("snippets"))?,
    })
}

fn generate(compiled: &str, folder: &Path, mode: Mode) -> Outcome<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compiled).out_name(NAME).web(true)?.typescript(false);
    // The page tells the glue the module's hashed address, so the unhashed one, which does not exist, stays out of it.
    bindgen.omit_default_module_path(true);
    // Names are for stack traces, which matter while developing.
    bindgen.remove_name_section(mode == Mode::Release).remove_producers_section(mode == Mode::Release);
    bindgen.generate(folder)?;
    match mode {
        Mode::Debug => Ok(()),
        Mode::Release => optimise(&folder.join(format!("{NAME}_bg.wasm"))),
    }
}

/// Optimises the module. The two features are those that rustc emits for every supported browser.
fn optimise(module: &Path) -> Outcome<()> {
    let status = Command::new(WASM_OPT)
        .args(["-Oz", "--enable-bulk-memory", "--enable-nontrapping-float-to-int", "-o"])
        .args([module, module])
        .status()
        .map_err(|e| format!("{WASM_OPT}: {e}; `make build` installs it"))?;
    if status.success() { Ok(()) } else { Err(format!("{WASM_OPT}: {status}").into()) }
}

fn snippets(folder: &Path) -> Outcome<Vec<(String, String)>> {
    let mut found = Vec::new();
    if !folder.exists() {
        return Ok(found);
    }
    for entry in files_below(folder)? {
        let name = entry.strip_prefix(folder)?.to_str().ok_or("a snippet's name is not UTF-8")?.to_owned();
        found.push((name, fs::read_to_string(&entry)?));
    }
    Ok(found)
}
