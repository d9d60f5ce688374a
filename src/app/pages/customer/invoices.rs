//! Invoices: the strip beside the factor, and the table with the actions on each.

use crate::app::components::Day;
use crate::app::format;
use crate::app::forms::PayInvoiceForm;
use crate::domain::{CustomerId, InvoiceRow, InvoiceStatus, NaiveDate};
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;

/// The most invoices in the strip: the latest ones.
const STRIP_INVOICES: usize = 18;

/// Returns a symbol and words for each status. The symbol never stands alone where it has to be understood.
pub fn status_words(status: InvoiceStatus) -> (&'static str, &'static str, &'static str) {
    match status {
        InvoiceStatus::PaidOnTime => ("paid_on_time", "✓", "Paid on time"),
        InvoiceStatus::PaidLate => ("paid_late", "!", "Paid late"),
        InvoiceStatus::Overdue => ("overdue", "✕", "Overdue"),
        InvoiceStatus::Open => ("open", "○", "Not due yet"),
        InvoiceStatus::Voided => ("voided", "–", "Voided"),
    }
}

/// Describes an invoice's status: "Paid late, by 12 days".
pub fn standing(invoice: &InvoiceRow, as_of: NaiveDate) -> String {
    let (_, _, word) = status_words(invoice.status);
    let after = |day: NaiveDate| format::count((day - invoice.due_on).num_days(), "day");
    match (invoice.status, invoice.paid_on) {
        (InvoiceStatus::PaidOnTime, None) => "On time, nothing to pay".to_owned(),
        (InvoiceStatus::PaidLate, Some(paid_on)) => format!("{word}, by {}", after(paid_on)),
        (InvoiceStatus::Overdue, _) => format!("{word} by {}", after(as_of)),
        _ => word.to_owned(),
    }
}

/// Shows the latest invoices as cells, in the order they were issued.
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

/// Lists every invoice with its status. Today's unpaid ones can be marked as paid.
#[component]
pub fn InvoicesSection(page: Memo<CustomerPage>) -> impl IntoView {
    let customer = page.with_untracked(|page| page.customer.id);
    let lines = Memo::new(move |_| page.with(lines));
    let empty = Memo::new(move |_| lines.read().is_empty());
    let body = move || {
        match empty.get() {
        true => view! { <p class="empty-note">"No invoices yet. Log one, or let the billing system send invoice_issued events."</p> }
            .into_any(),
        false => view! {
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
                    <tbody>
                        <For each=move || lines.get() key=Line::key children=move |line| view! { <InvoiceLine customer line /> } />
                    </tbody>
                </table>
            </div>
        }
        .into_any(),
    }
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

/// An invoice as its line shows it. A change of any of these values makes another line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    invoice: InvoiceRow,
    standing: String,
    /// The day on which it can be marked as paid; `None` when it cannot.
    payable_on: Option<NaiveDate>,
}

impl Line {
    fn key(&self) -> (String, String, bool) {
        (self.invoice.number.clone(), self.standing.clone(), self.payable_on.is_some())
    }
}

fn lines(page: &CustomerPage) -> Vec<Line> {
    let (as_of, today) = (page.health.as_of, page.today);
    let line = |invoice: &InvoiceRow| {
        let unpaid = matches!(invoice.status, InvoiceStatus::Open | InvoiceStatus::Overdue);
        let payable_on = (unpaid && as_of == today).then_some(today);
        Line { standing: standing(invoice, as_of), payable_on, invoice: invoice.clone() }
    };
    page.invoices.iter().map(line).collect()
}

#[component]
fn InvoiceLine(customer: CustomerId, line: Line) -> impl IntoView {
    let Line { invoice, standing, payable_on } = line;
    let (name, symbol, _) = status_words(invoice.status);
    let number = invoice.number.clone();
    let pay = payable_on.map(|today| {
        view! {
            <details class="inline-form no-print">
                <summary>"Mark as paid"<span class="sr-only">": " {number.clone()}</span></summary>
                <PayInvoiceForm customer number today />
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
