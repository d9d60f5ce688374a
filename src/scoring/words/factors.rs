//! Sentences about a factor for customer success staff: the measured value, and the next step.

use crate::domain::counts::{count_or_no, group};
use crate::domain::measure::Measure;
use crate::domain::scale::Scale;
use crate::domain::scorecard::FactorRule;
use crate::domain::{EventKind, MissingPolicy};
use crate::scoring::measure::{Counted, InvoiceCounts, Measured, change_percent};

/// Returns one plain sentence that explains a factor's score.
pub fn explain(rule: &FactorRule, measured: &Measured, policy: MissingPolicy) -> String {
    if measured.is_measured() {
        return describe(&measured.counted, &rule.measure, &rule.scale);
    }
    let consequence = match policy {
        MissingPolicy::Neutral => "assumed",
        MissingPolicy::Exclude => "left out",
    };
    format!("{}, so this score is {consequence}", why_unknown(measured, &rule.measure))
}

/// Describes the counts behind a measured factor.
fn describe(counted: &Counted, measure: &Measure, scale: &Scale) -> String {
    let (period, end, noun) = (last(measure), scale.end(), measure.noun());
    match (counted, measure) {
        (Counted::Facts(0), _) if scale.falls() => format!("No {noun}s {period}"),
        (Counted::Facts(number), _) if scale.falls() => {
            format!("{} {period}, {end} or more score 0", count_or_no(*number, noun))
        }
        (Counted::Facts(number), _) => format!("{} {period}, target {end}", count_or_no(*number, noun)),
        (Counted::Features(number, _), Measure::DistinctFeatures { features, .. }) => {
            let noun = if features.is_empty() { "feature" } else { "key feature" };
            format!("{} used {period}, target {end}", count_or_no(*number, noun))
        }
        (Counted::Invoices(counts), _) => describe_invoices(*counts, measure.window_days()),
        (Counted::Trend(now, before), _) => describe_trend(*now, *before, measure),
        _ => String::new(),
    }
}

/// Says why a factor could not be measured.
fn why_unknown(measured: &Measured, measure: &Measure) -> String {
    let source = measure.source_words();
    match measured.counted {
        _ if !measured.connected => format!("{source} are not connected yet"),
        Counted::Invoices(InvoiceCounts { open: 0, .. }) => "No invoices to judge yet".to_owned(),
        Counted::Invoices(InvoiceCounts { open: 1, .. }) => "The only open invoice is not due yet".to_owned(),
        Counted::Invoices(InvoiceCounts { open, .. }) => format!("None of the {} open invoices is due yet", group(open)),
        _ => format!("No {source} in the last {}", in_days(measure.lookback_days())),
    }
}

fn describe_invoices(counts: InvoiceCounts, days: Option<i64>) -> String {
    let also = |number: i64, what: &str| if number > 0 { format!(", {} {what}", group(number)) } else { String::new() };
    let late = also(counts.late, "paid late");
    let overdue = also(counts.overdue, "overdue");
    let open = also(counts.open, "not due yet");
    let judged = count_or_no(counts.judged(), "invoice");
    let period = days.map_or_else(String::new, |length| format!(" issued in the last {}", in_days(length)));
    format!("{} of {judged}{period} paid on time{late}{overdue}{open}", group(counts.on_time))
}

fn describe_trend(now: i64, before: i64, measure: &Measure) -> String {
    let earlier = format!("in the {} before", in_days(measure.days()));
    let facts = format!("{} {}", count_or_no(now, measure.noun()), last(measure));
    match change_percent(now, before) {
        None => format!("{facts}, none {earlier}"),
        Some(_) if now == 0 => format!("{facts}, down from {} {earlier}", group(before)),
        Some(0) => format!("{facts}, about as many as {earlier} (steady is 50)"),
        // Rounding must not claim that all are gone.
        Some(change @ ..=-100) => format!("{facts}, down more than {} % from {} {earlier}", -change - 1, group(before)),
        Some(change) => {
            let direction = if change > 0 { "up" } else { "down" };
            format!("{facts}, {direction} {} % from {} {earlier}", group(change.abs()), group(before))
        }
    }
}

/// Returns the window in words: "in the last 30 days".
fn last(measure: &Measure) -> String {
    measure.window_days().map_or_else(|| "so far".to_owned(), |length| format!("in the last {}", in_days(length)))
}

/// Returns a number of days in words: "30 days", or "day" for one.
fn in_days(length: i64) -> String {
    if length == 1 { "day".to_owned() } else { format!("{} days", group(length)) }
}

/// The fall of API calls, in percent, below which they count as steady.
const STEADY_PERCENT: i64 = 10;

/// Returns the next step for a customer whose weakest factor this is: the rule's own, or the usual one for what it measures.
/// `value` is the factor's measured value.
pub fn next_step(rule: &FactorRule, value: Option<i64>) -> &str {
    if let Some(step) = &rule.next_step {
        return step;
    }
    match &rule.measure {
        measure if measure.is_count_of(EventKind::Login) => "Call the champion: find out what keeps people from logging in",
        measure if measure.is_count_of(EventKind::SupportTicket) => "Review their recent tickets and agree on a plan",
        Measure::Count { .. } => "Ask the champion what has changed",
        Measure::DistinctFeatures { .. } => "Offer a training session on the features they do not use",
        Measure::OnTimeShare { .. } => "Agree with their finance contact how invoices get paid on time",
        Measure::Trend { .. } if value.is_none_or(|change| change > -STEADY_PERCENT) => {
            "Ask their technical contact what else they could integrate"
        }
        Measure::Trend { .. } => "Ask their technical contact what changed in the integration",
    }
}
