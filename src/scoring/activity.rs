//! Facts in the shape that a customer's page draws: daily totals, features in use, invoices with their status.

use super::facts::{Facts, Invoice};
use crate::domain::{DayCount, InvoiceRow};
use crate::domain::{EventKind, NaiveDate, Window};
use std::collections::BTreeMap;

/// Returns the daily totals of these kinds within a window, earliest first, without days that had none.
pub fn daily_totals(facts: &Facts, kinds: &[EventKind], window: Window) -> Vec<DayCount> {
    let mut totals = BTreeMap::<NaiveDate, i64>::new();
    for daily in facts.daily.iter().filter(|daily| kinds.contains(&daily.kind) && window.contains(daily.day)) {
        *totals.entry(daily.day).or_default() += daily.count;
    }
    totals.into_iter().filter(|(_, count)| *count > 0).map(|(day, count)| DayCount { day, count }).collect()
}

/// Returns the features used within a window with their uses, most used first.
pub fn feature_uses(facts: &Facts, window: Window) -> Vec<(String, i64)> {
    let mut uses = BTreeMap::<&str, i64>::new();
    for daily in facts.daily.iter().filter(|daily| daily.kind == EventKind::FeatureUse && window.contains(daily.day)) {
        *uses.entry(&daily.key).or_default() += daily.count;
    }
    let mut uses: Vec<_> = uses.into_iter().filter(|(_, count)| *count > 0).map(|(key, count)| (key.to_owned(), count)).collect();
    uses.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    uses
}

/// Returns the invoices issued by the end of a day, latest first, with their status at that time.
pub fn invoice_rows(invoices: &[Invoice], as_of: NaiveDate) -> Vec<InvoiceRow> {
    let row = |invoice: &Invoice| {
        let status = invoice.status(as_of)?;
        Some(InvoiceRow {
            number: invoice.number.clone(),
            amount_cents: invoice.amount_cents,
            currency: invoice.currency.clone(),
            issued_on: invoice.issued_on?,
            due_on: invoice.due_on?,
            paid_on: invoice.paid_on.filter(|day| *day <= as_of),
            status,
        })
    };
    let mut rows: Vec<_> = invoices.iter().filter_map(row).collect();
    rows.sort_by(|a, b| (b.issued_on, &b.number).cmp(&(a.issued_on, &a.number)));
    rows
}
