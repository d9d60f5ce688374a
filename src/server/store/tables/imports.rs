//! The tables of imports: the state of each, the attempt that may work on it, and the events that it brought.

use crate::domain::import::{Findings, Outlook};
use crate::domain::{EventId, Import, ImportCounts, ImportId, ImportState, Mapping, Page, UndoReport};
use crate::server::store::sql::bind::{binds, row, storable, time};
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::json::{json, read_json};
use crate::server::store::{Attempt, NewImport, Store, StoreError, StoreResult, StoredImport};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

impl Store {
    /// Creates an import. Returns the right to work on it.
    pub async fn create_import(&self, import: &NewImport, now: DateTime<Utc>) -> StoreResult<Attempt> {
        let mut tx = self.write().await?;
        let NewImport { file_name, path, findings, mapping, state, author } = import;
        let row = row! {
            file_name: file_name,
            path: path.clone(),
            findings: findings.as_ref().map(json).transpose()?,
            mapping: json(mapping)?,
            state: state.name(),
            author: author.clone(),
            started_at: storable(now),
            alive_at: storable(now),
            counts: json(&ImportCounts::default())?,
            percent: 0,
            undo_report: json(&UndoReport::default())?,
        };
        let (id, number): (i64, i64) = tx.insert_row("imports", row, "id, attempt").await?;
        tx.commit().await?;
        Ok(Attempt { import: ImportId(id), number })
    }

    pub async fn get_import(&self, id: ImportId) -> StoreResult<StoredImport> {
        let row: Option<ImportRow> = self.read_once().await?.optional(select_imports!("WHERE id = $1"), binds![id.0]).await?;
        row.ok_or_else(|| no_import(id))?.import()
    }

    /// Returns the columns and first rows of an upload; `None` when it is imported, or an earlier release kept it.
    pub async fn get_import_findings(&self, id: ImportId) -> StoreResult<Option<Findings>> {
        let sql = "SELECT findings FROM imports WHERE id = $1";
        let row: Option<(Option<String>,)> = self.read_once().await?.optional(sql, binds![id.0]).await?;
        let (text,) = row.ok_or_else(|| no_import(id))?;
        text.map(|text| read_json(&text, "the findings of an upload")).transpose()
    }

    /// Returns a page of imports, the latest first.
    pub async fn list_imports(&self, page: i64, page_size: i64) -> StoreResult<Page<Import>> {
        let mut tx = self.read().await?;
        let (total,): (i64,) = tx.one("SELECT COUNT(*) FROM imports", binds![]).await?;
        let binds = binds![page_size, (page - 1) * page_size];
        let rows: Vec<ImportRow> = tx.all(select_imports!("ORDER BY id DESC LIMIT $1 OFFSET $2"), binds).await?;
        let items = rows.into_iter().map(|row| Ok(row.import()?.import)).collect::<StoreResult<_>>()?;
        Ok(Page { items, total, page, page_size })
    }

    /// Returns the uploads from before a time that nobody has imported.
    pub async fn list_forgotten_uploads(&self, before: DateTime<Utc>) -> StoreResult<Vec<StoredImport>> {
        let sql = select_imports!("WHERE path IS NOT NULL AND state IN ('uploaded', 'checked') AND started_at < $1");
        self.read_once().await?.all::<ImportRow>(sql, binds![before]).await?.into_iter().map(ImportRow::import).collect()
    }

    /// Returns the imports from before a time that are over and may have left files.
    pub async fn list_imports_with_files(&self, before: DateTime<Utc>) -> StoreResult<Vec<StoredImport>> {
        let sql = select_imports!("WHERE path IS NOT NULL AND state IN ('finished', 'failed', 'undone') AND started_at < $1");
        self.read_once().await?.all::<ImportRow>(sql, binds![before]).await?.into_iter().map(ImportRow::import).collect()
    }

    /// Stores the findings of an upload's dry run.
    pub async fn set_import_outlook(&self, attempt: Attempt, outlook: &Outlook) -> StoreResult<()> {
        let mut tx = self.write().await?;
        hold_import(&mut tx, attempt).await?;
        tx.execute("UPDATE imports SET outlook = $1 WHERE id = $2", binds![json(outlook)?, attempt.import.0]).await?;
        tx.commit().await
    }

    /// Returns the findings of an upload's dry run; `None` where there was none, or an earlier release made it.
    pub async fn get_import_outlook(&self, id: ImportId) -> StoreResult<Option<Outlook>> {
        let sql = "SELECT outlook FROM imports WHERE id = $1";
        let row: Option<(Option<String>,)> = self.read_once().await?.optional(sql, binds![id.0]).await?;
        row.and_then(|(text,)| text).map(|text| read_json(&text, "the outlook of an import")).transpose()
    }

    /// Returns the paths of the files that imports have, or had.
    pub async fn list_import_paths(&self) -> StoreResult<Vec<String>> {
        let paths: Vec<(String,)> =
            self.read_once().await?.all("SELECT path FROM imports WHERE path IS NOT NULL", binds![]).await?;
        Ok(paths.into_iter().map(|(path,)| path).collect())
    }

