//! Imports: what is kept of each, and the customers that it brings. Its events come in through `intake`.

use super::bind::{binds, storable, time};
use super::customers::{self, CustomerRecord, select_customers};
use super::db::Tx;
use super::{NewImport, Store, StoreError, StoreResult, StoredImport};
use crate::domain::letters::composed;
use crate::domain::{
    CustomerFields, CustomerId, CustomerInput, EventId, FieldErrors, Import, ImportCounts, ImportId, ImportState, Mapping, Page,
    UndoReport,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::AssertSqlSafe;
use std::collections::HashMap;

/// What became of a customer's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerChange {
    Created(CustomerId),
    Updated(CustomerId),
    Unchanged,
}

/// Where a row of customers goes.
pub enum Destination<'a> {
    Import(ImportId),
    /// Nowhere: what would become of it. Holds what the rows before would have made of their customers.
    DryRun(&'a mut HashMap<String, CustomerFields>),
}

impl Store {
    pub async fn create_import(&self, import: &NewImport, now: DateTime<Utc>) -> StoreResult<ImportId> {
        let sql =
            "INSERT INTO imports (file_name, path, mapping, state, author, started_at, alive_at, counts, percent, undo_report)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9) RETURNING id";
        let mut tx = self.write().await?;
        let NewImport { file_name, path, mapping, state, author } = import;
        let (counts, undo) = (json(&ImportCounts::default())?, json(&UndoReport::default())?);
        let binds = binds![
            file_name,
            path.clone(),
            json(mapping)?,
            state.name(),
            author.clone(),
            storable(now),
            storable(now),
            counts,
            undo
        ];
        let (id,): (i64,) = tx.one(sql, binds).await?;
        tx.commit().await?;
        Ok(ImportId(id))
    }

    pub async fn get_import(&self, id: ImportId) -> StoreResult<StoredImport> {
        let row: Option<Row> = self.read().await?.optional(select_imports!("WHERE id = $1"), binds![id.0]).await?;
        row.ok_or_else(|| no_import(id))?.import()
    }

    /// The latest first.
    pub async fn list_imports(&self, page: i64, page_size: i64) -> StoreResult<Page<Import>> {
        let mut tx = self.read().await?;
        let (total,): (i64,) = tx.one("SELECT COUNT(*) FROM imports", binds![]).await?;
        let binds = binds![page_size, (page - 1) * page_size];
        let rows: Vec<Row> = tx.all(select_imports!("ORDER BY id DESC LIMIT $1 OFFSET $2"), binds).await?;
        let items = rows.into_iter().map(|row| Ok(row.import()?.import)).collect::<StoreResult<_>>()?;
        Ok(Page { items, total, page, page_size })
    }

    /// Uploads that nobody has imported since then.
    pub async fn list_forgotten_uploads(&self, before: DateTime<Utc>) -> StoreResult<Vec<StoredImport>> {
        let sql = select_imports!("WHERE path IS NOT NULL AND state IN ('uploaded', 'checked') AND started_at < $1");
        self.read().await?.all::<Row>(sql, binds![before]).await?.into_iter().map(Row::import).collect()
    }

    /// Imports from before then that are over and may have left files.
    pub async fn list_imports_with_files(&self, before: DateTime<Utc>) -> StoreResult<Vec<StoredImport>> {
        let sql = select_imports!("WHERE path IS NOT NULL AND state IN ('finished', 'failed', 'undone') AND started_at < $1");
        self.read().await?.all::<Row>(sql, binds![before]).await?.into_iter().map(Row::import).collect()
    }

    /// Its files are gone.
    pub async fn forget_import_files(&self, id: ImportId) -> StoreResult<()> {
        let mut tx = self.write().await?;
        tx.execute("UPDATE imports SET path = NULL WHERE id = $1", binds![id.0]).await?;
        tx.commit().await
    }

    /// Moves an import on. Conflict when it is in none of the states that it may come from: somebody else was as fast.
    pub async fn move_import(&self, id: ImportId, from: &[ImportState], to: ImportState, now: DateTime<Utc>) -> StoreResult<()> {
        let mut tx = self.write().await?;
        let sql = format!(
            "UPDATE imports SET state = $2, problem = NULL, percent = 0, alive_at = $3 WHERE id = $4 AND state {}",
            tx.one_of()
        );
        let from: Vec<_> = from.iter().map(|state| state.name().to_owned()).collect();
        let moved = tx.execute(AssertSqlSafe(sql), binds![from, to.name(), storable(now), id.0]).await?;
        tx.commit().await?;
        if moved == 0 {
            let StoredImport { import, .. } = self.get_import(id).await?;
            return Err(StoreError::Conflict(format!("import {id} is {} already", import.state.name())));
        }
        Ok(())
    }

    pub async fn set_import_mapping(&self, id: ImportId, mapping: &Mapping) -> StoreResult<()> {
        let mut tx = self.write().await?;
        tx.execute("UPDATE imports SET mapping = $1 WHERE id = $2", binds![json(mapping)?, id.0]).await?;
        tx.commit().await
    }

