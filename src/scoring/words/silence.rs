//! Sentences about sources that have fallen silent.

use crate::domain::FactorKey;
use crate::domain::counts::count;

/// "No login of anybody for 12 days"
pub fn silence_sentence(factor: FactorKey, silent_days: i64) -> String {
    let what = match factor {
        FactorKey::LoginFrequency => "login of anybody",
        FactorKey::FeatureAdoption => "feature use of anybody",
        FactorKey::SupportLoad => "support ticket of anybody",
        FactorKey::InvoiceTimeliness => "invoice of anybody issued, paid or voided",
        FactorKey::ApiTrend => "API call of anybody",
    };
    format!("No {what} for {}", count(silent_days, "day"))
}
