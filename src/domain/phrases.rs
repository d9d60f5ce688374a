//! Phrases in English: dates, and first letters at the beginning and in the middle of a sentence.

use super::NaiveDate;
use chrono::Datelike;

/// Writes a day as it is written everywhere: "7 Mar 2026".
pub fn day(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// Writes the days from one to another: "7 Mar 2026", "7 – 9 Mar 2026", "7 Mar – 4 Apr 2026", "7 Dec 2025 – 4 Jan 2026".
pub fn days(first: NaiveDate, last: NaiveDate) -> String {
    let beginning = match (first.year() == last.year(), first.month() == last.month()) {
        _ if first == last => return day(first),
        (true, true) => "%-d",
        (true, false) => "%-d %b",
        (false, _) => "%-d %b %Y",
    };
    format!("{} – {}", first.format(beginning), day(last))
}

/// Returns the text with its first letter as a capital.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Returns a sentence for the middle of a line: "the next invoice paid on time". "API" stays.
pub fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}

/// Lists names: "logins, invoices and API calls".
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_days_share_is_written_once() {
        let written = [
            ("2026-03-07", "2026-03-07"),
            ("2026-03-07", "2026-03-09"),
            ("2026-03-07", "2026-04-04"),
            ("2025-12-07", "2026-12-04"),
        ]
        .map(|(first, last)| days(first.parse().unwrap(), last.parse().unwrap()));
        assert_eq!(written, ["7 Mar 2026", "7 – 9 Mar 2026", "7 Mar – 4 Apr 2026", "7 Dec 2025 – 4 Dec 2026"]);
    }
}
