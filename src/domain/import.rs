//! Imports of files of customers or events: the meaning of columns, the counts of a run, and the result of undoing it.

use super::money::money_short;
use super::{FieldError, ImportId, Page};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The largest file that can be uploaded, in bytes.
pub const MAX_UPLOAD_BYTES: u64 = 50 * 1024 * 1024;
/// The largest uncompressed size of an uploaded file, in bytes.
pub const MAX_UNPACKED_BYTES: u64 = 256 * 1024 * 1024;
/// The most lines of an uploaded file, blank ones included.
pub const MAX_UPLOAD_ROWS: u64 = 2_000_000;
/// The most uploads that may wait to be imported, and the most bytes of all of them.
pub const MAX_WAITING_UPLOADS: usize = 20;
pub const MAX_WAITING_BYTES: u64 = 500 * 1024 * 1024;

/// The kind of thing that each row of a file describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    Customers,
    Events,
}

impl ImportKind {
    pub const ALL: [Self; 2] = [Self::Customers, Self::Events];

    pub fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Events => "events",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }

    pub fn fields(self) -> &'static [ImportField] {
        match self {
            Self::Customers => CUSTOMER_FIELDS,
            Self::Events => EVENT_FIELDS,
        }
    }

    pub fn field(self, name: &str) -> Option<&'static ImportField> {
        self.fields().iter().find(|field| field.name == name)
    }
}

/// A field that a column can stand for.
#[derive(Debug, PartialEq, Eq)]
pub struct ImportField {
    /// The field's name: the one in the API's JSON, where the API has the field.
    pub name: &'static str,
    pub label: &'static str,
    /// The headers that stand for the field, surest first, as lower-case words joined by underscores.
    headers: &'static [&'static str],
}

const fn field(name: &'static str, label: &'static str, headers: &'static [&'static str]) -> ImportField {
    ImportField { name, label, headers }
}

const CUSTOMER_FIELDS: &[ImportField] = &[
    field(
        "externalId",
        "External id",
        &["external_id", "external", "customer_id", "account_id", "company_id", "crm_id", "id", "key", "customer", "account"],
    ),
    field(
        "name",
        "Name",
        &[
            "name",
            "customer_name",
            "company_name",
            "account_name",
            "company",
            "organization",
            "organisation",
            "account",
            "customer",
        ],
    ),
    field("segment", "Segment", &["segment", "tier", "plan", "size", "type"]),
    field("owner", "Owner", &["owner", "account_owner", "account_manager", "csm", "manager"]),
    field("arrCents", "ARR in cents", &["arr_cents"]),
    field("arr", "ARR", &["arr", "annual_revenue", "annual_recurring_revenue", "acv", "revenue"]),
    field("mrrCents", "Monthly revenue in cents", &["mrr_cents"]),
    field("mrr", "Monthly revenue", &["mrr", "monthly_revenue", "monthly_recurring_revenue"]),
    field("renewalDate", "Renewal date", &["renewal_date", "renewal", "renews_on", "renews_at", "contract_end", "end_date"]),
    field(
        "startDate",
        "Start date",
        &["start_date", "signup_date", "started_on", "signed_up", "signup", "customer_since", "contract_start", "created_at"],
    ),
    field("crmUrl", "CRM address", &["crm_url", "crm_link", "crm", "url"]),
];

const EVENT_FIELDS: &[ImportField] = &[
    field(
        "externalId",
        "Customer’s external id",
        &["external_id", "customer_id", "account_id", "company_id", "customer", "account", "company"],
    ),
    // Never guessed: the customer ids of another system would name other customers here.
    field("customerId", "Customer’s id here", &[]),
    field("kind", "Kind", &["kind", "type", "event_type", "event", "event_name"]),
    field(
        "occurredAt",
        "Time",
        &[
            "occurred_at",
            "ts",
            "timestamp",
            "event_time",
            "time",
            "datetime",
            "date",
            "created_at",
            "created_time",
            "created",
            "at",
        ],
    ),
    field("messageId", "Message id", &["message_id", "event_id", "ticket_id", "id", "uuid", "key"]),
    field("source", "Source", &["source"]),
    field("user", "User", &["user", "user_id", "user_name", "email"]),
    field("feature", "Feature", &["feature", "feature_name", "feature_key"]),
    field("count", "Count", &["count", "calls", "quantity"]),
    field("priority", "Priority", &["priority", "severity"]),
    field("subject", "Subject", &["subject", "title", "summary"]),
    field("number", "Invoice number", &["number", "invoice_number", "invoice", "invoice_no", "invoice_id"]),
    field("amountCents", "Amount in cents", &["amount_cents"]),
    field("amount", "Amount", &["amount", "total"]),
    field("currency", "Currency", &["currency"]),
    field("dueDate", "Due date", &["due_date", "due_on", "due", "due_at"]),
];

