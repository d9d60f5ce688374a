//! The page's address: read, and changed without jumping. The browser knows its parameters by name only; what they mean is
//! the server's matter.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use web_sys::UrlSearchParams;

/// The parameters that order, page or draw the list, and select nothing.
const NO_FILTERS: [&str; 5] = ["sort", "direction", "page", "page_size", "by"];

/// Returns the day that a query string asks for, as typed: (`as_of`, `known_at`). The server checks them.
pub fn asked_day(search: &str) -> (Option<String>, Option<String>) {
    let of = parameters(search);
    (of.get("as_of"), of.get("known_at"))
}

/// Returns the query string of everything that selects customers.
pub fn filters(search: &str) -> String {
    let of = parameters(search);
    NO_FILTERS.iter().for_each(|name| of.delete(name));
    text(&of)
}

/// Returns the address of the export of the customers with these ids, separated by commas, in the list's order.
pub fn export_of(search: &str, ids: &str) -> String {
    let of = parameters(search);
    ["page", "page_size", "by"].iter().for_each(|name| of.delete(name));
    of.set("id", ids);
    format!("/customers.csv?{}", text(&of))
}

fn parameters(search: &str) -> UrlSearchParams {
    UrlSearchParams::new_with_str(search).unwrap_or_else(|never| never.into())
}

fn text(of: &UrlSearchParams) -> String {
    of.to_string().into()
}

/// The query string of the page, and the way to another one without scrolling.
#[derive(Clone, Copy)]
pub struct Address {
    /// The query string. It keeps its value while another page is being opened.
    pub search: Memo<String>,
    open: Callback<(String, bool)>,
}

impl Address {
    pub fn new() -> Self {
        let location = use_location();
        let own_path = location.pathname.get_untracked();
        let search = Memo::new(move |last: Option<&String>| match last {
            Some(last) if location.pathname.get() != own_path => last.clone(),
            _ => location.search.get(),
        });
        let navigate = use_navigate();
        let open = Callback::new(move |(address, replace): (String, bool)| {
            navigate(&address, NavigateOptions { scroll: false, replace, ..NavigateOptions::default() });
        });
        Self { search, open }
    }

    /// Goes to the address with these pairs of parameters, unless it is the present one. `replace` adds no step to the browser's
    /// history.
    pub fn go(self, pairs: &[(String, String)], replace: bool) {
        let of = parameters("");
        pairs.iter().for_each(|(name, value)| of.append(name, value));
        let search = text(&of);
        if search != self.search.with_untracked(|search| text(&parameters(search))) {
            self.open.run((format!("/{}{search}", if search.is_empty() { "" } else { "?" }), replace));
        }
    }

    /// Narrows the list to an owner, or to nobody's, and goes to its first page.
    pub fn narrow_to(self, owner: Option<String>) {
        let search = self.search.get_untracked();
        let mut pairs: Vec<(String, String)> = serde_urlencoded::from_str(&search).unwrap_or_default();
        pairs.retain(|(name, _)| !["owner", "page"].contains(&name.as_str()));
        pairs.extend(owner.map(|owner| ("owner".to_owned(), owner)));
        self.go(&pairs, false);
    }

    /// Follows a link to a list that is on screen already, without jumping to its anchor.
    pub fn follow(self, address: &str) {
        self.open.run((address.split('#').next().unwrap_or(address).to_owned(), false));
    }
}
