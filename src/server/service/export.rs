//! Exports everything as files. Customers, events and outcomes can be imported again, and events sent to `POST /api/events`. Data is
//! read page by page, so memory holds one page.

use super::health::{Scoring, rows};
use crate::domain::rulebook_read::ReadRulebookVersion;
use crate::domain::{CustomerId, CustomerRow, Event, EventId, EventInput, Note, NoteId, Outcome, OutcomeId, Rulebook};
use crate::server::Call;
use crate::server::store::Origin;
use crate::wire::AppError;
use chrono::SecondsFormat;
use futures::stream::{self, Stream};
use serde_json::{Map, Value, json};

/// The rows of a page.
const ROWS_PER_PAGE: i64 = 1000;

/// The kinds of data that can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Customers,
    /// Events that count.
    Events,
    /// Retracted events, with the time and reason of their retraction. They are apart so that nobody imports them as events
    /// that count.
    RetractedEvents,
    /// Today's health.
    Health,
    Notes,
    /// Outcomes that count.
    Outcomes,
    /// Every version of the rules, the newest first.
    Rulebooks,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Ndjson,
}

impl What {
    pub const ALL: [Self; 7] =
        [Self::Customers, Self::Events, Self::RetractedEvents, Self::Health, Self::Notes, Self::Outcomes, Self::Rulebooks];

    pub fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Events => "events",
            Self::RetractedEvents => "retracted_events",
            Self::Health => "health",
            Self::Notes => "notes",
            Self::Outcomes => "outcomes",
            Self::Rulebooks => "rulebooks",
        }
    }

    /// Returns the columns of a file. Those of factors stand behind the coverage.
    fn columns(self, rulebook: &Rulebook) -> Vec<String> {
        let mut columns: Vec<_> = self.plain_columns().iter().map(|column| (*column).to_owned()).collect();
        if let Some(place) = columns.iter().position(|column| column == "coverage") {
            columns.splice(place + 1..place + 1, rulebook.factors().keys().map(|key| key.to_string()));
        }
        columns
    }

    fn plain_columns(self) -> &'static [&'static str] {
        const EVENT: [&str; 18] = [
            "externalId",
            "kind",
            "occurredAt",
            "messageId",
            "source",
            "user",
            "feature",
            "count",
            "priority",
            "subject",
            "number",
            "amountCents",
            "currency",
            "dueDate",
            "name",
            "value",
            "retractedAt",
            "reason",
        ];
        match self {
            Self::Customers => &[
                "externalId",
                "name",
                "segment",
                "owner",
                "arrCents",
                "renewalDate",
                "startDate",
                "crmUrl",
                "archivedReason",
                "archivedDate",
            ],
            Self::Events => EVENT.split_at(16).0,
            Self::RetractedEvents => &EVENT,
            Self::Health => &[
                "externalId",
                "name",
                "asOf",
                "score",
                "band",
                "bandSince",
                "scoredBy",
                "coverage",
                "change7",
                "change30",
                "change90",
                "lastActivityAt",
            ],
            Self::Notes => &["externalId", "author", "text", "createdAt", "editedBy", "editedAt"],
            Self::Outcomes => {
                &["externalId", "outcome", "date", "reason", "arrBeforeCents", "arrAfterCents", "involuntary", "receivedAt"]
            }
            Self::Rulebooks => &["version", "createdAt", "author", "note", "segments", "scorecards"],
        }
    }
}

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// Returns the names of all files.
pub fn file_names() -> impl Iterator<Item = String> {
    What::ALL
        .into_iter()
        .flat_map(|what| [Format::Csv, Format::Ndjson].map(|format| format!("{}.{}", what.name(), format.name())))
}

/// Parses a file's name, such as `events.ndjson`.
pub fn parse_name(name: &str) -> Option<(What, Format)> {
    let (what, format) = name.split_once('.')?;
    let format = [Format::Csv, Format::Ndjson].into_iter().find(|known| known.name() == format)?;
    Some((What::ALL.into_iter().find(|known| known.name() == what)?, format))
}

/// A piece of a file, with the number of its rows.
pub struct Piece {
    pub text: Vec<u8>,
    pub rows: usize,
}

/// Streams the file piece by piece.
pub fn export(call: Call, what: What, format: Format) -> impl Stream<Item = Result<Piece, AppError>> + Send {
    stream::try_unfold((call, Vec::new(), Some(None)), move |(call, mut columns, after)| async move {
        let Some(after) = after else { return Ok(None) };
        let is_first = after.is_none();
        if is_first {
            columns = what.columns(&call.store.current_rulebook().await?);
        }
        let origin = call.store.origin().await?;
        let (rows, last) = load(&call, &origin, what, after).await?;
        let text = match format {
            Format::Csv => csv(&columns, &rows, is_first)?,
            Format::Ndjson => ndjson(&rows),
        };
        let next = last.filter(|_| rows.len() as i64 == ROWS_PER_PAGE).map(Some);
        Ok(Some((Piece { text, rows: rows.len() }, (call, columns, next))))
    })
}

type Row = Map<String, Value>;

