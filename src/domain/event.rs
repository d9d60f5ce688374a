//! An event: one immutable fact about a customer at a time.

use super::letters::composed;
use super::{CustomerId, EventId, NaiveDate, ReadingValue};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The source of an event that names none.
pub const DEFAULT_SOURCE: &str = "api";
pub const MAX_SOURCE_CHARS: usize = 50;

/// The kinds of fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    Login,
    FeatureUse,
    ApiCall,
    SupportTicket,
    InvoiceIssued,
    InvoicePaid,
    InvoiceVoided,
    Reading,
}

impl EventKind {
    pub const ALL: [Self; 8] = [
        Self::Login,
        Self::FeatureUse,
        Self::ApiCall,
        Self::SupportTicket,
        Self::InvoiceIssued,
        Self::InvoicePaid,
        Self::InvoiceVoided,
        Self::Reading,
    ];

    /// Returns the name used on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::FeatureUse => "feature_use",
            Self::ApiCall => "api_call",
            Self::SupportTicket => "support_ticket",
            Self::InvoiceIssued => "invoice_issued",
            Self::InvoicePaid => "invoice_paid",
            Self::InvoiceVoided => "invoice_voided",
            Self::Reading => "reading",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Login => "Login",
            Self::FeatureUse => "Feature use",
            Self::ApiCall => "API calls",
            Self::SupportTicket => "Support ticket",
            Self::InvoiceIssued => "Invoice issued",
            Self::InvoicePaid => "Invoice paid",
            Self::InvoiceVoided => "Invoice voided",
            Self::Reading => "Reading",
        }
    }

    /// Returns the singular of what an event of this kind tells, for the middle of a sentence: "login", "API call".
    pub fn noun(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::FeatureUse => "feature use",
            Self::ApiCall => "API call",
            Self::SupportTicket => "support ticket",
            Self::InvoiceIssued | Self::InvoicePaid | Self::InvoiceVoided => "invoice",
            Self::Reading => "reading",
        }
    }

    /// Returns the noun in few letters: "ticket".
    pub fn short_noun(self) -> &'static str {
        if self == Self::SupportTicket { "ticket" } else { self.noun() }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }

    pub fn is_invoice(self) -> bool {
        matches!(self, Self::InvoiceIssued | Self::InvoicePaid | Self::InvoiceVoided)
    }

    /// Returns whether the customer performs events of this kind. Invoices are issued and voided by us instead, and readings are
    /// taken by whoever measures.
    pub fn is_done_by_customer(self) -> bool {
        !matches!(self, Self::InvoiceIssued | Self::InvoiceVoided | Self::Reading)
    }

    /// Returns whether events of this kind can name a user.
    pub fn names_user(self) -> bool {
        self.own_fields().contains(&"user")
    }

    /// Returns the input fields that belong to this kind, besides those that every kind has.
    pub fn own_fields(self) -> &'static [&'static str] {
        match self {
            Self::Login => &["user"],
            Self::FeatureUse => &["feature", "user"],
            Self::ApiCall => &["count"],
            Self::SupportTicket => &["priority", "subject"],
            Self::InvoiceIssued => &["number", "amountCents", "currency", "dueDate"],
            Self::InvoicePaid | Self::InvoiceVoided => &["number"],
            Self::Reading => &["name", "value"],
        }
    }

    /// Returns those of its own fields that must be sent.
    pub fn required_fields(self) -> &'static [&'static str] {
        match self {
            Self::Login | Self::ApiCall | Self::SupportTicket => &[],
            Self::FeatureUse => &["feature"],
            Self::InvoiceIssued | Self::InvoicePaid | Self::InvoiceVoided | Self::Reading => self.own_fields(),
        }
    }
}

/// A support ticket's priority. Priorities are shown and do not affect the score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

impl Priority {
    pub const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Urgent];

    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.name() == text)
    }
}

/// The content of an event: its kind, with the kind's own fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventBody {
    Login {
        user: Option<String>,
    },
    /// The feature's key is trimmed, lower-cased and composed.
    FeatureUse {
        feature: String,
        user: Option<String>,
    },
    ApiCall {
        count: i64,
    },
    SupportTicket {
        priority: Priority,
        subject: Option<String>,
    },
    #[serde(rename_all = "camelCase")]
    InvoiceIssued {
        number: String,
        amount_cents: i64,
        currency: String,
        due_date: NaiveDate,
    },
    InvoicePaid {
        number: String,
    },
    InvoiceVoided {
        number: String,
    },
    /// The name is trimmed, lower-cased and composed, as a feature's key is.
    Reading {
        name: String,
        value: ReadingValue,
    },
}

impl EventBody {
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Login { .. } => EventKind::Login,
            Self::FeatureUse { .. } => EventKind::FeatureUse,
            Self::ApiCall { .. } => EventKind::ApiCall,
            Self::SupportTicket { .. } => EventKind::SupportTicket,
            Self::InvoiceIssued { .. } => EventKind::InvoiceIssued,
            Self::InvoicePaid { .. } => EventKind::InvoicePaid,
            Self::InvoiceVoided { .. } => EventKind::InvoiceVoided,
            Self::Reading { .. } => EventKind::Reading,
        }
    }

    /// Returns the number of the invoice that the event is about.
    pub fn invoice_number(&self) -> Option<&str> {
        match self {
            Self::InvoiceIssued { number, .. } | Self::InvoicePaid { number } | Self::InvoiceVoided { number } => Some(number),
            _ => None,
        }
    }

    /// Returns the user who acted, where the event names one.
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::Login { user } | Self::FeatureUse { user, .. } => user.as_deref(),
            _ => None,
        }
    }

    /// Returns the body with the letters of its feature or its reading's name composed (Unicode NFC).
    pub fn composed(self) -> Self {
        match self {
            Self::FeatureUse { feature, user } => Self::FeatureUse { feature: composed(&feature), user },
            Self::Reading { name, value } => Self::Reading { name: composed(&name), value },
            other => other,
        }
    }

    /// Returns the event's addition to its day's activity as (key, amount). The key is the feature, or empty for other
    /// kinds.
    pub fn activity(&self) -> (&str, i64) {
        match self {
            Self::FeatureUse { feature, .. } => (feature, 1),
            Self::ApiCall { count } => ("", *count),
            _ => ("", 1),
        }
    }
}

/// An accepted event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    pub id: EventId,
    pub customer_id: CustomerId,
    #[serde(flatten)]
    pub body: EventBody,
    pub source: String,
    pub message_id: Option<String>,
    pub occurred_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    /// Set when the event was retracted. It stays visible and no longer counts.
    pub retraction: Option<Retraction>,
}

/// The retraction of an event: who retracted it, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Retraction {
    pub reason: String,
    pub retracted_at: DateTime<Utc>,
}
