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
    let driver = |(factor, rule): (FactorKey, &FactorRule)| {
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
        (Counted::Facts(_) | Counted::Scaled { .. } | Counted::ActiveDays { .. }, _) if scale.falls() => {
            return None;
        }
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
        (Counted::Users(number), _) if !scale.falls() => {
            let missing = target - number;
            (missing > 0).then_some((Counted::Users(target), Wish::MoreFacts { noun: measure.noun(), missing, days }))
        }
        (Counted::Invoices(invoices), _) => {
            let paid = InvoiceCounts { on_time: invoices.on_time + invoices.open.max(1), open: 0, ..*invoices };
            Some((Counted::Invoices(paid), Wish::InvoicesPaidOnTime { open: invoices.open }))
        }
        (Counted::Scaled { number, of }, _) => {
            let needed = ceiling(target * of, days);
            let wish = Wish::MoreFacts { noun: measure.noun(), missing: needed - number, days };
            (needed > *number).then_some((Counted::Scaled { number: needed, of: *of }, wish))
        }
        (Counted::ActiveDays { number, of, today }, _) => {
            let needed = ceiling(target * of, days).min(*of);
            let wish = Wish::MoreDays { noun: measure.noun(), missing: needed - number, days };
            (needed > *number).then_some((Counted::ActiveDays { number: needed, of: *of, today: *today }, wish))
        }
        (Counted::Since(since), _) => {
            (scale.falls() && *since != Some(0)).then_some((Counted::Since(Some(0)), Wish::OneMore { noun: measure.noun() }))
        }
        (Counted::Pace(now, before), Measure::Pace { before_days, .. }) => {
            let needed = ceiling(before * days, *before_days);
            let wish = Wish::SamePace { noun: measure.noun(), missing: needed - now, days };
            (needed > *now).then_some((Counted::Pace(needed, *before), wish))
        }
        (Counted::Overdue(Some(1..)), _) => Some((Counted::Overdue(Some(0)), Wish::OverduePaid)),
        (Counted::Latest(Some(_)), Measure::Latest { reading, .. }) => {
            let falls = scale.falls();
            let value = if falls { scale.points().first()?.value } else { target };
            Some((Counted::Latest(Some(value.saturating_mul(1000))), Wish::Reading { name: reading, value, falls }))
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

/// Divides and rounds up. The divisor must be above 0.
fn ceiling(over: i64, under: i64) -> i64 {
    over.div_euclid(under) + i64::from(over.rem_euclid(under) > 0)
}
