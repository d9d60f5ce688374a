//! Turns the compiled WebAssembly module into the files that a browser loads: a main module with its JS glue, and parts that
//! are loaded when a page needs them; in release all optimised.

use crate::Outcome;
use crate::files::{Mode, content_hash, files_below};
use std::{collections::BTreeMap, fs, path::Path, path::PathBuf, process::Command};
use wasm_bindgen_cli_support::Bindgen;

/// The stem of both main files: `customer-health.js` and `customer-health_bg.wasm`.
pub const NAME: &str = "customer-health";
/// The JS file that loads the parts.
pub const PARTS: &str = "parts.js";
/// The main module as it was cut, with the names of its functions.
pub const NAMED_MAIN: &str = "target/bindgen/release/split/main.wasm";
/// Optimises with Binaryen, which npm installs. It more than halves the modules.
const OPTIMISE: &str = "xtask/src/optimise.mjs";
/// The file with all parts that several pages share: there are a hundred of them, too small to be asked for one by one.
pub const SHARED: &str = "shared.bin";
/// How `parts.js` asks for a part. It has to go on asking, or a server that is away for a moment would end the app.
const FETCH: [&str; 2] = ["fetch(new URL(", "fetchPart(new URL("];
const FETCH_PART: &str = include_str!("fetch_part.js");

/// Cuts the module into parts and runs wasm-bindgen and Binaryen, unless they ran on exactly this module and loader last time.
/// Returns the folder with their files, which find each other by their plain names.
pub fn bind(mode: Mode) -> Outcome<PathBuf> {
    let compiled = match mode {
        Mode::Debug => "target/wasm32-unknown-unknown/debug/customer_health.wasm",
        Mode::Release => "target/wasm32-unknown-unknown/wasm-release/customer_health.wasm",
    };
    let input = fs::read(compiled).map_err(|e| format!("{compiled}: {e}; the Makefile compiles it first"))?;
    let folder = PathBuf::from("target/bindgen").join(mode.name());
    let (split, bound, stamp) = (folder.join("split"), folder.join("bound"), folder.join("input.sha256"));
    let hash = content_hash(&[&input, FETCH_PART.as_bytes()].concat());
    if fs::read_to_string(&stamp).ok().as_deref() != Some(hash.as_str()) {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&bound)?;
        cut(&input, &split)?;
        generate(&split.join("main.wasm"), &bound, mode)?;
        collect_parts(&split, &bound)?;
        if mode == Mode::Release {
            optimise(&bound)?;
        }
        join_shared(&bound)?;
        fs::write(&stamp, &hash)?;
    }
    Ok(bound)
}

/// Cuts the module where functions are marked as lazy.
fn cut(input: &[u8], folder: &Path) -> Outcome<()> {
    fs::create_dir_all(folder)?;
    let (main, glue, loader) = (folder.join("main.wasm"), format!("./{NAME}.js"), format!("./{PARTS}"));
    let mut options = wasm_split_cli_support::Options::new(input);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.link_name = &loader;
    options.main_module = &glue;
    wasm_split_cli_support::transform(options).map_err(|error| format!("cutting the module: {error:#}"))?;
    Ok(())
}

fn generate(main: &Path, folder: &Path, mode: Mode) -> Outcome<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(main).out_name(NAME).web(true)?.typescript(false);
    // The page tells the glue the module's address.
    bindgen.omit_default_module_path(true);
    // The parts share the table of functions, which the linker exports.
    bindgen.keep_lld_exports(true);
    // Names are for stack traces, which matter while developing.
    bindgen.remove_name_section(mode == Mode::Release).remove_producers_section(mode == Mode::Release);
    Ok(bindgen.generate(folder)?)
}

/// Puts the parts and their loader beside the main module.
fn collect_parts(split: &Path, bound: &Path) -> Outcome<()> {
    for path in files_below(split)? {
        let name = path.strip_prefix(split)?;
        match name.to_str() {
            Some("main.wasm") => continue,
            Some(PARTS) => {
                let loader = fs::read_to_string(&path)?;
                if !loader.contains(FETCH[0]) {
                    return Err(format!("{PARTS} no longer asks for its parts with {:?}", FETCH[0]).into());
                }
                fs::write(bound.join(name), format!("{}{FETCH_PART}", loader.replace(FETCH[0], FETCH[1])))?;
            }
            _ => drop(fs::copy(&path, bound.join(name))?),
        }
    }
    Ok(())
}

/// Puts the parts that several pages share into one file, after a line of JSON with the place of each, as `fetch_part.js` reads it.
fn join_shared(folder: &Path) -> Outcome<()> {
    let (mut places, mut parts) = (BTreeMap::new(), Vec::new());
    for path in files_below(folder)? {
        let name = path.strip_prefix(folder)?.display().to_string();
        if name.starts_with("chunk_") {
            let begin = parts.len();
            parts.extend(fs::read(&path)?);
            places.insert(name, [begin, parts.len()]);
            fs::remove_file(path)?;
        }
    }
    Ok(fs::write(folder.join(SHARED), [serde_json::to_string(&places)?.as_bytes(), b"\n", &parts].concat())?)
}

/// Optimises every module in a folder.
fn optimise(folder: &Path) -> Outcome<()> {
    let files = files_below(folder)?;
    let modules = files.iter().filter(|path| path.extension().is_some_and(|kind| kind == "wasm"));
    let done = Command::new("node").arg(OPTIMISE).args(modules).output();
    let done = done.map_err(|e| format!("node {OPTIMISE}: {e}; a build needs Node.js"))?;
    // Where it succeeds it only warns of sections that rustc wrote and it drops.
    if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).into()) }
}
