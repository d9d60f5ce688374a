//! The choices that the search offers for what is typed: customers, then pages and actions.

use super::entries::{Entry, Group, entries_like};
use crate::wire::pages::FoundCustomer;

/// Something to choose.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    Customer(FoundCustomer),
    /// All customers found, in the list.
    List {
        text: String,
        total: i64,
    },
    Entry(Entry),
}

impl Choice {
    pub fn group(&self) -> &'static str {
        match self {
            Self::Customer(_) | Self::List { .. } => "Customers",
            Self::Entry(Entry { group: Group::Pages, .. }) => "Pages",
            Self::Entry(Entry { group: Group::Actions, .. }) => "Actions",
        }
    }
}

/// Returns the choices for a text, of which these customers were found.
pub fn choices(text: &str, customers: Vec<FoundCustomer>, total: i64) -> Vec<Choice> {
    let rest = total > customers.len() as i64;
    let list = rest.then(|| Choice::List { text: text.to_owned(), total });
    customers.into_iter().map(Choice::Customer).chain(list).chain(entries_like(text).into_iter().map(Choice::Entry)).collect()
}

/// Returns the id of the option at a place.
pub fn option_id(place: usize) -> String {
    format!("find-option-{place}")
}
