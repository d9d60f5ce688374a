//! Numbers, money and time as text. Pure: relative times are computed from a `now` that the server sent.

use crate::domain::NaiveDate;
use crate::domain::import::Outlook;
use chrono::{DateTime, Utc};

/// "1,234,567"
pub fn group(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 customer", "1,200 customers".
pub fn count(number: i64, noun: &str) -> String {
    format!("{} {noun}{}", group(number), if number == 1 { "" } else { "s" })
}

/// The sign before an amount: "$", "€", "£", or the code and a space.
fn currency_sign(currency: &str) -> String {
    match currency {
        "USD" => "$".into(),
        "EUR" => "€".into(),
        "GBP" => "£".into(),
        code => format!("{code}\u{a0}"),
    }
}

/// "$1,234.50"; cents only where there are some.
pub fn money(cents: i64, currency: &str) -> String {
    let fraction = if cents % 100 == 0 { String::new() } else { format!(".{:02}", cents.abs() % 100) };
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}{}{fraction}", currency_sign(currency), group(cents.abs() / 100))
}

/// "1234.50": as an input holds it.
pub fn amount(cents: i64) -> String {
    match cents % 100 {
        0 => (cents / 100).to_string(),
        rest => format!("{}.{rest:02}", cents / 100),
    }
}

/// "$1.2M", "$2.0M", "$845k", "$990": for figures that are read at a glance.
pub fn money_short(cents: i64, currency: &str) -> String {
    let units = cents / 100;
    let (divisor, suffix) = match units.abs() {
        999_500_000.. => (1_000_000_000, "B"),
        999_500.. => (1_000_000, "M"),
        1_000.. => (1_000, "k"),
        _ => (1, ""),
    };
    let tenths = (units * 20 + divisor) / (2 * divisor);
    let number = match (tenths / 10, tenths % 10) {
        (whole, _) if whole >= 100 || divisor == 1 => ((tenths + 5) / 10).to_string(),
        (whole, tenth) => format!("{whole}.{tenth}"),
    };
    format!("{}{number}{suffix}", currency_sign(currency))
}

/// "Adds $252M ARR: $10.0M becomes $262M"; `None` where an import leaves the ARR as it is.
pub fn arr_change(outlook: &Outlook) -> Option<String> {
    let Outlook { arr_cents: before, arr_change_cents: change, currency, .. } = outlook;
    let verb = if *change > 0 { "Adds" } else { "Takes away" };
    let short = |cents| money_short(cents, currency);
    let (by, after) = (short(change.saturating_abs()), short(before.saturating_add(*change)));
    (*change != 0).then(|| format!("{verb} {by} ARR: {} becomes {after}", short(*before)))
}

/// "7 Mar 2026"
pub fn day(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// "7 Mar"
pub fn day_short(day: NaiveDate) -> String {
    day.format("%-d %b").to_string()
}

/// "7 Mar 2026, 14:05 UTC"
pub fn time(time: DateTime<Utc>) -> String {
    time.format("%-d %b %Y, %H:%M UTC").to_string()
}

/// "14:05 UTC"
pub fn clock(time: DateTime<Utc>) -> String {
    time.format("%H:%M UTC").to_string()
}

/// "just now", "20 s ago", "3 min ago", "2 h ago": coarse, so that it rarely changes.
pub fn seconds_ago(seconds: f64) -> String {
    match seconds as i64 {
        ..10 => "just now".into(),
        seconds @ 10..60 => format!("{} s ago", seconds / 10 * 10),
        seconds @ 60..3600 => format!("{} min ago", seconds / 60),
        seconds => format!("{} h ago", seconds / 3600),
    }
}

/// "just now", "5 minutes ago", "yesterday", "3 weeks ago".
pub fn ago(time: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let minutes = (now - time).num_minutes();
    match minutes {
        ..1 => "just now".into(),
        1..60 => format!("{} ago", count(minutes, "minute")),
        60..1440 => format!("{} ago", count(minutes / 60, "hour")),
        _ => days_ago(time.date_naive(), now.date_naive()),
    }
}

/// "today", "yesterday", "12 days ago", "5 weeks ago", "7 months ago"; "in 12 days" when it lies ahead.
pub fn days_ago(day: NaiveDate, today: NaiveDate) -> String {
    let days = (today - day).num_days();
    let span = match days.abs() {
        days @ ..14 => count(days, "day"),
        days @ 14..60 => count(days / 7, "week"),
        days @ 60..730 => count(days / 30, "month"),
        days => count(days / 365, "year"),
    };
    match days {
        0 => "today".into(),
        1 => "yesterday".into(),
        -1 => "tomorrow".into(),
        2.. => format!("{span} ago"),
        _ => format!("in {span}"),
    }
}

/// The same with its first letter as a capital.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_grouped_and_shows_cents_only_where_there_are_some() {
        for (cents, currency, text, short) in [
            (0, "USD", "$0", "$0"),
            (123_450, "USD", "$1,234.50", "$1.2k"),
            (99_000, "EUR", "€990", "€990"),
            (84_512_300, "GBP", "£845,123", "£845k"),
            (120_000_000_00, "USD", "$120,000,000", "$120M"),
            (99_999_900, "USD", "$999,999", "$1.0M"),
            (200_000_000, "USD", "$2,000,000", "$2.0M"),
            (1_400_000, "USD", "$14,000", "$14.0k"),
            (1_250_000_00, "CHF", "CHF\u{a0}1,250,000", "CHF\u{a0}1.3M"),
        ] {
            assert_eq!((money(cents, currency), money_short(cents, currency)), (text.into(), short.into()));
        }
    }

    #[test]
    fn ages_are_coarse() {
        let cases = [
            (-3.0, "just now"),
            (9.9, "just now"),
            (10.0, "10 s ago"),
            (59.9, "50 s ago"),
            (60.0, "1 min ago"),
            (7300.0, "2 h ago"),
        ];
        for (seconds, text) in cases {
            assert_eq!(seconds_ago(seconds), text);
        }
    }

    #[test]
    fn days_are_told_from_the_reader_s_day() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        for (days, text) in [
            (0, "today"),
            (1, "yesterday"),
            (-1, "tomorrow"),
            (13, "13 days ago"),
            (14, "2 weeks ago"),
            (90, "3 months ago"),
            (-45, "in 6 weeks"),
            (800, "2 years ago"),
        ] {
            assert_eq!(days_ago(today - chrono::Duration::days(days), today), text);
        }
    }
}
