//! Sentences about what would raise a score.

use crate::domain::counts::{count, group};
use crate::scoring::reasons::Wish;
use crate::scoring::words::values::reading_label;

/// "7 more logins within 30 days"
pub fn wish_sentence(wish: Wish<'_>) -> String {
    match wish {
        Wish::MoreFacts { noun, missing, days } => format!("{} within {days} days", more(missing, noun)),
        Wish::MoreFeatures { missing, are_key, unused } => {
            more(missing, if are_key { "key feature" } else { "feature" }) + &named(&unused)
        }
        Wish::InvoicesPaidOnTime { open: 0 } => "The next invoice paid on time".to_owned(),
        Wish::InvoicesPaidOnTime { open: 1 } => "The open invoice paid by its due day".to_owned(),
        Wish::InvoicesPaidOnTime { open } => {
            format!("The {open} open invoices paid by their due days")
        }
        Wish::MoreDays { noun, missing, days } => {
            format!("{} with {noun}s within {days} days", more(missing, "day"))
        }
        Wish::OneMore { noun } => more(1, noun),
        Wish::SamePace { noun, missing, days } => {
            format!("{} within {days} days, as many a day as before", more(missing, noun))
        }
        Wish::OverduePaid => "The overdue invoices paid".to_owned(),
        Wish::Reading { name, value, falls } => {
            format!("{} at {} or {}", reading_label(name), group(value), if falls { "less" } else { "more" })
        }
        Wish::AsManyFacts { noun, days } => format!("As many {noun}s as in the {days} days before"),
    }
}

/// The most features that a driver names.
const NAMED: usize = 5;

/// ": alerts, export"
fn named(features: &[&str]) -> String {
    if features.is_empty() {
        return String::new();
    }
    let more = if features.len() > NAMED { ", ..." } else { "" };
    format!(": {}{more}", features[..features.len().min(NAMED)].join(", "))
}

/// Returns a count of additional things: "1 more login", "7 more logins".
fn more(number: i64, noun: &str) -> String {
    count(number, noun).replacen(noun, &format!("more {noun}"), 1)
}
