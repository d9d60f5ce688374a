//! The way of a file into the database, or up to its door: rows are read on a thread of their own, some at a time, while
//! those before are stored. Memory holds a few thousand rows, whatever the file's size.

use super::super::batch::Address;
use super::super::export::{plain, without_quote};
use super::blocking;
use super::file::{Meter, Source};
use super::row::{Parsed, RowReader, customer_defaults, row_errors};
use crate::domain::{
    CustomerFields, CustomerId, CustomerInput, FieldError, FieldErrors, ImportCounts, ImportId, ImportState, Mapping, NewEvent,
    RowError,
};
use crate::server::store::{CustomerChange, Destination, Incoming, NewImport, StoreError, Verdict};
use crate::server::{AppState, metrics};
use crate::wire::AppError;
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;

/// How many rows are stored while the next are read.
const CHUNK: usize = 8000;
/// How many customers one transaction stores: few enough for others to get a turn.
const CUSTOMERS_TOGETHER: usize = 2000;

/// How far it is: what became of the rows so far, and how much of the file has been read, in percent.
pub type Progress = (ImportCounts, i64);

/// Where rows go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nowhere. The import whose upload it is, if there is one.
    DryRun(Option<ImportId>),
    Import(ImportId),
}

/// Where the errors of rows go: nowhere, or as CSV into a file.
pub struct Errors(Option<csv::Writer<BufWriter<File>>>);

const ERROR_COLUMNS: [&str; 4] = ["line", "column", "field", "error"];

impl Errors {
    pub fn nowhere() -> Self {
        Self(None)
    }

    pub fn into_file(path: &Path) -> Result<Self, AppError> {
        let mut writer = csv::Writer::from_writer(BufWriter::new(File::create(path).map_err(not_written)?));
        writer.write_record(ERROR_COLUMNS).map_err(not_written)?;
        Ok(Self(Some(writer)))
    }

