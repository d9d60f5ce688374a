//! Sentences about a factor for customer success staff: the measured value, and the next step.

use crate::domain::counts::{count_or_no, group};
use crate::domain::scorecard::FactorRule;
use crate::domain::{FactorKey, MissingPolicy, Scorecard};
use crate::scoring::measure::{Measurements, change_percent};

/// Returns one plain sentence that explains a factor's score.
pub fn explain(key: FactorKey, measured: &Measurements, scorecard: &Scorecard) -> String {
    let rule = scorecard.factors.get(key);
    if measured.is_measured(key) {
        return describe(key, measured, rule);
    }
    let consequence = match scorecard.missing_policy {
        MissingPolicy::Neutral => "assumed",
        MissingPolicy::Exclude => "left out",
    };
    format!("{}, so this score is {consequence}", why_unknown(key, measured, rule))
}

/// Describes the counts behind a measured factor.
fn describe(key: FactorKey, measured: &Measurements, rule: &FactorRule) -> String {
    let (period, target) = (last(rule), rule.divisor());
    match key {
        FactorKey::LoginFrequency => format!("{} {period}, target {target}", count_or_no(measured.logins, "login")),
        FactorKey::FeatureAdoption => {
            let noun = if rule.key_features.is_empty() { "feature" } else { "key feature" };
            format!("{} used {period}, target {target}", count_or_no(measured.features, noun))
        }
        FactorKey::SupportLoad => match measured.tickets {
            0 => format!("No support tickets {period}"),
            tickets => format!("{} {period}, {target} or more score 0", count_or_no(tickets, "support ticket")),
        },
        FactorKey::InvoiceTimeliness => describe_invoices(measured, rule),
        FactorKey::ApiTrend => describe_trend(measured, rule),
    }
}

/// Says why a factor could not be measured.
fn why_unknown(key: FactorKey, measured: &Measurements, rule: &FactorRule) -> String {
    let source = key.source();
    match (key, measured.invoices.open) {
        _ if !measured.connected.get(key) => format!("{source} are not connected yet"),
        (FactorKey::InvoiceTimeliness, 0) => "No invoices to judge yet".to_owned(),
        (FactorKey::InvoiceTimeliness, 1) => "The only open invoice is not due yet".to_owned(),
        (FactorKey::InvoiceTimeliness, open) => format!("None of the {} open invoices is due yet", group(open)),
        _ => format!("No {source} in the last {}", days(2 * rule.days())),
    }
}

fn describe_invoices(measured: &Measurements, rule: &FactorRule) -> String {
    let counts = measured.invoices;
    let also = |number: i64, what: &str| if number > 0 { format!(", {} {what}", group(number)) } else { String::new() };
    let late = also(counts.late, "paid late");
    let overdue = also(counts.overdue, "overdue");
    let open = also(counts.open, "not due yet");
    let judged = count_or_no(counts.judged(), "invoice");
    let period = rule.window_days.map_or_else(String::new, |length| format!(" issued in the last {}", days(length)));
    format!("{} of {judged}{period} paid on time{late}{overdue}{open}", group(counts.on_time))
}

fn describe_trend(measured: &Measurements, rule: &FactorRule) -> String {
    let (now, before) = (measured.api_calls, measured.api_calls_before);
    let earlier = format!("in the {} before", days(rule.days()));
    let calls = format!("{} {}", count_or_no(now, "API call"), last(rule));
    match change_percent(measured) {
        None => format!("{calls}, none {earlier}"),
        Some(_) if now == 0 => format!("{calls}, down from {} {earlier}", group(before)),
        Some(0) => format!("{calls}, about as many as {earlier} (steady is 50)"),
        // Rounding must not claim that all calls are gone.
        Some(change @ ..=-100) => format!("{calls}, down more than {} % from {} {earlier}", -change - 1, group(before)),
        Some(change) => {
            let direction = if change > 0 { "up" } else { "down" };
            format!("{calls}, {direction} {} % from {} {earlier}", group(change.abs()), group(before))
        }
    }
}

/// Returns the window in words: "in the last 30 days".
fn last(rule: &FactorRule) -> String {
    rule.window_days.map_or_else(|| "so far".to_owned(), |length| format!("in the last {}", days(length)))
}

/// Returns a number of days in words: "30 days", or "day" for one.
fn days(length: i64) -> String {
    if length == 1 { "day".to_owned() } else { format!("{} days", group(length)) }
}

/// The fall of API calls, in percent, below which they count as steady.
const STEADY_PERCENT: i64 = 10;

/// Returns the usual next step for a customer whose weakest factor this is. `value` is the factor's measured value.
pub fn next_step(key: FactorKey, value: Option<i64>) -> &'static str {
    match key {
        FactorKey::LoginFrequency => "Call the champion: find out what keeps people from logging in",
        FactorKey::FeatureAdoption => "Offer a training session on the features they do not use",
        FactorKey::SupportLoad => "Review their recent tickets and agree on a plan",
        FactorKey::InvoiceTimeliness => "Agree with their finance contact how invoices get paid on time",
        FactorKey::ApiTrend if value.is_none_or(|change| change > -STEADY_PERCENT) => {
            "Ask their technical contact what else they could integrate"
        }
        FactorKey::ApiTrend => "Ask their technical contact what changed in the integration",
    }
}
