//! Moves a file into the database, or tries it as a dry run. A thread reads some rows while those before are stored. Memory
//! holds a few thousand rows, and 30 to 90 bytes for each row before them (`seen`).

use super::super::batch::Address;
use super::errors::Errors;
use super::file::{Columned, Source};
use super::meter::Meter;
use super::row::{Parsed, RowReader, customer_defaults, row_errors};
use super::seen::{SeenCustomers, SeenEvents, SeenOutcomes};
use super::segments::{self, Importer};
use super::{beating, blocking};
use crate::domain::import::Outlook;
use crate::domain::{
    CustomerId, CustomerInput, FieldErrors, ImportCounts, ImportId, ImportState, Mapping, NewEvent, OutcomeFacts, RowError,
    Segment,
};
use crate::server::store::{
    Attempt, CustomerChange, Destination, Incoming, NewImport, StoreError, Verdict, count_changes, count_verdicts,
};
use crate::server::{Call, metrics};
use crate::wire::AppError;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use tokio::sync::{Semaphore, mpsc};

/// The rows that are stored while the next are read.
const ROWS_PER_CHUNK: usize = 8000;
/// The customers that one transaction stores: few enough for other writers to get their turn.
const CUSTOMERS_TOGETHER: usize = 2000;

/// The outcomes that one transaction stores.
const OUTCOMES_TOGETHER: usize = 500;

/// The progress of an import: the counts so far, and the part of the file that has been read, in percent.
pub type Progress = (ImportCounts, i64);

/// The destination of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nothing is stored. Names the import of the upload, if the file is one.
    DryRun(Option<Attempt>),
    Import(Attempt),
}

/// The places for dry runs and imports of uploads in this process. Others wait.
static PLACES: Semaphore = Semaphore::const_new(2);

/// Runs an upload's dry run.
pub async fn check(call: &Call, attempt: Attempt, file: Columned, mapping: Mapping, errors: PathBuf) {
    let drive = async {
        let _place = PLACES.acquire().await;
        let errors = blocking(move || Errors::of_upload(errors)).await?;
        let added = segments::find(call, &file, &mapping).await?;
        let (_, outlook) = drive(call, file, &mapping, Target::DryRun(Some(attempt)), added, errors, |_, _| {}).await?;
        Ok::<_, AppError>(call.store.set_import_outlook(attempt, &outlook).await?)
    };
    let (state, problem) = match beating(call, attempt, drive).await {
        Ok(_) => (ImportState::Checked, None),
        Err(error) => (ImportState::Uploaded, Some(error.to_string())),
    };
    finish(call, attempt, state, problem).await;
}

/// Runs an upload's import. Writes a list of errors when it is told a path.
pub async fn run(call: &Call, attempt: Attempt, file: Columned, mapping: Mapping, from: Importer, errors: Option<PathBuf>) {
    let run = async {
        let _place = PLACES.acquire().await;
        segments::add(call, &segments::find(call, &file, &mapping).await?, &from).await?;
        let errors = match errors {
            Some(errors) => blocking(move || Errors::of_upload(errors)).await?,
            None => Errors::nowhere(),
        };
        drive(call, file, &mapping, Target::Import(attempt), Vec::new(), errors, |_, _| {}).await
    };
    let _ = finish_run(call, attempt, beating(call, attempt, run).await).await;
}

/// Stores the end of a run.
async fn finish_run(
    call: &Call,
    attempt: Attempt,
    driven: Result<(ImportCounts, Outlook), AppError>,
) -> Result<ImportCounts, AppError> {
    let (state, problem) = match &driven {
        Ok(_) => (ImportState::Finished, None),
        Err(error) => (ImportState::Failed, Some(error.to_string())),
    };
    finish(call, attempt, state, problem).await;
    driven.map(|(counts, _)| counts)
}

async fn finish(call: &Call, attempt: Attempt, state: ImportState, problem: Option<String>) {
    if let Err(error) = call.store.finish_import(attempt, state, problem, call.read_clock()).await {
        tracing::error!(%error, import = %attempt.import, "the end of an import could not be written down");
    }
}

