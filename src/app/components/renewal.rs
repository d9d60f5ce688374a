//! Renewal dates in the words of people who plan by them: exact to the day for the next quarter.

use crate::app::format::count;
use crate::domain::NaiveDate;
use leptos::prelude::*;

/// The days before a renewal within which it is marked.
const SOON_DAYS: i64 = 30;

/// Returns the name for `data-urgency`, which stylesheets select on: how soon a renewal is.
pub fn renewal_urgency(date: NaiveDate, today: NaiveDate) -> &'static str {
    match (date - today).num_days() {
        ..0 => "overdue",
        0..=SOON_DAYS => "soon",
        _ => "later",
    }
}

/// Shows how far away a renewal date is; marked when that is soon, or over.
#[component]
pub fn RenewalCountdown(date: NaiveDate, today: NaiveDate) -> impl IntoView {
    view! {
        <time datetime=date.to_string() data-urgency=renewal_urgency(date, today)>{renewal_words(date, today)}</time>
    }
}

/// Returns the distance in words: "in 23 days", "tomorrow", "4 months overdue".
pub fn renewal_words(date: NaiveDate, today: NaiveDate) -> String {
    match (date - today).num_days() {
        late @ ..0 => format!("{} overdue", span(-late)),
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        ahead => format!("in {}", span(ahead)),
    }
}

/// Returns a length of time in days up to three months, then in months, then in years.
fn span(days: i64) -> String {
    match days {
        ..=90 => count(days, "day"),
        91..=729 => count((days + 15) / 30, "month"),
        _ => count(days / 365, "year"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renewal_is_told_from_today() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        for (days, text) in [
            (-400, "13 months overdue"),
            (-1, "1 day overdue"),
            (0, "today"),
            (1, "tomorrow"),
            (30, "in 30 days"),
            (31, "in 31 days"),
            (120, "in 4 months"),
            (800, "in 2 years"),
        ] {
            assert_eq!(renewal_words(today + chrono::Duration::days(days), today), text, "{days} days");
        }
    }
}
