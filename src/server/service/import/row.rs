//! Converts a row's cells to an input, by the meaning of the columns and the spellings that people and exports use.

use super::super::batch::Address;
use super::seen::{ByHash, SeenIds};
use crate::domain::customer::MAX_CENTS;
use crate::domain::import::{ImportField, RawRow};
use crate::domain::money::money;
use crate::domain::{
    CustomerId, CustomerInput, EventInput, EventKind, FieldErrors, ImportKind, Mapping, NaiveDate, NewEvent, OutcomeFacts,
    OutcomeInput, OutcomeKind, Priority, RowError, Segments,
};
use crate::server::formats::amounts;
use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// A row that breaks no rule that can be checked without the database.
pub enum Parsed {
    Customer(CustomerInput),
    Event(Address, Box<NewEvent>),
    Outcome(Address, OutcomeFacts),
    /// A row that says that a customer has not churned.
    Nothing,
}

/// A reader of rows, by a mapping. It remembers how often the same row came, since events without a message id get one from
/// that. This takes 15 to 30 bytes for each such row.
pub struct RowReader {
    mapping: Mapping,
    /// The place of each field's column.
    fields: HashMap<&'static str, usize>,
    repeats: ByHash,
    ids: SeenIds,
}

impl RowReader {
    /// Makes a reader, or returns the errors of the mapping.
    pub fn new(mapping: &Mapping, columns: &[String]) -> Result<Self, FieldErrors> {
        let (mut fields, mut errors) = (HashMap::new(), FieldErrors::default());
        for (column, name) in &mapping.columns {
            let Some(place) = columns.iter().position(|known| known == column) else {
                errors.add(column, format!("is not a column of the file, which has {}", columns.join(", ")));
                continue;
            };
            let Some(field) = known_field(mapping.kind, name, column, &mut errors) else { continue };
            if fields.insert(field.name, place).is_some() {
                errors.add(column, format!("and another column both mean {}", field.label));
            }
        }
        for name in mapping.defaults.keys() {
            known_field(mapping.kind, name, name, &mut errors);
        }
        customer_defaults(mapping, &mut errors);
        let reader = Self { mapping: mapping.clone(), fields, repeats: ByHash::default(), ids: SeenIds::default() };
        reader.require(&mut errors);
        errors.or(|| reader)
    }

    /// Requires the columns without which every row would be refused.
    fn require(&self, errors: &mut FieldErrors) {
        let has = |name: &str| self.fields.contains_key(name) || self.mapping.defaults.contains_key(name);
        match self.mapping.kind {
            ImportKind::Customers if !has("externalId") => {
                errors.add(
                    "External id",
                    "is meant by no column: customers are recognised by it, so that a file can be imported again",
                );
            }
            ImportKind::Events => {
                if !has("externalId") && !has("customerId") {
                    errors.add("Customer’s external id", "is meant by no column, nor is the customer’s id here");
                }
                for name in ["kind", "occurredAt"].into_iter().filter(|name| !has(name)) {
                    errors.add(&self.mapping.field_in_words(name), "is meant by no column");
                }
            }
            ImportKind::Outcomes => {
                if !has("externalId") && !has("customerId") {
                    errors.add("Customer’s external id", "is meant by no column, nor is the customer’s id here");
                }
                for name in ["outcome", "date"].into_iter().filter(|name| !has(name)) {
                    errors.add(&self.mapping.field_in_words(name), "is meant by no column");
                }
            }
            ImportKind::Customers => {}
        }
    }

    /// Converts a row, or returns every broken rule.
    pub fn read(&mut self, row: &RawRow, now: DateTime<Utc>) -> Result<Parsed, Vec<RowError>> {
        let cells =
            row.cells.as_ref().map_err(|text| row_errors(&self.mapping, row.line, FieldErrors::one("row", text.clone())))?;
        let parsed = match self.mapping.kind {
            ImportKind::Customers => self.new_customer(cells, row.line).map(Parsed::Customer),
            ImportKind::Events => self.event(cells, now),
            ImportKind::Outcomes => self.outcome(cells, now.date_naive()),
        };
        parsed.map_err(|errors| row_errors(&self.mapping, row.line, errors))
    }

