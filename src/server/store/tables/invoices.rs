//! Invoices, derived from their events in whatever order those arrive.

use crate::domain::{CustomerId, EventBody, EventId, NaiveDate};
use crate::scoring::Invoice;
use crate::server::store::sql::bind::{Row, binds, day, end, row};
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::texts::Texts;
use crate::server::store::tables::events::{EventRef, read_body};
use crate::server::store::{StoreError, StoreResult};
use sqlx::AssertSqlSafe;
use std::collections::{BTreeMap, HashMap};

/// The content of one event about an invoice.
pub struct InvoiceFact {
    pub event: EventRef,
    pub day: NaiveDate,
    pub body: EventBody,
}

/// Derives an invoice from the facts about its number. Returns `None` when there are none.
pub fn derive_invoice(number: &str, facts: &[InvoiceFact]) -> Option<Invoice> {
    let mut invoice = Invoice {
        number: number.to_owned(),
        amount_cents: 0,
        currency: String::new(),
        issued_on: None,
        due_on: None,
        paid_on: None,
        voided_on: None,
    };
    let earlier = |known: Option<NaiveDate>, day: NaiveDate| Some(known.map_or(day, |known| known.min(day)));
    for fact in facts {
        match &fact.body {
            EventBody::InvoiceIssued { amount_cents, currency, due_date, .. } => {
                invoice.amount_cents = *amount_cents;
                invoice.currency = currency.clone();
                invoice.issued_on = Some(fact.day);
                invoice.due_on = Some(*due_date);
            }
            EventBody::InvoicePaid { .. } => invoice.paid_on = earlier(invoice.paid_on, fact.day),
            EventBody::InvoiceVoided { .. } => invoice.voided_on = earlier(invoice.voided_on, fact.day),
            _ => {}
        }
    }
    (!facts.is_empty()).then_some(invoice)
}

/// Loads the facts about a number that count, the earliest received first.
async fn load_invoice_facts(tx: &mut Tx, customer: CustomerId, number: &str) -> StoreResult<Vec<InvoiceFact>> {
    let sql = "SELECT id, day, payload FROM events WHERE customer_id = $1 AND invoice_number = $2
               AND NOT EXISTS (SELECT 1 FROM retractions WHERE event_id = events.id) ORDER BY id";
    tx.all(sql, binds![customer, number]).await?.into_iter().map(invoice_fact).collect()
}

fn invoice_fact((id, number, payload): (i64, i32, String)) -> StoreResult<InvoiceFact> {
    let id = EventId(id);
    Ok(InvoiceFact { event: EventRef::Stored(id), day: day(number), body: read_body(id, &payload)? })
}

/// Loads the facts that count about any of these numbers, of any of these customers.
pub async fn load_facts_about(
    tx: &mut Tx,
    customers: &[CustomerId],
    numbers: Vec<String>,
) -> StoreResult<HashMap<(CustomerId, String), Vec<InvoiceFact>>> {
    let mut facts = HashMap::<_, Vec<_>>::new();
    if numbers.is_empty() {
        return Ok(facts);
    }
    let sql = format!(
        "SELECT customer_id, id, day, payload FROM events WHERE customer_id {} AND invoice_number {}
         AND NOT EXISTS (SELECT 1 FROM retractions WHERE event_id = events.id) ORDER BY id",
        tx.one_of(),
        tx.one_of_second()
    );
    let rows: Vec<(i64, i64, i32, String)> = tx.all(AssertSqlSafe(sql), binds![customers, numbers]).await?;
    for (customer, id, number, payload) in rows {
        let fact = invoice_fact((id, number, payload))?;
        let number = fact.body.invoice_number().unwrap_or_default().to_owned();
        facts.entry((CustomerId(customer), number)).or_default().push(fact);
    }
    Ok(facts)
}

