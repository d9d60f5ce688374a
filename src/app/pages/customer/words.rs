//! The page's sentences about events and measured values, for customer success staff.

use crate::app::format;
use crate::domain::measure::Measure;
use crate::domain::phrases::listed;
use crate::domain::reading::label;
use crate::domain::scorecard::FactorRule;
use crate::domain::{Band, EventBody, Factor, Health, MissingPolicy, NaiveDate, OutcomeFacts};
use crate::scoring::BAND_MEMORY_DAYS;
use crate::wire::pages::CustomerPage;

/// Describes the ARR of an outcome: "$12,000 → $9,000", or the one that is known.
pub fn arr_step(facts: &OutcomeFacts, currency: &str) -> Option<String> {
    let money = |cents| format::money(cents, currency);
    match (facts.arr_before_cents, facts.arr_after_cents) {
        (Some(before), Some(after)) => Some(format!("{} → {}", money(before), money(after))),
        (Some(before), None) => Some(format!("{} before", money(before))),
        (None, Some(0)) | (None, None) => None,
        (None, Some(after)) => Some(format!("{} after", money(after))),
    }
}

/// Describes why an outcome came about: "Price, not its own decision".
pub fn reason_words(facts: &OutcomeFacts) -> Option<String> {
    const INVOLUNTARY: &str = "not its own decision";
    match (&facts.reason, facts.involuntary) {
        (Some(reason), true) => Some(format!("{reason}, {INVOLUNTARY}")),
        (Some(reason), false) => Some(reason.clone()),
        (None, true) => Some(format::capitalised(INVOLUNTARY)),
        (None, false) => None,
    }
}

/// Describes an event: "maria@example.com logged in", "Invoice A-1 paid".
pub fn event_sentence(body: &EventBody) -> String {
    let by = |user: &Option<String>| user.as_ref().map(|user| format!(" by {user}")).unwrap_or_default();
    match body {
        EventBody::Login { user: Some(user) } => format!("{user} logged in"),
        EventBody::Login { user: None } => "Somebody logged in".into(),
        EventBody::FeatureUse { feature, user } => format!("Used {feature}{}", by(user)),
        EventBody::ApiCall { count } => format::count(*count, "API call"),
        EventBody::SupportTicket { priority, subject } => {
            let subject = subject.as_ref().map(|subject| format!(": {subject}")).unwrap_or_default();
            format!("Support ticket of {} priority{subject}", priority.name())
        }
        EventBody::InvoiceIssued { number, amount_cents, currency, due_date } => {
            format!("Invoice {number} for {} issued, due {}", format::money(*amount_cents, currency), format::day(*due_date))
        }
        EventBody::InvoicePaid { number } => format!("Invoice {number} paid"),
        EventBody::InvoiceVoided { number } => format!("Invoice {number} voided"),
        EventBody::Reading { name, value } => format!("{}: {}", label(name), value.grouped()),
    }
}

/// Says since when the band holds: "since 5 Nov 2026, 17 days". The search for that day has a limit.
pub fn since_words(since: NaiveDate, as_of: NaiveDate) -> String {
    match (as_of - since).num_days() {
        BAND_MEMORY_DAYS.. => format!("for more than {BAND_MEMORY_DAYS} days"),
        0 => format!("since {}, the first day", format::day(since)),
        1 => format!("since {}, 1 day ago", format::day(since)),
        days => format!("since {}, {days} days ago", format::day(since)),
    }
}

/// Says that a new customer's score is one of few days: "so far, shown as New until 4 Apr 2026".
pub fn new_words(page: &CustomerPage) -> String {
    match page.new_until {
        Some(day) => format!("so far, shown as New until {}", format::day(day)),
        None => String::new(),
    }
}

/// Explains why there is no score to show.
pub fn no_data_reason(page: &CustomerPage) -> String {
    let as_of = page.health.as_of;
    match page.customer.fields.start_date {
        Some(start) if as_of < start => format!("The customer starts on {}", format::day(start)),
        _ if !page.has_facts => "Nothing is known yet about this customer".into(),
        _ => format!("Too little is measured: a score needs {}", page.scorecard.coverage_floor),
    }
}

/// Names the sum of the points, which is no score without enough data.
pub fn sum_words(page: &CustomerPage) -> &'static str {
    match (page.health.band, page.customer.fields.start_date) {
        (Band::NoData, Some(start)) if page.health.as_of < start => "Sum, no score before the start",
        (Band::NoData, _) if !page.has_facts => "Sum, no score: nothing received yet",
        (Band::NoData, _) => "Sum, too little data for a score",
        _ => "Score",
    }
}