    /// Returns the values that the cells are understood as, by field. ARR is in `currency`.
    pub fn understood(&self, cells: &[String], currency: &str) -> Vec<(String, String)> {
        match self.mapping.kind {
            ImportKind::Customers => {
                let defaults = customer_defaults(&self.mapping, &mut FieldErrors::default());
                self.customer(cells).map(|input| shown(&input.or(&defaults), currency)).unwrap_or_default()
            }
            ImportKind::Events => {
                let mut errors = FieldErrors::default();
                shown(&self.event_input(cells, &mut errors), currency)
            }
            ImportKind::Outcomes => {
                let mut errors = FieldErrors::default();
                let address = ["externalId", "customerId"]
                    .into_iter()
                    .filter_map(|field| Some((field.to_owned(), self.get(cells, field)?)));
                let input = self.outcome_input(cells, &mut errors);
                address.chain(input.map(|input| shown(&input, currency)).unwrap_or_default()).collect()
            }
        }
    }

    /// Returns the field's cell, or the default.
    fn get(&self, cells: &[String], field: &str) -> Option<String> {
        self.cell(cells, field).or_else(|| self.mapping.defaults.get(field).cloned())
    }

    fn cell(&self, cells: &[String], field: &str) -> Option<String> {
        let cell = self.fields.get(field).map(|place| cells[*place].as_str()).filter(|cell| !cell.is_empty());
        cell.map(str::to_owned)
    }

    /// Parses a customer. Refuses an external id that an earlier row has with another name: nobody can tell which of the two
    /// is meant, and a spreadsheet that shortens long numbers makes many ids equal.
    fn new_customer(&mut self, cells: &[String], line: i64) -> Result<CustomerInput, FieldErrors> {
        let input = self.customer(cells)?;
        let (Some(Some(id)), Some(name)) = (&input.external_id, &input.name) else { return Ok(input) };
        let Some(earlier) = self.ids.earlier_line_of_another(id, name, line) else { return Ok(input) };
        let hint = match is_shortened(id) {
            true => "; a spreadsheet has shortened the ids: format their column as text before exporting it",
            false => "",
        };
        let message = format!("{id} is also that of line {earlier}, which has another name; nothing is merged{hint}");
        Err(FieldErrors::one("externalId", message))
    }

