//! The calendar of the demo: how busy people and machines are on working days, weekends and holidays.

use chrono::{Datelike, NaiveDate, Weekday};

/// Public holidays on fixed dates that much of the world shares, as (month, day).
const HOLIDAYS: [(u32, u32); 6] = [(1, 1), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31)];

fn is_holiday(day: NaiveDate) -> bool {
    HOLIDAYS.contains(&(day.month(), day.day()))
}

/// Returns the share of thirty average days' work by people that falls on a day.
pub fn work_share(day: NaiveDate) -> f64 {
    let weight = match day.weekday() {
        _ if is_holiday(day) => 0.10,
        Weekday::Mon => 1.05,
        Weekday::Tue | Weekday::Wed => 1.10,
        Weekday::Thu => 1.05,
        Weekday::Fri => 0.90,
        Weekday::Sat => 0.12,
        Weekday::Sun => 0.08,
    };
    weight / 5.4 * 7.0 / 30.0
}

/// Returns the share of thirty average days' traffic by machines that falls on a day. Machines mind weekends less than
/// people.
pub fn traffic_share(day: NaiveDate) -> f64 {
    let weight = match day.weekday() {
        _ if is_holiday(day) => 0.70,
        Weekday::Sat | Weekday::Sun => 0.60,
        _ => 1.00,
    };
    weight / 6.2 * 7.0 / 30.0
}
