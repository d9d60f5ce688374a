//! The filter and the page of a customer's list of events.

use super::customer::parse_date;
use super::list::{MAX_ROW, Paging};
use super::{EventKind, FieldErrors, NaiveDate};
use serde::{Deserialize, Serialize};

/// Narrows a customer's events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFilter {
    pub kind: Option<EventKind>,
    /// The first UTC day to list.
    pub from: Option<NaiveDate>,
    /// The last UTC day to list.
    pub to: Option<NaiveDate>,
}

/// One page of a customer's events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventQuery {
    pub filter: EventFilter,
    pub paging: Paging,
}

impl EventQuery {
    /// Parses the pairs `kind`, `from` and `to` (days), `page` and `page_size` of a query string. Other names are ignored.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, FieldErrors> {
        let Self { mut filter, mut paging } = Self::default();
        let mut errors = FieldErrors::default();
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            match name {
                "kind" => {
                    filter.kind = EventKind::parse(value);
                    if filter.kind.is_none() {
                        errors.add(name, format!("must be one of {}", EventKind::ALL.map(EventKind::name).join(", ")));
                    }
                }
                "from" => filter.from = parse_date(&mut errors, name, value),
                "to" => filter.to = parse_date(&mut errors, name, value),
                _ => paging.set(&mut errors, name, value),
            }
        }
        if filter.from.zip(filter.to).is_some_and(|(from, to)| from > to) {
            errors.add("from", "must not be after `to`");
        }
        if errors.0.is_empty() && paging.page > 1 && paging.page * paging.page_size > MAX_ROW {
            errors.add("page", format!("reaches beyond row {MAX_ROW}; filter by kind or days instead"));
        }
        errors.or(|| Self { filter, paging })
    }
}