    /// Parses a customer without defaults, which are for new customers only.
    fn customer(&self, cells: &[String]) -> Result<CustomerInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let input = customer_input(|field| self.cell(cells, field), &mut errors);
        let id = self.get(cells, "externalId");
        let external_id = Some(Some(errors.required_text("externalId", id.as_deref(), 200)));
        errors.or(|| CustomerInput { external_id, ..input })
    }

    fn event(&mut self, cells: &[String], now: DateTime<Utc>) -> Result<Parsed, FieldErrors> {
        let mut errors = FieldErrors::default();
        let input = self.event_input(cells, &mut errors);
        let address = address(input.external_id.as_deref(), input.customer_id, &mut errors);
        // An event without a time would happen now, and be another one with each import.
        if input.occurred_at.is_none() {
            errors.add("occurredAt", "is required");
        }
        let event = input.parse_as_spelled(now).map_err(|more| errors.0.extend(more.0)).ok();
        let (Some(address), Some(mut event)) = (address, event) else { return Err(errors) };
        errors.or(|| ())?;
        // The same fact has the same content, however its row is spelled.
        event.content = EventInput::of(&event.body, event.occurred_at);
        if event.message_id.is_none() {
            event.message_id = Some(self.message_id(&address, &event));
        }
        // The message id is made of the file's own letters, so that events of earlier imports are still recognised.
        Ok(Parsed::Event(address, Box::new(event.composed())))
    }

    /// Makes a message id of the row's content, and of how often the same content came before in this file.
    fn message_id(&mut self, address: &Address, event: &NewEvent) -> String {
        let content = serde_json::to_string(&event.content).unwrap_or_default();
        let digest = Sha256::digest(format!("{address:?}\n{}\n{content}", event.source));
        let hex: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let short = u64::from_be_bytes(std::array::from_fn(|place| digest[place]));
        let times = self.repeats.entry(short);
        *times += 1;
        format!("row-{hex}-{times}")
    }

    fn outcome(&self, cells: &[String], today: NaiveDate) -> Result<Parsed, FieldErrors> {
        let mut errors = FieldErrors::default();
        let customer_id = whole_number("customerId", self.get(cells, "customerId"), &mut errors);
        let address = address(self.get(cells, "externalId").as_deref(), customer_id, &mut errors);
        let Some(input) = self.outcome_input(cells, &mut errors) else { return errors.or(|| Parsed::Nothing) };
        let facts = input.parse(today).map_err(|more| errors.0.extend(more.0)).ok();
        let (Some(address), Some(facts)) = (address, facts) else { return Err(errors) };
        errors.or(|| Parsed::Outcome(address, facts))
    }

    /// Converts the cells to an outcome; `None` when they say that the customer has not churned.
    fn outcome_input(&self, cells: &[String], errors: &mut FieldErrors) -> Option<OutcomeInput> {
        let text = |field: &str| self.get(cells, field);
        let outcome = match text("outcome").map(|text| (yes_or_no(&text), text)) {
            Some((Some(false), _)) => return None,
            Some((Some(true), _)) => Some(OutcomeKind::Churned.name().to_owned()),
            Some((None, text)) => Some(outcome_kind(&text)),
            None => None,
        };
        let mut cents = |cents: &str, amount: &str| match (text(cents), text(amount)) {
            (Some(sent), _) => whole_number(cents, Some(sent), errors),
            (None, Some(sent)) => {
                let parsed = amounts::cents(&sent);
                if parsed.is_none() {
                    errors.add(cents, "must be an amount, such as 1,234.50");
                }
                parsed
            }
            (None, None) => None,
        };
        let (arr_before_cents, arr_after_cents) = (cents("arrBeforeCents", "arrBefore"), cents("arrAfterCents", "arrAfter"));
        let involuntary = text("involuntary").and_then(|text| {
            let is = yes_or_no(&text);
            if is.is_none() {
                errors.add("involuntary", "must be true or false");
            }
            is
        });
        let date = text("date").map(|text| day(&text));
        Some(OutcomeInput { outcome, date, arr_before_cents, arr_after_cents, reason: text("reason").map(unfolded), involuntary })
    }

    /// Converts the cells to an event. Cells of fields that the row's kind does not have are left out.
    fn event_input(&self, cells: &[String], errors: &mut FieldErrors) -> EventInput {
        let text = |field: &str| self.get(cells, field);
        let kind = text("kind").map(|text| kind(&text));
        let own = kind.as_deref().and_then(EventKind::parse).map(EventKind::own_fields).unwrap_or_default();
        let of_kind = |field: &str| text(field).filter(|_| own.contains(&field));
        let mut number = |field: &str, text: Option<String>| whole_number(field, text, errors);
        let customer_id = number("customerId", text("customerId"));
        let count = number("count", of_kind("count"));
        let amount_cents = match own.contains(&"amountCents").then(|| text("amount")).flatten() {
            Some(amount) if !self.fields.contains_key("amountCents") => {
                let cents = amounts::cents(&amount);
                if cents.is_none() {
                    errors.add("amountCents", "must be an amount, such as 1,234.50");
                }
                cents
            }
            _ => number("amountCents", of_kind("amountCents")),
        };
        EventInput {
            kind,
            customer_id,
            external_id: text("externalId"),
            message_id: text("messageId"),
            source: text("source").or_else(|| Some("import".into())),
            occurred_at: text("occurredAt").map(|text| time(&text)),
            user: of_kind("user"),
            feature: of_kind("feature"),
            count,
            // Priorities do not affect the score, so no ticket is refused for its priority.
            priority: of_kind("priority")
                .filter(|text| Priority::parse(&text.to_lowercase()).is_some())
                .map(|text| text.to_lowercase()),
            subject: of_kind("subject"),
            number: of_kind("number"),
            amount_cents,
            currency: of_kind("currency"),
            due_date: of_kind("dueDate").map(|text| day(&text)),
            name: of_kind("name"),
            value: of_kind("value").map(|text| amounts::without_groups(&text)),
        }
    }
}