/// Imports a file right away and returns the import's id, or tries it and returns the outlook.
pub async fn import_file(
    call: &Call,
    source: Source,
    new: NewImport,
    is_dry: bool,
    errors: Errors,
    watch: impl FnMut(&Progress, &[RowError]),
) -> Result<(ImportCounts, Result<ImportId, Outlook>), AppError> {
    let columns = {
        let source = source.clone();
        blocking(move || source.columns(&Meter::default())).await?
    };
    RowReader::new(&new.mapping, &columns)?;
    let file = Columned { source, columns };
    let added = segments::find(call, &file, &new.mapping).await?;
    if is_dry {
        let driven = drive(call, file, &new.mapping, Target::DryRun(None), added, errors, watch).await;
        return driven.map(|(counts, outlook)| (counts, Err(outlook)));
    }
    let attempt = call.store.create_import(&new, call.read_clock()).await?;
    let from = Importer { file_name: new.file_name.clone(), author: new.author.clone() };
    let driven = async {
        segments::add(call, &added, &from).await?;
        drive(call, file, &new.mapping, Target::Import(attempt), Vec::new(), errors, watch).await
    };
    let counts = finish_run(call, attempt, beating(call, attempt, driven).await).await?;
    Ok((counts, Ok(attempt.import)))
}

/// A row with its line, how it names its customer, and the customer.
type Addressed<T> = (i64, Address, CustomerId, T);

/// A line, and what is wrong with it.
type Refused = (i64, Vec<RowError>);

/// Rows of a file in order, each with its line and its content.
type Chunk = Vec<(i64, Result<Parsed, Vec<RowError>>)>;

/// Moves all rows to the target. A dry run also knows the segments that would be `added` to the rules.
async fn drive(
    call: &Call,
    Columned { source, columns }: Columned,
    mapping: &Mapping,
    target: Target,
    added: Vec<Segment>,
    errors: Errors,
    mut watch: impl FnMut(&Progress, &[RowError]),
) -> Result<(ImportCounts, Outlook), AppError> {
    let mut sink = Sink::new(call, mapping, target, added, errors);
    if let Target::DryRun(_) = target {
        sink.outlook.arr_cents = call.store.sum_arr().await?;
    }
    let driven = async {
        let (size, meter) = (source.size(), Meter::default());
        let _stop = meter.stop_on_drop();
        let (sender, mut receiver) = mpsc::channel::<Chunk>(1);
        let (reading, owned, now) = (meter.clone(), mapping.clone(), call.read_clock());
        let reader = tokio::task::spawn_blocking(move || {
            let mut rows = RowReader::new(&owned, &columns)?;
            let mut chunk = Chunk::with_capacity(ROWS_PER_CHUNK);
            source.read(&columns, &reading, |row| {
                chunk.push((row.line, rows.read(&row, now)));
                chunk.len() < ROWS_PER_CHUNK || sender.blocking_send(std::mem::take(&mut chunk)).is_ok()
            })?;
            // The receiver is gone only after it has failed, which it reports itself.
            let _ = sender.blocking_send(chunk);
            Ok::<_, AppError>(())
        });
        while let Some(chunk) = receiver.recv().await {
            let refused = sink.store(chunk).await?;
            let progress = (sink.counts, meter.percent(size));
            watch(&progress, &refused);
            sink.tell(progress.1).await?;
        }
        drop(receiver);
        reader.await.map_err(|_| AppError::Internal)??;
        Ok(())
    };
    let driven = driven.await;
    let counts = sink.counts;
    let outlook = Outlook { customers: sink.touched.len() as i64, ..std::mem::take(&mut sink.outlook) };
    let finished = sink.finish().await;
    driven.and(finished).map(|()| (counts, outlook))
}

/// The place where chunks end.
struct Sink<'a> {
    call: &'a Call,
    mapping: &'a Mapping,
    target: Target,
    errors: Errors,
    counts: ImportCounts,
    /// Counts that the import's stored row does not have yet. A run adds the counts of stored rows in the same transaction.
    untold: ImportCounts,
    /// Customers whose health is stale.
    touched: BTreeSet<CustomerId>,
    seen_customers: SeenCustomers,
    seen_events: SeenEvents,
    seen_outcomes: SeenOutcomes,
    /// The segments that would be added to the rules, for a dry run.
    added: Vec<Segment>,
    /// The outlook, for a dry run.
    outlook: Outlook,
}

impl<'a> Sink<'a> {
    fn new(call: &'a Call, mapping: &'a Mapping, target: Target, added: Vec<Segment>, errors: Errors) -> Self {
        let (counts, untold) = (ImportCounts::default(), ImportCounts::default());
        let (touched, seen_customers, seen_events) = (BTreeSet::new(), SeenCustomers::default(), SeenEvents::default());
        let outlook = Outlook { currency: call.settings.currency.clone(), ..Outlook::default() };
        let seen_outcomes = SeenOutcomes::default();
        Self {
            call,
            mapping,
            target,
            errors,
            counts,
            untold,
            touched,
            seen_customers,
            seen_events,
            seen_outcomes,
            added,
            outlook,
        }
    }

    fn count_rejected(&mut self, rows: usize) {
        self.count_unstored(ImportCounts { rows: rows as i64, rejected: rows as i64, ..ImportCounts::default() });
    }

