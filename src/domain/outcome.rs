//! Outcomes of customers: one left, or its contract was renewed, reduced or enlarged, on a day and at an ARR.

use super::customer::{MAX_CENTS, parse_date};
use super::letters::composed;
use super::numbers::whole;
use super::{CustomerId, FieldErrors, NaiveDate, OutcomeId, Retraction};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The kinds of outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// The customer has left.
    Churned,
    /// The customer stays, and pays less.
    Contracted,
    /// The customer stays for another term.
    Renewed,
    /// The customer stays, and pays more.
    Expanded,
}

impl OutcomeKind {
    pub const ALL: [Self; 4] = [Self::Churned, Self::Contracted, Self::Renewed, Self::Expanded];

    /// Returns the name used on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Churned => "churned",
            Self::Contracted => "contracted",
            Self::Renewed => "renewed",
            Self::Expanded => "expanded",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Churned => "Churned",
            Self::Contracted => "Contracted",
            Self::Renewed => "Renewed",
            Self::Expanded => "Expanded",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }

    /// Returns whether ARR was lost by it.
    pub fn is_loss(self) -> bool {
        matches!(self, Self::Churned | Self::Contracted)
    }
}

/// The facts of an outcome, besides whose it is. A customer, a kind and a day are one outcome: told again it is a
/// repeat, with another content a contradiction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutcomeFacts {
    #[serde(rename = "outcome")]
    pub kind: OutcomeKind,
    /// The day on which it took effect.
    #[serde(rename = "date")]
    pub day: NaiveDate,
    /// Annual recurring revenue before it, in cents; null when unknown.
    pub arr_before_cents: Option<i64>,
    /// Annual recurring revenue after it, in cents; null when unknown, and 0 when the customer has churned.
    pub arr_after_cents: Option<i64>,
    /// The reason, mostly one of the list that staff keep.
    pub reason: Option<String>,
    /// True when the customer did not decide it: it was wound up or bought, or did not pay.
    pub involuntary: bool,
}

impl OutcomeFacts {
    /// Returns the ARR that it is about, in cents: what goes on, was won, or was lost. `None` when that is unknown.
    pub fn arr_cents(&self) -> Option<i64> {
        let (before, after) = (self.arr_before_cents, self.arr_after_cents);
        match self.kind {
            OutcomeKind::Churned => before,
            OutcomeKind::Contracted => Some(before? - after?),
            OutcomeKind::Renewed => after.or(before),
            OutcomeKind::Expanded => Some(after? - before?),
        }
    }
}

/// An outcome that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    pub id: OutcomeId,
    pub customer_id: CustomerId,
    #[serde(flatten)]
    pub facts: OutcomeFacts,
    pub received_at: DateTime<Utc>,
    /// Set when the outcome was taken back. It stays visible and no longer counts.
    pub retraction: Option<Retraction>,
}

/// The body of a request that tells an outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct OutcomeInput {
    /// `churned`, `contracted`, `renewed` or `expanded`.
    pub outcome: Option<String>,
    /// The day on which it took effect, not after today.
    #[schema(format = Date)]
    pub date: Option<String>,
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 0, maximum = 1e15)]
    pub arr_before_cents: Option<i64>,
    /// 0 or absent for `churned`.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 0, maximum = 1e15)]
    pub arr_after_cents: Option<i64>,
    /// The reason. One of the list that staff keep may be sent in any letter case.
    #[schema(max_length = 100)]
    pub reason: Option<String>,
    /// True when the customer did not decide it. Only for `churned` and `contracted`.
    pub involuntary: Option<bool>,
}

/// The longest reason.
pub const MAX_REASON_CHARS: usize = 100;
/// The most reasons that the list has.
pub const MAX_REASONS: usize = 50;

impl OutcomeInput {
    /// Returns the outcome, or every broken rule.
    pub fn parse(self, today: NaiveDate) -> Result<OutcomeFacts, FieldErrors> {
        let mut errors = FieldErrors::default();
        let kind = self.outcome.as_deref().map(|text| OutcomeKind::parse(text.trim()));
        if kind.flatten().is_none() {
            errors.add("outcome", if kind.is_none() { "is required" } else { KINDS });
        }
        let kind = kind.flatten().unwrap_or(OutcomeKind::Churned);
        let day = match self.date.as_deref().filter(|text| !text.trim().is_empty()) {
            Some(text) => parse_date(&mut errors, "date", text),
            None => {
                errors.add("date", "is required");
                None
            }
        };
        if day.is_some_and(|day| day > today) {
            errors.add("date", format!("must not be after today, {today} (UTC)"));
        }
        let (before, after) = (self.arr_before_cents, self.arr_after_cents);
        for (field, cents) in [("arrBeforeCents", before), ("arrAfterCents", after)] {
            if cents.is_some_and(|cents| !(0..=MAX_CENTS).contains(&cents)) {
                errors.add(field, format!("must be between 0 and {MAX_CENTS}"));
            }
        }
        let rule = match (kind, before, after) {
            (OutcomeKind::Churned, _, Some(1..)) => Some("must be 0 or absent when the customer has churned"),
            (OutcomeKind::Contracted, Some(before), Some(after)) if after >= before => {
                Some("must be less than arrBeforeCents when contracted")
            }
            (OutcomeKind::Expanded, Some(before), Some(after)) if after <= before => {
                Some("must be more than arrBeforeCents when expanded")
            }
            _ => None,
        };
        if let Some(rule) = rule {
            errors.add("arrAfterCents", rule);
        }
        let reason = errors.optional_text("reason", self.reason.as_deref(), MAX_REASON_CHARS).as_deref().map(composed);
        let involuntary = self.involuntary.unwrap_or_default();
        if involuntary && !kind.is_loss() {
            errors.add("involuntary", "is only for churned and contracted");
        }
        let arr_after_cents = if kind == OutcomeKind::Churned { Some(0) } else { after };
        let day = day.unwrap_or(today);
        errors.or(|| OutcomeFacts { kind, day, arr_before_cents: before, arr_after_cents, reason, involuntary })
    }
}

const KINDS: &str = "must be one of churned, contracted, renewed, expanded";

/// Reads a list of reasons, one a line. Blank lines are left out, and so are repeats.
pub fn parse_reasons(text: &str) -> Result<Vec<String>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut reasons = Vec::<String>::new();
    for line in text.lines() {
        let Some(reason) = errors.optional_text("reasons", Some(line), MAX_REASON_CHARS).as_deref().map(composed) else {
            continue;
        };
        if !reasons.iter().any(|known| is_same_reason(known, &reason)) {
            reasons.push(reason);
        }
    }
    if reasons.len() > MAX_REASONS {
        errors.add("reasons", format!("must be at most {MAX_REASONS} lines"));
    }
    errors.or(|| reasons)
}

/// Returns whether two reasons are one, in whatever letter case.
pub fn is_same_reason(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
