//! Events as somebody sends them, and the rules that make valid ones of them.

use super::customer::{MAX_CENTS, parse_date};
use super::event::{DEFAULT_SOURCE, MAX_SOURCE_CHARS};
use super::numbers::whole;
use super::reading::{sent_value, sent_value_schema, write_sent_value};
use super::{EventBody, EventKind, FieldErrors, NaiveDate, Priority, ReadingValue};
use chrono::{DateTime, Duration, NaiveDateTime, SecondsFormat, SubsecRound, TimeZone, Timelike, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The body of a request that sends an event. It is one flat object, so that an error can name any field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EventInput {
    /// `login`, `feature_use`, `api_call`, `support_ticket`, `invoice_issued`, `invoice_paid`, `invoice_voided` or
    /// `reading`.
    pub kind: Option<String>,
    /// The customer by our id, where the address does not name the customer.
    #[serde(deserialize_with = "whole", skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<i64>,
    /// The customer by the id used in the sender's systems, where the address does not name the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub external_id: Option<String>,
    /// Makes a repeat harmless. Unique within its source, for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub message_id: Option<String>,
    /// The sending system; `api` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50)]
    pub source: Option<String>,
    /// RFC 3339, from 2000 on and at most 5 minutes ahead. Read as UTC without an offset; now when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub occurred_at: Option<String>,
    /// The user who acted. For `login` and `feature_use`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub user: Option<String>,
    /// The feature's key. Required for `feature_use`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub feature: Option<String>,
    /// The number of calls. For `api_call`: 1 (when absent) to 1,000,000,000.
    #[serde(deserialize_with = "whole", skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub count: Option<i64>,
    /// The priority: `low`, `normal` (when absent), `high` or `urgent`. For `support_ticket`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// The ticket's subject. For `support_ticket`. Line breaks become blanks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, pattern = r"^[^\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]*$")]
    pub subject: Option<String>,
    /// The invoice's number. Required for the invoice kinds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub number: Option<String>,
    /// The amount in cents, 0 or more. Required for `invoice_issued`.
    #[serde(deserialize_with = "whole", skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1e15)]
    pub amount_cents: Option<i64>,
    /// Three letters (ISO 4217). Required for `invoice_issued`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = r"^[\t-\r ]*[A-Za-z]{3}[\t-\r ]*$")]
    pub currency: Option<String>,
    /// The day the invoice is due. Required for `invoice_issued`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub due_date: Option<String>,
    /// The reading's name, such as `seats used`. Required for `reading`. A customer has at most 50 names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub name: Option<String>,
    /// The measured value: a number, or a text with one, of at most 3 decimal places. Required for `reading`.
    #[serde(deserialize_with = "sent_value", serialize_with = "write_sent_value", skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = sent_value_schema)]
    pub value: Option<String>,
}

/// A valid event that is not stored yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    pub body: EventBody,
    pub source: String,
    pub message_id: Option<String>,
    /// The time it happened, truncated to microseconds.
    pub occurred_at: DateTime<Utc>,
    /// The input as it was sent, before defaults, without message id, source and customer. A repeat must have the same
    /// content.
    pub content: EventInput,
}

impl NewEvent {
    /// Returns the event with its body [`composed`](EventBody::composed). Its message id and its content stay byte for byte.
    pub fn composed(self) -> Self {
        Self { body: self.body.composed(), ..self }
    }

    /// Returns the UTC day that the event counts for.
    pub fn day(&self) -> NaiveDate {
        self.occurred_at.date_naive()
    }
}

/// The most API calls one event may carry.
pub const MAX_API_CALLS: i64 = 1_000_000_000;

