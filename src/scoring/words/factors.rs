//! Sentences about a factor for customer success staff: the measured value, and the next step.

use crate::domain::counts::{count, count_or_no, group};
use crate::domain::measure::Measure;
use crate::domain::phrases::uncapitalised;
use crate::domain::scale::{Scale, Value};
use crate::domain::scorecard::FactorRule;
use crate::domain::{EventKind, MissingPolicy};
use crate::scoring::measure::{Counted, InvoiceCounts, Measured, change_percent};
use crate::scoring::words::values::{mean, reading_label, thousandths, value_words};

/// Returns one plain sentence that explains a factor's score.
pub fn explain(rule: &FactorRule, measured: &Measured, policy: MissingPolicy) -> String {
    if measured.is_measured() {
        return describe(measured, &rule.measure, &rule.scale);
    }
    let consequence = match policy {
        MissingPolicy::Neutral => "assumed",
        MissingPolicy::Exclude => "left out",
    };
    format!("{}, so this score is {consequence}", why_unknown(measured, &rule.measure))
}

/// Describes the counts behind a measured factor.
fn describe(measured: &Measured, measure: &Measure, scale: &Scale) -> String {
    let (period, noun) = (last(measure), measure.noun());
    match (&measured.counted, measure) {
        (Counted::Facts(number), _) => describe_count(&count_or_no(*number, noun), *number, measure, measure.days(), scale),
        (Counted::Users(number), _) => describe_count(&count_or_no(*number, noun), *number, measure, measure.days(), scale),
        (Counted::Scaled { number, of }, _) => describe_count(&count_or_no(*number, noun), *number, measure, *of, scale),
        (Counted::ActiveDays { number, of, .. }, _) => {
            let counted = format!("{} with {noun}s", count_or_no(*number, "day"));
            describe_count(&counted, *number, measure, *of, scale)
        }
        (Counted::Features(number, _), Measure::DistinctFeatures { features, .. }) => {
            let noun = if features.is_empty() { "feature" } else { "key feature" };
            format!("{} used {period}, target {}", count_or_no(*number, noun), scale.end())
        }
        (Counted::Invoices(counts), _) => describe_invoices(*counts, measure.window_days()),
        (Counted::Trend(now, before), _) => describe_trend(*now, *before, measure),
        (Counted::Pace(now, before), Measure::Pace { before_days, .. }) => {
            describe_pace(*now, *before, *before_days, measured, measure)
        }
        (Counted::Since(None), _) => format!("No {noun} {period}"),
        (Counted::Since(Some(0)), _) => format!("Last {noun} on this day"),
        (Counted::Since(Some(days)), _) => format!("Last {noun} {} ago", count(*days, "day")),
        (Counted::Overdue(Some(0)), _) => "No invoice is overdue".to_owned(),
        (Counted::Overdue(Some(days)), _) => {
            format!("The oldest open invoice is {} overdue", count(*days, "day"))
        }
        (Counted::Latest(Some(value)), Measure::Latest { reading, .. }) => {
            format!("{} {}", reading_label(reading), thousandths(*value))
        }
        (Counted::Mean { sum, number }, Measure::Mean { reading, .. }) => {
            let mean = mean(*sum, *number).unwrap_or_default();
            format!("{} {mean} on average {period}", reading_label(reading))
        }
        (Counted::Ratio(Some(value), Some(of)), Measure::Ratio { reading, over, .. }) => {
            let percent = value_words(measured, measure).unwrap_or_default();
            format!("{} {}, {percent} % of {over} ({})", reading_label(reading), thousandths(*value), thousandths(*of))
        }
        _ => String::new(),
    }
}