/// Returns whom a row is about.
fn address(external_id: Option<&str>, customer_id: Option<i64>, errors: &mut FieldErrors) -> Option<Address> {
    match (external_id, customer_id) {
        (Some(id), _) => Some(Address::External(id.to_owned())),
        (None, Some(id)) => Some(Address::Id(CustomerId(id))),
        (None, None) => {
            errors.add("externalId", "is required");
            None
        }
    }
}

fn whole_number(field: &str, text: Option<String>, errors: &mut FieldErrors) -> Option<i64> {
    let number = text.as_deref().map(amounts::whole_number)?;
    if number.is_none() {
        errors.add(field, "must be a whole number");
    }
    number
}

/// Returns whether a text says yes or no, as databases and people spell it.
fn yes_or_no(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "1" | "1.0" | "true" | "t" | "yes" | "y" => Some(true),
        "0" | "0.0" | "false" | "f" | "no" | "n" => Some(false),
        _ => None,
    }
}

/// Returns the wire name of an outcome that is spelled in another known way, else the text itself.
fn outcome_kind(text: &str) -> String {
    let words = text.trim().to_lowercase();
    match words.as_str() {
        "churn" | "lost" | "left" | "cancelled" | "canceled" | "closed lost" => "churned",
        "contraction" | "downgrade" | "downgraded" | "downsell" => "contracted",
        "renewal" | "retained" => "renewed",
        "expansion" | "upgrade" | "upgraded" | "upsell" => "expanded",
        other => other,
    }
    .to_owned()
}

/// Returns the fields of a new customer that its row does not have.
pub fn customer_defaults(mapping: &Mapping, errors: &mut FieldErrors) -> CustomerInput {
    customer_input(|field| mapping.defaults.get(field).cloned(), errors)
}

fn customer_input(text: impl Fn(&str) -> Option<String>, errors: &mut FieldErrors) -> CustomerInput {
    let monthly = |cents: Option<i64>| cents.and_then(|cents| cents.checked_mul(12));
    let arr_cents = match (text("arrCents"), text("arr"), text("mrrCents"), text("mrr")) {
        (Some(cents), ..) => Some(amounts::whole_number(&cents)),
        (_, Some(amount), ..) => Some(amounts::cents(&amount)),
        (_, _, Some(cents), _) => Some(monthly(amounts::whole_number(&cents))),
        (.., Some(amount)) => Some(monthly(amounts::cents(&amount))),
        _ => None,
    };
    if arr_cents == Some(None) {
        errors.add("arrCents", "must be an amount, such as 1,234.50, and whole where it is in cents");
    }
    CustomerInput {
        name: text("name").map(unfolded),
        segment: text("segment"),
        external_id: None,
        owner: text("owner").map(|text| Some(unfolded(text))),
        arr_cents: arr_cents.flatten().map(Some),
        renewal_date: text("renewalDate").map(|text| Some(day(&text))),
        start_date: text("startDate").map(|text| Some(day(&text))),
        crm_url: text("crmUrl").map(Some),
        version: None,
    }
}

