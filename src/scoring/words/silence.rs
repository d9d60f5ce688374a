//! Sentences about sources that have fallen silent.

use crate::domain::Source;
use crate::domain::counts::count;

/// "No login of anybody for 12 days"
pub fn silence_sentence(source: Source, silent_days: i64) -> String {
    let what = match source {
        Source::Logins => "login of anybody",
        Source::FeatureUses => "feature use of anybody",
        Source::SupportTickets => "support ticket of anybody",
        Source::Invoices => "invoice of anybody issued, paid or voided",
        Source::ApiCalls => "API call of anybody",
    };
    format!("No {what} for {}", count(silent_days, "day"))
}