/// Brings the stored invoice in line with its events.
pub async fn settle_invoice(tx: &mut Tx, customer: CustomerId, number: &str) -> StoreResult<()> {
    let facts = load_invoice_facts(tx, customer, number).await?;
    let Some(invoice) = derive_invoice(number, &facts) else {
        tx.execute("DELETE FROM invoices WHERE customer_id = $1 AND number = $2", binds![customer, number]).await?;
        return Ok(());
    };
    store_invoices(tx, vec![invoice_row(customer, &invoice)]).await
}

/// Writes invoices in the place of what was known of them.
pub async fn store_invoices(tx: &mut Tx, rows: Vec<Row>) -> StoreResult<()> {
    tx.replace_rows("invoices", &["customer_id", "number"], rows).await
}

/// Returns the row of an invoice.
pub fn invoice_row(customer: CustomerId, invoice: &Invoice) -> Row {
    row! {
        customer_id: customer,
        number: &invoice.number,
        amount_cents: invoice.amount_cents,
        currency: &invoice.currency,
        issued_day: invoice.issued_on,
        due_day: invoice.due_on,
        paid_day: invoice.paid_on,
        voided_day: invoice.voided_on,
    }
}

/// Selects all invoices, for [`parse_invoices`]. A line has the amount, the currency, the days on which the invoice was issued, is due,
/// was paid and was voided (`-` when not known), and the number. None of these contains a line break.
pub fn select_invoices<P: Copy>(texts: &mut Texts<P>, part: P) {
    let days = ["issued_day", "due_day", "paid_day", "voided_day"];
    let days = days.map(|day| format!("COALESCE(CAST({day} AS TEXT), '-')")).join(" || ' ' || ");
    let line = format!("CAST(amount_cents AS TEXT) || ' ' || currency || ' ' || {days} || ' ' || number");
    texts.add(part, "invoices", "true", &line);
}

/// Reads a customer's invoices, in the order of their numbers.
pub fn parse_invoices(text: &str) -> StoreResult<Vec<Invoice>> {
    let invoice = |line: &str| {
        let mut parts = line.splitn(7, ' ');
        let amount_cents = parts.next()?.parse().ok()?;
        let currency = parts.next()?.to_owned();
        let mut next_day = || match parts.next()? {
            "-" => Some(None),
            number => Some(Some(day(number.parse().ok()?))),
        };
        let (issued_on, due_on, paid_on, voided_on) = (next_day()?, next_day()?, next_day()?, next_day()?);
        Some(Invoice { number: parts.next()?.to_owned(), amount_cents, currency, issued_on, due_on, paid_on, voided_on })
    };
    let invoice = |line| invoice(line).ok_or_else(|| StoreError::Corrupt(format!("invoices, {line}")));
    let mut invoices = text.split('\n').map(invoice).collect::<StoreResult<Vec<_>>>()?;
    invoices.sort_by(|a, b| a.number.cmp(&b.number));
    Ok(invoices)
}

/// Loads invoices as they were known at the end of a day.
pub async fn load_invoices_known_on(
    tx: &mut Tx,
    customers: &[CustomerId],
    known_on: NaiveDate,
) -> StoreResult<Vec<(CustomerId, Invoice)>> {
    let sql = format!(
        "SELECT customer_id, id, day, payload FROM events LEFT JOIN retractions ON event_id = id
         WHERE customer_id {} AND invoice_number IS NOT NULL AND received_day <= $2
         AND (retracted_at IS NULL OR retracted_at >= $3) ORDER BY id",
        tx.one_of()
    );
    let rows: Vec<(i64, i64, i32, String)> = tx.all(AssertSqlSafe(sql), binds![customers, known_on, end(Some(known_on))]).await?;
    let mut facts = BTreeMap::<(CustomerId, String), Vec<InvoiceFact>>::new();
    for (customer, id, number, payload) in rows {
        let fact = invoice_fact((id, number, payload))?;
        let number = fact.body.invoice_number().unwrap_or_default().to_owned();
        facts.entry((CustomerId(customer), number)).or_default().push(fact);
    }
    Ok(facts.iter().filter_map(|((customer, number), facts)| Some((*customer, derive_invoice(number, facts)?))).collect())
}
