//! Ids. The store assigns them and never reuses one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id!(
    /// A customer's id.
    CustomerId
);
id!(
    /// An event's id. Ids grow in the order in which events were received.
    EventId
);
id!(
    /// A note's id.
    NoteId
);
id!(
    /// An outcome's id.
    OutcomeId
);
id!(
    /// The id of an item in the quarantine.
    QuarantineId
);
id!(
    /// An import's id.
    ImportId
);
id!(
    /// The id of a change of many customers, by which it is undone.
    BulkChangeId
);