/// Returns one page of rows, the first one or the one after an id, and the id of its last row.
async fn load(call: &Call, origin: &Origin, what: What, after: Option<i64>) -> Result<(Vec<Row>, Option<i64>), AppError> {
    if let What::Events | What::RetractedEvents = what {
        let events = call.store.export_events(after.map(EventId), ROWS_PER_PAGE, what == What::RetractedEvents).await?;
        let last = events.last().map(|(event, _)| event.id.0);
        return Ok((events.into_iter().map(|(event, external_id)| event_row(origin, event, external_id)).collect(), last));
    }
    if what == What::Notes {
        let notes = call.store.export_notes(after.map(NoteId), ROWS_PER_PAGE).await?;
        let last = notes.last().map(|(_, _, note)| note.id.0);
        return Ok((
            notes.into_iter().map(|(customer, external_id, note)| note_row(origin, customer, external_id, note)).collect(),
            last,
        ));
    }
    if what == What::Outcomes {
        let outcomes = call.store.export_outcomes(after.map(OutcomeId), ROWS_PER_PAGE).await?;
        let last = outcomes.last().map(|(outcome, _)| outcome.id.0);
        return Ok((
            outcomes.into_iter().map(|(outcome, external_id)| outcome_row(origin, outcome, external_id)).collect(),
            last,
        ));
    }
    if what == What::Rulebooks {
        let versions = call.store.list_rulebooks().await?;
        return Ok((versions.into_iter().map(|version| object(json!(ReadRulebookVersion::from(version)))).collect(), None));
    }
    let today = call.today();
    let found = call.store.export_customers(after.map(CustomerId), ROWS_PER_PAGE, today).await?;
    let last = found.last().map(|row| row.customer.id.0);
    let rows = match what {
        What::Health => {
            let rows = rows(call, &Scoring::current(&call.store).await?, found, today.into()).await?;
            rows.iter().map(|row| health_row(origin, row)).collect()
        }
        _ => found.iter().map(|row| customer_row(origin, &row.customer)).collect(),
    };
    Ok((rows, last))
}

fn object(value: Value) -> Row {
    match value {
        Value::Object(row) => row,
        _ => Row::new(),
    }
}

fn customer_row(origin: &Origin, customer: &crate::domain::Customer) -> Row {
    let fields = &customer.fields;
    object(json!({
        "externalId": fields.external_id.clone().unwrap_or_else(|| origin.name_customer(customer.id)),
        "name": fields.name,
        "segment": fields.segment.label(),
        "owner": fields.owner,
        "arrCents": fields.arr_cents,
        "renewalDate": fields.renewal_date,
        "startDate": fields.start_date,
        "crmUrl": fields.crm_url,
        "archivedReason": customer.archived.map(|archive| archive.reason),
        "archivedDate": customer.archived.map(|archive| archive.date),
    }))
}

fn event_row(origin: &Origin, event: Event, external_id: Option<String>) -> Row {
    let input = EventInput {
        external_id: Some(external_id.unwrap_or_else(|| origin.name_customer(event.customer_id))),
        message_id: Some(event.message_id.unwrap_or_else(|| origin.name_event(event.id))),
        source: Some(event.source),
        ..EventInput::of(&event.body, event.occurred_at)
    };
    let mut row = object(serde_json::to_value(input).unwrap_or_default());
    if let Some(retraction) = event.retraction {
        row.insert("retractedAt".into(), json!(retraction.retracted_at.to_rfc3339_opts(SecondsFormat::AutoSi, true)));
        row.insert("reason".into(), json!(retraction.reason));
    }
    row
}

fn health_row(origin: &Origin, row: &CustomerRow) -> Row {
    let health = &row.health;
    let mut object = object(json!({
        "externalId": row.customer.fields.external_id.clone().unwrap_or_else(|| origin.name_customer(row.customer.id)),
        "name": row.customer.fields.name,
        "asOf": health.as_of,
        "score": health.shown_score(),
        "band": health.band,
        "bandSince": row.band_since,
        "scoredBy": health.scored_by,
        "coverage": health.coverage,
        "change7": row.change7,
        "change30": row.change30,
        "change90": row.change90,
        "lastActivityAt": row.last_activity_at,
    }));
    if let (Some(_), Ok(Value::Object(factors))) = (health.shown_score(), serde_json::to_value(&health.factors)) {
        object.extend(factors.into_iter().map(|(name, factor)| (name, factor["score"].clone())));
    }
    object
}

fn note_row(origin: &Origin, customer: CustomerId, external_id: Option<String>, note: Note) -> Row {
    object(json!({
        "externalId": external_id.unwrap_or_else(|| origin.name_customer(customer)),
        "author": note.author,
        "text": note.text,
        "createdAt": note.created_at,
        "editedBy": note.edited.as_ref().map(|edit| &edit.by),
        "editedAt": note.edited.as_ref().map(|edit| edit.at),
    }))
}

fn outcome_row(origin: &Origin, outcome: Outcome, external_id: Option<String>) -> Row {
    let mut row = object(json!({
        "externalId": external_id.unwrap_or_else(|| origin.name_customer(outcome.customer_id)),
        "receivedAt": outcome.received_at,
    }));
    row.extend(object(json!(outcome.facts)));
    row
}

fn csv(columns: &[String], rows: &[Row], with_header: bool) -> Result<Vec<u8>, AppError> {
    let failed = |error: csv::Error| {
        tracing::error!(%error, "export failed");
        AppError::Internal
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    if with_header {
        writer.write_record(columns).map_err(failed)?;
    }
    for row in rows {
        let cell = |column: &String| match row.get(column) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => plain(text),
            Some(other) => other.to_string(),
        };
        writer.write_record(columns.iter().map(cell)).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| failed(error.into_error().into()))
}

fn ndjson(rows: &[Row]) -> Vec<u8> {
    let mut text = Vec::new();
    for row in rows {
        let filled: Row =
            row.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), value.clone())).collect();
        text.extend(Value::Object(filled).to_string().into_bytes());
        text.push(b'\n');
    }
    text
}

/// Returns a text that no spreadsheet takes for a formula: it gets a quote in front when it begins like a formula, or with
/// such a quote. An import removes the quote. <https://owasp.org/www-community/attacks/CSV_Injection>
pub fn plain(text: &str) -> String {
    if is_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// Returns the text that [`plain`] made this one from.
pub fn without_quote(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(text)
}

fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}
