//! A customer: a company that pays us.

use super::letters::composed;
use super::numbers::whole;
use super::{CustomerId, FieldErrors, NaiveDate, Segment, Segments};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// The reason why a customer was archived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveReason {
    Churned,
    Duplicate,
    Other,
}

impl ArchiveReason {
    pub const ALL: [Self; 3] = [Self::Churned, Self::Duplicate, Self::Other];

    /// Returns the name used on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Churned => "churned",
            Self::Duplicate => "duplicate",
            Self::Other => "other",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Churned => "Churned",
            Self::Duplicate => "Duplicate",
            Self::Other => "Other",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == text)
    }
}

/// The archiving of a customer. An archived customer is left out of lists and figures, still accepts events, and can be
/// restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Archive {
    pub reason: ArchiveReason,
    /// The UTC day on which it was archived.
    pub date: NaiveDate,
}

/// The fields of a customer that staff edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerFields {
    /// The name, 1 to 200 characters.
    pub name: String,
    pub segment: Segment,
    /// The customer's id in another system; unique.
    pub external_id: Option<String>,
    /// The person who looks after the customer.
    pub owner: Option<String>,
    /// Annual recurring revenue in cents of the configured currency; null when unknown.
    pub arr_cents: Option<i64>,
    pub renewal_date: Option<NaiveDate>,
    /// The day the customer started. Health before it is "No data".
    pub start_date: Option<NaiveDate>,
    /// The customer's page in the CRM (http or https).
    pub crm_url: Option<String>,
}

impl CustomerFields {
    /// Returns the fields with the letters of name, owner and external id composed (Unicode NFC).
    pub fn composed(self) -> Self {
        let all = |text: Option<String>| text.as_deref().map(composed);
        Self { name: composed(&self.name), external_id: all(self.external_id), owner: all(self.owner), ..self }
    }
}

/// A stored customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Customer {
    pub id: CustomerId,
    #[serde(flatten)]
    pub fields: CustomerFields,
    pub archived: Option<Archive>,
    /// Grows with each edit. A change must send back the version that it is based on.
    pub version: i64,
    pub created_at: DateTime<Utc>,
}

/// The body of a request that creates a customer or changes some of its fields. In a change, an absent field stays as it is
/// and `null` clears it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CustomerInput {
    #[serde(deserialize_with = "null_is_blank", skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub name: Option<String>,
    /// The name of one of the segments that the rules have, in any letter case.
    #[serde(deserialize_with = "null_is_blank", skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub external_id: Option<Option<String>>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub owner: Option<Option<String>>,
    #[serde(deserialize_with = "present_whole", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1e15)]
    pub arr_cents: Option<Option<i64>>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub renewal_date: Option<Option<String>>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub start_date: Option<Option<String>>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 500, pattern = r"^[\t-\r ]*(https?://[^/\s\u0000-\u001f\u007f-\u009f][^\s\u0000-\u001f\u007f-\u009f]*)?[\t-\r ]*$")]
    pub crm_url: Option<Option<String>>,
    /// The version that the change is based on. Required in a change.
    #[serde(deserialize_with = "whole")]
    pub version: Option<i64>,
}

/// Deserializes `null` (clear the field) to `Some(None)`, so that it differs from an absent field.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

fn present_whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<i64>>, D::Error> {
    whole(deserializer).map(Some)
}

/// Deserializes `null` to an empty text, which is then refused, because the field must not be cleared.
fn null_is_blank<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::<String>::deserialize(deserializer).map(|text| Some(text.unwrap_or_default()))
}

/// The largest ARR and invoice amount: 10 trillion, in cents.
pub const MAX_CENTS: i64 = 1_000_000_000_000_000;

impl CustomerInput {
    /// Returns this input with absent fields taken from `other`.
    pub fn or(self, other: &Self) -> Self {
        Self {
            name: self.name.or_else(|| other.name.clone()),
            segment: self.segment.or_else(|| other.segment.clone()),
            external_id: self.external_id.or_else(|| other.external_id.clone()),
            owner: self.owner.or_else(|| other.owner.clone()),
            arr_cents: self.arr_cents.or(other.arr_cents),
            renewal_date: self.renewal_date.or_else(|| other.renewal_date.clone()),
            start_date: self.start_date.or_else(|| other.start_date.clone()),
            crm_url: self.crm_url.or_else(|| other.crm_url.clone()),
            version: self.version.or(other.version),
        }
    }

    /// Parses the fields of a new customer (`base` is `None`) or of a changed one, in one of these segments. Returns every broken
    /// rule.
    pub fn parse(self, base: Option<&CustomerFields>, segments: &Segments) -> Result<CustomerFields, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = match (self.name, base) {
            (None, Some(base)) => base.name.clone(),
            (name, _) => composed(&errors.required_text("name", name.as_deref(), 200)),
        };
        let segment = match (self.segment, base) {
            (None, Some(base)) => base.segment,
            (segment, _) => segment.as_deref().and_then(|name| segments.find(name)).unwrap_or_else(|| {
                errors.add("segment", segments.rule());
                Segment::SMB
            }),
        };
        let mut text = |field: &str, sent: Option<Option<String>>, old: Option<&Option<String>>, max| match sent {
            None => old.cloned().flatten(),
            Some(text) => errors.optional_text(field, text.as_deref(), max).as_deref().map(composed),
        };
        // An id that an older release stored in uncomposed letters may be sent back unchanged.
        let old_id = base.and_then(|base| base.external_id.as_deref());
        let external_id = self.external_id.filter(|sent| old_id.is_none() || sent.as_deref().map(str::trim) != old_id);
        let external_id = text("externalId", external_id, base.map(|base| &base.external_id), 200);
        let owner = text("owner", self.owner, base.map(|base| &base.owner), 200);
        let crm_url = text("crmUrl", self.crm_url, base.map(|base| &base.crm_url), 500);
        if crm_url.as_deref().is_some_and(|url| !is_web_address(url)) {
            errors.add("crmUrl", "must be an address that starts with https:// or http://");
        }
        let arr_cents = self.arr_cents.unwrap_or(base.and_then(|base| base.arr_cents));
        if arr_cents.is_some_and(|cents| !(0..=MAX_CENTS).contains(&cents)) {
            errors.add("arrCents", format!("must be between 0 and {MAX_CENTS}"));
        }
        let mut date = |field: &str, sent: Option<Option<String>>, old: Option<NaiveDate>| match sent {
            None => old,
            Some(text) => text.filter(|text| !text.trim().is_empty()).and_then(|text| parse_date(&mut errors, field, &text)),
        };
        let renewal_date = date("renewalDate", self.renewal_date, base.and_then(|base| base.renewal_date));
        let start_date = date("startDate", self.start_date, base.and_then(|base| base.start_date));
        errors.or(|| CustomerFields { name, segment, external_id, owner, arr_cents, renewal_date, start_date, crm_url })
    }
}

fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace))
}

/// Parses a day between 1970 and 2199 in the form YYYY-MM-DD.
pub fn parse_date(errors: &mut FieldErrors, field: &str, text: &str) -> Option<NaiveDate> {
    use chrono::Datelike;
    let text = text.trim();
    // Chrono would also accept 2026-1-5 and +02026-01-05.
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| day.to_string() == text);
    match day {
        None => errors.add(field, "must be a date in the form YYYY-MM-DD"),
        Some(day) if !(1970..2200).contains(&day.year()) => errors.add(field, "must lie between 1970 and 2199"),
        Some(_) => {}
    }
    day
}
