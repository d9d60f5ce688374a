//! The numbers of the five default factors by name, for tests.

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
        let Factors { login_frequency, feature_adoption, support_load, invoice_timeliness, api_trend } = self.connected;
        let of = |connected, counted| Measured { connected, counted };
        Measurements {
            has_facts: true,
            before_start: false,
            factors: Factors {
                login_frequency: of(login_frequency, Counted::Facts(self.logins)),
                feature_adoption: of(feature_adoption, Counted::Features(self.features, self.feature_names)),
                support_load: of(support_load, Counted::Facts(self.tickets)),
                invoice_timeliness: of(invoice_timeliness, Counted::Invoices(self.invoices)),
                api_trend: of(api_trend, Counted::Trend(self.api_calls, self.api_calls_before)),
            },
        }
    }
}
