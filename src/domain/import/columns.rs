//! Mappings say how a file is understood: what its rows are, and what each of its columns means.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The kind of thing that each row of a file describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    Customers,
    Events,
    Outcomes,
}

impl ImportKind {
    pub const ALL: [Self; 3] = [Self::Customers, Self::Events, Self::Outcomes];

    pub fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Events => "events",
            Self::Outcomes => "outcomes",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }

    pub fn fields(self) -> &'static [ImportField] {
        match self {
            Self::Customers => CUSTOMER_FIELDS,
            Self::Events => EVENT_FIELDS,
            Self::Outcomes => OUTCOME_FIELDS,
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
    field("name", "Reading’s name", &["reading_name", "reading", "metric", "metric_name", "measure", "name"]),
    field("value", "Reading’s value", &["reading_value", "value", "metric_value"]),
];

const OUTCOME_FIELDS: &[ImportField] = &[
    field(
        "externalId",
        "Customer’s external id",
        &["external_id", "customer_id", "account_id", "company_id", "customer", "account", "company"],
    ),
    // Never guessed: the customer ids of another system would name other customers here.
    field("customerId", "Customer’s id here", &[]),
    field("outcome", "Outcome", &["outcome", "outcome_type", "result", "churned", "has_churned", "is_churned", "churn"]),
    field(
        "date",
        "Date",
        &[
            "date",
            "outcome_date",
            "churn_date",
            "churned_on",
            "churned_at",
            "effective_date",
            "effective_on",
            "day",
            "occurred_at",
        ],
    ),
    field("reason", "Reason", &["reason", "outcome_reason", "churn_reason", "lost_reason", "loss_reason"]),
    field("arrBefore", "ARR before", &["arr_before", "before_arr", "old_arr", "previous_arr"]),
    field("arrAfter", "ARR after", &["arr_after", "after_arr", "new_arr"]),
    field("arrBeforeCents", "ARR before in cents", &["arr_before_cents"]),
    field("arrAfterCents", "ARR after in cents", &["arr_after_cents"]),
    field("involuntary", "Not its own decision", &["involuntary", "is_involuntary", "involuntary_churn"]),
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
    /// The value of each field whose cell is missing or empty, for events, outcomes and new customers.
    pub defaults: BTreeMap<String, String>,
    /// True when segments that the rules do not have are added to them.
    #[serde(default)]
    pub add_segments: bool,
}

impl Mapping {
    /// Guesses the mapping from the headers. A column is left out when its first values do not fit the field, unless its
    /// header is the field's surest name.
    pub fn recognise(kind: ImportKind, columns: &[String], fits: impl Fn(&ImportField, usize) -> bool) -> Self {
        let mut mapping = Self { kind, columns: BTreeMap::new(), defaults: BTreeMap::new(), add_segments: false };
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

    /// Guesses the kind of all events from the columns. A file of only tickets, only invoices or only readings has no
    /// column for the kind.
    fn guess_kind(&mut self) {
        let has = |field: &str| self.column_of(field).is_some();
        let told = match () {
            () if self.kind != ImportKind::Events || has("kind") => None,
            () if has("dueDate") && has("number") => Some("invoice_issued"),
            () if has("dueDate") || has("number") => None,
            () if has("priority") || has("subject") => Some("support_ticket"),
            () if has("name") && has("value") => Some("reading"),
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
            ImportKind::Outcomes => {
                &["outcome", "reason", "arrBefore", "arrAfter", "arrBeforeCents", "arrAfterCents", "involuntary"]
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
