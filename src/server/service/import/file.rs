//! The rows of a file, one after the other: CSV (with commas, semicolons or tabs) or NDJSON, also compressed. Everything
//! here blocks, and holds one row at a time.

use super::super::export;
use super::meter::{Limits, Meter};
use crate::domain::import::RawRow;
use crate::wire::AppError;
use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};
use serde_json::Value;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::pin::Pin;
use tokio::io::AsyncRead;
use tokio_util::io::SyncIoBridge;

/// The most columns, and the longest name of one, in bytes.
const MAX_COLUMNS: usize = 200;
const MAX_COLUMN_BYTES: usize = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    Lines,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compression {
    None,
    Gzip,
    Zstd,
}

/// A file, and how it is read: its name tells.
#[derive(Clone, Debug)]
pub struct Source {
    path: PathBuf,
    format: Format,
    compression: Compression,
    limits: Limits,
}

impl Source {
    /// A file that somebody has uploaded.
    pub fn uploaded(path: impl Into<PathBuf>, file_name: &str) -> Self {
        let source = Self::new(path, file_name);
        Self { limits: Limits::of_upload(source.size()), ..source }
    }

    /// A file of any size.
    pub fn new(path: impl Into<PathBuf>, file_name: &str) -> Self {
        let name = file_name.to_ascii_lowercase();
        let (name, compression) = match name.rsplit_once('.') {
            Some((name, "gz")) => (name, Compression::Gzip),
            Some((name, "zst")) => (name, Compression::Zstd),
            _ => (name.as_str(), Compression::None),
        };
        let is_lines = [".ndjson", ".jsonl", ".json"].iter().any(|ending| name.ends_with(ending));
        let format = if is_lines { Format::Lines } else { Format::Csv };
        Self { path: path.into(), format, compression, limits: Limits::NONE }
    }

    /// The names of the columns. Reads NDJSON to its end.
    pub fn columns(&self, meter: &Meter) -> Result<Vec<String>, AppError> {
        let columns = match self.format {
            Format::Csv => self.csv(meter)?.1,
            Format::Lines => self.keys(meter)?,
        };
        if columns.iter().any(|column| column.len() > MAX_COLUMN_BYTES) {
            return Err(AppError::BadRequest(format!("The name of a column is longer than {MAX_COLUMN_BYTES} bytes.")));
        }
        match columns.len() {
            0 => Err(AppError::BadRequest("The file is empty.".into())),
            1..=MAX_COLUMNS => Ok(columns),
            _ => Err(AppError::BadRequest(format!("The file has more than {MAX_COLUMNS} columns."))),
        }
    }

