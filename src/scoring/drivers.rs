//! Drivers: the steps that would raise a score most, in words that a person can act on. Each factor's measurements are
//! replaced by better ones, and the customer is scored again.

use super::measure::Measurements;
use super::score::score;
use crate::domain::counts::count;
use crate::domain::{CustomerId, Driver, FactorKey, NaiveDate, Points, Scorecard};

/// Returns a driver for each factor that can still raise the score, largest gain first. Sources that are not connected have
/// none, since nothing that a customer does would change them.
pub fn drivers(id: CustomerId, measured: &Measurements, scorecard: &Scorecard, as_of: NaiveDate) -> Vec<Driver> {
    let points = |measured: &Measurements| score(id, measured, scorecard, as_of).score;
    let now = points(measured);
    let driver = |factor: FactorKey| {
        let (wished, sentence) = wish(factor, measured, scorecard)?;
        let gain = points(&wished) - now;
        (gain > Points::ZERO).then_some(Driver { factor, gain, sentence })
    };
    let connected = |factor: &FactorKey| *measured.connected.get(*factor);
    let mut drivers: Vec<_> = FactorKey::ALL.into_iter().filter(connected).filter_map(driver).collect();
    drivers.sort_by_key(|driver| std::cmp::Reverse(driver.gain));
    drivers
}

/// Returns the measurements that a factor could have, and the step that leads there in words.
fn wish(factor: FactorKey, measured: &Measurements, scorecard: &Scorecard) -> Option<(Measurements, String)> {
    let rule = scorecard.factors.get(factor);
    let (target, days) = (rule.divisor(), rule.days());
    let mut wished = measured.clone();
    let sentence = match factor {
        FactorKey::LoginFrequency => {
            let missing = target - measured.logins;
            wished.logins = target;
            (missing > 0).then(|| format!("{} within {days} days", more(missing, "login")))
        }
        FactorKey::FeatureAdoption => {
            let missing = target - measured.features;
            wished.features = target;
            let noun = if rule.key_features.is_empty() { "feature" } else { "key feature" };
            (missing > 0).then(|| more(missing, noun) + &unused(measured, &rule.key_features))
        }
        FactorKey::SupportLoad => {
            wished.tickets = 0;
            (measured.tickets > 0)
                .then(|| format!("No new ticket until the last {} are older than {days} days", measured.tickets))
        }
        FactorKey::InvoiceTimeliness => {
            wished.invoices.on_time += 1;
            Some("The next invoice paid on time".to_owned())
        }
        FactorKey::ApiTrend => {
            wished.api_calls = measured.api_calls_before;
            (measured.api_calls < measured.api_calls_before).then(|| format!("As many API calls as in the {days} days before"))
        }
    };
    sentence.map(|sentence| (wished, sentence))
}

/// The most features that a driver names.
const NAMED: usize = 5;

/// Returns the key features that the customer does not use yet as a list to append: ": alerts, export". Empty when the used
/// ones are unknown.
fn unused(measured: &Measurements, key_features: &[String]) -> String {
    let is_unused = |feature: &&String| !measured.feature_names.contains(feature);
    let unused: Vec<_> = key_features.iter().filter(is_unused).map(String::as_str).collect();
    if unused.is_empty() || !measured.names_features() {
        return String::new();
    }
    let more = if unused.len() > NAMED { ", ..." } else { "" };
    format!(": {}{more}", unused[..unused.len().min(NAMED)].join(", "))
}

/// Returns a count of additional things: "1 more login", "7 more logins".
fn more(number: i64, noun: &str) -> String {
    count(number, noun).replacen(noun, &format!("more {noun}"), 1)
}