    /// How far it is.
    pub async fn set_import_progress(
        &self,
        id: ImportId,
        counts: &ImportCounts,
        percent: i64,
        now: DateTime<Utc>,
    ) -> StoreResult<()> {
        let mut tx = self.write().await?;
        let sql = "UPDATE imports SET counts = $1, percent = $2, alive_at = $3 WHERE id = $4";
        tx.execute(sql, binds![json(counts)?, percent, storable(now), id.0]).await?;
        tx.commit().await
    }

    /// Says that somebody is still at work on it.
    pub async fn keep_import_alive(&self, id: ImportId, now: DateTime<Utc>) -> StoreResult<()> {
        let mut tx = self.write().await?;
        tx.execute("UPDATE imports SET alive_at = $1 WHERE id = $2", binds![storable(now), id.0]).await?;
        tx.commit().await
    }

    /// Writes down that nobody is at work on it any more.
    pub async fn cut_off_import(&self, id: ImportId, from: ImportState, to: ImportState) -> StoreResult<()> {
        let problem =
            "The server was stopped while it was at work. Undo it, or import the file again: what is there is recognised.";
        let mut tx = self.write().await?;
        let sql = "UPDATE imports SET state = $1, problem = $2 WHERE id = $3 AND state = $4";
        tx.execute(sql, binds![to.name(), problem, id.0, from.name()]).await?;
        tx.commit().await
    }

    /// The end of a dry run or a run.
    pub async fn finish_import(
        &self,
        id: ImportId,
        state: ImportState,
        counts: &ImportCounts,
        problem: Option<String>,
        now: DateTime<Utc>,
    ) -> StoreResult<()> {
        let is_dry = matches!(state, ImportState::Checked | ImportState::Uploaded);
        let finished_at = (!is_dry).then(|| storable(now));
        let sql = "UPDATE imports SET state = $1, counts = $2, percent = 100, problem = $3, finished_at = $4 WHERE id = $5";
        let mut tx = self.write().await?;
        tx.execute(sql, binds![state.name(), json(counts)?, problem, finished_at, id.0]).await?;
        tx.commit().await
    }

    pub async fn finish_undo(&self, id: ImportId, report: &UndoReport, now: DateTime<Utc>) -> StoreResult<()> {
        let mut tx = self.write().await?;
        let sql = "UPDATE imports SET state = 'undone', undo_report = $1, undone_at = $2 WHERE id = $3";
        tx.execute(sql, binds![json(report)?, storable(now), id.0]).await?;
        tx.commit().await
    }

    /// Forgets an upload that was not imported.
    pub async fn delete_import(&self, id: ImportId) -> StoreResult<()> {
        let mut tx = self.write().await?;
        let sql = "DELETE FROM imports WHERE id = $1 AND state IN ('uploaded', 'checked', 'checking')";
        let deleted = tx.execute(sql, binds![id.0]).await?;
        tx.commit().await?;
        if deleted == 0 { Err(StoreError::Conflict(format!("import {id} is under way or done"))) } else { Ok(()) }
    }

    /// Creates the customers whose external ids are new, and changes of the others what differs; in one transaction.
    /// Each input has an external id; an absent field stays as it is, and is as in `defaults` where the customer is new.
    /// Health is stale until [`Store::rescore`].
    pub async fn import_customers(
        &self,
        mut to: Destination<'_>,
        rows: &[CustomerInput],
        defaults: &CustomerInput,
        now: DateTime<Utc>,
    ) -> StoreResult<Vec<Result<CustomerChange, FieldErrors>>> {
        let mut tx = self.write().await?;
        let mut known = load_by_external_id(&mut tx, rows).await?;
        let mut changes = Vec::with_capacity(rows.len());
        for row in rows {
            let given = external_id(row);
            let external = if known.contains_key(&given) { given } else { composed(&given) };
            let stored = known.get(&external).cloned();
            let before = match &to {
                Destination::DryRun(pending) => {
                    pending.get(&external).cloned().or(stored.as_ref().map(|(_, fields)| fields.clone()))
                }
                Destination::Import(_) => stored.as_ref().map(|(_, fields)| fields.clone()),
            };
            let mut row = if before.is_none() { row.clone().or(defaults) } else { row.clone() };
            if before.is_some() {
                // The id has told the customer. It may be one that an export has given, and is not its own.
                row.external_id = None;
            }
            let fields = match row.parse(before.as_ref()) {
                Ok(fields) => fields,
                Err(errors) => {
                    changes.push(Err(errors));
                    continue;
                }
            };
            let customer = stored.as_ref().map(|(customer, _)| *customer);
            let change = match (&before, &mut to) {
                (Some(before), _) if *before == fields => CustomerChange::Unchanged,
                (before, Destination::DryRun(pending)) => {
                    pending.insert(external.clone(), fields.clone());
                    match before {
                        None => CustomerChange::Created(CustomerId(0)),
                        Some(_) => CustomerChange::Updated(CustomerId(0)),
                    }
                }
                (before, Destination::Import(import)) => {
                    write_customer(&mut tx, *import, customer, before.as_ref(), &fields, now).await?
                }
            };
            if let CustomerChange::Created(id) | CustomerChange::Updated(id) = change {
                known.insert(external, (id, fields));
            }
            changes.push(Ok(change));
        }
        if let Destination::Import(_) = to {
            tx.commit().await?;
        }
        Ok(changes)
    }
}

