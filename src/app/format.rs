//! Numbers, money and time as text. Relative times are computed from a `now` that the server sent, so no clock is read.

pub use crate::domain::counts::{count, group};
pub use crate::domain::money::{amount, money, money_short};
pub use crate::domain::phrases::{capitalised, day, days, uncapitalised};
use crate::domain::{NaiveDate, Points};
use chrono::{DateTime, Utc};

/// Formats bytes: "16 MiB".
pub fn mebibytes(bytes: i64) -> String {
    match bytes >> 20 {
        0 => "less than 1 MiB".to_owned(),
        mebibytes => format!("{} MiB", group(mebibytes)),
    }
}

/// "+2.0", "−0.4", "0.0": the minus is as wide as the plus.
pub fn signed(points: Points) -> String {
    points.signed().replace('-', "−")
}

/// "7 Mar 2026, 14:05 UTC"
pub fn time(time: DateTime<Utc>) -> String {
    time.format("%-d %b %Y, %H:%M UTC").to_string()
}

/// Formats the time of day: "14:05 UTC".
pub fn clock(time: DateTime<Utc>) -> String {
    time.format("%H:%M UTC").to_string()
}

/// Formats an age coarsely, so that it rarely changes: "just now", "20 s ago", "3 min ago", "2 h ago".
pub fn seconds_ago(seconds: f64) -> String {
    match seconds as i64 {
        ..10 => "just now".into(),
        seconds @ 10..60 => format!("{} s ago", seconds / 10 * 10),
        seconds @ 60..3600 => format!("{} min ago", seconds / 60),
        seconds => format!("{} h ago", seconds / 3600),
    }
}

/// Formats the age of a time: "just now", "5 minutes ago", "yesterday", "3 weeks ago".
pub fn ago(time: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let minutes = (now - time).num_minutes();
    match minutes {
        ..1 => "just now".into(),
        1..60 => format!("{} ago", count(minutes, "minute")),
        60..1440 => format!("{} ago", count(minutes / 60, "hour")),
        _ => days_ago(time.date_naive(), now.date_naive()),
    }
}

/// Formats the distance of a day: "today", "yesterday", "12 days ago", "5 weeks ago", "7 months ago", or "in 12 days" for a
/// day ahead.
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

#[cfg(test)]
mod tests {
    use super::*;

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