    /// Counts rows of which nothing was stored.
    fn count_unstored(&mut self, more: ImportCounts) {
        self.counts = self.counts + more;
        self.untold = self.untold + more;
    }

    /// Counts rows that the store has dealt with.
    fn count(&mut self, more: ImportCounts) {
        self.counts = self.counts + more;
        if let Target::DryRun(_) = self.target {
            self.untold = self.untold + more;
        }
    }

    /// Stores the progress, in percent of the file.
    async fn tell(&mut self, percent: i64) -> Result<(), AppError> {
        if let Target::Import(attempt) | Target::DryRun(Some(attempt)) = self.target {
            let untold = std::mem::take(&mut self.untold);
            self.call.store.add_import_progress(attempt, &untold, percent, self.call.read_clock()).await?;
        }
        Ok(())
    }

    /// Stores a chunk, or checks it in a dry run. Returns the errors of the refused rows.
    async fn store(&mut self, chunk: Chunk) -> Result<Vec<RowError>, AppError> {
        let (mut customers, mut events, mut outcomes, mut refused) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut unchanged = 0;
        for (line, row) in chunk {
            match row {
                Ok(Parsed::Customer(input)) => customers.push((line, input)),
                Ok(Parsed::Event(address, event)) => events.push((line, address, *event)),
                Ok(Parsed::Outcome(address, facts)) => outcomes.push((line, address, facts)),
                Ok(Parsed::Nothing) => unchanged += 1,
                Err(errors) => refused.push((line, errors)),
            }
        }
        self.count_rejected(refused.len());
        self.count_unstored(ImportCounts { rows: unchanged, unchanged, ..ImportCounts::default() });
        while !customers.is_empty() {
            let rest = customers.split_off(customers.len().min(CUSTOMERS_TOGETHER));
            refused.extend(self.store_customers(std::mem::replace(&mut customers, rest)).await?);
        }
        refused.extend(self.store_events(events).await?);
        while !outcomes.is_empty() {
            let rest = outcomes.split_off(outcomes.len().min(OUTCOMES_TOGETHER));
            refused.extend(self.store_outcomes(std::mem::replace(&mut outcomes, rest)).await?);
        }
        refused.sort_by_key(|(line, _)| *line);
        let errors: Vec<_> = refused.into_iter().flat_map(|(_, errors)| errors).collect();
        self.errors.push(&errors)?;
        Ok(errors)
    }

    async fn store_customers(&mut self, rows: Vec<(i64, CustomerInput)>) -> Result<Vec<Refused>, AppError> {
        let (lines, inputs): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        let defaults = customer_defaults(self.mapping, &mut FieldErrors::default());
        let (store, now) = (&self.call.store, self.call.read_clock());
        let changes = match self.target {
            Target::Import(attempt) => store.import_customers(Destination::Import(attempt), &inputs, &defaults, now).await?,
            Target::DryRun(_) => {
                let external_ids = inputs.iter().filter_map(|input| input.external_id.as_ref()?.as_deref());
                let mut seen = self.seen_customers.load(external_ids)?;
                let mut differences = Vec::new();
                let to = Destination::DryRun(&mut seen, &mut differences, &self.added);
                let changes = store.import_customers(to, &inputs, &defaults, now).await?;
                differences.iter().for_each(|one| self.outlook.note_customer(lines[one.place], one));
                self.seen_customers.keep(seen)?;
                changes
            }
        };
        self.count(count_changes(&changes));
        let mut refused = Vec::new();
        let known = store.segments().await?;
        for ((line, input), change) in lines.into_iter().zip(&inputs).zip(changes) {
            match change {
                Ok(CustomerChange::Created(id) | CustomerChange::Updated(id)) => {
                    self.touched.extend(id);
                }
                Ok(CustomerChange::Unchanged) => {}
                Err(errors) => {
                    let segment = input.segment.as_ref().or(defaults.segment.as_ref());
                    let errors = segments::with_choice(errors, &mut self.outlook.unknown_segments, &known, segment);
                    refused.push((line, row_errors(self.mapping, line, errors)));
                }
            }
        }
        Ok(refused)
    }