fn external_id(row: &CustomerInput) -> String {
    row.external_id.clone().flatten().unwrap_or_default().trim().to_owned()
}

async fn load_by_external_id(tx: &mut Tx, rows: &[CustomerInput]) -> StoreResult<HashMap<String, (CustomerId, CustomerFields)>> {
    let ids: Vec<_> = rows.iter().map(external_id).collect();
    let sql = format!(select_customers!("WHERE external_id {} ORDER BY id {}"), tx.one_of(), tx.for_update());
    let found: Vec<CustomerRecord> = tx.all(AssertSqlSafe(sql), binds![customers::spellings(&ids)]).await?;
    let mut known = HashMap::new();
    for record in found {
        let customer = record.customer()?;
        known.insert(customer.fields.external_id.clone().unwrap_or_default(), (customer.id, customer.fields));
    }
    for (external_id, record) in customers::load_exported(tx, &ids).await? {
        let customer = record.customer()?;
        known.insert(external_id, (customer.id, customer.fields));
    }
    Ok(known)
}

async fn write_customer(
    tx: &mut Tx,
    import: ImportId,
    customer: Option<CustomerId>,
    before: Option<&CustomerFields>,
    fields: &CustomerFields,
    now: DateTime<Utc>,
) -> StoreResult<CustomerChange> {
    let change = match customer {
        None => CustomerChange::Created(customers::insert(tx, fields, now, false).await?),
        Some(id) => {
            customers::set_fields(tx, id, fields).await?;
            CustomerChange::Updated(id)
        }
    };
    if let CustomerChange::Created(id) | CustomerChange::Updated(id) = change {
        // What it was before the import's first row about it stays what it was before the import.
        let sql = "INSERT INTO import_customers (import_id, customer_id, previous, imported) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (import_id, customer_id) DO UPDATE SET imported = excluded.imported";
        let previous = before.map(json).transpose()?;
        tx.execute(sql, binds![import.0, id, previous, json(fields)?]).await?;
    }
    Ok(change)
}

/// Remembers which events an import brought.
pub(super) async fn keep_events(tx: &mut Tx, import: ImportId, ids: impl Iterator<Item = EventId>) -> StoreResult<()> {
    let mut ids: Vec<_> = ids.map(|id| id.0).collect();
    ids.sort_unstable();
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for id in ids {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == id => *last = id,
            _ => ranges.push((id, id)),
        }
    }
    let rows = ranges.into_iter().map(|(first, last)| binds![import.0, first, last]).collect();
    tx.insert_rows("INSERT INTO import_events (import_id, first_event_id, last_event_id)", rows, "").await?;
    Ok(())
}

fn no_import(id: ImportId) -> StoreError {
    StoreError::NotFound(format!("import {id}"))
}

pub(super) fn json(value: &impl Serialize) -> StoreResult<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

pub(super) fn read_json<T: DeserializeOwned>(text: &str, what: &str) -> StoreResult<T> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(format!("{what}: {error}")))
}

macro_rules! select_imports {
    ($rest:expr) => {
        concat!(
            "SELECT id, file_name, path, mapping, state, author, started_at, finished_at, undone_at, alive_at, counts, percent, \
             problem, undo_report FROM imports ",
            $rest
        )
    };
}
use select_imports;

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    file_name: String,
    path: Option<String>,
    mapping: String,
    state: String,
    author: Option<String>,
    started_at: i64,
    finished_at: Option<i64>,
    undone_at: Option<i64>,
    alive_at: i64,
    counts: String,
    percent: i64,
    problem: Option<String>,
    undo_report: String,
}

impl Row {
    fn import(self) -> StoreResult<StoredImport> {
        let corrupt = || StoreError::Corrupt(format!("import {}, state", self.id));
        let import = Import {
            id: ImportId(self.id),
            mapping: read_json(&self.mapping, "an import's mapping")?,
            state: ImportState::parse(&self.state).ok_or_else(corrupt)?,
            file_name: self.file_name,
            author: self.author,
            started_at: time(self.started_at),
            finished_at: self.finished_at.map(time),
            undone_at: self.undone_at.map(time),
            counts: read_json(&self.counts, "an import's counts")?,
            percent: self.percent,
            problem: self.problem,
            undo: read_json(&self.undo_report, "an undone import")?,
        };
        Ok(StoredImport { import, path: self.path, alive_at: time(self.alive_at) })
    }
}
