//! The commands that move data in and out: import, export, backup.

use crate::domain::counts::count;
use crate::domain::{FieldErrors, ImportId, ImportKind, ImportState, Mapping, RowError};
use crate::server::service::customers;
use crate::server::service::export::{self, Format, What};
use crate::server::service::import::{self, Errors, Progress, Source};
use crate::server::store::{NewImport, Store};
use crate::server::{Actor, AppState};
use crate::wire::AppError;
use futures::TryStreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The arguments of `import`.
#[derive(clap::Args, Debug)]
pub struct ImportArgs {
    /// File to import: CSV, or NDJSON (.ndjson, .jsonl); also compressed (.gz, .zst)
    #[arg(required_unless_present = "undo")]
    file: Option<PathBuf>,
    /// Kind of the rows; guessed from the columns when absent
    #[arg(long, value_parser = parse_kind)]
    kind: Option<ImportKind>,
    /// Meaning of a column whose name does not tell it: an empty FIELD means nothing. Nested NDJSON columns are joined by
    /// dots, as in `props.feature`
    #[arg(long, value_name = "COLUMN=FIELD", value_parser = parse_map)]
    map: Vec<(String, String)>,
    /// Value of a field where no column and no cell has it, such as `segment=SMB`: for events and for new customers
    #[arg(long, value_name = "FIELD=VALUE", value_parser = parse_default)]
    default: Vec<(String, String)>,
    /// Add the segments found in the file to the rules, as a new version of them. Rows in a segment that the rules do not have are
    /// refused otherwise
    #[arg(long)]
    add_segments: bool,
    /// Write nothing, only tell the outcome of each row
    #[arg(long)]
    dry_run: bool,
    /// Write the errors of all rows into this file, as CSV
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Name of the person who imports, shown beside the import
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// Undo an import instead
    #[arg(long, value_name = "ID", conflicts_with_all = ["file", "kind", "map", "default", "add_segments", "dry_run", "errors", "author"])]
    undo: Option<i64>,
}

