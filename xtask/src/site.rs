//! Builds `target/site`: every asset under an address that holds its content's hash, so that browsers may keep it for ever, and
//! `manifest.json` from the plain name to the hashed one. Files that are right already keep their time stamps, so that cargo
//! does not compile again.

use crate::files::{Mode, content_hash, files_below};
use crate::{Outcome, style, wasm};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::{Path, PathBuf},
};

pub const ASSETS: &str = "target/site/assets";
pub const MANIFEST: &str = "target/site/manifest.json";

/// Builds the whole folder and removes files that no longer belong to it.
pub fn build(mode: Mode) -> Outcome<()> {
    let mut site = Site { mode, names: BTreeMap::new(), written: BTreeSet::new() };
    fs::create_dir_all(ASSETS)?;
    site.add_module(&wasm::bind(mode)?)?;
    for path in files_below(Path::new("public"))? {
        let name = path.strip_prefix("public")?.to_str().ok_or("a public file's name is not UTF-8")?;
        site.add(name, &fs::read(&path)?)?;
    }
    let stylesheet = site.with_hashed_addresses(&style::bundle()?);
    site.add("main.css", stylesheet.as_bytes())?;
    site.finish()
}

struct Site {
    mode: Mode,
    /// The manifest, from plain names to hashed names.
    names: BTreeMap<String, String>,
    /// Every file of this build.
    written: BTreeSet<PathBuf>,
}

impl Site {
    /// Adds the files of the browser's half. They name each other, so they keep their names, in a folder that is hashed as a
    /// whole.
    fn add_module(&mut self, bound: &Path) -> Outcome<()> {
        let mut files = Vec::new();
        for path in files_below(bound)? {
            let name = path.strip_prefix(bound)?.to_str().ok_or("a file of the browser's half has a name that is not UTF-8")?;
            files.push((name.to_owned(), fs::read(&path)?));
        }
        let all: Vec<u8> = files.iter().flat_map(|(name, content)| [name.as_bytes(), content]).flatten().copied().collect();
        let folder = format!("app.{}", content_hash(&all));
        for (name, content) in files {
            let address = format!("{folder}/{name}");
            self.write(&address, &content)?;
            self.names.insert(name, address);
        }
        Ok(())
    }

    fn add(&mut self, name: &str, content: &[u8]) -> Outcome<()> {
        let (stem, extension) = name.rsplit_once('.').ok_or_else(|| format!("{name}: an asset's name needs an extension"))?;
        let hashed = format!("{stem}.{}.{extension}", content_hash(content));
        self.write(&hashed, content)?;
        self.names.insert(name.to_owned(), hashed);
        Ok(())
    }

    /// Replaces the plain addresses of the assets so far, `/assets/fonts/inter.woff2`, by those that hold their hash.
    fn with_hashed_addresses(&self, text: &str) -> String {
        let replace = |text: String, (name, hashed): (&String, &String)| {
            text.replace(&format!("/assets/{name}"), &format!("/assets/{hashed}"))
        };
        self.names.iter().fold(text.to_owned(), replace)
    }

    fn write(&mut self, name: &str, content: &[u8]) -> Outcome<()> {
        let path = Path::new(ASSETS).join(name);
        self.keep(path.clone(), || Ok(content.to_vec()))?;
        // A typeface is compressed as it is.
        if self.mode == Mode::Release && !name.ends_with(".woff2") {
            let brotli = self.keep(path_with(&path, ".br"), || brotli(content))?;
            let gzip = self.keep(path_with(&path, ".gz"), || gzip(content))?;
            println!("{:>9} B  {brotli:>8} br  {gzip:>8} gz  {name}", content.len());
        }
        Ok(())
    }

    /// Writes a file unless it exists: its name holds the content's hash, so an existing file has the same content. Returns
    /// its size.
    fn keep(&mut self, path: PathBuf, content: impl FnOnce() -> Outcome<Vec<u8>>) -> Outcome<u64> {
        if !path.exists() {
            write_whole(&path, &content()?)?;
        }
        let size = fs::metadata(&path)?.len();
        self.written.insert(path);
        Ok(size)
    }

    fn finish(self) -> Outcome<()> {
        for path in files_below(Path::new(ASSETS))? {
            if !self.written.contains(&path) {
                fs::remove_file(&path)?;
                // Fails while the folder holds other files.
                let _ = path.parent().map(fs::remove_dir);
            }
        }
        let manifest = serde_json::to_string_pretty(&self.names)?;
        if fs::read_to_string(MANIFEST).ok().as_deref() != Some(manifest.as_str()) {
            write_whole(Path::new(MANIFEST), manifest.as_bytes())?;
        }
        Ok(())
    }
}

/// Writes a file so that an interrupted build leaves no half file under its name.
fn write_whole(path: &Path, content: &[u8]) -> Outcome<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let unfinished = path_with(path, ".part");
    fs::write(&unfinished, content)?;
    Ok(fs::rename(unfinished, path)?)
}

fn path_with(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn brotli(content: &[u8]) -> Outcome<Vec<u8>> {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: content.len(), ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(content: &[u8]) -> Outcome<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}
