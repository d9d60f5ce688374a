//! The list's query: parsed from the URL, changed by navigating.

use crate::domain::{CustomerList, CustomerQuery, FieldErrors};
use crate::wire::AppError;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

/// A page of the list; `None` until the first has arrived.
pub type Loaded = Option<Result<CustomerList, AppError>>;

/// Returns the query string of the dashboard. It keeps its value while another page is being opened.
pub fn use_search() -> Memo<String> {
    let location = use_location();
    let own_path = location.pathname.get_untracked();
    Memo::new(move |last: Option<&String>| match last {
        Some(last) if location.pathname.get() != own_path => last.clone(),
        _ => location.search.get(),
    })
}

/// Returns the query for the export, which covers every page.
pub fn csv_query(query: &CustomerQuery) -> String {
    let default = CustomerQuery::default();
    CustomerQuery { page: default.page, page_size: default.page_size, by: default.by, ..query.clone() }.to_query_string()
}

/// Parses a query string. Returns the default for one that is invalid, which the server reports.
pub fn parse(search: &str) -> CustomerQuery {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(search).unwrap_or_default();
    CustomerQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))).unwrap_or_default()
}

/// Returns the query string for the figures that go with a list: its filters and day, whatever its order and page. Filters that
/// are refused are left out, since the list says what is wrong with them; the day stays as it was typed.
pub fn of_figures(search: &str) -> String {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(search).unwrap_or_default();
    let day = || pairs.iter().filter(|(name, _)| ["as_of", "known_at"].contains(&name.as_str()));
    let filters = pairs.iter().filter(|(name, _)| !["as_of", "known_at"].contains(&name.as_str()));
    let parsed = CustomerQuery::from_pairs(filters.map(|(name, value)| (name.as_str(), value.as_str())));
    let filters = parsed.unwrap_or_default().of_figures().to_pairs();
    let filters = filters.into_iter().map(|(name, value)| (name.to_owned(), value));
    serde_urlencoded::to_string(filters.chain(day().cloned()).collect::<Vec<_>>()).unwrap_or_default()
}

/// Returns the day that a query string asks for, as typed: (`as_of`, `known_at`). The server checks them.
pub fn asked_day(search: &str) -> (Option<String>, Option<String>) {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(search).unwrap_or_default();
    let text = |asked: &str| pairs.iter().find(|(name, _)| name == asked).map(|(_, text)| text.clone());
    (text("as_of"), text("known_at"))
}

/// Returns whether the refusal is about the day.
pub fn blames_day(errors: &FieldErrors) -> bool {
    errors.0.iter().any(|error| ["as_of", "known_at"].contains(&error.field.as_str()))
}

/// Changes the list's query in place, without scrolling.
#[derive(Clone, Copy)]
pub struct ListNavigation {
    query: Signal<CustomerQuery>,
    open: Callback<(String, bool)>,
}

impl ListNavigation {
    pub fn new(query: Signal<CustomerQuery>) -> Self {
        let navigate = use_navigate();
        let open = Callback::new(move |(address, replace): (String, bool)| {
            navigate(&address, NavigateOptions { scroll: false, replace, ..NavigateOptions::default() });
        });
        Self { query, open }
    }

    /// Narrows or reorders the list and goes to its first page. `replace` adds no step to the browser's history.
    pub fn change(self, replace: bool, change: impl FnOnce(&mut CustomerQuery)) {
        let before = self.query.get_untracked();
        let mut query = CustomerQuery { page: 1, ..before.clone() };
        change(&mut query);
        if query != before {
            self.open.run((format!("/{}", query.to_query_string()), replace));
        }
    }

    /// Follows a link to a list that is on screen already, without jumping to its anchor.
    pub fn follow(self, address: &str) {
        self.open.run((address.split('#').next().unwrap_or(address).to_owned(), false));
    }
}
