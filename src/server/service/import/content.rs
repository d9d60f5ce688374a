//! Recognises a file's content from its beginning: the kind of its rows and their format, or else something that is no such
//! file, described in words for its sender.

use super::meter::Meter;
use super::records::{Dialect, Records};
use crate::domain::ImportKind;
use serde_json::Value;

/// The format that the rows are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    Csv(Dialect),
    /// One JSON object per line.
    Lines,
}

/// The separators to look for, likeliest first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// The rows by which the separator is found.
const ROWS: usize = 20;

/// Recognises a file by its first bytes. `is_whole` says whether they are the whole file. An error says what the file is
/// instead and what to do about it.
pub fn recognise(head: &[u8], is_whole: bool, is_named_as_lines: bool) -> Result<Content, String> {
    refuse_binary(head)?;
    let text = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head);
    let trimmed = text.trim_ascii_start();
    let first = trimmed.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
    let is_object = |line: &[u8]| matches!(serde_json::from_slice(line), Ok(Value::Object(_)));
    match trimmed.first() {
        None if is_whole => return Err("The file is empty: it has no header line and no rows.".into()),
        None if is_named_as_lines => return Ok(Content::Lines),
        None => return Ok(Content::Csv(dialect(text))),
        Some(b'<') => return Err(refuse_markup(trimmed)),
        Some(b'[') if is_array(trimmed) => {
            return Err("It is a JSON array. Write one JSON object a line instead (NDJSON), without brackets and without \
                        commas between them: jq -c '.[]' does that."
                .into());
        }
        Some(b'{') if !is_named_as_lines && is_object(first) => return Ok(Content::Lines),
        Some(b'{') if first == b"{" => {
            return Err(
                "It is one JSON object over several lines. Write one JSON object for each row, each on a line of its own \
                        (NDJSON): jq -c does that."
                    .into(),
            );
        }
        Some(b'{') => return Ok(Content::Lines),
        _ if is_named_as_lines => {
            return match trimmed.split(|byte| *byte == b'\n').any(|line| is_object(line.trim_ascii())) {
                true => Ok(Content::Lines),
                false => Err("Its name says that it has one JSON object a line, and it has none. If it is CSV, give it a name \
                              that ends with .csv."
                    .into()),
            };
        }
        Some(_) => {}
    }
    let dialect = dialect(text);
    match is_prose(text, dialect) {
        true => Err("It looks like plain text, not like a table: its first line names no columns. A file needs a header line \
                     such as externalId,name,segment and then a line for each customer or event."
            .into()),
        false => Ok(Content::Csv(dialect)),
    }
}

fn refuse_binary(head: &[u8]) -> Result<(), String> {
    let has = |text: &str| head.windows(text.len()).any(|window| window == text.as_bytes());
    let begins = |mark: &[u8]| head.starts_with(mark);
    let sheet = "Save the sheet as CSV (in Excel: Save As, CSV UTF-8) and upload that.";
    let what = match () {
        () if begins(b"PK\x03\x04") && (has("xl/") || has("worksheets/")) => format!("It is an Excel workbook. {sheet}"),
        () if begins(b"PK\x03\x04") && has("opendocument.spreadsheet") => format!("It is an OpenDocument spreadsheet. {sheet}"),
        () if begins(b"PK\x03\x04") && has("word/") => "It is a Word document. Upload a table as CSV.".into(),
        () if begins(b"PK\x03\x04") && has("[Content_Types].xml") => format!("It is an Office document. {sheet}"),
        () if begins(b"PK") && head.len() > 3 && head[2] < 9 => {
            "It is a ZIP archive. Unpack it and upload the file in it.".into()
        }
        () if begins(b"\xd0\xcf\x11\xe0") => format!("It is an old Excel workbook or another Office document. {sheet}"),
        () if begins(b"%PDF-") => "It is a PDF. Export the table that it was made from as CSV and upload that.".into(),
        () if begins(b"\xff\xfe") || begins(b"\xfe\xff") => {
            "It is text in UTF-16 (Excel calls it Unicode text). Save it as CSV UTF-8 and upload that.".into()
        }
        () if begins(b"\x89PNG") || begins(b"\xff\xd8\xff") || begins(b"GIF8") => {
            "It is a picture. Upload a table as CSV.".into()
        }
        () if begins(b"SQLite format 3\0") => "It is an SQLite database. Export a table of it as CSV and upload that.".into(),
        () if begins(b"PAR1") => "It is a Parquet file. Write it as CSV or NDJSON and upload that.".into(),
        () if head.get(257..262) == Some(b"ustar") => "It is a TAR archive. Unpack it and upload the file in it.".into(),
        () if head.contains(&0) => "It is not text. Upload CSV, or NDJSON, as UTF-8.".into(),
        () => return Ok(()),
    };
    Err(what)
}