/// The arguments of `export`.
#[derive(clap::Args, Debug)]
pub struct ExportArgs {
    #[arg(long, default_value = "all")]
    what: ExportWhat,
    #[arg(long, default_value = "csv")]
    format: ExportFormat,
    /// The folder for the files, which must not be there yet; created when it is absent
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ExportWhat {
    Customers,
    /// Events that count; retracted ones are in retracted_events
    Events,
    /// Health of today
    Health,
    Notes,
    /// Outcomes that count
    Outcomes,
    /// Every version of the rules
    Rulebooks,
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ExportFormat {
    Csv,
    Ndjson,
}

fn parse_kind(text: &str) -> Result<ImportKind, String> {
    ImportKind::parse(text).ok_or_else(|| "must be customers, events or outcomes".into())
}

/// Parses COLUMN=FIELD. Only the column may contain equals signs.
fn parse_map(text: &str) -> Result<(String, String), String> {
    trimmed(text.rsplit_once('='))
}

/// Parses FIELD=VALUE. Only the value may contain equals signs.
fn parse_default(text: &str) -> Result<(String, String), String> {
    trimmed(text.split_once('='))
}

fn trimmed(pair: Option<(&str, &str)>) -> Result<(String, String), String> {
    let (name, value) = pair.ok_or("must have an equals sign")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// The most errors of rows that are printed. `--errors` writes all of them.
const PRINTED_ERRORS: usize = 20;

/// Imports a file. Returns a line to print about it. Refused rows make it fail, though the other rows are imported.
pub async fn import(app: &AppState, args: ImportArgs) -> Result<String, String> {
    if let Some(id) = args.undo {
        let report = import::undo_file(&app.call(Actor::Visitor), ImportId(id)).await.map_err(in_words)?;
        let archived = if report.archived.is_empty() { String::new() } else { format!(" ({})", report.archived.join(", ")) };
        return Ok(format!("import {id} undone: {}{archived}", report.words()));
    }
    let path = args.file.unwrap_or_default();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let source = Source::new(&path, &name);
    let segments = customers::list_segments(&app.call(Actor::Visitor)).await.map_err(in_words)?;
    let (mut mapping, columns) = import::recognise(&source, args.kind, &segments).await.map_err(in_words)?;
    mapping.add_segments = args.add_segments;
    override_with(&mut mapping, args.map, args.default)?;
    let unknown: Vec<_> = columns.into_iter().filter(|column| !mapping.columns.contains_key(column)).collect();
    if !unknown.is_empty() {
        eprintln!("left out, since they mean nothing here: {} (--map COLUMN=FIELD tells what one means)", unknown.join(", "));
    }
    let errors = match &args.errors {
        Some(path) => Errors::into_file(path).map_err(in_words)?,
        None => Errors::nowhere(),
    };
    let kind = mapping.kind;
    let new =
        NewImport { file_name: name, path: None, findings: None, mapping, state: ImportState::Running, author: args.author };
    let bar = ProgressBar::new(100).with_style(style("{bar:30} {percent:>3} %  {msg}"));
    let mut printed = 0;
    let watch = |(counts, percent): &Progress, refused: &[RowError]| {
        bar.set_position(*percent as u64);
        bar.set_message(counts.words());
        let left = PRINTED_ERRORS.saturating_sub(printed);
        for error in refused.iter().take(left) {
            bar.suspend(|| eprintln!("{}", import::error_line(kind, error)));
        }
        if printed < PRINTED_ERRORS && printed + refused.len() > PRINTED_ERRORS && args.errors.is_none() {
            bar.suspend(|| eprintln!("and more errors; --errors FILE writes all of them into a file"));
        }
        printed += refused.len();
    };
    let imported = import::import_file(&app.call(Actor::Visitor), source, new, args.dry_run, errors, watch).await;
    bar.finish_and_clear();
    let (counts, done) = imported.map_err(in_words)?;
    super::jobs::roll_over(app).await.map_err(|error| error.to_string())?;
    let of = match done {
        Ok(id) => format!("import {id}"),
        Err(outlook) => {
            outlook.lines(kind).iter().for_each(|line| println!("{line}"));
            "dry run, nothing is written".into()
        }
    };
    let nothing = if counts.changes_nothing() { "; it changes nothing" } else { "" };
    let line = format!("{of}: {} of {}: {}{nothing}", count(counts.rows, "row"), kind.name(), counts.words());
    if counts.rejected > 0 { Err(line) } else { Ok(line) }
}

/// Applies the operator's choices to a guessed mapping. A field that is given another column no longer belongs to the
/// guessed one.
fn override_with(mapping: &mut Mapping, map: Vec<(String, String)>, defaults: Vec<(String, String)>) -> Result<(), String> {
    for (index, (column, field)) in map.iter().enumerate() {
        let earlier = map[..index].iter().find(|(other, known)| column == other || (field == known && !field.is_empty()));
        if let Some((other, known)) = earlier {
            return Err(format!("--map {column}={field} contradicts --map {other}={known}"));
        }
    }
    for (column, field) in map {
        mapping.columns.remove(&column);
        if !field.is_empty() {
            mapping.columns.retain(|_, known| *known != field);
            mapping.columns.insert(column, field);
        }
    }
    mapping.defaults.extend(defaults);
    Ok(())
}

fn in_words(error: AppError) -> String {
    match error {
        AppError::Invalid(FieldErrors(errors)) => {
            let errors: Vec<_> = errors.iter().map(|error| format!("{} {}", error.field, error.message)).collect();
            errors.join("; ")
        }
        other => other.to_string(),
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Writes the files. Returns a line to print about them.
pub async fn export(app: &AppState, args: ExportArgs) -> Result<String, String> {
    let whats: &[What] = match args.what {
        ExportWhat::Customers => &[What::Customers],
        ExportWhat::Events => &[What::Events, What::RetractedEvents],
        ExportWhat::Health => &[What::Health],
        ExportWhat::Notes => &[What::Notes],
        ExportWhat::Outcomes => &[What::Outcomes],
        ExportWhat::Rulebooks => &[What::Rulebooks],
        ExportWhat::All => &What::ALL,
    };
    let format = match args.format {
        ExportFormat::Csv => Format::Csv,
        ExportFormat::Ndjson => Format::Ndjson,
    };
    let cannot = |path: &Path, error: std::io::Error| format!("cannot write {}: {error}", path.display());
    std::fs::create_dir_all(&args.out).map_err(|error| cannot(&args.out, error))?;
    let mut written = Vec::new();
    for what in whats {
        let path = args.out.join(format!("{}.{}", what.name(), format.name()));
        let file = std::fs::File::create_new(&path).map_err(|error| cannot(&path, error))?;
        let mut file = std::io::BufWriter::new(file);
        let bar = ProgressBar::new_spinner().with_style(style("{spinner} {msg}"));
        let mut rows = 0;
        let mut pieces = std::pin::pin!(export::export(app.call(Actor::Visitor), *what, format));
        while let Some(piece) = pieces.try_next().await.map_err(in_words)? {
            rows += piece.rows;
            file.write_all(&piece.text).map_err(|error| cannot(&path, error))?;
            bar.set_message(format!("{}: {rows}", what.name()));
            bar.tick();
        }
        bar.finish_and_clear();
        let synced = file.into_inner().map_err(|error| error.into_error()).and_then(|file| file.sync_all());
        synced.map_err(|error| cannot(&path, error))?;
        written.push(format!("{rows} {}", what.name().replace('_', " ")));
    }
    Ok(format!("exported {} to {}", written.join(", "), args.out.display()))
}

/// Copies the SQLite file. A server may be using it meanwhile.
pub async fn backup(url: &str, file: &Path) -> Result<String, String> {
    Store::backup(url, file).await.map_err(|error| format!("cannot back up: {error}"))?;
    Ok(format!("backed up to {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_split_where_its_field_ends() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(parse_default("owner=a=b=c"), pair("owner", "a=b=c"));
        assert_eq!(parse_map("a=b = owner"), pair("a=b", "owner"));
        assert_eq!(parse_map("colour="), pair("colour", ""));
        assert!(parse_default("owner").is_err() && parse_map("colour").is_err());
    }
}