impl EventInput {
    /// Returns the input that would send this event, without customer, source and message id.
    pub fn of(body: &EventBody, occurred_at: DateTime<Utc>) -> Self {
        let mut input = Self {
            kind: Some(body.kind().name().to_owned()),
            occurred_at: Some(occurred_at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            number: body.invoice_number().map(str::to_owned),
            ..Self::default()
        };
        match body.clone() {
            EventBody::Login { user } => input.user = user,
            EventBody::FeatureUse { feature, user } => (input.feature, input.user) = (Some(feature), user),
            EventBody::ApiCall { count } => input.count = Some(count),
            EventBody::SupportTicket { priority, subject } => {
                (input.priority, input.subject) = (Some(priority.name().to_owned()), subject);
            }
            EventBody::InvoiceIssued { amount_cents, currency, due_date, .. } => {
                (input.amount_cents, input.currency) = (Some(amount_cents), Some(currency));
                input.due_date = Some(due_date.to_string());
            }
            EventBody::InvoicePaid { .. } | EventBody::InvoiceVoided { .. } => {}
            EventBody::Reading { name, value } => (input.name, input.value) = (Some(name), Some(value.to_string())),
        }
        input
    }

    /// Parses the event. Returns every broken rule. `now` is the time of receipt.
    pub fn parse(self, now: DateTime<Utc>) -> Result<NewEvent, FieldErrors> {
        self.parse_as_spelled(now).map(NewEvent::composed)
    }

    /// Parses the event without composing letters (see [`EventBody::composed`]).
    pub fn parse_as_spelled(self, now: DateTime<Utc>) -> Result<NewEvent, FieldErrors> {
        let mut errors = FieldErrors::default();
        let content = Self { message_id: None, source: None, customer_id: None, external_id: None, ..self.clone() };
        let message_id = errors.optional_text("messageId", self.message_id.as_deref(), 200);
        let source = errors.optional_text("source", self.source.as_deref(), MAX_SOURCE_CHARS);
        let source = source.unwrap_or_else(|| DEFAULT_SOURCE.into());
        let occurred_at = match self.occurred_at.as_deref().filter(|text| !text.trim().is_empty()) {
            Some(text) => parse_time(&mut errors, "occurredAt", text, now).unwrap_or(now),
            None => now,
        };
        let Some(kind) = self.kind.as_deref().and_then(EventKind::parse) else {
            let names: Vec<_> = EventKind::ALL.iter().map(|kind| kind.name()).collect();
            errors.add("kind", format!("must be one of {}", names.join(", ")));
            return Err(errors);
        };
        self.refuse_foreign_fields(kind, &mut errors);
        match self.body(kind, &mut errors) {
            Some(body) if errors.0.is_empty() => {
                Ok(NewEvent { body, source, message_id, occurred_at: occurred_at.trunc_subsecs(6), content })
            }
            _ => Err(errors),
        }
    }

    fn refuse_foreign_fields(&self, kind: EventKind, errors: &mut FieldErrors) {
        let sent = [
            ("user", self.user.is_some()),
            ("feature", self.feature.is_some()),
            ("count", self.count.is_some()),
            ("priority", self.priority.is_some()),
            ("subject", self.subject.is_some()),
            ("number", self.number.is_some()),
            ("amountCents", self.amount_cents.is_some()),
            ("currency", self.currency.is_some()),
            ("dueDate", self.due_date.is_some()),
            ("name", self.name.is_some()),
            ("value", self.value.is_some()),
        ];
        for (field, _) in sent.iter().filter(|(field, sent)| *sent && !kind.own_fields().contains(field)) {
            errors.add(field, format!("does not belong to an event of kind {}", kind.name()));
        }
    }

    /// Parses the fields of the kind. Adds the rules that they break, and returns `None` when a field has no value then.
    fn body(self, kind: EventKind, errors: &mut FieldErrors) -> Option<EventBody> {
        let number = |errors: &mut FieldErrors| errors.required_text("number", self.number.as_deref(), 100);
        Some(match kind {
            EventKind::Login => EventBody::Login { user: errors.optional_text("user", self.user.as_deref(), 200) },
            EventKind::FeatureUse => EventBody::FeatureUse {
                feature: errors.required_text("feature", self.feature.as_deref(), 100).to_lowercase(),
                user: errors.optional_text("user", self.user.as_deref(), 200),
            },
            EventKind::ApiCall => {
                let count = self.count.unwrap_or(1);
                if !(1..=MAX_API_CALLS).contains(&count) {
                    errors.add("count", format!("must be between 1 and {MAX_API_CALLS}"));
                }
                EventBody::ApiCall { count }
            }
            EventKind::SupportTicket => {
                let priority = self.priority.as_deref().map_or(Some(Priority::Normal), Priority::parse);
                if priority.is_none() {
                    errors.add("priority", "must be one of low, normal, high, urgent");
                }
                // Mail programs fold long subjects into several lines.
                let subject = self.subject.as_deref().map(|text| text.replace(char::is_whitespace, " "));
                let subject = errors.optional_text("subject", subject.as_deref(), 500);
                let subject = subject.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
                EventBody::SupportTicket { priority: priority.unwrap_or_default(), subject }
            }
            EventKind::InvoiceIssued => {
                match self.amount_cents {
                    None => errors.add("amountCents", "is required"),
                    Some(0..=MAX_CENTS) => {}
                    Some(_) => errors.add("amountCents", format!("must be between 0 and {MAX_CENTS}")),
                }
                let currency = self.currency.as_deref().unwrap_or_default().trim().to_ascii_uppercase();
                if currency.is_empty() {
                    errors.add("currency", "is required");
                } else if currency.len() != 3 || !currency.bytes().all(|letter| letter.is_ascii_uppercase()) {
                    errors.add("currency", "must be three letters, for example USD");
                }
                let due_date = match self.due_date.as_deref() {
                    Some(text) => parse_date(errors, "dueDate", text),
                    None => {
                        errors.add("dueDate", "is required");
                        None
                    }
                };
                let number = number(errors);
                EventBody::InvoiceIssued { number, amount_cents: self.amount_cents?, currency, due_date: due_date? }
            }
            EventKind::InvoicePaid => EventBody::InvoicePaid { number: number(errors) },
            EventKind::InvoiceVoided => EventBody::InvoiceVoided { number: number(errors) },
            EventKind::Reading => {
                let name = errors.required_text("name", self.name.as_deref(), 100).to_lowercase();
                let value = self.value.as_deref().map_or(Err("is required".into()), ReadingValue::parse);
                let value = value.map_err(|message| errors.add("value", message)).ok();
                EventBody::Reading { name, value: value? }
            }
        })
    }
}

/// The most minutes that a sender's clock may be ahead of ours.
const MAX_CLOCK_SKEW_MINUTES: i64 = 5;

/// Parses a time from 2000 on, at most five minutes ahead of `now`. A time without an offset is read as UTC.
fn parse_time(errors: &mut FieldErrors, field: &str, text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let without_offset = || {
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .map(|time| time.and_utc())
    };
    let time = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).ok().or_else(without_offset);
    // A leap second belongs to the day that it ends. Counted in microseconds, it would be the first second of the next day.
    let time =
        time.map(|time| if time.nanosecond() < 1_000_000_000 { time } else { time.with_nanosecond(999_999_999).unwrap_or(time) });
    let earliest = Utc.with_ymd_and_hms(2000, 1, 1, 0, 0, 0).single().unwrap_or_default();
    match time {
        None => errors.add(field, "must be a time like 2026-01-31T09:30:00Z or 2026-01-31T09:30:00+02:00"),
        Some(time) if time > now + Duration::minutes(MAX_CLOCK_SKEW_MINUTES) => {
            errors.add(field, "must not be more than 5 minutes in the future")
        }
        Some(time) if time < earliest => errors.add(field, "must not be before 2000-01-01"),
        Some(_) => {}
    }
    time
}