impl ImportField {
    /// Returns how surely a header stands for this field: 0 is the surest, `None` means that it does not.
    /// The last part of a nested name ("customer.arr") is a little less sure than the whole. Less sure still are the words
    /// before a remark, as in "ARR (USD, net)"; they do not count when the remark names another unit.
    pub fn recognises(&self, header: &str) -> Option<usize> {
        let whole = words(header);
        let last = header.rsplit('.').next().map(words).unwrap_or_default();
        let remarked = header.split_once(['(', '[', ',', ':']).map_or(header, |(before, _)| before);
        let remarked = remarked.split_once(" per ").map_or(remarked, |(before, _)| before);
        let is_of_another_unit = UNITS.iter().any(|unit| whole.split('_').any(|word| word == *unit));
        let find = |text: &str| self.headers.iter().position(|known| *known == text);
        let sure = find(&whole).map(|place| place * 2).or_else(|| find(&last).map(|place| place * 2 + 1));
        let less_sure = || find(&words(remarked)).filter(|_| !is_of_another_unit).map(|place| place * 2 + REMARKED);
        sure.or_else(less_sure)
    }
}

/// Added to the distance of a header that has a remark.
const REMARKED: usize = 100;
/// Words that change the unit of a number, so that a header with one of them is not guessed.
const UNITS: &[&str] = &["cent", "cents", "k", "keur", "kusd", "thousand", "thousands", "m", "million", "millions"];

/// Returns a header as lower-case words: "MRR (cents)", "mrrCents" and "mrr-cents" are all "mrr_cents".
fn words(header: &str) -> String {
    let mut text = String::new();
    let mut was_lower = false;
    for letter in header.trim().trim_start_matches('\u{feff}').chars() {
        if letter.is_alphanumeric() {
            if was_lower && letter.is_uppercase() {
                text.push('_');
            }
            text.extend(letter.to_lowercase());
        } else if !text.is_empty() && !text.ends_with('_') {
            text.push('_');
        }
        was_lower = letter.is_lowercase() || letter.is_ascii_digit();
    }
    text.trim_end_matches('_').to_owned()
}

/// The meaning of a file's columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mapping {
    pub kind: ImportKind,
    /// The name of the field that each column stands for. Columns without an entry are not imported.
    pub columns: BTreeMap<String, String>,
    /// The value of each field whose cell is missing or empty, for events and for new customers.
    pub defaults: BTreeMap<String, String>,
}

impl Mapping {
    /// Guesses the mapping from the headers. A column is left out when its first values do not fit the field, unless its
    /// header is the field's surest name.
    pub fn recognise(kind: ImportKind, columns: &[String], fits: impl Fn(&ImportField, usize) -> bool) -> Self {
        let mut mapping = Self { kind, columns: BTreeMap::new(), defaults: BTreeMap::new() };
        for field in kind.fields() {
            let free = |column: &String| !mapping.columns.contains_key(column);
            let candidates = columns.iter().enumerate().filter(|(_, column)| free(column));
            let found = candidates.filter_map(|(index, column)| Some((field.recognises(column)?, index))).min();
            if let Some((_, index)) = found.filter(|(distance, index)| *distance == 0 || fits(field, *index)) {
                mapping.columns.insert(columns[index].clone(), field.name.to_owned());
            }
        }
        mapping.guess_kind();
        mapping
    }

    /// Guesses the kind of all events from the columns. A file of only tickets or only invoices has no column for the kind.
    fn guess_kind(&mut self) {
        let has = |field: &str| self.column_of(field).is_some();
        let told = match () {
            () if self.kind != ImportKind::Events || has("kind") => None,
            () if has("dueDate") && has("number") => Some("invoice_issued"),
            () if has("dueDate") || has("number") => None,
            () if has("priority") || has("subject") => Some("support_ticket"),
            () => None,
        };
        if let Some(kind) = told {
            self.defaults.insert("kind".into(), kind.into());
        }
    }

    /// Counts the columns whose field only this kind of file has.
    pub fn telling(&self) -> usize {
        let telling: &[&str] = match self.kind {
            ImportKind::Customers => &["name", "segment", "owner", "arr", "arrCents", "mrr", "mrrCents", "renewalDate", "crmUrl"],
            ImportKind::Events => {
                &["kind", "occurredAt", "messageId", "feature", "user", "priority", "subject", "number", "dueDate"]
            }
        };
        self.columns.values().filter(|field| telling.contains(&field.as_str())).count()
    }

