//! Files of customers or events: how their columns are understood, what an import did, how it is taken back.

use super::money::money_short;
use super::{FieldError, ImportId, Page};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The largest file that the page takes, in bytes.
pub const MAX_UPLOAD_BYTES: u64 = 50 * 1024 * 1024;
/// How much such a file may be when it is unpacked, in bytes.
pub const MAX_UNPACKED_BYTES: u64 = 256 * 1024 * 1024;
/// How many lines it may have, blank ones included.
pub const MAX_UPLOAD_ROWS: u64 = 2_000_000;
/// How many uploads may wait to be imported, and how many bytes they may have together.
pub const MAX_WAITING_UPLOADS: usize = 20;
pub const MAX_WAITING_BYTES: u64 = 500 * 1024 * 1024;

/// What the rows of a file are.
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

/// Something that a column can mean.
#[derive(Debug, PartialEq, Eq)]
pub struct ImportField {
    /// As in the JSON of the API, where the API has it.
    pub name: &'static str,
    pub label: &'static str,
    /// Headers that mean it, the surest first: lower-case words joined by underscores.
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
    // Never guessed: a customer_id from elsewhere would name other customers here.
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
    /// How surely a header means this: 0 is the surest. The last part of a nested name counts as well, a little less, and less
    /// the words before a remark, as in "ARR (USD, net)", unless the remark is about the unit.
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

/// How much less sure a header is that has a remark.
const REMARKED: usize = 100;
/// Words of a remark after which a number is not what it would be without.
const UNITS: &[&str] = &["cent", "cents", "k", "keur", "kusd", "thousand", "thousands", "m", "million", "millions"];

/// "MRR (cents)", "mrrCents" and "mrr-cents" are all "mrr_cents".
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

/// How a file is understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mapping {
    pub kind: ImportKind,
    /// By column, the name of the field that it means; a column that is not here means nothing.
    pub columns: BTreeMap<String, String>,
    /// By field, the value of events and of new customers where no cell says it.
    pub defaults: BTreeMap<String, String>,
}

impl Mapping {
    /// The mapping that headers suggest. A column whose first values are not what a field takes does not mean it, unless it
    /// has the field's very name.
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

    /// A file of tickets or of invoices has no column for the kind, which is the same in each of its rows.
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

    /// How many of the columns mean something that only this kind has.
    pub fn telling(&self) -> usize {
        let telling: &[&str] = match self.kind {
            ImportKind::Customers => &["name", "segment", "owner", "arr", "arrCents", "mrr", "mrrCents", "renewalDate", "crmUrl"],
            ImportKind::Events => {
                &["kind", "occurredAt", "messageId", "feature", "user", "priority", "subject", "number", "dueDate"]
            }
        };
        self.columns.values().filter(|field| telling.contains(&field.as_str())).count()
    }

    /// A field in words for whoever knows the file: its column, or else its label.
    pub fn field_in_words(&self, field: &str) -> String {
        let label = || self.kind.field(field).map_or(field, |field| field.label).to_owned();
        self.column_of(field).map_or_else(label, str::to_owned)
    }

    /// The column that means a field.
    pub fn column_of(&self, field: &str) -> Option<&str> {
        self.columns.iter().find(|(_, name)| *name == field).map(|(column, _)| column.as_str())
    }
}

/// What became of the rows of a file, or would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportCounts {
    /// Rows that were read.
    pub rows: i64,
    /// New customers or events.
    pub created: i64,
    pub updated: i64,
    /// Customers that were like that already.
    pub unchanged: i64,
    /// Events that were known already.
    pub duplicates: i64,
    pub rejected: i64,
}

impl ImportCounts {
    pub fn changes_nothing(&self) -> bool {
        self.created == 0 && self.updated == 0
    }

    /// "3 created, 1 updated, 2 unchanged, 1 rejected"; what is nothing is left out.
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

/// A row as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRow {
    pub line: i64,
    /// One for each column, trimmed; or why the row cannot be read.
    pub cells: Result<Vec<String>, String>,
}

/// A file's columns and first rows, found when it was uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    pub columns: Vec<String>,
    pub rows: Vec<RawRow>,
}

/// The outlook of an import besides its counts, found by the dry run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Outlook {
    /// The first rows that would create something.
    pub created: Vec<RowOutlook>,
    /// The first rows that would change something.
    pub updated: Vec<RowOutlook>,
    /// The active customers' ARR together, in cents, and the amount that the import would add to it.
    pub arr_cents: i64,
    pub arr_change_cents: i64,
    /// How many customers new events would be of.
    pub customers: i64,
    pub currency: String,
}

