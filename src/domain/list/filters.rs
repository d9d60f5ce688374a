//! The orders and filters of the customer list.

use crate::domain::FactorKey;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// The order of the list. Unknown values, and scores without data, come last in both directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// First those that need somebody, most urgent first, then everybody else by score.
    #[default]
    Urgency,
    Score,
    Name,
    Segment,
    Owner,
    Arr,
    Renewal,
    /// The change of the score over 30 days.
    Change,
    /// The change of the score over 7 days.
    #[serde(rename = "change_7")]
    Change7,
    BandSince,
    LastActivity,
    #[serde(untagged)]
    Factor(FactorKey),
}

impl Sort {
    const PLAIN: [(Self, &str); 11] = [
        (Self::Urgency, "urgency"),
        (Self::Score, "score"),
        (Self::Name, "name"),
        (Self::Segment, "segment"),
        (Self::Owner, "owner"),
        (Self::Arr, "arr"),
        (Self::Renewal, "renewal"),
        (Self::Change, "change"),
        (Self::Change7, "change_7"),
        (Self::BandSince, "band_since"),
        (Self::LastActivity, "last_activity"),
    ];

    /// Returns the name used in query strings.
    pub fn name(self) -> Cow<'static, str> {
        match self {
            Self::Factor(key) => key.query_name().into(),
            plain => Self::PLAIN.iter().find(|(sort, _)| *sort == plain).map_or("urgency", |(_, name)| name).into(),
        }
    }

    /// Returns the orders that there are under rules with these factors.
    pub fn all(factors: impl IntoIterator<Item = FactorKey>) -> impl Iterator<Item = Self> {
        Self::PLAIN.iter().map(|(sort, _)| *sort).chain(factors.into_iter().map(Self::Factor))
    }

    /// Returns the order with this name. The rules need not have such a factor.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = Self::PLAIN.iter().find(|(_, name)| *name == text).map(|(sort, _)| *sort);
        plain.or_else(|| FactorKey::parse_query_name(text).map(Self::Factor))
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SortDirection {
    #[default]
    Asc,
    Desc,
}

impl SortDirection {
    pub fn name(self) -> &'static str {
        match self {
            Self::Asc => "asc",
            Self::Desc => "desc",
        }
    }
}

/// Selects customers by a change of their score. A score has moved when it changed by 2.0 points or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeFilter {
    Up7,
    Down7,
    Up30,
    Down30,
    /// Customers who fell into the churn-risk band within seven days and are not new.
    NewChurnRisk,
}

/// Selects customers by their owner: a named one, or nobody.
/// On the wire it is the owner's name, or `none` for nobody. An owner whose name really is `none` is written `"none"` with
/// double quotes; each pair of quotes in such a name adds one more.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum OwnerFilter {
    Named(String),
    Nobody,
}

const NOBODY: &str = "none";

impl From<String> for OwnerFilter {
    fn from(text: String) -> Self {
        if text == NOBODY {
            return Self::Nobody;
        }
        match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(name) if is_called_nobody(name) => Self::Named(name.to_owned()),
            _ => Self::Named(text),
        }
    }
}

impl From<OwnerFilter> for String {
    fn from(owner: OwnerFilter) -> Self {
        match owner {
            OwnerFilter::Nobody => NOBODY.to_owned(),
            OwnerFilter::Named(name) if is_called_nobody(&name) => format!("\"{name}\""),
            OwnerFilter::Named(name) => name,
        }
    }
}

/// Returns whether a name is `none`, with or without double quotes around it.
fn is_called_nobody(name: &str) -> bool {
    name.trim_matches('"') == NOBODY
}

macro_rules! wire_names {
    ($type:ident { $($variant:ident = $name:literal),* $(,)? }) => {
        impl $type {
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            pub fn parse(text: &str) -> Option<Self> {
                match text { $($name => Some(Self::$variant),)* _ => None }
            }

            pub const NAMES: &'static [&'static str] = &[$($name),*];
        }
    };
}

wire_names!(ChangeFilter { Up7 = "up_7", Down7 = "down_7", Up30 = "up_30", Down30 = "down_30", NewChurnRisk = "new_churn_risk" });
