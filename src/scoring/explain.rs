//! Sentences about a factor for CS staff: what was measured, and what to do next.

use super::measure::Measurements;
use super::score::change_percent;
use crate::domain::FactorKey;
use crate::domain::scorecard::FactorRule;

/// One plain sentence about what a factor rests on.
pub(super) fn explain(key: FactorKey, measured: &Measurements, rule: &FactorRule) -> String {
    let days = rule.window_days.unwrap_or_default();
    let target = rule.target.unwrap_or_default();
    if !measured.connected.get(key) {
        return format!("{} are not connected yet, so this is assumed", source(key));
    }
    match key {
        FactorKey::LoginFrequency => format!("{} in the last {days} days, target {target}", plural(measured.logins, "login")),
        FactorKey::FeatureAdoption => {
            let noun = if rule.key_features.is_empty() { "feature" } else { "key feature" };
            format!("{} used in the last {days} days, target {target}", plural(measured.features, noun))
        }
        FactorKey::SupportLoad => match measured.tickets {
            0 => format!("No support tickets in the last {days} days"),
            tickets => format!("{} in the last {days} days, {target} or more score 0", plural(tickets, "support ticket")),
        },
        FactorKey::InvoiceTimeliness => explain_invoices(measured),
        FactorKey::ApiTrend => explain_api_calls(measured, days),
    }
}

fn explain_invoices(measured: &Measurements) -> String {
    let counts = measured.invoices;
    let open = if counts.open > 0 { format!(", {} not due yet", counts.open) } else { String::new() };
    if counts.judged() == 0 {
        return format!("No invoice paid or due yet{open}, so this is assumed");
    }
    let overdue = if counts.overdue > 0 { format!(", {} overdue", counts.overdue) } else { String::new() };
    let late = if counts.late > 0 { format!(", {} paid late", counts.late) } else { String::new() };
    format!("{} of {} paid on time{late}{overdue}{open}", counts.on_time, plural(counts.judged(), "invoice"))
}

fn explain_api_calls(measured: &Measurements, days: i64) -> String {
    let (now, before) = (measured.api_calls, measured.api_calls_before);
    match change_percent(measured) {
        None if now == 0 => format!("No API calls in the last {} days, so this is assumed", 2 * days),
        None => format!("{} in the last {days} days, none in the {days} before", plural(now, "API call")),
        Some(0) => format!("{} in the last {days} days, about as many as in the {days} before", plural(now, "API call")),
        Some(change) => format!(
            "{} in the last {days} days, {change:+} % against {} in the {days} before",
            plural(now, "API call"),
            group(before)
        ),
    }
}

/// The standard next step when a factor is a customer's weakest.
pub fn next_step(key: FactorKey) -> &'static str {
    match key {
        FactorKey::LoginFrequency => "Call the champion: find out who stopped logging in, and why",
        FactorKey::FeatureAdoption => "Offer a training session on the features they do not use",
        FactorKey::SupportLoad => "Review the open tickets with support and agree on a plan",
        FactorKey::InvoiceTimeliness => "Clear up the unpaid invoices with their finance contact",
        FactorKey::ApiTrend => "Ask their technical contact what changed in the integration",
    }
}

fn source(key: FactorKey) -> &'static str {
    match key {
        FactorKey::LoginFrequency => "Logins",
        FactorKey::FeatureAdoption => "Feature uses",
        FactorKey::SupportLoad => "Support tickets",
        FactorKey::InvoiceTimeliness => "Invoices",
        FactorKey::ApiTrend => "API calls",
    }
}

/// "1 login", "1,200 logins".
fn plural(count: i64, noun: &str) -> String {
    format!("{} {noun}{}", group(count), if count == 1 { "" } else { "s" })
}

/// Thousands set apart by commas.
fn group(number: i64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let (head, tail) = digits.split_at(first);
    let groups = tail.as_bytes().chunks(3).map(|chunk| std::str::from_utf8(chunk).unwrap_or_default());
    std::iter::once(head).filter(|head| !head.is_empty()).chain(groups).collect::<Vec<_>>().join(",")
}