    /// Returns the file's column for a field, or the field's label when no column stands for it.
    pub fn field_in_words(&self, field: &str) -> String {
        let label = || self.kind.field(field).map_or(field, |field| field.label).to_owned();
        self.column_of(field).map_or_else(label, str::to_owned)
    }

    /// Returns the column that stands for a field.
    pub fn column_of(&self, field: &str) -> Option<&str> {
        self.columns.iter().find(|(_, name)| *name == field).map(|(column, _)| column.as_str())
    }
}

/// The counts of a file's rows by outcome, of a run or of a dry run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportCounts {
    /// Rows that were read.
    pub rows: i64,
    /// Customers or events that were new.
    pub created: i64,
    pub updated: i64,
    /// Customers that already were as the file says.
    pub unchanged: i64,
    /// Events that were stored before.
    pub duplicates: i64,
    pub rejected: i64,
}

impl ImportCounts {
    pub fn changes_nothing(&self) -> bool {
        self.created == 0 && self.updated == 0
    }

    /// Returns the counts in words, without those that are zero: "3 created, 1 updated, 2 unchanged, 1 rejected".
    pub fn words(&self) -> String {
        let counts = [
            (self.created, "created"),
            (self.updated, "updated"),
            (self.unchanged, "unchanged"),
            (self.duplicates, "known already"),
            (self.rejected, "rejected"),
        ];
        let words: Vec<_> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        if words.is_empty() { "no rows".into() } else { words.join(", ") }
    }
}

impl std::ops::Add for ImportCounts {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self {
            rows: self.rows + more.rows,
            created: self.created + more.created,
            updated: self.updated + more.updated,
            unchanged: self.unchanged + more.unchanged,
            duplicates: self.duplicates + more.duplicates,
            rejected: self.rejected + more.rejected,
        }
    }
}

/// An unparsed row of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRow {
    pub line: i64,
    /// The trimmed text of each column, or the reason why the row cannot be read.
    pub cells: Result<Vec<String>, String>,
}

/// A file's columns and first rows, read when it was uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    pub columns: Vec<String>,
    pub rows: Vec<RawRow>,
}

/// The expected effect of an import besides its counts, found by the dry run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Outlook {
    /// The first rows that would create something, at most [`OUTLOOK_ROWS`].
    pub created: Vec<RowOutlook>,
    /// The first rows that would change something, at most [`OUTLOOK_ROWS`].
    pub updated: Vec<RowOutlook>,
    /// The ARR of all active customers in cents, and the amount that the import would add to it.
    pub arr_cents: i64,
    pub arr_change_cents: i64,
    /// The number of customers that new events belong to.
    pub customers: i64,
    pub currency: String,
}

/// The most rows of each kind in an [`Outlook`].
pub const OUTLOOK_ROWS: usize = 5;

impl Outlook {
    /// Returns whether the ARR would more than double or halve. Then a column may have been given the wrong meaning.
    pub fn is_drastic(&self) -> bool {
        let (before, after) = (i128::from(self.arr_cents), i128::from(self.arr_cents) + i128::from(self.arr_change_cents));
        before > 0 && (after > 2 * before || 2 * after < before)
    }
}

impl RowOutlook {
    /// Returns the changes in words: "line 3, Acme: Owner Ann → Bob, ARR $1,000 → $2,000".
    pub fn words(&self) -> String {
        let values: Vec<_> = self.values.iter().map(ValueChange::words).collect();
        format!("line {}, {}: {}", self.line, self.subject, values.join(", "))
    }
}

impl ValueChange {
    fn words(&self) -> String {
        let Self { label, old, new } = self;
        let new = if new.is_empty() { "nothing" } else { new };
        if old.is_empty() { format!("{label} {new}") } else { format!("{label} {old} → {new}") }
    }
}

/// The changes that one row of the file would make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowOutlook {
    pub line: i64,
    /// The customer's name; for events the customer's id in the file.
    pub subject: String,
    pub values: Vec<ValueChange>,
}

/// A value before and after a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValueChange {
    pub label: String,
    /// The value before; empty when there was none.
    pub old: String,
    pub new: String,
}

/// A rule that a row of a file breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowError {
    /// The row's line in the file, counted from 1 with the header.
    pub line: i64,
    /// The column's header. Empty when the rule is about the whole row, or about a field without a column.
    pub column: String,
    pub error: FieldError,
}

