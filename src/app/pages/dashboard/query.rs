//! The list's query, parsed from the URL.

use crate::domain::CustomerQuery;

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