/// Returns whether an id is a long number as spreadsheets shorten it: "1.23457E+11".
fn is_shortened(id: &str) -> bool {
    let (digits, exponent) = id.split_once("E+").or_else(|| id.split_once("e+")).unwrap_or_default();
    let is_number =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',');
    is_number(digits) && is_number(exponent)
}

/// Joins the lines of a cell into one.
fn unfolded(text: String) -> String {
    match text.contains(['\n', '\r', '\t']) {
        true => text.split_whitespace().collect::<Vec<_>>().join(" "),
        false => text,
    }
}

/// Returns errors with the columns that they are about.
pub fn row_errors(mapping: &Mapping, line: i64, errors: FieldErrors) -> Vec<RowError> {
    let errors = in_units_of_the_file(mapping, errors);
    let column = |field: &str| {
        let spellings: &[&str] = match field {
            "arrCents" => &["arrCents", "arr", "mrrCents", "mrr"],
            "amountCents" => &["amountCents", "amount"],
            "arrBeforeCents" => &["arrBeforeCents", "arrBefore"],
            "arrAfterCents" => &["arrAfterCents", "arrAfter"],
            _ => &[field],
        };
        spellings.iter().find_map(|name| mapping.column_of(name)).unwrap_or_default().to_owned()
    };
    errors.0.into_iter().map(|error| RowError { line, column: column(&error.field), error }).collect()
}

/// Rewrites the limits of amounts, which are in cents, in the units of the file's column.
fn in_units_of_the_file(mapping: &Mapping, mut errors: FieldErrors) -> FieldErrors {
    let is_in_cents = |field: &str| mapping.column_of(field).is_some();
    for error in &mut errors.0 {
        let is_amount = matches!(error.field.as_str(), "arrCents" | "amountCents" | "arrBeforeCents" | "arrAfterCents")
            && !is_in_cents(&error.field);
        if is_amount && error.message.contains(&MAX_CENTS.to_string()) {
            error.message = "must be an amount from 0 to 10 trillion".into();
        }
    }
    errors
}

fn known_field(kind: ImportKind, name: &str, place: &str, errors: &mut FieldErrors) -> Option<&'static ImportField> {
    let field = kind.field(name);
    if field.is_none() {
        let names: Vec<_> = kind.fields().iter().map(|field| field.name).collect();
        errors.add(place, format!("cannot mean {name}; {} have {}", kind.name(), names.join(", ")));
    }
    field
}

/// Returns the values of an input as text, by name; amounts as money, in the input's currency if it has one.
fn shown(input: &impl serde::Serialize, currency: &str) -> Vec<(String, String)> {
    use serde_json::Value;
    let Ok(Value::Object(fields)) = serde_json::to_value(input) else { return Vec::new() };
    let currency = fields.get("currency").and_then(Value::as_str).unwrap_or(currency).to_uppercase();
    let shown = |name: String, value: Value| match (name.as_str(), value) {
        ("arrCents", Value::Number(cents)) => Some(("arr".to_owned(), money(cents.as_i64()?, &currency))),
        ("amountCents", Value::Number(cents)) => Some(("amount".to_owned(), money(cents.as_i64()?, &currency))),
        ("arrBeforeCents", Value::Number(cents)) => Some(("arrBefore".to_owned(), money(cents.as_i64()?, &currency))),
        ("arrAfterCents", Value::Number(cents)) => Some(("arrAfter".to_owned(), money(cents.as_i64()?, &currency))),
        (_, Value::String(text)) => Some((name, text)),
        (_, Value::Null) => None,
        (_, other) => Some((name, other.to_string())),
    };
    fields.into_iter().filter_map(|(name, value)| shown(name, value)).collect()
}

