//! How many bytes the first page sends, file by file, and which crates the code of its WebAssembly module comes from. It
//! fails when the files are larger than their budget.

use crate::Outcome;
use crate::site::{ASSETS, MANIFEST};
use crate::wasm::{NAME, NAMED_MAIN, PARTS, SHARED};
use rustc_demangle::demangle;
use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
};
use wasmparser::{KnownCustom, Name, Parser, Payload};

/// The bytes that a browser may need for `/`, compressed with Brotli. Lower it whenever the page has become lighter; raise it
/// only for what visitors of every page gain from.
const BUDGET: u64 = 300_000;
/// The crates to list.
const CRATES: usize = 20;

pub fn report() -> Outcome<()> {
    let names: BTreeMap<String, String> = serde_json::from_str(&fs::read_to_string(MANIFEST)?)?;
    let compressed = |name: &str| -> Outcome<(u64, u64)> {
        let path = Path::new(ASSETS).join(names.get(name).ok_or_else(|| format!("{MANIFEST} has no {name}"))?);
        let size = |path: &str| fs::metadata(path).map_err(|e| format!("{path}: {e}; `make build` makes it"));
        let path = path.display();
        Ok((size(&path.to_string())?.len(), size(&format!("{path}.br"))?.len()))
    };
    let first_page =
        [format!("{NAME}_bg.wasm"), format!("{NAME}.js"), PARTS.to_owned(), "live.js".to_owned(), "main.css".to_owned()];
    println!("The first page: bytes, and compressed with Brotli");
    let mut total = 0;
    for name in &first_page {
        let (plain, brotli) = compressed(name)?;
        println!("{plain:>10} {brotli:>9}  {name}");
        total += brotli;
    }
    println!("{:>10} {total:>9}  of {BUDGET}", "");
    println!("\nLoaded when a page needs them");
    for name in names.keys().filter(|name| (name.ends_with(".wasm") || *name == SHARED) && !first_page.contains(name)) {
        let (plain, brotli) = compressed(name)?;
        println!("{plain:>10} {brotli:>9}  {name}");
    }
    println!("\nThe first page's code before Binaryen: bytes and functions by crate");
    for (name, (bytes, functions)) in crates(&fs::read(NAMED_MAIN)?)?.into_iter().take(CRATES) {
        println!("{bytes:>10} {functions:>9}  {name}");
    }
    if total > BUDGET {
        return Err(format!("the first page sends {total} B, {} B more than its budget", total - BUDGET).into());
    }
    Ok(())
}

/// Returns bytes and number of functions by crate, largest first. A generic function belongs to the first crate in its name.
fn crates(module: &[u8]) -> Outcome<Vec<(String, (usize, usize))>> {
    let (mut imported, mut bodies, mut names) = (0, Vec::new(), HashMap::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += usize::from(matches!(import?.ty, wasmparser::TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push((body.range().end - body.range().start) as usize),
            Payload::CustomSection(custom) => {
                let KnownCustom::Name(sections) = custom.as_known() else { continue };
                for section in sections {
                    // Kinds of names that this parser does not know come after those of functions.
                    let Ok(Name::Function(functions)) = section else { continue };
                    for named in functions {
                        let named = named?;
                        names.insert(named.index as usize, named.name);
                    }
                }
            }
            _ => {}
        }
    }
    let mut by_crate: HashMap<String, (usize, usize)> = HashMap::new();
    for (index, bytes) in bodies.into_iter().enumerate() {
        let name =
            names.get(&(imported + index)).map_or("without a name".to_owned(), |name| crate_of(&demangle(name).to_string()));
        let (sum, functions) = by_crate.entry(name).or_default();
        (*sum, *functions) = (*sum + bytes, *functions + 1);
    }
    let mut by_crate: Vec<_> = by_crate.into_iter().collect();
    by_crate.sort_by(|(a, (more, _)), (b, (less, _))| less.cmp(more).then_with(|| a.cmp(b)));
    Ok(by_crate)
}

/// Returns the first name before `::`, as in `<tachys::view::any_view::AnyView as ...>`.
fn crate_of(function: &str) -> String {
    let before = function.split("::").next().unwrap_or_default();
    let name = before.rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default();
    if name.is_empty() || !function.contains("::") { "without a crate".to_owned() } else { name.to_owned() }
}