    async fn store_events(&mut self, rows: Vec<(i64, Address, NewEvent)>) -> Result<Vec<Refused>, AppError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let (found, mut refused) = self.find_customers(rows).await?;
        let received_at = self.call.read_clock();
        let (mut lines, mut incoming) = (Vec::new(), Vec::new());
        for (line, address, customer, event) in found {
            lines.push((line, address));
            incoming.push(Incoming { customer, event, received_at });
        }
        let (verdicts, stored) = match self.target {
            _ if incoming.is_empty() => (Vec::new(), Ok(())),
            Target::DryRun(_) => {
                let verdicts = self.call.store.check_events(&incoming).await?;
                (verdicts.into_iter().map(Some).collect(), Ok(()))
            }
            Target::Import(attempt) => {
                let (verdicts, stored) = self.call.store.insert_events_of(attempt, &incoming).await;
                (verdicts.into_iter().map(|verdict| verdict.map(Verdict::without_id)).collect(), stored)
            }
        };
        for (((line, address), one), verdict) in lines.into_iter().zip(&incoming).zip(verdicts) {
            let verdict = match (verdict, self.target) {
                (None, _) => continue,
                (Some(Verdict::Accepted(_)), Target::DryRun(_)) => self.seen_events.verdict(one),
                (Some(verdict), _) => verdict,
            };
            self.count(count_verdicts([&verdict]));
            match verdict {
                Verdict::Accepted(_) => {
                    self.touched.insert(one.customer);
                    match self.target {
                        Target::Import(_) => metrics::count_event(one.event.body.kind().name(), false),
                        Target::DryRun(_) => {
                            let name = address.external().map_or_else(|| one.customer.to_string(), str::to_owned);
                            self.outlook.note_event(line, &name, &one.event.content);
                        }
                    }
                }
                Verdict::Duplicate(_) => {}
                Verdict::Refused(field, error) => refused.push((line, self.refusal(line, field, &error))),
            }
        }
        stored?;
        Ok(refused)
    }

    /// Finds the customers whom rows are about. Refuses rows about nobody.
    async fn find_customers<T>(&mut self, rows: Vec<(i64, Address, T)>) -> Result<(Vec<Addressed<T>>, Vec<Refused>), AppError> {
        let external: BTreeSet<_> = rows.iter().filter_map(|(_, address, _)| address.external().map(str::to_owned)).collect();
        let known = match external.is_empty() {
            true => HashMap::new(),
            false => self.call.store.find_customers(external.into_iter().collect()).await?,
        };
        let (mut found, mut refused) = (Vec::new(), Vec::new());
        for (line, address, row) in rows {
            let customer = match &address {
                Address::Id(id) => Some(*id),
                Address::External(id) => known.get(id).copied(),
            };
            match customer {
                Some(customer) => found.push((line, address, customer, row)),
                None => {
                    let message = format!("names no customer: there is no \"{}\"", address.external().unwrap_or_default());
                    refused.push((line, row_errors(self.mapping, line, FieldErrors::one("externalId", message))));
                }
            }
        }
        self.count_rejected(refused.len());
        Ok((found, refused))
    }

    async fn store_outcomes(&mut self, rows: Vec<(i64, Address, OutcomeFacts)>) -> Result<Vec<Refused>, AppError> {
        let (found, mut refused) = self.find_customers(rows).await?;
        let told: Vec<_> = found.iter().map(|(_, _, customer, facts)| (*customer, facts.clone())).collect();
        let verdicts = match self.target {
            Target::DryRun(_) => self.call.store.check_outcomes(&told).await?,
            Target::Import(attempt) => self.call.store.import_outcomes(attempt, &told, self.call.read_clock()).await?,
        };
        for ((line, address, customer, facts), verdict) in found.into_iter().zip(verdicts) {
            let verdict = match (verdict, self.target) {
                (Verdict::Accepted(()), Target::DryRun(_)) => self.seen_outcomes.verdict(customer, &facts),
                (verdict, _) => verdict,
            };
            self.count(count_verdicts([&verdict]));
            match verdict {
                Verdict::Accepted(()) => {
                    self.touched.insert(customer);
                    let name = address.external().map_or_else(|| customer.to_string(), str::to_owned);
                    self.outlook.note_outcome(line, &name, &facts);
                }
                Verdict::Duplicate(()) => {}
                Verdict::Refused(field, error) => refused.push((line, self.refusal(line, field, &error))),
            }
        }
        Ok(refused)
    }

    fn refusal(&self, line: i64, field: &str, error: &StoreError) -> Vec<RowError> {
        let message = match error {
            StoreError::NotFound(_) => format!("names no customer: {error}"),
            StoreError::Rule(_, rule) => rule.clone(),
            _ => format!("contradicts what is stored: {error}"),
        };
        row_errors(self.mapping, line, FieldErrors::one(field, message))
    }

    /// Brings scores up to date, even after a failure.
    async fn finish(self) -> Result<(), AppError> {
        if let Target::Import(_) = self.target {
            let touched: Vec<_> = self.touched.into_iter().collect();
            super::rescore(self.call, &touched).await?;
        }
        self.errors.finish()
    }
}
