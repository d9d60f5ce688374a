//! The rows of a file, one after the other: CSV (with commas, semicolons or tabs) or NDJSON, also compressed. All of it
//! blocks, and holds one row at a time.

use super::super::export;
use super::content::{self, Content};
use super::meter::{Limits, Meter};
use super::records::{Dialect, Record, Records};
use crate::domain::import::RawRow;
use crate::wire::AppError;
use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::PathBuf;
use std::pin::Pin;
use tokio::io::AsyncRead;
use tokio_util::io::SyncIoBridge;

/// The most columns, and the most bytes in the name of one.
const MAX_COLUMNS: usize = 200;
const MAX_COLUMN_BYTES: usize = 1000;

/// The bytes of a file by which its content is recognised.
const HEAD: u64 = 64 * 1024;
/// The depth to which nested objects are taken apart. Deeper ones stay JSON.
const MAX_DEPTH: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compression {
    None,
    Gzip,
    Zstd,
}

/// A file whose columns are known.
#[derive(Clone)]
pub struct Columned {
    pub source: Source,
    pub columns: Vec<String>,
}

/// A file, and the way to read it.
#[derive(Clone, Debug)]
pub struct Source {
    path: PathBuf,
    /// True when the file's name says that it has one JSON object per line.
    is_named_as_lines: bool,
    compression: Compression,
    limits: Limits,
}

impl Source {
    /// A file that was uploaded, with the limits of uploads.
    pub fn uploaded(path: impl Into<PathBuf>, file_name: &str) -> Self {
        let source = Self::new(path, file_name);
        Self { limits: Limits::of_upload(source.size()), ..source }
    }

    /// A file of any size, without limits.
    pub fn new(path: impl Into<PathBuf>, file_name: &str) -> Self {
        let name = file_name.to_ascii_lowercase();
        let (name, compression) = match name.rsplit_once('.') {
            Some((name, "gz")) => (name, Compression::Gzip),
            Some((name, "zst")) => (name, Compression::Zstd),
            _ => (name.as_str(), Compression::None),
        };
        let is_named_as_lines = [".ndjson", ".jsonl", ".json"].iter().any(|ending| name.ends_with(ending));
        Self { path: path.into(), is_named_as_lines, compression, limits: Limits::NONE }
    }

    /// Returns the names of the columns. NDJSON is read to its end for them.
    pub fn columns(&self, meter: &Meter) -> Result<Vec<String>, AppError> {
        let columns = match self.content(meter)? {
            Content::Csv(dialect) => self.csv(dialect, meter)?.1,
            Content::Lines => self.keys(meter)?,
        };
        if columns.iter().any(|column| column.len() > MAX_COLUMN_BYTES) {
            return Err(AppError::BadRequest(format!("The name of a column is longer than {MAX_COLUMN_BYTES} bytes.")));
        }
        match columns.len() {
            0 => Err(AppError::BadRequest("The file is empty: it names no columns.".into())),
            1..=MAX_COLUMNS => Ok(columns),
            _ => Err(AppError::BadRequest(format!("The file has more than {MAX_COLUMNS} columns."))),
        }
    }