/// Says which factors are assumed: "Support load and API trend are assumed".
pub fn coverage_sentence(health: &Health, policy: MissingPolicy) -> String {
    let assumed = health.factors.values().filter(|factor| !factor.measured);
    let assumed: Vec<_> = assumed.map(|factor| format::uncapitalised(&factor.label)).collect();
    let consequence = match policy {
        MissingPolicy::Neutral => "assumed",
        MissingPolicy::Exclude => "left out",
    };
    match assumed.as_slice() {
        [] => "Nothing is assumed".into(),
        [one] => format!("{} is {consequence}", format::capitalised(one)),
        many => format!("{} are {consequence}", format::capitalised(&listed(many))),
    }
}

/// Returns the measured value as a figure, and the thing it counts. The explanation below it has the target.
pub fn value_words(rule: &FactorRule, factor: &Factor) -> (String, String) {
    let value = factor.value.map_or_else(|| "–".to_owned(), format::group);
    if !factor.measured {
        return ("–".into(), "nothing measured".into());
    }
    let noun = rule.measure.short_noun();
    match &rule.measure {
        Measure::Count { .. } | Measure::DistinctFeatures { .. } | Measure::DistinctUsers { .. } => {
            (value, if factor.value == Some(1) { noun.to_owned() } else { format!("{noun}s") })
        }
        Measure::OnTimeShare { .. } => (value, format!("of {} paid on time", format::group(factor.target.unwrap_or_default()))),
        Measure::Trend { .. } => match factor.value {
            Some(percent) => (
                format!("{}{} %", if percent > 0 { "+" } else { "" }, format::group(percent)),
                "against the window before".into(),
            ),
            None => ("New".into(), format!("no {noun}s in the window before")),
        },
        Measure::ActiveDays { .. } => (value, if factor.value == Some(1) { "active day".into() } else { "active days".into() }),
        Measure::DaysSince { .. } => (value, format!("days since the last {noun}")),
        Measure::Pace { .. } => match factor.value {
            Some(percent) => (format!("{} %", format::group(percent)), "of the pace before".into()),
            None => ("New".into(), format!("no {noun}s before")),
        },
        Measure::DaysOverdue => (value, "days overdue".into()),
        Measure::Latest { reading, .. } => (value, reading.clone()),
        Measure::Mean { reading, .. } => (value, format!("{reading} on average")),
        Measure::Ratio { over, .. } => (format!("{value} %"), format!("of {over}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CustomerId, Factors, Priority, ReadingValue, Scorecard};
    use crate::scoring::score;
    use crate::scoring::tests::Five;

    #[test]
    fn events_read_as_sentences() {
        let due_date = NaiveDate::from_ymd_opt(2026, 3, 4).unwrap();
        let cases = [
            (EventBody::Login { user: Some("maria".into()) }, "maria logged in"),
            (EventBody::Login { user: None }, "Somebody logged in"),
            (EventBody::FeatureUse { feature: "reports".into(), user: Some("maria".into()) }, "Used reports by maria"),
            (EventBody::ApiCall { count: 1 }, "1 API call"),
            (EventBody::ApiCall { count: 12_000 }, "12,000 API calls"),
            (EventBody::SupportTicket { priority: Priority::High, subject: None }, "Support ticket of high priority"),
            (
                EventBody::InvoiceIssued { number: "A-1".into(), amount_cents: 120_050, currency: "USD".into(), due_date },
                "Invoice A-1 for $1,200.50 issued, due 4 Mar 2026",
            ),
            (EventBody::InvoicePaid { number: "A-1".into() }, "Invoice A-1 paid"),
            (
                EventBody::Reading { name: "seats used".into(), value: ReadingValue::parse("1042.50").unwrap() },
                "Seats used: 1,042.5",
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(event_sentence(&body), expected);
        }
    }

    #[test]
    fn values_stand_beside_what_they_count() {
        let measured =
            Five { logins: 45, features: 1, tickets: 6, connected: Factors::from_fn(|_| true), ..Five::default() }.measured();
        let health = score(CustomerId(1), &measured, &Scorecard::default(), NaiveDate::default());
        let rules = Scorecard::default();
        let found: Vec<_> = health.factors.iter().map(|(key, factor)| value_words(&rules.factors[key], factor)).take(3).collect();
        let expected = [("45", "logins"), ("1", "feature"), ("6", "tickets")];
        assert_eq!(found, expected.map(|(value, of)| (value.to_owned(), of.to_owned())));
    }
}
