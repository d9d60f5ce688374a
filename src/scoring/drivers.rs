//! Drivers: the steps that would raise a score most, in words that a person can act on. Each factor's measurements are
//! replaced by better ones, and the customer is scored again.

use super::measure::Measurements;
use super::reasons::Wish;
use super::score::Scores;
use super::words::wish_sentence;
use crate::domain::{Driver, FactorKey, Points, Scorecard};

/// Returns a driver for each factor that can still raise the score, largest gain first. Sources that are not connected have
/// none, since nothing that a customer does would change them.
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

/// Returns the measurements that a factor could have, and the step that leads there in words.
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
        // Tickets count until they are old: there is nothing to do but wait.
        FactorKey::SupportLoad => None,
        FactorKey::InvoiceTimeliness => {
            let open = measured.invoices.open;
            wished.invoices.on_time += open.max(1);
            wished.invoices.open = 0;
            Some(Wish::InvoicesPaidOnTime { open })
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
