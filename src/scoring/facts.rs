//! What scoring knows about a customer.

use crate::domain::pages::InvoiceStatus;
use crate::domain::{EventKind, FactorKey, Factors, NaiveDate};

/// How often something happened on one UTC day. `key` is the feature of `feature_use` and empty otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DailyCount {
    pub day: NaiveDate,
    pub kind: EventKind,
    pub key: String,
    pub count: i64,
}

/// The days in an invoice's life, as far as they are known. Without `issued_on` only its payment or void has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    pub number: String,
    pub amount_cents: i64,
    pub currency: String,
    pub issued_on: Option<NaiveDate>,
    pub due_on: Option<NaiveDate>,
    /// The earliest payment.
    pub paid_on: Option<NaiveDate>,
    pub voided_on: Option<NaiveDate>,
}

impl Invoice {
    /// How the invoice stands at the end of a day; `None` when it was not issued by then.
    pub fn status(&self, as_of: NaiveDate) -> Option<InvoiceStatus> {
        let by_then = |day: Option<NaiveDate>| day.filter(|day| *day <= as_of);
        let due_on = self.due_on?;
        by_then(self.issued_on)?;
        Some(match (by_then(self.voided_on), by_then(self.paid_on)) {
            (Some(_), _) => InvoiceStatus::Voided,
            (None, Some(paid_on)) if paid_on <= due_on => InvoiceStatus::PaidOnTime,
            (None, Some(_)) => InvoiceStatus::PaidLate,
            (None, None) if due_on < as_of => InvoiceStatus::Overdue,
            (None, None) => InvoiceStatus::Open,
        })
    }
}

/// One customer's facts. `daily` must reach back over the scorecard's lookback from the as-of day; more does no harm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub start_date: Option<NaiveDate>,
    /// The day of the earliest fact that counts.
    pub first_fact_on: Option<NaiveDate>,
    pub daily: Vec<DailyCount>,
    pub invoices: Vec<Invoice>,
}

/// Per factor, the day of the earliest accepted event of any customer that feeds it: from then on its source is connected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connections(pub Factors<Option<NaiveDate>>);

impl Connections {
    pub fn is_connected(&self, factor: FactorKey, as_of: NaiveDate) -> bool {
        self.0.get(factor).is_some_and(|first| first <= as_of)
    }

    /// The factors that have never had a fact.
    pub fn unconnected(&self) -> Vec<FactorKey> {
        FactorKey::ALL.into_iter().filter(|key| self.0.get(*key).is_none()).collect()
    }
}