/// Returns the wire name of a kind that is spelled in another known way, else the text itself.
fn kind(text: &str) -> String {
    let words: String =
        text.trim().to_lowercase().chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }).collect();
    match words.as_str() {
        "log_in" | "signed_in" | "sign_in" => "login",
        "feature" | "feature_used" | "feature_usage" => "feature_use",
        "api" | "api_calls" | "api_request" => "api_call",
        "ticket" | "support" | "ticket_opened" | "support_ticket_opened" => "support_ticket",
        "invoice" | "invoice_created" => "invoice_issued",
        "payment" | "invoice_payment" => "invoice_paid",
        "invoice_void" => "invoice_voided",
        "readings" | "measurement" | "metric" | "gauge" => "reading",
        other => other,
    }
    .to_owned()
}

/// Returns whether a text is a segment, a kind or an outcome, which tells a column of them from another one with the same header.
pub fn fits(field: &ImportField, text: &str, segments: &Segments) -> bool {
    match field.name {
        "segment" => segments.find(text).is_some(),
        "kind" => EventKind::parse(&kind(text)).is_some(),
        "outcome" => yes_or_no(text).is_some() || OutcomeKind::parse(&outcome_kind(text)).is_some(),
        _ => true,
    }
}

/// Returns the day of a date or of a time.
fn day(text: &str) -> String {
    match text.split_once(['T', ' ']) {
        Some((day, _)) if day.len() == 10 => day.to_owned(),
        _ => text.to_owned(),
    }
}

/// Returns a time in the API's form, from the forms that databases and programs write. These may be a mere date, have a
/// blank instead of the T, an offset without minutes or followed by a zone's name, or be seconds, milliseconds or
/// microseconds since 1970.
fn time(text: &str) -> String {
    let text = text.trim();
    since_1970(text).or_else(|| calendar_time(text)).unwrap_or_else(|| text.to_owned())
}

fn since_1970(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = !whole.is_empty() && [whole, fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let number: i64 = whole.parse().ok().filter(|_| is_number)?;
    let time = match (whole.len(), fraction.len()) {
        (10, 0) => DateTime::from_timestamp(number, 0),
        (10, 1..) => {
            let nanoseconds: String = fraction.chars().chain("000000000".chars()).take(9).collect();
            DateTime::from_timestamp(number, nanoseconds.parse().ok()?)
        }
        (13, 0) => DateTime::from_timestamp_millis(number),
        (16, 0) => DateTime::from_timestamp_micros(number),
        _ => None,
    };
    time.map(|time| time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

fn calendar_time(text: &str) -> Option<String> {
    let (day, rest) = (text.get(..10)?, text.get(10..)?);
    if day.as_bytes()[4] != b'-' {
        return None;
    }
    if rest.is_empty() {
        return Some(format!("{day}T00:00:00Z"));
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?.trim_start();
    // Go adds its monotonic clock, Java the zone in brackets.
    let rest = rest.split_once(" m=").map_or(rest, |(before, _)| before);
    let rest = rest.split_once('[').map_or(rest, |(before, _)| before);
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && !":.,".contains(letter)).unwrap_or(rest.len());
    let (clock, zone) = (rest[..end].replace(',', "."), rest[end..].split_whitespace().next().unwrap_or_default());
    let clock = if clock.find(':') == Some(1) { format!("0{clock}") } else { clock };
    let clock = if clock.len() == 5 { format!("{clock}:00") } else { clock };
    Some(format!("{day}T{clock}{}", offset(zone)?))
}

/// Returns an offset such as "+02:00" from "+02", "+0200" or "+02:00". Names of zones other than UTC have no meaning that
/// everybody agrees on, so they are not understood.
fn offset(zone: &str) -> Option<String> {
    if ["", "Z", "z", "UTC", "GMT"].contains(&zone) {
        return Some("Z".into());
    }
    let digits: String = zone.get(1..)?.chars().filter(|letter| *letter != ':').collect();
    let is_offset =
        zone.starts_with(['+', '-']) && [2, 4].contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_offset.then(|| format!("{}{}:{}", &zone[..1], &digits[..2], digits.get(2..4).unwrap_or("00")))
}
