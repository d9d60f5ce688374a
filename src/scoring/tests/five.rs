//! The numbers of the five default factors by name, for tests.

use crate::domain::FactorKey;
use crate::domain::Factors;
use crate::scoring::{Counted, InvoiceCounts, Measured, Measurements};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Five {
    pub logins: i64,
    pub features: i64,
    pub feature_names: Vec<String>,
    pub tickets: i64,
    pub invoices: InvoiceCounts,
    pub api_calls: i64,
    pub api_calls_before: i64,
    pub connected: Factors<bool>,
}

impl Five {
    /// Returns the measurements of a customer that has facts.
    pub fn measured(self) -> Measurements {
        let counted = [
            Counted::Facts(self.logins),
            Counted::Features(self.features, self.feature_names),
            Counted::Facts(self.tickets),
            Counted::Invoices(self.invoices),
            Counted::Trend(self.api_calls, self.api_calls_before),
        ];
        let measured = |(key, counted)| {
            let connected = self.connected.get(key).copied().unwrap_or_default();
            (key, Measured { connected, counted })
        };
        let factors = FactorKey::FIVE.into_iter().zip(counted).map(measured).collect();
        Measurements { has_facts: true, before_start: false, factors }
    }
}
