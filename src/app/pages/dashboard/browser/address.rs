//! The page's address: read, and changed without jumping.

use crate::domain::CustomerQuery;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

/// Returns the query string of the dashboard. It keeps its value while another page is being opened.
pub fn use_search() -> Memo<String> {
    let location = use_location();
    let own_path = location.pathname.get_untracked();
    Memo::new(move |last: Option<&String>| match last {
        Some(last) if location.pathname.get() != own_path => last.clone(),
        _ => location.search.get(),
    })
}

/// Returns the day that a query string asks for, as typed: (`as_of`, `known_at`). The server checks them.
pub fn asked_day(search: &str) -> (Option<String>, Option<String>) {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(search).unwrap_or_default();
    let text = |asked: &str| pairs.iter().find(|(name, _)| name == asked).map(|(_, text)| text.clone());
    (text("as_of"), text("known_at"))
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

    /// Goes to the page with a query string, unless it is the present one.
    pub fn go(self, query: &str, replace: bool) {
        if query != self.query.with_untracked(CustomerQuery::to_query_string) {
            self.open.run((format!("/{query}"), replace));
        }
    }

    /// Follows a link to a list that is on screen already, without jumping to its anchor.
    pub fn follow(self, address: &str) {
        self.open.run((address.split('#').next().unwrap_or(address).to_owned(), false));
    }
}