fn refuse_markup(text: &[u8]) -> String {
    let head = String::from_utf8_lossy(&text[..text.len().min(2000)]).to_lowercase();
    match head.contains("<!doctype html") || head.contains("<html") || head.contains("<head") || head.contains("<table") {
        true => "It is an HTML page, perhaps a sign-in page that was saved in place of the export. Export the table as CSV and \
                 upload that."
            .into(),
        false => "It is XML. Export the table as CSV, or as NDJSON, and upload that.".into(),
    }
}

/// Returns whether the text is a JSON array, and not a header that begins with a bracket.
fn is_array(text: &[u8]) -> bool {
    let next = text[1..].trim_ascii_start().first().copied();
    next.is_none_or(|byte| matches!(byte, b'{' | b'[' | b']' | b'"' | b'-' | b'0'..=b'9'))
}

/// Finds the separator of a CSV file: the one that cuts most rows like the header, then the one that finds more known
/// columns.
fn dialect(text: &[u8]) -> Dialect {
    let line_end = if text.contains(&b'\n') || !text.contains(&b'\r') { b'\n' } else { b'\r' };
    let first = text.split(|byte| *byte == line_end).next().unwrap_or_default().trim_ascii();
    let told = first.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(first);
    let untrimmed = text.split(|byte| *byte == line_end).next().unwrap_or_default();
    let is_told = told.len() >= 4 && told[..4].eq_ignore_ascii_case(b"sep=");
    let is_tab = untrimmed.starts_with(b"sep=\t");
    match told.get(4..) {
        Some([separator]) if is_told => Dialect { separator: *separator, line_end, skipped_lines: 1 },
        Some([]) if is_tab => Dialect { separator: b'\t', line_end, skipped_lines: 1 },
        _ => {
            let dialects = SEPARATORS.map(|separator| Dialect { separator, line_end, skipped_lines: 0 });
            let found = dialects.into_iter().rev().max_by_key(|dialect| fit(text, *dialect));
            found.unwrap_or(dialects[0])
        }
    }
}

/// Returns the cells of the first rows.
fn first_rows(text: &[u8], dialect: Dialect) -> Vec<Vec<Vec<u8>>> {
    let Ok(mut records) = Records::new(text, dialect, &Meter::default()) else { return Vec::new() };
    let next = || records.next_record().ok().flatten();
    std::iter::from_fn(next).filter_map(|record| record.cells.ok()).take(ROWS).collect()
}

/// Returns how well a separator fits, as (rows like the header, known columns, columns).
fn fit(text: &[u8], dialect: Dialect) -> (usize, usize, usize) {
    let rows = first_rows(text, dialect);
    let Some((header, rows)) = rows.split_first().filter(|(header, _)| header.len() > 1) else { return (0, 0, 0) };
    let likeness = rows.iter().map(|row| match row.len() {
        1 => 0,
        cells if cells == header.len() => 2,
        _ => 1,
    });
    (likeness.sum(), known_columns(header), header.len())
}

fn known_columns(header: &[Vec<u8>]) -> usize {
    let is_known =
        |name: &str| ImportKind::ALL.iter().flat_map(|kind| kind.fields()).any(|field| field.recognises(name).is_some());
    header.iter().filter(|name| std::str::from_utf8(name).is_ok_and(is_known)).count()
}

/// Returns whether the text does not look like a table: no column is known, and rows have different lengths or a single
/// column.
fn is_prose(text: &[u8], dialect: Dialect) -> bool {
    let rows = first_rows(text, dialect);
    let Some((header, rows)) = rows.split_first() else { return false };
    let filled = |row: &Vec<Vec<u8>>| row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |place| place + 1);
    let unlike = rows.iter().filter(|row| row.len() < header.len() || filled(row) > header.len()).count();
    known_columns(header) == 0 && dialect.skipped_lines == 0 && (header.len() == 1 || unlike * 2 > rows.len())
}
