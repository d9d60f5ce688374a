//! Invoices: the strip beside the factor, the table with what can be done about each.

use crate::app::components::Day;
use crate::app::format;
use crate::app::forms::PayInvoiceForm;
use crate::domain::NaiveDate;
use crate::domain::pages::{CustomerPage, InvoiceRow, InvoiceStatus};
use leptos::prelude::*;

/// How many of the latest invoices the strip shows.
const STRIP_INVOICES: usize = 18;

/// A symbol and a word for each standing; the symbol is never alone where it has to be understood.
pub fn status_words(status: InvoiceStatus) -> (&'static str, &'static str, &'static str) {
    match status {
        InvoiceStatus::PaidOnTime => ("paid_on_time", "✓", "Paid on time"),
        InvoiceStatus::PaidLate => ("paid_late", "!", "Paid late"),
        InvoiceStatus::Overdue => ("overdue", "✕", "Overdue"),
        InvoiceStatus::Open => ("open", "○", "Not due yet"),
        InvoiceStatus::Voided => ("voided", "–", "Voided"),
    }
}

/// "Paid late, 12 days after it was due"
pub fn standing(invoice: &InvoiceRow, as_of: NaiveDate) -> String {
    let (_, _, word) = status_words(invoice.status);
    let after = |day: NaiveDate| format::count((day - invoice.due_on).num_days(), "day");
    match (invoice.status, invoice.paid_on) {
        (InvoiceStatus::PaidLate, Some(paid_on)) => format!("{word}, by {}", after(paid_on)),
        (InvoiceStatus::Overdue, _) => format!("{word} by {}", after(as_of)),
        _ => word.to_owned(),
    }
}

/// The latest invoices as cells in the order they were issued.
#[component]
pub fn InvoiceStrip(page: StoredValue<CustomerPage>) -> impl IntoView {
    let (invoices, as_of) = page.with_value(|page| (page.invoices.clone(), page.health.as_of));
    if invoices.is_empty() {
        return view! { <p class="empty-note">"No invoice has been issued."</p> }.into_any();
    }
    let left_out = invoices.len().saturating_sub(STRIP_INVOICES);
    let cells = invoices.iter().take(STRIP_INVOICES).rev().map(|invoice| {
        let (name, symbol, _) = status_words(invoice.status);
        let text = format!("{}, due {}: {}", invoice.number, format::day(invoice.due_on), standing(invoice, as_of));
        let title = text.clone();
        view! {
            <li class="invoice-strip__cell" data-invoice=name title=title>
                <span aria-hidden="true">{symbol}</span>
                <span class="sr-only">{text}</span>
            </li>
        }
    });
    let present =
        [InvoiceStatus::PaidOnTime, InvoiceStatus::PaidLate, InvoiceStatus::Overdue, InvoiceStatus::Open, InvoiceStatus::Voided]
            .into_iter()
            .filter_map(|status| {
                let count = invoices.iter().filter(|invoice| invoice.status == status).count();
                let (name, symbol, word) = status_words(status);
                (count > 0).then(|| {
                    view! {
                        <li>
                            <span class="invoice-symbol" data-invoice=name aria-hidden="true">{symbol}</span>
                            {format!("{word}: {count}")}
                        </li>
                    }
                })
            })
            .collect_view();
    view! {
        <div class="invoice-strip">
            <ol class="invoice-strip__cells" aria-label="Invoices, the oldest first">{cells.collect_view()}</ol>
            <ul class="invoice-strip__legend">{present}</ul>
            <p class="factor__more">
                {(left_out > 0).then(|| format!("{left_out} earlier ones are not drawn. "))}
                <a href="#invoices">"All invoices"</a>
            </p>
        </div>
    }
    .into_any()
}

/// Every invoice with its standing; today, those still unpaid can be marked as paid.
#[component]
pub fn InvoicesSection(page: StoredValue<CustomerPage>) -> impl IntoView {
    let invoices = page.with_value(|page| page.invoices.clone());
    let body = if invoices.is_empty() {
        view! { <p class="empty-note">"No invoices yet. Log one, or let the billing system send invoice_issued events."</p> }
            .into_any()
    } else {
        let lines = invoices.into_iter().enumerate();
        let lines = lines.map(|(place, invoice)| view! { <InvoiceLine page place invoice /> }).collect_view();
        view! {
            <div class="scroll-x">
                <table class="invoices">
                    <thead>
                        <tr>
                            <th scope="col">"Invoice"</th>
                            <th scope="col" class="numeric">"Amount"</th>
                            <th scope="col" class="invoices__issued">"Issued"</th>
                            <th scope="col">"Due"</th>
                            <th scope="col">"Standing"</th>
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="panel" id="invoices" aria-labelledby="invoices-title">
            <div class="panel__head">
                <h2 id="invoices-title">"Invoices"</h2>
            </div>
            {body}
        </section>
    }
}

#[component]
fn InvoiceLine(page: StoredValue<CustomerPage>, place: usize, invoice: InvoiceRow) -> impl IntoView {
    let (customer, as_of, today) = page.with_value(|page| (page.customer.id, page.health.as_of, page.today));
    let (name, symbol, _) = status_words(invoice.status);
    let unpaid = matches!(invoice.status, InvoiceStatus::Open | InvoiceStatus::Overdue);
    let standing = standing(&invoice, as_of);
    let number = invoice.number.clone();
    let pay = (unpaid && as_of == today).then(|| {
        view! {
            <details class="inline-form no-print">
                <summary>"Mark as paid"<span class="sr-only">": " {number.clone()}</span></summary>
                <PayInvoiceForm customer number place today />
            </details>
        }
    });
    view! {
        <tr>
            <th scope="row">{invoice.number}</th>
            <td class="numeric">{format::money(invoice.amount_cents, &invoice.currency)}</td>
            <td class="invoices__issued"><Day day=invoice.issued_on /></td>
            <td class="invoices__day"><Day day=invoice.due_on /></td>
            <td class="invoices__state">
                <span class="invoices__standing">
                    <span class="invoice-symbol" data-invoice=name aria-hidden="true">{symbol}</span>
                    {standing}
                </span>
                {pay}
            </td>
        </tr>
    }
}
