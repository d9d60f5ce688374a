//! The outlook of an import: the first rows that would create or change something, and the effect on the portfolio's ARR.

use crate::domain::counts::count;
use crate::domain::import::{OUTLOOK_ROWS, Outlook, RowOutlook, ValueChange};
use crate::domain::phrases::day;
use crate::domain::{CustomerFields, EventInput, EventKind, ImportKind, OutcomeFacts, money};
use crate::server::store::Difference;
use serde::Serialize;
use serde_json::Value;

impl Outlook {
    /// Returns the outlook as lines to print.
    pub fn lines(&self, kind: ImportKind) -> Vec<String> {
        let of = |verb: &str, rows: &[RowOutlook]| -> Vec<_> {
            rows.iter().map(|row| format!("would {verb} {}", row.words())).collect()
        };
        let mut lines = [of("create", &self.created), of("change", &self.updated)].concat();
        lines.extend(self.unknown_segments_words());
        match kind {
            ImportKind::Customers => lines.extend(self.arr_change()),
            ImportKind::Events => lines.push(format!("New events of {}", count(self.customers, "customer"))),
            ImportKind::Outcomes => lines.push(format!("New outcomes of {}", count(self.customers, "customer"))),
        }
        lines
    }

    /// Notes the effect of a row of customers.
    pub fn note_customer(&mut self, line: i64, difference: &Difference) {
        let Difference { before, after, is_archived, .. } = difference;
        let arr = |fields: &CustomerFields| fields.arr_cents.unwrap_or(0);
        if !is_archived {
            let change = arr(after) - before.as_ref().map_or(0, arr);
            self.arr_change_cents = self.arr_change_cents.saturating_add(change);
        }
        let rows = if before.is_some() { &mut self.updated } else { &mut self.created };
        if rows.len() < OUTLOOK_ROWS {
            let subject = before.as_ref().unwrap_or(after).name.clone();
            let values = changes(before.as_ref(), after, &self.currency);
            rows.push(RowOutlook { line, subject, values });
        }
    }

    /// Notes an event that would be new.
    pub fn note_event(&mut self, line: i64, customer: &str, event: &EventInput) {
        if self.created.len() >= OUTLOOK_ROWS {
            return;
        }
        let shown = |field: String, value: Value| {
            let label = ImportKind::Events.field(&field)?.label.to_owned();
            let new = match (field.as_str(), value) {
                (_, Value::Null) => return None,
                ("kind", Value::String(kind)) => EventKind::parse(&kind).map_or(kind, |kind| kind.label().to_owned()),
                ("amountCents", Value::Number(cents)) => return amount("Amount", cents.as_i64()?, event.currency.as_deref()),
                (_, Value::String(text)) => text,
                (_, other) => other.to_string(),
            };
            Some(ValueChange { label, old: String::new(), new })
        };
        let values = fields(event).into_iter().filter_map(|(field, value)| shown(field, value)).collect();
        self.created.push(RowOutlook { line, subject: customer.to_owned(), values });
    }
}

impl Outlook {
    /// Notes an outcome that would be new.
    pub fn note_outcome(&mut self, line: i64, customer: &str, facts: &OutcomeFacts) {
        if self.created.len() >= OUTLOOK_ROWS {
            return;
        }
        let text = |label: &str, new: String| Some(ValueChange { label: label.into(), old: String::new(), new });
        let amount = |label, cents: Option<i64>| amount(label, cents?, Some(&self.currency));
        let values = [
            text("Outcome", facts.kind.label().to_owned()),
            text("Date", day(facts.day)),
            amount("ARR before", facts.arr_before_cents),
            amount("ARR after", facts.arr_after_cents),
            facts.reason.clone().and_then(|reason| text("Reason", reason)),
            facts.involuntary.then(|| text("Not its own decision", "yes".to_owned())).flatten(),
        ];
        let values = values.into_iter().flatten().collect();
        self.created.push(RowOutlook { line, subject: customer.to_owned(), values });
    }
}

fn amount(label: &str, cents: i64, currency: Option<&str>) -> Option<ValueChange> {
    let new = money::money(cents, currency.unwrap_or_default());
    Some(ValueChange { label: label.into(), old: String::new(), new })
}

/// Returns the fields in which two states of a customer differ. For a new customer, returns those that it has.
fn changes(before: Option<&CustomerFields>, after: &CustomerFields, currency: &str) -> Vec<ValueChange> {
    let old = before.map(fields).unwrap_or_default();
    let text = |field: &str, value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(cents) if field == "arrCents" => money::money(cents.as_i64().unwrap_or_default(), currency),
        other => other.to_string(),
    };
    let differing = fields(after).into_iter().filter_map(|(field, new)| {
        let old = old.iter().find(|(name, _)| *name == field).map_or(Value::Null, |(_, value)| value.clone());
        // A new customer's name is shown elsewhere.
        if old == new || (before.is_none() && field == "name") {
            return None;
        }
        let label = match field.as_str() {
            "arrCents" => "ARR",
            other => ImportKind::Customers.field(other).map_or(other, |field| field.label),
        };
        Some(ValueChange { label: label.to_owned(), old: text(&field, &old), new: text(&field, &new) })
    });
    differing.collect()
}

fn fields(of: &impl Serialize) -> Vec<(String, Value)> {
    match serde_json::to_value(of) {
        Ok(Value::Object(fields)) => fields.into_iter().collect(),
        _ => Vec::new(),
    }
}
