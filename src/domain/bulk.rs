//! One change of many customers at once, and how it is undone.

use super::letters::composed;
use super::numbers::whole;
use super::{ArchiveReason, BulkChangeId, CustomerId, FieldErrors, Segment, Segments};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The most customers that one request changes, or that a list selects by their ids.
pub const MAX_CHOSEN: usize = 500;
/// The days for which a change of many customers can be undone.
pub const UNDO_DAYS: i64 = 30;

/// A customer that is chosen, at the version that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChosenCustomer {
    #[schema(minimum = 1)]
    #[serde(deserialize_with = "whole")]
    pub id: Option<i64>,
    /// The version that was read.
    #[serde(deserialize_with = "whole")]
    pub version: Option<i64>,
}

/// The body of a request that changes many customers. Exactly one of `owner`, `segment` and `archiveReason` is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BulkInput {
    /// The customers, 1 to 500, each once.
    pub customers: Vec<ChosenCustomer>,
    /// Who looks after them from now on; null for nobody.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub owner: Option<Option<String>>,
    /// The name of one of the segments that the rules have, in any letter case.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub segment: Option<Option<String>>,
    /// Why they are archived: `churned`, `duplicate` or `other`; null restores them.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub archive_reason: Option<Option<String>>,
}

/// Deserializes `null` to `Some(None)`, so that it differs from an absent field.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

/// The state that many customers get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BulkChange {
    Owner(Option<String>),
    Segment(Segment),
    /// `None` restores archived customers.
    Archive(Option<ArchiveReason>),
}

/// The customers to change with the versions that were read, in the order of their ids.
pub type Chosen = BTreeMap<CustomerId, i64>;

impl BulkInput {
    /// Parses the customers and their change, or returns every broken rule. `segments` are those that the rules have.
    pub fn parse(self, segments: &Segments) -> Result<(Chosen, BulkChange), FieldErrors> {
        let mut errors = FieldErrors::default();
        let chosen = parse_chosen(&mut errors, &self.customers);
        let Self { owner, segment, archive_reason, .. } = self;
        let change = match (owner, segment, archive_reason) {
            (Some(owner), None, None) => {
                BulkChange::Owner(errors.optional_text("owner", owner.as_deref(), 200).as_deref().map(composed))
            }
            (None, Some(segment), None) => {
                BulkChange::Segment(segment.as_deref().and_then(|name| segments.find(name)).unwrap_or_else(|| {
                    errors.add("segment", segments.rule());
                    Segment::SMB
                }))
            }
            (None, None, Some(reason)) => BulkChange::Archive(reason.and_then(|reason| {
                let parsed = ArchiveReason::parse(&reason);
                if parsed.is_none() {
                    errors.add("archiveReason", "must be one of churned, duplicate, other, or null");
                }
                parsed
            })),
            _ => {
                errors.add("owner", "must be sent, or `segment` or `archiveReason`: exactly one of the three");
                BulkChange::Owner(None)
            }
        };
        errors.or(|| (chosen, change))
    }
}

fn parse_chosen(errors: &mut FieldErrors, customers: &[ChosenCustomer]) -> Chosen {
    let mut chosen = Chosen::new();
    if customers.is_empty() || customers.len() > MAX_CHOSEN {
        errors.add("customers", format!("must be 1 to {MAX_CHOSEN} customers"));
        return chosen;
    }
    for (place, ChosenCustomer { id, version }) in customers.iter().enumerate() {
        let field = |name| format!("customers[{place}].{name}");
        match id {
            None => errors.add(&field("id"), "is required"),
            Some(..1) => errors.add(&field("id"), "must be at least 1"),
            Some(_) => {}
        }
        if version.is_none() {
            errors.add(&field("version"), "is required: send the version that you read");
        }
        let (Some(id), Some(version)) = (id, version) else { continue };
        if chosen.insert(CustomerId(*id), *version).is_some() {
            errors.add(&field("id"), "is given more than once");
        }
    }
    chosen
}

/// The outcome of a change of many customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkReport {
    /// The id to undo the change by, for 30 days; null when everything was so already.
    pub id: Option<BulkChangeId>,
    /// The number of customers that were changed.
    pub changed: i64,
    /// The number of customers that were so already.
    pub unchanged: i64,
}

/// The outcome of undoing a change of many customers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkUndoReport {
    /// The number of customers that are as they were before.
    pub restored: i64,
    /// The customers that stay as they are, because somebody has changed or deleted them meanwhile.
    pub kept: Vec<KeptCustomer>,
}

/// A customer that an undo left alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeptCustomer {
    pub id: CustomerId,
    pub name: String,
}
