//! Silence of sources. Days are told by their distance to the as-of day, as everywhere here.

use super::given::day;
use crate::domain::{EventKind, NaiveDate, Source};
use crate::scoring::silent_sources;

/// The silences as of a day of what came of one kind: since how many days, and the usual gap.
fn silence_on(as_of: NaiveDate, agos: impl IntoIterator<Item = i64>) -> Option<(i64, i64)> {
    let facts: Vec<_> = agos.into_iter().map(|ago| (EventKind::Login, day(ago))).collect();
    let silent = silent_sources(&facts, as_of);
    assert!(silent.len() <= 1 && silent.iter().all(|silent| silent.last_day == as_of - chrono::Duration::days(silent.days)));
    silent.first().map(|silent| (silent.days, silent.usual_gap_days))
}

#[track_caller]
fn check(agos: impl IntoIterator<Item = i64>, expected: Option<(i64, i64)>) {
    assert_eq!(silence_on(day(0), agos), expected);
}

#[test]
fn a_daily_source_is_silent_on_the_fourth_day() {
    // Every gap is 1 day, three times that is 3, and a silence must be longer.
    check(4..=20, Some((4, 1)));
    check(3..=20, None);
    check(0..=20, None);
}

#[test]
fn a_source_of_working_days_is_allowed_long_weekends() {
    // 30 June is a Tuesday; 19 June a Friday, 11 days before. Of the 30 gaps over six weeks 24 are of 1 day and 6, over
    // weekends, of 3: the 29th (30 x 0.95 is 28.5) is one of these.
    let working_days = || (11..=53).filter(|ago| (ago - 11) % 7 != 5 && (ago - 11) % 7 != 6);
    assert_eq!(working_days().count(), 31);
    assert_eq!(silence_on(day(2), working_days()), None, "9 days are three times 3");
    assert_eq!(silence_on(day(1), working_days()), Some((10, 3)));
}

#[test]
fn one_long_gap_in_twenty_is_no_habit() {
    // 19 gaps of 1 day and one of 30: the 19th of 20 is 95 %, a gap of 1.
    check((4..=23).chain([53]), Some((4, 1)));
    // 18 gaps of 1 day and one of 10: the 19th of 19 (18.05 rounded up) is the one of 10.
    check((30..=48).chain([58]), None);
    check((31..=49).chain([59]), Some((31, 10)));
}

#[test]
fn fewer_than_five_gaps_tell_nothing() {
    check([100, 101, 102, 103, 104], None);
    check([100, 101, 102, 103, 104, 105], Some((100, 1)));
    check([], None);
}

#[test]
fn many_facts_of_a_day_are_one_day_in_any_order() {
    check([105, 100, 101, 101, 100, 102, 102, 103], None);
    check([105, 100, 101, 104, 101, 100, 102, 102, 103], Some((100, 1)));
}

#[test]
fn half_a_year_is_remembered() {
    // The window of 180 days begins 179 days ago. With the day before it there are only four gaps of 10 days.
    check((0..6).map(|index| 130 + 10 * index), None);
    check((0..6).map(|index| 129 + 10 * index), Some((129, 10)));
}

#[test]
fn facts_after_the_day_do_not_end_its_silence() {
    assert_eq!(silence_on(day(10), (14..=30).chain([9, 0])), Some((4, 1)));
    assert_eq!(silence_on(day(9), (14..=30).chain([9, 0])), None);
}

#[test]
fn invoices_issued_paid_and_voided_are_one_source_and_every_source_is_judged_alone() {
    use EventKind::*;
    let mut facts: Vec<_> = [
        (InvoiceIssued, 80),
        (InvoicePaid, 70),
        (InvoiceIssued, 60),
        (InvoiceVoided, 50),
        (InvoiceIssued, 40),
        (InvoicePaid, 31),
    ]
    .map(|(kind, ago)| (kind, day(ago)))
    .to_vec();
    for ago in 0..20 {
        facts.extend([(Login, day(ago)), (FeatureUse, day(ago + 3)), (ApiCall, day(ago + 12)), (SupportTicket, day(ago + 5))]);
    }
    let silent: Vec<_> = silent_sources(&facts, day(0)).into_iter().map(|silent| (silent.source, silent.sentence)).collect();
    let expected = [
        (Source::SupportTickets, "No support ticket of anybody for 5 days"),
        (Source::Invoices, "No invoice of anybody issued, paid or voided for 31 days"),
        (Source::ApiCalls, "No API call of anybody for 12 days"),
    ];
    assert_eq!(silent, expected.map(|(source, sentence)| (source, sentence.to_owned())));
}