    /// Notes that the files of an import are gone.
    pub async fn forget_import_files(&self, id: ImportId) -> StoreResult<()> {
        let mut tx = self.write().await?;
        tx.execute("UPDATE imports SET path = NULL, findings = NULL WHERE id = $1", binds![id.0]).await?;
        tx.commit().await
    }

    /// Moves an import to another state. Returns the right to work on it, which whoever had it before loses. Conflict when it is
    /// in none of the states `from`, because somebody else was faster. A dry run and a run begin to count their rows at 0.
    pub async fn move_import(
        &self,
        id: ImportId,
        from: &[ImportState],
        to: ImportState,
        now: DateTime<Utc>,
    ) -> StoreResult<Attempt> {
        let mut tx = self.write().await?;
        let sql = format!(
            "UPDATE imports SET state = $2, problem = NULL, percent = 0, alive_at = $3, attempt = attempt + 1,
             counts = COALESCE($4, counts) WHERE id = $5 AND state {} RETURNING attempt",
            tx.one_of()
        );
        let from: Vec<_> = from.iter().map(|state| state.name().to_owned()).collect();
        let is_anew = matches!(to, ImportState::Checking | ImportState::Running);
        let counts = is_anew.then(|| json(&ImportCounts::default())).transpose()?;
        let moved: Option<(i64,)> = tx.optional(AssertSqlSafe(sql), binds![from, to.name(), storable(now), counts, id.0]).await?;
        tx.commit().await?;
        let Some((number,)) = moved else {
            let StoredImport { import, .. } = self.get_import(id).await?;
            return Err(StoreError::Conflict(format!("import {id} is {} already", import.state.name())));
        };
        Ok(Attempt { import: id, number })
    }

    pub async fn set_import_mapping(&self, attempt: Attempt, mapping: &Mapping) -> StoreResult<()> {
        let mut tx = self.write().await?;
        hold_import(&mut tx, attempt).await?;
        tx.execute("UPDATE imports SET mapping = $1 WHERE id = $2", binds![json(mapping)?, attempt.import.0]).await?;
        tx.commit().await
    }

    pub async fn set_import_findings(&self, id: ImportId, findings: Option<&Findings>) -> StoreResult<()> {
        let mut tx = self.write().await?;
        let findings = findings.map(json).transpose()?;
        tx.execute("UPDATE imports SET findings = $1 WHERE id = $2", binds![findings, id.0]).await?;
        tx.commit().await
    }

    /// Adds to an import's counts and sets its progress.
    pub async fn add_import_progress(
        &self,
        attempt: Attempt,
        more: &ImportCounts,
        percent: i64,
        now: DateTime<Utc>,
    ) -> StoreResult<()> {
        let mut tx = self.write().await?;
        let counts = hold_import(&mut tx, attempt).await?;
        add_import_counts(&mut tx, attempt, counts, *more, now).await?;
        tx.execute("UPDATE imports SET percent = $1 WHERE id = $2", binds![percent, attempt.import.0]).await?;
        tx.commit().await
    }

    /// Notes that somebody is still at work on an import.
    pub async fn keep_import_alive(&self, attempt: Attempt, now: DateTime<Utc>) -> StoreResult<()> {
        let mut tx = self.write().await?;
        let counts = hold_import(&mut tx, attempt).await?;
        add_import_counts(&mut tx, attempt, counts, ImportCounts::default(), now).await?;
        tx.commit().await
    }

    /// Takes imports over from those who have been silent since a time. A dry run is then as it was before it began; an import or
    /// an undo has failed. Returns what was taken over, and where its file is.
    ///
    /// # Why the silence is part of the UPDATE
    /// The import may have a transaction under way, for which PostgreSQL makes the UPDATE wait. Afterwards it evaluates the
    /// condition again: an import that has just stored something is not silent, and is left alone.
    pub async fn cut_off_imports(&self, silent_since: DateTime<Utc>) -> StoreResult<Vec<StoredImport>> {
        const SILENT: &str = "state IN ('checking', 'running', 'undoing') AND alive_at < $1";
        let binds = binds![silent_since];
        let sql = format!("SELECT COUNT(*) FROM imports WHERE {SILENT}");
        if self.read_once().await?.one::<(i64,)>(AssertSqlSafe(sql), binds).await?.0 == 0 {
            return Ok(Vec::new());
        }
        let problem =
            "The server was stopped while it was at work. Undo it, or import the file again: what is there is recognised.";
        let mut tx = self.write().await?;
        let sql = format!(
            "UPDATE imports SET state = CASE state WHEN 'checking' THEN 'uploaded' ELSE 'failed' END,
             problem = CASE state WHEN 'checking' THEN 'The server was stopped while it checked the file.' ELSE $2 END,
             attempt = attempt + 1 WHERE {SILENT} RETURNING {IMPORT_COLUMNS}"
        );
        let rows: Vec<ImportRow> = tx.all(AssertSqlSafe(sql), binds![silent_since, problem]).await?;
        tx.commit().await?;
        rows.into_iter().map(ImportRow::import).collect()
    }

