//! Reads the records of a CSV file one by one. A quote that does not close costs its own line and no other.

use super::meter::Meter;
use std::collections::VecDeque;
use std::io::{self, BufRead};

/// The most bytes in a quoted cell. Beyond them its quote counts as not closed.
const MAX_QUOTED_BYTES: usize = 64 * 1024;
/// The most quotes that do not close and are reported one by one.
const MAX_BROKEN_QUOTES: usize = 1000;

/// The format of a CSV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    pub separator: u8,
    /// The byte that ends a line: a carriage return in very old files, else a line feed.
    pub line_end: u8,
    /// The lines before the header. There is one where a spreadsheet names the separator.
    pub skipped_lines: usize,
}

/// A record of a CSV file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The record's first line, from 1.
    pub line: i64,
    /// Its trimmed cells, or the reason why it cannot be read.
    pub cells: Result<Vec<Vec<u8>>, String>,
}

/// A reader of records.
///
/// # Which quotes count as not closed
/// A quoted cell may hold line ends. Its quote counts as not closed in three cases:
/// - the quote never ends;
/// - something other than a separator follows its end on a later line;
/// - each of the cell's lines has as many cells as the header, so that they look like rows of their own.
///
/// Reading then goes on with the line after the one on which the cell began.
pub struct Records<R> {
    reader: R,
    meter: Meter,
    dialect: Dialect,
    /// Lines that were read ahead of the next record.
    ahead: VecDeque<Vec<u8>>,
    /// The number of the next line, from 1.
    line: i64,
    /// The number of cells in the header; 0 before it was read.
    columns: usize,
    broken_quotes: usize,
}

impl<R: BufRead> Records<R> {
    pub fn new(reader: R, dialect: Dialect, meter: &Meter) -> io::Result<Self> {
        let mut records =
            Self { reader, meter: meter.clone(), dialect, ahead: VecDeque::new(), line: 1, columns: 0, broken_quotes: 0 };
        for _ in 0..dialect.skipped_lines {
            records.fill(1)?;
            records.take(1);
        }
        Ok(records)
    }

    /// Returns the header first, then each record, then `None`.
    pub fn next_record(&mut self) -> io::Result<Option<Record>> {
        if !self.fill(1)? {
            return Ok(None);
        }
        let line = self.line;
        let mut scan = Scan::new(self.dialect.separator);
        let (mut used, mut bytes) = (0, 0);
        let is_broken = loop {
            if !self.fill(used + 1)? {
                break true;
            }
            let text = &self.ahead[used];
            bytes += text.len();
            scan.read(text);
            used += 1;
            if !scan.is_open() {
                break used > 1 && (scan.is_torn || self.is_a_row_a_line(used));
            }
            if bytes > MAX_QUOTED_BYTES || scan.is_torn {
                break true;
            }
        };
        if is_broken {
            self.take(1);
            self.broken_quotes += 1;
            if self.broken_quotes > MAX_BROKEN_QUOTES {
                return Err(io::Error::other(format!("more than {MAX_BROKEN_QUOTES} quotes are not closed")));
            }
            let message = "has a quote that is not closed on its line: double it (\"\"), or close it before the next separator";
            return Ok(Some(Record { line, cells: Err(message.into()) }));
        }
        self.take(used);
        if self.columns == 0 {
            self.columns = scan.cells.len();
        }
        Ok(Some(Record { line, cells: Ok(scan.cells) }))
    }

    /// Reads ahead until `lines` lines are there. Returns false when the file has fewer.
    fn fill(&mut self, lines: usize) -> io::Result<bool> {
        while self.ahead.len() < lines {
            let mut text = Vec::new();
            if self.reader.read_until(self.dialect.line_end, &mut text)? == 0 {
                return Ok(false);
            }
            self.meter.row_read();
            self.ahead.push_back(text);
        }
        Ok(true)
    }

    fn take(&mut self, lines: usize) {
        self.ahead.drain(..lines.min(self.ahead.len()));
        self.line += lines as i64;
    }

    /// Returns whether each of the lines looks like a row. Two columns prove nothing, since a sentence often has one comma.
    fn is_a_row_a_line(&self, lines: usize) -> bool {
        let separators = |line: &Vec<u8>| line.iter().filter(|byte| **byte == self.dialect.separator).count();
        self.columns > 2 && self.ahead.iter().take(lines).all(|line| separators(line) + 1 == self.columns)
    }
}

/// A scanner that cuts a record into cells, line by line.
struct Scan {
    separator: u8,
    cells: Vec<Vec<u8>>,
    cell: Vec<u8>,
    state: State,
    lines: usize,
    /// True when something other than a separator followed a quoted cell of several lines.
    is_torn: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    /// Inside a quoted cell, which began on this line of the record.
    Quoted(usize),
    /// After a quote that may end the cell.
    Closed(usize),
}

impl Scan {
    fn new(separator: u8) -> Self {
        Self { separator, cells: Vec::new(), cell: Vec::new(), state: State::Start, lines: 0, is_torn: false }
    }

    fn is_open(&self) -> bool {
        matches!(self.state, State::Quoted(_))
    }

    fn read(&mut self, line: &[u8]) {
        self.lines += 1;
        for byte in line {
            self.state = match (self.state, *byte) {
                (State::Quoted(since), b'"') => State::Closed(since),
                (State::Quoted(since), byte) => {
                    self.cell.push(byte);
                    State::Quoted(since)
                }
                (State::Closed(since), b'"') => {
                    self.cell.push(b'"');
                    State::Quoted(since)
                }
                (_, byte) if byte == self.separator => {
                    self.end_cell();
                    State::Start
                }
                (State::Start, b' ') => State::Start,
                (State::Start, b'"') => State::Quoted(self.lines),
                (State::Closed(since), blank @ (b' ' | b'\r' | b'\n')) => {
                    self.cell.push(blank);
                    State::Closed(since)
                }
                (State::Closed(since), byte) => {
                    self.is_torn |= since < self.lines;
                    self.cell.push(byte);
                    State::Plain
                }
                (_, byte) => {
                    self.cell.push(byte);
                    State::Plain
                }
            };
        }
        if !self.is_open() {
            self.end_cell();
            self.state = State::Start;
        }
    }

    fn end_cell(&mut self) {
        let cell = std::mem::take(&mut self.cell);
        self.cells.push(cell.trim_ascii().to_vec());
    }
}