impl RowError {
    /// Returns the rule as a sentence that names the file's column, or else the field's label.
    pub fn sentence(&self, kind: ImportKind) -> String {
        let label = || kind.field(&self.error.field).map_or(self.error.field.as_str(), |field| field.label);
        let subject = if self.column.is_empty() { label() } else { &self.column };
        let subject = if subject == "row" { "the row" } else { subject };
        format!("{subject} {}", self.error.message)
    }
}

/// The state of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// The file has arrived, and only its first rows were read.
    Uploaded,
    /// A dry run is under way.
    Checking,
    Checked,
    Running,
    Finished,
    /// The work stopped before the end of the file, for the reason in `problem`. Rows stored until then can be undone.
    Failed,
    Undoing,
    Undone,
}

impl ImportState {
    const ALL: [(Self, &str); 8] = [
        (Self::Uploaded, "uploaded"),
        (Self::Checking, "checking"),
        (Self::Checked, "checked"),
        (Self::Running, "running"),
        (Self::Finished, "finished"),
        (Self::Failed, "failed"),
        (Self::Undoing, "undoing"),
        (Self::Undone, "undone"),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, name)| *name == text).map(|(state, _)| state)
    }

    /// Returns whether work on the import is under way.
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Checking | Self::Running | Self::Undoing)
    }

    /// Returns whether there may be something to undo. A run that was cut off leaves its import `Running`.
    pub fn can_be_undone(self) -> bool {
        matches!(self, Self::Finished | Self::Failed | Self::Running | Self::Undoing)
    }
}

/// The result of undoing an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UndoReport {
    /// Events that were retracted.
    pub retracted: i64,
    /// Customers that were deleted.
    pub removed: i64,
    /// The names of customers that were archived instead, because they have events or notes or were edited; at most 100.
    pub archived: Vec<String>,
    /// The number of customers that were archived instead.
    pub archived_count: i64,
    /// Customers whose fields were set back.
    pub restored: i64,
    /// Customers of whom some field was edited since, so that it stays as it is.
    pub kept: i64,
}

impl UndoReport {
    pub fn words(&self) -> String {
        let counts = [
            (self.retracted, "event", "retracted"),
            (self.removed, "customer", "removed"),
            (self.archived_count, "customer", "archived instead of removed"),
            (self.restored, "customer", "restored"),
            (self.kept, "customer", "with later edits that stay"),
        ];
        let plural = |count: i64| if count == 1 { "" } else { "s" };
        let words: Vec<_> = counts
            .iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, noun, what)| format!("{count} {noun}{} {what}", plural(*count)))
            .collect();
        if words.is_empty() { "there was nothing to take back".into() } else { words.join(", ") }
    }
}

/// A stored import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Import {
    pub id: ImportId,
    pub file_name: String,
    pub mapping: Mapping,
    pub state: ImportState,
    pub author: Option<String>,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub undone_at: Option<DateTime<Utc>>,
    pub counts: ImportCounts,
    /// The part of the file that has been read, in percent.
    pub percent: i64,
    /// The reason why it failed.
    pub problem: Option<String>,
    pub undo: UndoReport,
}

/// Imports, latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportList {
    pub page: Page<Import>,
    pub now: DateTime<Utc>,
}

/// A row of a file with the values that its cells stand for, or their errors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreviewRow {
    pub line: i64,
    /// The text of each column.
    pub cells: Vec<String>,
    /// (field, value)
    pub understood: Vec<(String, String)>,
    pub errors: Vec<RowError>,
}

/// The read model of an import's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportPage {
    pub import: Import,
    /// The file's columns and first rows, until their meaning is settled.
    pub columns: Vec<String>,
    pub preview: Vec<PreviewRow>,
    /// The dry run's outlook, besides the counts.
    pub outlook: Option<Outlook>,
    /// The first rows that the dry run refused.
    pub errors: Vec<RowError>,
    /// The reason why the file cannot be read.
    pub unreadable: Option<String>,
    pub now: DateTime<Utc>,
}

impl Outlook {
    /// Returns the change of the ARR in words: "Adds $252M ARR: $10.0M becomes $262M". `None` when the import does not
    /// change it.
    pub fn arr_change(&self) -> Option<String> {
        let Outlook { arr_cents: before, arr_change_cents: change, currency, .. } = self;
        let verb = if *change > 0 { "Adds" } else { "Takes away" };
        let short = |cents| money_short(cents, currency);
        let (by, after) = (short(change.saturating_abs()), short(before.saturating_add(*change)));
        (*change != 0).then(|| format!("{verb} {by} ARR: {} becomes {after}", short(*before)))
    }
}