    /// Ends a dry run or a run.
    pub async fn finish_import(
        &self,
        attempt: Attempt,
        state: ImportState,
        problem: Option<String>,
        now: DateTime<Utc>,
    ) -> StoreResult<()> {
        let is_dry = matches!(state, ImportState::Checked | ImportState::Uploaded);
        let finished_at = (!is_dry).then(|| storable(now));
        let sql = "UPDATE imports SET state = $1, percent = 100, problem = $2, finished_at = $3,
                   findings = CASE WHEN $4 THEN findings END WHERE id = $5";
        let mut tx = self.write().await?;
        hold_import(&mut tx, attempt).await?;
        tx.execute(sql, binds![state.name(), problem, finished_at, is_dry, attempt.import.0]).await?;
        tx.commit().await
    }

    pub async fn finish_undo(&self, attempt: Attempt, report: &UndoReport, now: DateTime<Utc>) -> StoreResult<()> {
        let mut tx = self.write().await?;
        hold_import(&mut tx, attempt).await?;
        let sql = "UPDATE imports SET state = 'undone', undo_report = $1, undone_at = $2 WHERE id = $3";
        tx.execute(sql, binds![json(report)?, storable(now), attempt.import.0]).await?;
        tx.commit().await
    }

    /// Deletes an upload that was not imported.
    pub async fn delete_import(&self, id: ImportId) -> StoreResult<()> {
        let mut tx = self.write().await?;
        let sql = "DELETE FROM imports WHERE id = $1 AND state IN ('uploaded', 'checked', 'checking')";
        let deleted = tx.execute(sql, binds![id.0]).await?;
        tx.commit().await?;
        if deleted == 0 { Err(StoreError::Conflict(format!("import {id} is under way or done"))) } else { Ok(()) }
    }
}

/// The longest time for which an import's transaction may do nothing. PostgreSQL then ends it, because a process that is
/// suspended would go on locking customers that others want to write.
const IDLE_IN_TRANSACTION: &str = "SET LOCAL idle_in_transaction_session_timeout = '10s'";

/// Locks an import for whoever has the attempt, until the transaction ends. Returns its counts so far. Conflict when somebody
/// else has taken it over. Lock order: the import comes before any customer.
pub async fn hold_import(tx: &mut Tx, attempt: Attempt) -> StoreResult<ImportCounts> {
    if tx.has_locks() {
        tx.execute(IDLE_IN_TRANSACTION, binds![]).await?;
    }
    let sql = format!("SELECT counts FROM imports WHERE id = $1 AND attempt = $2 {}", tx.for_update());
    let held: Option<(String,)> = tx.optional(AssertSqlSafe(sql), binds![attempt.import.0, attempt.number]).await?;
    let Some((counts,)) = held else {
        let Attempt { import, .. } = attempt;
        return Err(StoreError::Conflict(format!("import {import} was taken over: whoever worked on it was not heard of")));
    };
    read_json(&counts, "an import's counts")
}

/// Counts rows in the transaction that stores them, so that a run that is cut off has counted what it has stored.
pub async fn add_import_counts(
    tx: &mut Tx,
    attempt: Attempt,
    counts: ImportCounts,
    more: ImportCounts,
    now: DateTime<Utc>,
) -> StoreResult<()> {
    // A row that was read a while ago does not make the import look silent.
    let sql = "UPDATE imports SET counts = $1, alive_at = CASE WHEN alive_at < $2 THEN $2 ELSE alive_at END WHERE id = $3";
    tx.execute(sql, binds![json(&(counts + more))?, storable(now), attempt.import.0]).await?;
    Ok(())
}

/// Stores which events an import brought, as ranges of ids.
pub async fn keep_import_events(tx: &mut Tx, import: ImportId, ids: Vec<EventId>) -> StoreResult<()> {
    let mut ids: Vec<_> = ids.into_iter().map(|id| id.0).collect();
    ids.sort_unstable();
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for id in ids {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == id => *last = id,
            _ => ranges.push((id, id)),
        }
    }
    let row = |(first, last)| row! { import_id: import.0, first_event_id: first, last_event_id: last };
    tx.insert_rows("import_events", ranges.into_iter().map(row).collect(), "").await?;
    Ok(())
}

fn no_import(id: ImportId) -> StoreError {
    StoreError::NotFound(format!("import {id}"))
}

macro_rules! import_columns {
    () => {
        "id, file_name, path, mapping, state, author, started_at, finished_at, undone_at, alive_at, counts, percent, problem, \
         undo_report"
    };
}
/// The columns of [`ImportRow`].
const IMPORT_COLUMNS: &str = import_columns!();

macro_rules! select_imports {
    ($rest:expr) => {
        concat!("SELECT ", import_columns!(), " FROM imports ", $rest)
    };
}
use {import_columns, select_imports};

#[derive(sqlx_macros::FromRow)]
struct ImportRow {
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

impl ImportRow {
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
