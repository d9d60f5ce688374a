//! How an invoice stands on a day, and what that makes of timeliness.

use super::given::*;
use crate::domain::FactorKey;
use crate::domain::InvoiceStatus::{self, *};
use crate::scoring::{Invoice, invoice_rows};

#[test]
fn an_invoice_is_judged_by_its_due_day_and_earliest_payment() {
    #[track_caller]
    fn check(invoice: Invoice, expected: Option<InvoiceStatus>) {
        assert_eq!(invoice.status(day(0)), expected, "{invoice:?}");
    }
    check(issued(30).due(-1), Some(Open));
    check(issued(30).due(0), Some(Open));
    check(issued(30).due(1), Some(Overdue));
    check(issued(0).due(-30), Some(Open));
    check(issued(-1).due(-31), None);
    check(issued(-1).due(-31).paid(3), None);

    check(issued(30).due(10).paid(11), Some(PaidOnTime));
    check(issued(30).due(10).paid(10), Some(PaidOnTime));
    check(issued(30).due(10).paid(9), Some(PaidLate));
    check(issued(30).due(0).paid(0), Some(PaidOnTime));
    check(issued(30).due(1).paid(0), Some(PaidLate));
    check(issued(30).due(1).paid(-1), Some(Overdue));
    check(issued(30).due(0).paid(-1), Some(Open));

    check(issued(30).due(1).voided(0), Some(Voided));
    check(issued(30).due(1).paid(1).voided(0), Some(Voided));
    check(issued(30).due(1).voided(-1), Some(Overdue));
    check(issued(30).due(1).voided(31), Some(Voided));

    let free = |invoice: Invoice| Invoice { amount_cents: 0, ..invoice };
    check(free(issued(30).due(1)), Some(PaidOnTime));
    check(free(issued(30).due(-1)), Some(PaidOnTime));
    check(free(issued(30).due(10).paid(9)), Some(PaidOnTime));
    check(free(issued(30).due(1).voided(0)), Some(Voided));
    check(free(issued(-1).due(-31)), None);
    check(free(unknown_invoice().paid(3)), None);
    check(Invoice { amount_cents: 1, ..issued(30).due(1) }, Some(Overdue));

    check(issued(5).due(2).paid(8), Some(PaidOnTime));
    check(issued(5).due(9), Some(Overdue));
    check(unknown_invoice().paid(3), None);
    check(unknown_invoice().voided(3), None);
}

#[test]
fn timeliness_is_the_share_paid_on_time_of_those_that_can_be_judged() {
    for ((on_time, late, overdue, open), expected, measured) in [
        ((0, 0, 0, 0), "50.0", false),
        ((0, 0, 0, 3), "50.0", false),
        ((1, 0, 0, 0), "100.0", true),
        ((4, 0, 0, 2), "100.0", true),
        ((1, 1, 0, 0), "50.0", true),
        ((1, 1, 1, 0), "33.3", true),
        ((2, 0, 1, 5), "66.7", true),
        ((0, 1, 0, 0), "0.0", true),
        ((0, 0, 1, 0), "0.0", true),
        ((0, 4, 3, 1), "0.0", true),
    ] {
        let factor = given().invoices(on_time, late, overdue, open).factor(FactorKey::INVOICE_TIMELINESS);
        assert_eq!(
            (factor.score.to_string().as_str(), factor.measured),
            (expected, measured),
            "{on_time} {late} {overdue} {open}"
        );
    }
}

#[test]
fn a_voided_invoice_does_not_count_from_its_void_on() {
    let given = given().invoice(issued(60).due(30).paid(30)).invoice(issued(60).due(30).voided(5));
    for (ago, expected) in [(31, "50.0"), (30, "100.0"), (29, "50.0"), (6, "50.0"), (5, "100.0"), (0, "100.0")] {
        assert_eq!(given.health_on(ago).factors[FactorKey::INVOICE_TIMELINESS].score.to_string(), expected, "{ago} days ago");
    }
}

#[test]
fn invoices_of_all_history_count() {
    let given = given().invoice(issued(3000).due(2970)).invoice(issued(60).due(30).paid(31));
    assert_eq!(given.factor(FactorKey::INVOICE_TIMELINESS).score.to_string(), "50.0");
    assert_eq!(given.factor(FactorKey::INVOICE_TIMELINESS).window, None);
}

#[test]
fn rows_show_the_latest_invoice_first_as_it_stood_on_the_day() {
    let named = |number: &str, invoice: Invoice| Invoice { number: number.into(), ..invoice };
    let invoices = [
        named("A", issued(60).due(30).paid(2)),
        named("B", issued(10).due(-20)),
        named("C", issued(-1).due(-31)),
        named("D", issued(60).due(30).voided(40)),
    ];
    let rows = |ago| {
        let row = |row: crate::domain::InvoiceRow| (row.number, row.status, row.paid_on);
        invoice_rows(&invoices, day(ago)).into_iter().map(row).collect::<Vec<_>>()
    };
    let expected = [("B", Open, None), ("D", Voided, None), ("A", PaidLate, Some(day(2)))];
    assert_eq!(rows(0), expected.map(|(number, status, paid_on)| (number.to_owned(), status, paid_on)));
    let expected = [("D", Voided, None), ("A", Overdue, None)];
    assert_eq!(rows(20), expected.map(|(number, status, paid_on)| (number.to_owned(), status, paid_on)));
}

#[test]
fn a_window_counts_the_invoices_issued_in_it() {
    let given = given().invoice(issued(40).due(20)).invoice(issued(39).due(20).paid(20)).invoice(issued(0).due(-30));
    let windowed = given.clone().rule(FactorKey::INVOICE_TIMELINESS, |rule| rule.window_days = Some(40));
    let (all, some) = (given.factor(FactorKey::INVOICE_TIMELINESS), windowed.factor(FactorKey::INVOICE_TIMELINESS));
    assert_eq!((all.score.to_string(), all.target, all.window), ("50.0".into(), Some(2), None));
    assert_eq!((some.score.to_string(), some.target, some.window.unwrap().from), ("100.0".into(), Some(1), day(39)));
    assert_eq!(some.explanation, "1 of 1 invoice issued in the last 40 days paid on time, 1 not due yet");
    let the_day_before = windowed.health_on(1).factors[FactorKey::INVOICE_TIMELINESS].clone();
    assert_eq!((the_day_before.score.to_string(), the_day_before.target), ("50.0".into(), Some(2)), "it has just left");
}
