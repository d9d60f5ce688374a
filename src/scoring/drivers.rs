//! What would raise a score most, in terms that a person can act on: each factor's measurements are replaced by what one
//! would like to see, and scored again.

use super::measure::Measurements;
use super::reasons::Wish;
use super::score::Scores;
use super::words::wish_sentence;
use crate::domain::{Driver, FactorKey, Points, Scorecard};

/// The factors that can still raise the score, the one that would raise it most first. Sources that are not connected
/// are left out: nothing a customer does would change them.
pub fn drivers(measured: &Measurements, scorecard: &Scorecard) -> Vec<Driver> {
    let points = |measured: &Measurements| Scores::of(measured, scorecard).score;
    let now = points(measured);
    let driver = |factor: FactorKey| {
        let (wished, wish) = wish(factor, measured, scorecard)?;
        let gain = points(&wished) - now;
        (gain > Points::ZERO).then(|| Driver { factor, gain, sentence: wish_sentence(wish) })
    };
    let connected = |factor: &FactorKey| *measured.connected.get(*factor);
    let mut drivers: Vec<_> = FactorKey::ALL.into_iter().filter(connected).filter_map(driver).collect();
    drivers.sort_by_key(|driver| std::cmp::Reverse(driver.gain));
    drivers
}

/// The measurements if a factor were as one would like it, and what that takes.
fn wish<'a>(factor: FactorKey, measured: &Measurements, scorecard: &'a Scorecard) -> Option<(Measurements, Wish<'a>)> {
    let rule = scorecard.factors.get(factor);
    let (target, days) = (rule.divisor(), rule.days());
    let mut wished = measured.clone();
    let wish = match factor {
        FactorKey::LoginFrequency => {
            let missing = target - measured.logins;
            wished.logins = target;
            (missing > 0).then_some(Wish::MoreLogins { missing, days })
        }
        FactorKey::FeatureAdoption => {
            let missing = target - measured.features;
            wished.features = target;
            let unused = unused(measured, &rule.key_features);
            (missing > 0).then_some(Wish::MoreFeatures { missing, are_key: !rule.key_features.is_empty(), unused })
        }
        FactorKey::SupportLoad => {
            wished.tickets = 0;
            (measured.tickets > 0).then_some(Wish::NoNewTicket { tickets: measured.tickets, days })
        }
        FactorKey::InvoiceTimeliness => {
            wished.invoices.on_time += 1;
            Some(Wish::InvoicePaidOnTime)
        }
        FactorKey::ApiTrend => {
            wished.api_calls = measured.api_calls_before;
            (measured.api_calls < measured.api_calls_before).then_some(Wish::MoreApiCalls { days })
        }
    };
    wish.map(|wish| (wished, wish))
}

fn unused<'a>(measured: &Measurements, key_features: &'a [String]) -> Vec<&'a str> {
    if !measured.names_features() {
        return Vec::new();
    }
    key_features.iter().filter(|feature| !measured.feature_names.contains(feature)).map(String::as_str).collect()
}