    fn push(&mut self, errors: &[RowError]) -> Result<(), AppError> {
        let Some(writer) = &mut self.0 else { return Ok(()) };
        for RowError { line, column, error } in errors {
            writer
                .write_record([&line.to_string(), &plain(column), &error.field, &plain(&error.message)])
                .map_err(not_written)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<(), AppError> {
        self.0.map_or(Ok(()), |mut writer| writer.flush().map_err(not_written))
    }
}

fn not_written(error: impl std::fmt::Display) -> AppError {
    AppError::BadRequest(format!("The errors could not be written: {error}."))
}

/// The first errors of such a file.
pub fn read_errors(path: &Path, limit: usize) -> Vec<RowError> {
    let Ok(mut reader) = csv::Reader::from_path(path) else { return Vec::new() };
    let error = |record: csv::StringRecord| {
        let [line, column, field, message] =
            std::array::from_fn(|place| without_quote(record.get(place).unwrap_or_default()).to_owned());
        RowError { line: line.parse().unwrap_or(0), column, error: FieldError { field, message } }
    };
    reader.records().take(limit).filter_map(Result::ok).map(error).collect()
}

/// A dry run of an upload.
pub async fn check(app: &AppState, id: ImportId, source: Source, mapping: Mapping, errors: PathBuf) {
    let drive = async {
        let errors = blocking(move || Errors::into_file(&errors)).await.map_err(|error| (ImportCounts::default(), error))?;
        drive(app, source, &mapping, Target::DryRun(Some(id)), errors, |_, _| {}).await
    };
    let (state, counts, problem) = match drive.await {
        Ok(counts) => (ImportState::Checked, counts, None),
        Err((counts, error)) => (ImportState::Uploaded, counts, Some(error.to_string())),
    };
    finish(app, id, state, &counts, problem).await;
}

/// An import of an upload.
pub async fn run(app: &AppState, id: ImportId, source: Source, mapping: Mapping) {
    let _ = run_with(app, id, source, &mapping, Errors::nowhere(), |_, _| {}).await;
}

async fn run_with(
    app: &AppState,
    id: ImportId,
    source: Source,
    mapping: &Mapping,
    errors: Errors,
    watch: impl FnMut(&Progress, &[RowError]),
) -> Result<ImportCounts, AppError> {
    let driven = drive(app, source, mapping, Target::Import(id), errors, watch).await;
    let (state, counts, problem) = match &driven {
        Ok(counts) => (ImportState::Finished, *counts, None),
        Err((counts, error)) => (ImportState::Failed, *counts, Some(error.to_string())),
    };
    finish(app, id, state, &counts, problem).await;
    driven.map_err(|(_, error)| error)
}

async fn finish(app: &AppState, id: ImportId, state: ImportState, counts: &ImportCounts, problem: Option<String>) {
    if let Err(error) = app.store.finish_import(id, state, counts, problem, app.now()).await {
        tracing::error!(%error, import = %id, "the end of an import could not be written down");
    }
}

/// Imports a file here and now, or tries to; with the import's id when it was one.
pub async fn import_file(
    app: &AppState,
    source: Source,
    new: NewImport,
    is_dry: bool,
    errors: Errors,
    watch: impl FnMut(&Progress, &[RowError]),
) -> Result<(ImportCounts, Option<ImportId>), AppError> {
    let columns = {
        let source = source.clone();
        blocking(move || source.columns()).await?
    };
    RowReader::new(&new.mapping, &columns)?;
    if is_dry {
        let driven = drive(app, source, &new.mapping, Target::DryRun(None), errors, watch).await;
        return driven.map(|counts| (counts, None)).map_err(|(_, error)| error);
    }
    let id = app.store.create_import(&new, app.now()).await?;
    let counts = run_with(app, id, source, &new.mapping, errors, watch).await?;
    Ok((counts, Some(id)))
}

/// Some rows of a file, in their order: with its line each, and what it is.
type Chunk = Vec<(i64, Result<Parsed, Vec<RowError>>)>;

async fn drive(
    app: &AppState,
    source: Source,
    mapping: &Mapping,
    target: Target,
    errors: Errors,
    mut watch: impl FnMut(&Progress, &[RowError]),
) -> Result<ImportCounts, (ImportCounts, AppError)> {
    let mut sink =
        Sink { app, mapping, target, errors, counts: ImportCounts::default(), touched: BTreeSet::new(), seen: Seen::default() };
    let driven = async {
        let (size, meter) = (source.size(), Meter::default());
        let (sender, mut receiver) = mpsc::channel::<Chunk>(1);
        let (reading, owned, now) = (meter.clone(), mapping.clone(), app.now());
        let reader = tokio::task::spawn_blocking(move || {
            let columns = source.columns()?;
            let mut rows = RowReader::new(&owned, &columns)?;
            let mut chunk = Chunk::with_capacity(CHUNK);
            source.read(&columns, &reading, |row| {
                chunk.push((row.line, rows.read(&row, now)));
                chunk.len() < CHUNK || sender.blocking_send(std::mem::take(&mut chunk)).is_ok()
            })?;
            // The receiver is gone only when it has failed, and says so itself.
            let _ = sender.blocking_send(chunk);
            Ok::<_, AppError>(())
        });
        while let Some(chunk) = receiver.recv().await {
            let refused = sink.store(chunk).await?;
            let progress = (sink.counts, meter.percent(size));
            watch(&progress, &refused);
            if let Target::Import(id) | Target::DryRun(Some(id)) = target {
                app.store.set_import_progress(id, &progress.0, progress.1, app.now()).await?;
            }
        }
        drop(receiver);
        reader.await.map_err(|_| AppError::Internal)??;
        Ok(())
    };
    let driven = driven.await;
    let counts = sink.counts;
    let finished = match sink.finish().await {
        Ok(()) => driven,
        Err(error) => driven.and(Err(error)),
    };
    finished.map(|()| counts).map_err(|error| (counts, error))
}

/// Where chunks end.
struct Sink<'a> {
    app: &'a AppState,
    mapping: &'a Mapping,
    target: Target,
    errors: Errors,
    counts: ImportCounts,
    /// Customers whose health is to be scored anew.
    touched: BTreeSet<CustomerId>,
    seen: Seen,
}

/// What a dry run has let pass: rows of the same file can repeat or contradict each other.
#[derive(Default)]
struct Seen {
    customers: HashMap<String, CustomerFields>,
    /// By the hash of what must be unique, that of what it stands for.
    events: HashMap<u64, u64>,
}

impl Sink<'_> {
    /// The rows that were refused, and why.
    async fn store(&mut self, chunk: Chunk) -> Result<Vec<RowError>, AppError> {
        self.counts.rows += chunk.len() as i64;
        let (mut customers, mut events, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for (line, row) in chunk {
            match row {
                Ok(Parsed::Customer(input)) => customers.push((line, input)),
                Ok(Parsed::Event(address, event)) => events.push((line, address, *event)),
                Err(errors) => refused.push((line, errors)),
            }
        }
        while !customers.is_empty() {
            let rest = customers.split_off(customers.len().min(CUSTOMERS_TOGETHER));
            refused.extend(self.store_customers(std::mem::replace(&mut customers, rest)).await?);
        }
        refused.extend(self.store_events(events).await?);
        refused.sort_by_key(|(line, _)| *line);
        self.counts.rejected += refused.len() as i64;
        let errors: Vec<_> = refused.into_iter().flat_map(|(_, errors)| errors).collect();
        self.errors.push(&errors)?;
        Ok(errors)
    }

    async fn store_customers(&mut self, rows: Vec<(i64, CustomerInput)>) -> Result<Vec<(i64, Vec<RowError>)>, AppError> {
        let (lines, inputs): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        let to = match self.target {
            Target::DryRun(_) => Destination::DryRun(&mut self.seen.customers),
            Target::Import(id) => Destination::Import(id),
        };
        let defaults = customer_defaults(self.mapping, &mut FieldErrors::default());
        let changes = self.app.store.import_customers(to, &inputs, &defaults, self.app.now()).await?;
        let mut refused = Vec::new();
        for (line, change) in lines.into_iter().zip(changes) {
            match change {
                Ok(CustomerChange::Created(id)) => {
                    self.counts.created += 1;
                    self.touched.insert(id);
                }
                Ok(CustomerChange::Updated(id)) => {
                    self.counts.updated += 1;
                    self.touched.insert(id);
                }
                Ok(CustomerChange::Unchanged) => self.counts.unchanged += 1,
                Err(errors) => refused.push((line, row_errors(self.mapping, line, errors))),
            }
        }
        Ok(refused)
    }

    async fn store_events(&mut self, rows: Vec<(i64, Address, NewEvent)>) -> Result<Vec<(i64, Vec<RowError>)>, AppError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let (mut refused, mut lines, mut incoming) = (Vec::new(), Vec::new(), Vec::new());
        let external: BTreeSet<_> = rows.iter().filter_map(|(_, address, _)| address.external().map(str::to_owned)).collect();
        let found = match external.is_empty() {
            true => HashMap::new(),
            false => self.app.store.find_customers(external.into_iter().collect()).await?,
        };
        let received_at = self.app.now();
        for (line, address, event) in rows {
            let customer = match &address {
                Address::Id(id) => Some(*id),
                Address::External(id) => found.get(id).copied(),
            };
            match customer {
                Some(customer) => {
                    lines.push(line);
                    incoming.push(Incoming { customer, event, received_at });
                }
                None => {
                    let message = format!("names no customer: there is no \"{}\"", address.external().unwrap_or_default());
                    refused.push((line, row_errors(self.mapping, line, FieldErrors::one("externalId", message))));
                }
            }
        }
        let (verdicts, stored) = match self.target {
            _ if incoming.is_empty() => (Vec::new(), Ok(())),
            Target::DryRun(_) => {
                let verdicts = self.app.store.check_events(&incoming).await?;
                (verdicts.into_iter().map(Some).collect(), Ok(()))
            }
            Target::Import(id) => self.app.store.insert_events_of(id, &incoming).await,
        };
        for ((line, one), verdict) in lines.into_iter().zip(&incoming).zip(verdicts) {
            let verdict = match (verdict, self.target) {
                (None, _) => continue,
                (Some(Verdict::Accepted(_)), Target::DryRun(_)) => self.seen.verdict(one),
                (Some(verdict), _) => verdict,
            };
            match verdict {
                Verdict::Accepted(_) => {
                    self.counts.created += 1;
                    self.touched.insert(one.customer);
                    if let Target::Import(_) = self.target {
                        metrics::count_event(one.event.body.kind().name(), false);
                    }
                }
                Verdict::Duplicate(_) => self.counts.duplicates += 1,
                Verdict::Refused(field, error) => refused.push((line, self.refusal(line, field, &error))),
            }
        }
        stored?;
        Ok(refused)
    }