    /// Returns the size of the file on disk, in bytes.
    pub fn size(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |file| file.len())
    }

    /// Passes each row to `take` until that returns false. `meter` counts the bytes that were read of the file.
    pub fn read(&self, columns: &[String], meter: &Meter, mut take: impl FnMut(RawRow) -> bool) -> Result<(), AppError> {
        match self.content(meter)? {
            Content::Csv(dialect) => {
                let (mut records, _) = self.csv(dialect, meter)?;
                while let Some(Record { line, cells: read }) = records.next_record().map_err(unreadable)? {
                    let is_blank = read.as_ref().is_ok_and(|cells| cells.iter().all(Vec::is_empty));
                    if !is_blank && !take(RawRow { line, cells: read.and_then(|read| cells(read, columns.len())) }) {
                        break;
                    }
                }
            }
            Content::Lines => {
                let places: HashMap<_, _> = columns.iter().enumerate().map(|(place, column)| (column.as_str(), place)).collect();
                self.lines(meter, |line, text| {
                    let cells = flatten(text).map(|pairs| {
                        let mut cells = vec![String::new(); columns.len()];
                        for (column, value) in pairs {
                            if let Some(place) = places.get(column.as_str()) {
                                cells[*place] = value;
                            }
                        }
                        cells
                    });
                    take(RawRow { line, cells })
                })?;
            }
        }
        Ok(())
    }

    /// Recognises the content from the file's beginning.
    fn content(&self, meter: &Meter) -> Result<Content, AppError> {
        let mut head = Vec::new();
        self.open(&meter.again())?.take(HEAD).read_to_end(&mut head).map_err(unreadable)?;
        let is_whole = (head.len() as u64) < HEAD;
        content::recognise(&head, is_whole, self.is_named_as_lines).map_err(AppError::BadRequest)
    }

    fn csv(&self, dialect: Dialect, meter: &Meter) -> Result<(Records<impl BufRead + use<>>, Vec<String>), AppError> {
        let mut records = Records::new(self.open(meter)?, dialect, meter).map_err(unreadable)?;
        let header = loop {
            match records.next_record().map_err(unreadable)? {
                None => break Vec::new(),
                Some(Record { cells: Ok(cells), .. }) if cells.iter().all(Vec::is_empty) => {}
                Some(Record { cells: Ok(cells), .. }) => break cells,
                Some(Record { line, cells: Err(error) }) => {
                    return Err(AppError::BadRequest(format!("Line {line}, the header, {error}.")));
                }
            }
        };
        let mut columns = Vec::<String>::new();
        for (place, name) in header.iter().enumerate() {
            let name = std::str::from_utf8(name)
                .map_err(|_| AppError::BadRequest("The file is not UTF-8. Save it as CSV UTF-8 and upload that.".into()))?;
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            let name = if name.is_empty() { format!("column {}", place + 1) } else { name };
            let is_taken = columns.contains(&name);
            columns.push(if is_taken { format!("{name} ({})", place + 1) } else { name });
        }
        Ok((records, columns))
    }

    /// Returns every key of every line in order of appearance. Nested keys are joined by dots.
    fn keys(&self, meter: &Meter) -> Result<Vec<String>, AppError> {
        let (mut keys, mut known) = (Vec::new(), std::collections::HashSet::new());
        self.lines(meter, |_, text| {
            for (key, _) in flatten(text).unwrap_or_default() {
                if !known.contains(&key) {
                    known.insert(key.clone());
                    keys.push(key);
                }
            }
            keys.len() <= MAX_COLUMNS
        })?;
        Ok(keys)
    }

    fn lines(&self, meter: &Meter, mut take: impl FnMut(i64, &[u8]) -> bool) -> Result<(), AppError> {
        let mut reader = self.open(meter)?;
        let (mut line, mut text) = (0, Vec::new());
        loop {
            text.clear();
            if reader.read_until(b'\n', &mut text).map_err(unreadable)? == 0 {
                return Ok(());
            }
            meter.row_read();
            line += 1;
            let content = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
            if !content.trim_ascii().is_empty() && !take(line, content) {
                return Ok(());
            }
        }
    }

    fn open(&self, meter: &Meter) -> Result<impl BufRead + Send + use<>, AppError> {
        let mut file = File::open(&self.path).map_err(unreadable)?;
        let compression = self.compression(&mut file).map_err(unreadable)?;
        let file = meter.read_file(file);
        let file = tokio::io::BufReader::with_capacity(64 * 1024, file);
        let content: Pin<Box<dyn AsyncRead + Send>> = match compression {
            Compression::None => Box::pin(file),
            Compression::Gzip => {
                let mut decoder = GzipDecoder::new(file);
                decoder.multiple_members(true);
                Box::pin(decoder)
            }
            Compression::Zstd => {
                let mut decoder = ZstdDecoder::new(file);
                decoder.multiple_members(true);
                Box::pin(decoder)
            }
        };
        Ok(BufReader::with_capacity(64 * 1024, meter.limit(SyncIoBridge::new(content), self.limits)))
    }

    /// Returns the file's compression, found by its content if not by its name.
    fn compression(&self, file: &mut File) -> io::Result<Compression> {
        let mut mark = Vec::new();
        file.by_ref().take(4).read_to_end(&mut mark)?;
        file.rewind()?;
        Ok(match (self.compression, mark.as_slice()) {
            (Compression::None, [0x1f, 0x8b, ..]) => Compression::Gzip,
            (Compression::None, [0x28, 0xb5, 0x2f, 0xfd]) => Compression::Zstd,
            (named, _) => named,
        })
    }
}

fn unreadable(error: impl std::fmt::Display) -> AppError {
    AppError::BadRequest(format!("The file could not be read to its end: {error}."))
}

fn cells(mut read: Vec<Vec<u8>>, columns: usize) -> Result<Vec<String>, String> {
    // Spreadsheets write separators for columns that once had content.
    let filled = read.iter().rposition(|cell| !cell.is_empty()).map_or(0, |place| place + 1);
    if filled > columns {
        return Err(format!("has {filled} cells, and the header names {columns} columns"));
    }
    read.truncate(columns);
    let text = |cell: Vec<u8>| match String::from_utf8(cell) {
        Ok(text) => Ok(export::without_quote(text.trim()).to_owned()),
        Err(_) => Err("is not UTF-8".to_owned()),
    };
    let mut cells: Vec<_> = read.into_iter().map(text).collect::<Result<_, _>>()?;
    cells.resize(columns, String::new());
    Ok(cells)
}

/// Returns the values of a JSON object by name. Nested names are joined by dots. Numbers stay as they are written, since ids
/// with many digits would be rounded.
fn flatten(line: &[u8]) -> Result<Vec<(String, String)>, String> {
    if !line.trim_ascii_start().starts_with(b"{") {
        return match serde_json::from_slice::<IgnoredAny>(line) {
            Ok(_) => Err("must be a JSON object".into()),
            Err(error) => Err(format!("is not JSON: {error}")),
        };
    }
    let mut pairs = Vec::new();
    let text = std::str::from_utf8(line).map_err(|_| "is not UTF-8".to_owned())?;
    flatten_into(&mut pairs, "", text, 1).map_err(|error| format!("is not JSON: {error}"))?;
    Ok(pairs)
}

fn flatten_into(pairs: &mut Vec<(String, String)>, prefix: &str, object: &str, depth: usize) -> serde_json::Result<()> {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(object)?;
    for (key, value) in fields {
        let key = format!("{prefix}{key}");
        match value.get() {
            "null" => pairs.push((key, String::new())),
            text if text.starts_with('"') => pairs.push((key, serde_json::from_str::<String>(text)?.trim().to_owned())),
            text if text.starts_with('{') && depth < MAX_DEPTH => flatten_into(pairs, &format!("{key}."), text, depth + 1)?,
            text => pairs.push((key, text.to_owned())),
        }
    }
    Ok(())
}
