//! Drivers: the steps that would raise a score most, in words that a person can act on. Each factor's measurements are
//! replaced by better ones, and the customer is scored again.

use super::measure::{Counted, InvoiceCounts, Measurements};
use super::reasons::Wish;
use super::score::Scores;
use super::words::wish_sentence;
use crate::domain::measure::Measure;
use crate::domain::scorecard::FactorRule;
use crate::domain::{Driver, FactorKey, Points, Scorecard};

/// Returns a driver for each factor that can still raise the score, largest gain first. Sources that are not connected have
/// none, since nothing that a customer does would change them.
pub fn drivers(measured: &Measurements, scorecard: &Scorecard) -> Vec<Driver> {
    let points = |measured: &Measurements| Scores::of(measured, scorecard).score;
    let now = points(measured);
    let driver = |(factor, rule): (FactorKey, &'_ FactorRule)| {
        let (wished, wish) = wish(factor, rule, measured)?;
        let gain = points(&wished) - now;
        (gain > Points::ZERO).then(|| Driver { factor, gain, sentence: wish_sentence(wish) })
    };
    let connected = |(factor, _): &(FactorKey, &FactorRule)| measured.factor(*factor).connected;
    let mut drivers: Vec<_> = scorecard.factors.iter().filter(connected).filter_map(driver).collect();
    drivers.sort_by_key(|driver| std::cmp::Reverse(driver.gain));
    drivers
}

/// Returns the measurements that a factor could have, and the step that leads there in words.
fn wish<'a>(factor: FactorKey, rule: &'a FactorRule, measured: &Measurements) -> Option<(Measurements, Wish<'a>)> {
    let (measure, scale) = (&rule.measure, &rule.scale);
    let (target, days) = (scale.end(), measure.days());
    let (wished, wish) = match (&measured.factor(factor).counted, measure) {
        // Facts that cost points count until they are old: there is nothing to do but wait.
        (Counted::Facts(_), _) if scale.falls() => return None,
        (Counted::Facts(number), Measure::Count { .. }) => {
            let missing = target - number;
            (missing > 0).then_some((Counted::Facts(target), Wish::MoreFacts { noun: measure.noun(), missing, days }))
        }
        (Counted::Features(number, names), Measure::DistinctFeatures { features, .. }) => {
            let missing = target - number;
            let is_named = names.len() as i64 == *number;
            let unused = features.iter().filter(|feature| is_named && !names.contains(feature)).map(String::as_str).collect();
            let wish = Wish::MoreFeatures { missing, are_key: !features.is_empty(), unused };
            (missing > 0).then_some((Counted::Features(target, names.clone()), wish))
        }
        (Counted::Invoices(invoices), _) => {
            let paid = InvoiceCounts { on_time: invoices.on_time + invoices.open.max(1), open: 0, ..*invoices };
            Some((Counted::Invoices(paid), Wish::InvoicesPaidOnTime { open: invoices.open }))
        }
        (Counted::Trend(now, before), _) => {
            (now < before).then_some((Counted::Trend(*before, *before), Wish::AsManyFacts { noun: measure.noun(), days }))
        }
        _ => None,
    }?;
    let mut better = measured.clone();
    better.factors.get_mut(factor)?.counted = wished;
    Some((better, wish))
}