    fn refusal(&self, line: i64, field: &str, error: &StoreError) -> Vec<RowError> {
        let message = match error {
            StoreError::NotFound(_) => format!("names no customer: {error}"),
            _ => format!("contradicts what is stored: {error}"),
        };
        row_errors(self.mapping, line, FieldErrors::one(field, message))
    }

    /// Brings scores up to date, whether everything went well or not.
    async fn finish(self) -> Result<(), AppError> {
        if let Target::Import(id) = self.target {
            let touched: Vec<_> = self.touched.into_iter().collect();
            super::rescore(self.app, id, &touched).await?;
        }
        self.errors.finish()
    }
}

impl Seen {
    /// What becomes of an event that the database would accept.
    fn verdict(&mut self, one: &Incoming) -> Verdict {
        let Incoming { customer, event, .. } = one;
        let content = hash(&format!("{customer}\n{:?}", event.content));
        let message = event.message_id.as_deref().map(|id| hash(&format!("{}\n{id}", event.source)));
        let issue = match (&event.body, event.body.invoice_number()) {
            (crate::domain::EventBody::InvoiceIssued { .. }, Some(number)) => {
                Some(hash(&format!("{customer}\ninvoice {number}")))
            }
            _ => None,
        };
        for (field, key) in [("messageId", message), ("number", issue)] {
            match key.and_then(|key| self.events.get(&key)) {
                Some(known) if *known == content => return Verdict::Duplicate(crate::domain::EventId(0)),
                Some(_) => {
                    let conflict = StoreError::Conflict("another row of this file says something else".into());
                    return Verdict::Refused(field, conflict);
                }
                None => {}
            }
        }
        for key in [message, issue].into_iter().flatten() {
            self.events.insert(key, content);
        }
        Verdict::Accepted(crate::domain::EventId(0))
    }
}

fn hash(text: &str) -> u64 {
    let digest = Sha256::digest(text);
    u64::from_be_bytes(std::array::from_fn(|place| digest[place]))
}