/// The longest list of errors that an upload leaves.
pub const MAX_LISTED_ERRORS: usize = 100_000;

/// How many rows of each kind an [`Outlook`] names.
pub const OUTLOOK_ROWS: usize = 5;

impl Outlook {
    /// Returns whether the portfolio would become more than twice or less than half of what it is: a column may mean something else.
    pub fn is_drastic(&self) -> bool {
        let (before, after) = (i128::from(self.arr_cents), i128::from(self.arr_cents) + i128::from(self.arr_change_cents));
        before > 0 && (after > 2 * before || 2 * after < before)
    }
}

impl RowOutlook {
    /// "line 3, Acme: Owner Ann → Bob, ARR $1,000 → $2,000".
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

/// The changes that one row would make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowOutlook {
    pub line: i64,
    /// The customer's name, or for events the id that the file gives it.
    pub subject: String,
    pub values: Vec<ValueChange>,
}

/// One value, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValueChange {
    pub label: String,
    /// Empty where there was none.
    pub old: String,
    pub new: String,
}

/// A rule that a row of a file breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowError {
    /// In the file, from 1; the header counts.
    pub line: i64,
    /// Empty when the rule is about the whole row or about a field that no column means.
    pub column: String,
    pub error: FieldError,
}

impl RowError {
    /// The rule as a sentence that names the file's own column, or else the field by its label.
    pub fn sentence(&self, kind: ImportKind) -> String {
        let label = || kind.field(&self.error.field).map_or(self.error.field.as_str(), |field| field.label);
        let subject = if self.column.is_empty() { label() } else { &self.column };
        let subject = if subject == "row" { "the row" } else { subject };
        format!("{subject} {}", self.error.message)
    }
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// The file is here; nothing was read of it yet but its beginning.
    Uploaded,
    /// A dry run is under way.
    Checking,
    Checked,
    Running,
    Finished,
    /// It ended before the end of the file; `problem` says why. What was stored until then can be undone.
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

    /// Returns whether something is under way.
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Checking | Self::Running | Self::Undoing)
    }

    /// Returns whether there may be something to take back. A run that was cut off leaves its import running.
    pub fn can_be_undone(self) -> bool {
        matches!(self, Self::Finished | Self::Failed | Self::Running | Self::Undoing)
    }
}

/// What taking an import back did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UndoReport {
    /// Events that no longer count.
    pub retracted: i64,
    /// Customers that are gone.
    pub removed: i64,
    /// Names of customers that were archived instead, since they have events or notes or were edited; at most 100.
    pub archived: Vec<String>,
    /// How many of these there are.
    pub archived_count: i64,
    /// Customers whose fields are as they were before.
    pub restored: i64,
    /// Customers of whom some field was changed since, and stays.
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

/// An import as it is kept.
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
    /// How much of the file has been read, in percent.
    pub percent: i64,
    /// Why it failed.
    pub problem: Option<String>,
    pub undo: UndoReport,
}

/// Imports, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportList {
    pub page: Page<Import>,
    pub now: DateTime<Utc>,
}

/// A row of a file as it will be understood: its cells, and by field what they become or what is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreviewRow {
    pub line: i64,
    /// One for each column of the file.
    pub cells: Vec<String>,
    /// (field, value)
    pub understood: Vec<(String, String)>,
    pub errors: Vec<RowError>,
}

/// Everything about one import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportPage {
    pub import: Import,
    /// The file's columns and first rows, as long as it is to be said what they mean.
    pub columns: Vec<String>,
    pub preview: Vec<PreviewRow>,
    /// The dry run's findings beside the counts.
    pub outlook: Option<Outlook>,
    /// The first of what the dry run refused.
    pub errors: Vec<RowError>,
    /// Why the file cannot be read.
    pub unreadable: Option<String>,
    pub now: DateTime<Utc>,
}

impl Outlook {
    /// "Adds $252M ARR: $10.0M becomes $262M"; `None` where an import leaves the ARR as it is.
    pub fn arr_change(&self) -> Option<String> {
        let Outlook { arr_cents: before, arr_change_cents: change, currency, .. } = self;
        let verb = if *change > 0 { "Adds" } else { "Takes away" };
        let short = |cents| money_short(cents, currency);
        let (by, after) = (short(change.saturating_abs()), short(before.saturating_add(*change)));
        (*change != 0).then(|| format!("{verb} {by} ARR: {} becomes {after}", short(*before)))
    }
}
