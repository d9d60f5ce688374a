//! The query of the figures that go with a list, and refusals of it.

use crate::domain::{CustomerQuery, FieldErrors};

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

/// Returns whether the refusal is about the day.
pub fn blames_day(errors: &FieldErrors) -> bool {
    errors.0.iter().any(|error| ["as_of", "known_at"].contains(&error.field.as_str()))
}