/// Holds a count against its target: "12 logins in the last 30 days, target 20", and "4 logins in 10 days, target 20 in 30 days" where
/// it was counted over fewer days than the window's.
fn describe_count(counted: &str, number: i64, measure: &Measure, of: i64, scale: &Scale) -> String {
    let (days, end) = (measure.days(), scale.end());
    if of < days {
        let (period, window) = (count(of, "day"), count(days, "day"));
        return match scale.falls() {
            true => format!("{counted} in {period}, {end} or more in {window} score 0"),
            false => format!("{counted} in {period}, target {end} in {window}"),
        };
    }
    let period = last(measure);
    match scale.falls() {
        true if number == 0 => format!("{counted} {period}"),
        true => format!("{counted} {period}, {end} or more score 0"),
        false => format!("{counted} {period}, target {end}"),
    }
}

/// Says why a factor could not be measured.
fn why_unknown(measured: &Measured, measure: &Measure) -> String {
    let source = measure.source_words();
    let no_reading = |name: &str| format!("No reading of {name} {}", last(measure));
    match (&measured.counted, measure) {
        (Counted::Users(_), _) if !measured.connected => {
            format!("{source} are not connected yet, or not all of the {} are kept", last(measure).trim_start_matches("in the "))
        }
        _ if !measured.connected => format!("{source} are not connected yet"),
        (Counted::Invoices(InvoiceCounts { open: 0, .. }), _) => "No invoices to judge yet".to_owned(),
        (Counted::Invoices(InvoiceCounts { open: 1, .. }), _) => "The only open invoice is not due yet".to_owned(),
        (Counted::Invoices(InvoiceCounts { open, .. }), _) => {
            format!("None of the {} open invoices is due yet", group(*open))
        }
        (Counted::Overdue(_), _) => "No invoices yet".to_owned(),
        (Counted::Ratio(Some(_), Some(_)), Measure::Ratio { over, .. }) => {
            format!("{} 0", reading_label(over))
        }
        (Counted::Ratio(Some(_), None), Measure::Ratio { over, .. }) => no_reading(over),
        (_, Measure::Latest { reading, .. } | Measure::Mean { reading, .. } | Measure::Ratio { reading, .. }) => {
            no_reading(reading)
        }
        _ => format!("No {} in the last {}", uncapitalised(&source), in_days(measure.lookback_days())),
    }
}

fn describe_pace(now: i64, before: i64, before_days: i64, measured: &Measured, measure: &Measure) -> String {
    let earlier = format!("in the {} before", in_days(before_days));
    let facts = format!("{} {}", count_or_no(now, measure.noun()), last(measure));
    match measured.value(measure).and_then(Value::rounded) {
        _ if now == 0 => format!("{facts}, {} {earlier}", group(before)),
        Some(percent) => format!("{facts}, {} % of the pace {earlier} ({})", group(percent), group(before)),
        None => format!("{facts}, none {earlier}"),
    }
}

fn describe_invoices(counts: InvoiceCounts, days: Option<i64>) -> String {
    let also = |number: i64, what: &str| {
        if number > 0 { format!(", {} {what}", group(number)) } else { String::new() }
    };
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
        Measure::ActiveDays { kinds, .. } | Measure::DaysSince { kinds, .. } | Measure::Pace { kinds, .. }
            if kinds.as_slice() == [EventKind::Login] =>
        {
            "Call the champion: find out what keeps people from logging in"
        }
        Measure::Count { .. }
        | Measure::DistinctUsers { .. }
        | Measure::ActiveDays { .. }
        | Measure::DaysSince { .. }
        | Measure::Pace { .. }
        | Measure::Latest { .. }
        | Measure::Mean { .. }
        | Measure::Ratio { .. } => "Ask the champion what has changed",
        Measure::DaysOverdue => "Agree with their finance contact when the overdue invoices get paid",
        Measure::DistinctFeatures { .. } => "Offer a training session on the features they do not use",
        Measure::OnTimeShare { .. } => "Agree with their finance contact how invoices get paid on time",
        Measure::Trend { .. } if value.is_none_or(|change| change > -STEADY_PERCENT) => {
            "Ask their technical contact what else they could integrate"
        }
        Measure::Trend { .. } => "Ask their technical contact what changed in the integration",
    }
}