    /// The size of the file as it lies there, in bytes.
    pub fn size(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |file| file.len())
    }

    /// Gives each row to `take`, until it says that it has enough. `meter` counts the bytes of the file that were read.
    pub fn read(&self, columns: &[String], meter: &Meter, mut take: impl FnMut(RawRow) -> bool) -> Result<(), AppError> {
        match self.format {
            Format::Csv => {
                let (mut csv, _) = self.csv(meter)?;
                let mut record = csv::ByteRecord::new();
                while csv.read_byte_record(&mut record).map_err(unreadable)? {
                    meter.row_read();
                    let line = record.position().map_or(0, |position| position.line() as i64);
                    let is_blank = record.iter().all(|cell| cell.trim_ascii().is_empty());
                    if !is_blank && !take(RawRow { line, cells: cells(&record, columns.len()) }) {
                        break;
                    }
                }
            }
            Format::Lines => {
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

    fn csv(&self, meter: &Meter) -> Result<(csv::Reader<impl Read + use<>>, Vec<String>), AppError> {
        let mut first = Vec::new();
        let mut reader = self.open(&meter.again())?;
        reader.read_until(b'\n', &mut first).map_err(unreadable)?;
        let count = |delimiter: u8| first.iter().filter(|byte| **byte == delimiter).count();
        let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|delimiter| (count(*delimiter), *delimiter == b','));
        let mut csv = csv::ReaderBuilder::new()
            .delimiter(delimiter.unwrap_or(b','))
            .flexible(true)
            // A carriage return before it is trimmed; as a part of it, it would be counted to the row that follows.
            .terminator(csv::Terminator::Any(b'\n'))
            .trim(csv::Trim::All)
            .from_reader(self.open(meter)?);
        let header = csv.byte_headers().map_err(unreadable)?.clone();
        let mut columns = Vec::<String>::new();
        for (place, name) in header.iter().enumerate() {
            let name = std::str::from_utf8(name).map_err(|_| AppError::BadRequest("The file is not UTF-8.".into()))?;
            let name = name.trim_start_matches('\u{feff}').trim();
            let name = if name.is_empty() { format!("column {}", place + 1) } else { name.to_owned() };
            let is_taken = columns.contains(&name);
            columns.push(if is_taken { format!("{name} ({})", place + 1) } else { name });
        }
        let is_empty = header.is_empty() || header.iter().all(<[u8]>::is_empty);
        Ok((csv, if is_empty { Vec::new() } else { columns }))
    }

    /// Every key of every line, nested ones joined by dots, in the order they come up.
    fn keys(&self, meter: &Meter) -> Result<Vec<String>, AppError> {
        let (mut keys, mut known) = (Vec::new(), std::collections::HashSet::new());
        let mut is_array = false;
        self.lines(meter, |_, text| {
            is_array = keys.is_empty() && text.trim_ascii_start().starts_with(b"[");
            for (key, _) in flatten(text).unwrap_or_default() {
                if !known.contains(&key) {
                    known.insert(key.clone());
                    keys.push(key);
                }
            }
            !is_array && keys.len() <= MAX_COLUMNS
        })?;
        match is_array {
            true => Err(AppError::BadRequest("The file must have one JSON object a line, not an array.".into())),
            false => Ok(keys),
        }
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
        let file = meter.read_file(File::open(&self.path).map_err(unreadable)?);
        let file = tokio::io::BufReader::with_capacity(64 * 1024, file);
        let content: Pin<Box<dyn AsyncRead + Send>> = match self.compression {
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
}

fn unreadable(error: impl std::fmt::Display) -> AppError {
    AppError::BadRequest(format!("The file could not be read to its end: {error}."))
}

fn cells(record: &csv::ByteRecord, columns: usize) -> Result<Vec<String>, String> {
    if record.len() > columns {
        return Err(format!("has {} cells, and the header names {columns} columns", record.len()));
    }
    let text = |cell: &[u8]| match std::str::from_utf8(cell) {
        Ok(text) => Ok(export::without_quote(text).to_owned()),
        Err(_) => Err("is not UTF-8".to_owned()),
    };
    let mut cells: Vec<_> = record.iter().map(text).collect::<Result<_, _>>()?;
    cells.resize(columns, String::new());
    Ok(cells)
}

/// The values of a JSON object by their names, nested ones joined by dots.
fn flatten(line: &[u8]) -> Result<Vec<(String, String)>, String> {
    let value: Value = serde_json::from_slice(line).map_err(|error| format!("is not JSON: {error}"))?;
    let Value::Object(fields) = value else { return Err("must be a JSON object".into()) };
    let mut pairs = Vec::with_capacity(fields.len());
    for (key, value) in fields {
        flatten_into(&mut pairs, key, value);
    }
    Ok(pairs)
}

fn flatten_into(pairs: &mut Vec<(String, String)>, key: String, value: Value) {
    match value {
        Value::Object(fields) => {
            for (inner, value) in fields {
                flatten_into(pairs, format!("{key}.{inner}"), value);
            }
        }
        Value::Null => pairs.push((key, String::new())),
        Value::String(text) => pairs.push((key, text.trim().to_owned())),
        other => pairs.push((key, other.to_string())),
    }
}
