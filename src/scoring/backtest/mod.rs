//! Tests scores against what became of customers: cases in, figures with intervals out. Every figure follows from whole numbers
//! of pairs; logarithms and roots come from `libm`, so that server and browser agree.
//!
//! DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988), for the variance; Sun, Xu, IEEE SPL 21 (2014), for midranks; Hanley,
//! McNeil, Radiology 143 (1982), where all pairs are in order; Wilson, JASA 22 (1927), for rates.

mod auc;
mod lives;
mod pairs;
mod rates;
mod weighed;

use super::words;
use crate::domain::backtest::{
    Auc, Backtest, BandRate, FactorAuc, Leaver, LeftOut, ScoreCount, ThirdAuc, Verdict, Warning, WarningCode,
};
use crate::domain::tally::Tally;
use crate::domain::{BacktestQuery, Band, CustomerId, FactorKey, Factors, Figure, NaiveDate, Points, Share};
pub use auc::{Estimate, difference};
use chrono::Duration;
pub use lives::{Churned, Fate, Tested};
pub use pairs::Case;
use std::collections::BTreeMap;
pub use weighed::auc_of_weights;

/// A customer on a test day, with its health of that day and what became of it.
#[derive(Clone, Debug)]
pub struct TestCase {
    pub customer: CustomerId,
    pub day: NaiveDate,
    pub score: Points,
    pub band: Band,
    /// Each factor's own score, and true when it was measured.
    pub factors: Factors<(Points, bool)>,
    /// The days since the customer's start; `None` when it is not known.
    pub tenure_days: Option<i64>,
    pub arr_cents: Option<i64>,
    pub departure: Option<Box<Departure>>,
}

/// A departure within the horizon.
#[derive(Clone, Debug)]
pub struct Departure {
    pub name: String,
    /// The days after the test day.
    pub after_days: i64,
    /// The last Healthy day up to the departure, restated.
    pub last_healthy_on: Option<NaiveDate>,
}

/// The most leavers that are named.
const MOST_NAMED: usize = 200;
/// The width of a column of the distribution, in tenths of a point.
const COLUMN: i64 = 50;
const COLUMNS: usize = 20;
/// The AUC above which a factor may know the outcome.
pub const TOO_GOOD: Figure = Figure(9_500);

/// Returns the backtest of these cases, whose factors have these names. `known_then` is the AUC of the same days as they were known then;
/// `fitted_here` says that the rules were made after a look at these departures.
pub fn backtest(
    terms: BacktestQuery,
    labels: &Factors<String>,
    cases: &[TestCase],
    known_then: Option<Auc>,
    left_out: LeftOut,
    fitted_here: bool,
) -> Backtest {
    let outcomes = outcomes(cases);
    let scores: Vec<_> = cases.iter().map(|case| Some(case.score.0)).collect();
    let auc = auc_of(&outcomes, &scores);
    let (n, churners) = (cases.len() as i64, outcomes.iter().filter(|case| case.left).count() as i64);
    let verdict = Verdict::of(churners, n - churners, auc);
    let is_alarm = |band: Band| matches!(band, Band::AtRisk | Band::ChurnRisk);
    let alarms = |left: bool| cases.iter().filter(|case| is_alarm(case.band) && case.departure.is_some() == left).count();
    let lost_healthy = lost(cases, |case| case.band == Band::Healthy);
    let tenths = rates::tenths(&outcomes, &scores);
    let tenure: Vec<_> = cases.iter().map(|case| case.tenure_days).collect();
    let mut answer = Backtest {
        horizon: terms.horizon,
        version: terms.version,
        known: terms.known,
        segment: terms.segment,
        min_age: terms.min_age,
        exclude_involuntary: terms.exclude_involuntary,
        skip_days: terms.skip_days,
        n,
        churners,
        auc,
        verdict,
        sentence: String::new(),
        verdict_sentence: String::new(),
        bands: band_rates(cases),
        lift: rates::lift(&tenths, churners, n),
        tenths,
        distribution: distribution(cases),
        factors: factor_aucs(cases, &outcomes, labels),
        tenure: auc_of(&outcomes, &tenure),
        thirds: thirds(&terms, cases, &outcomes, &scores),
        lost: lost(cases, |_| true),
        lost_healthy,
        days_since_healthy: median_days_since_healthy(cases),
        false_alarms: (alarms(true) > 0).then(|| Figure::rounded(alarms(false) as f64 / alarms(true) as f64)),
        left_out,
        known_then,
        fitted_here,
        warnings: Vec::new(),
        leavers: leavers(cases),
        days: terms.days,
    };
    answer.sentence = words::backtest_sentence(&answer);
    answer.verdict_sentence = words::verdict_sentence(&answer);
    answer.warnings = warnings(&answer);
    answer
}

fn outcomes(cases: &[TestCase]) -> Vec<Case> {
    cases.iter().map(|case| Case { customer: case.customer, day: case.day, left: case.departure.is_some() }).collect()
}

/// Returns the AUC of values, among the cases that have one.
pub fn auc_of(cases: &[Case], values: &[Option<i64>]) -> Option<Auc> {
    estimate_of(cases, values).map(|estimate| estimate.auc)
}

/// Returns the AUC of values with its error, among the cases that have one.
pub fn estimate_of(cases: &[Case], values: &[Option<i64>]) -> Option<Estimate> {
    let (cases, values): (Vec<_>, Vec<_>) = cases.iter().zip(values).filter_map(|(case, value)| Some((*case, (*value)?))).unzip();
    auc::estimate(&cases, &values)
}

fn lost(cases: &[TestCase], counts: impl Fn(&TestCase) -> bool) -> Tally {
    let left = cases.iter().filter(|case| case.departure.is_some() && counts(case));
    left.map(|case| Tally {
        customers: 1,
        arr_cents: case.arr_cents.unwrap_or_default(),
        arr_unknown: i64::from(case.arr_cents.is_none()),
    })
    .sum()
}

fn band_rates(cases: &[TestCase]) -> Vec<BandRate> {
    let has_any = |band: Band| cases.iter().any(|case| case.band == band);
    let bands = Band::ALL.into_iter().filter(|band| band.tells_risk() || *band == Band::Onboarding && has_any(*band));
    bands
        .map(|band| {
            let n = cases.iter().filter(|case| case.band == band).count() as i64;
            let Tally { customers, arr_cents, .. } = lost(cases, |case| case.band == band);
            let rate = rates::wilson(customers as f64, n as f64);
            BandRate { band, n, churned: customers, churned_arr_cents: arr_cents, rate }
        })
        .collect()
}

fn distribution(cases: &[TestCase]) -> Vec<ScoreCount> {
    let mut columns = vec![ScoreCount::default(); COLUMNS];
    for case in cases {
        let place = (case.score.0 / COLUMN).clamp(0, COLUMNS as i64 - 1) as usize;
        if let Some(column) = columns.get_mut(place) {
            column.churned += i64::from(case.departure.is_some());
            column.stayed += i64::from(case.departure.is_none());
        }
    }
    columns
}

/// Cases may have different factors, since they may be scored by different rules.
fn factor_aucs(cases: &[TestCase], outcomes: &[Case], labels: &Factors<String>) -> Vec<FactorAuc> {
    let mut keys = Vec::<FactorKey>::new();
    let mut values = Vec::<(Vec<Option<i64>>, i64)>::new();
    for (place, case) in cases.iter().enumerate() {
        for (key, (score, measured)) in case.factors.iter() {
            let of_key = keys.iter().position(|known| *known == key).unwrap_or_else(|| {
                keys.push(key);
                values.push((vec![None; cases.len()], 0));
                keys.len() - 1
            });
            if let Some((values, known)) = values.get_mut(of_key) {
                values[place] = Some(score.0);
                *known += i64::from(*measured);
            }
        }
    }
    let factor = |(key, (values, measured)): (FactorKey, (Vec<Option<i64>>, i64))| FactorAuc {
        key,
        label: labels.get(key).cloned().unwrap_or_else(|| key.to_string()),
        auc: auc_of(outcomes, &values),
        measured: Share::of(measured, values.iter().flatten().count() as i64),
    };
    keys.into_iter().zip(values).map(factor).collect()
}

fn thirds(terms: &BacktestQuery, cases: &[TestCase], outcomes: &[Case], scores: &[Option<i64>]) -> Vec<ThirdAuc> {
    let third = terms.horizon / 3;
    (0..3)
        .map(|number| {
            let (from, to) = (number * third + 1, (number + 1) * third);
            let counts =
                |case: &TestCase| case.departure.as_ref().is_none_or(|departure| (from..=to).contains(&departure.after_days));
            let values: Vec<_> = cases.iter().zip(scores).map(|(case, score)| score.filter(|_| counts(case))).collect();
            let churners = cases.iter().filter(|case| case.departure.is_some() && counts(case)).count() as i64;
            ThirdAuc { from, to, churners, auc: auc_of(outcomes, &values) }
        })
        .collect()
}

fn median_days_since_healthy(cases: &[TestCase]) -> Option<Figure> {
    let days = cases.iter().filter_map(|case| {
        let departure = case.departure.as_ref()?;
        Some((left_on(case, departure) - departure.last_healthy_on?).num_days())
    });
    let mut days: Vec<_> = days.collect();
    days.sort_unstable();
    let middle = |place: usize| days.get(place).copied();
    let (low, high) = (middle(days.len().checked_sub(1)? / 2)?, middle(days.len() / 2)?);
    Some(Figure::rounded((low + high) as f64 / 2.0))
}

fn left_on(case: &TestCase, departure: &Departure) -> NaiveDate {
    case.day + Duration::days(departure.after_days)
}

fn leavers(cases: &[TestCase]) -> Vec<Leaver> {
    let leaver = |case: &TestCase| {
        let departure = case.departure.as_ref()?;
        Some(Leaver {
            id: case.customer,
            name: departure.name.clone(),
            day: case.day,
            score: case.score,
            band: case.band,
            left_on: left_on(case, departure),
            arr_cents: case.arr_cents,
            last_healthy_on: departure.last_healthy_on,
        })
    };
    let mut leavers: Vec<_> = cases.iter().filter_map(leaver).collect();
    leavers.sort_by(|a, b| b.score.cmp(&a.score).then(a.left_on.cmp(&b.left_on)).then(a.id.0.cmp(&b.id.0)));
    leavers.truncate(MOST_NAMED);
    leavers
}

fn warnings(answer: &Backtest) -> Vec<Warning> {
    let differs = |auc: Auc, then: Auc| then.value < auc.low || then.value > auc.high;
    let both = answer.auc.zip(answer.known_then).filter(|(auc, then)| differs(*auc, *then));
    let found = [
        (WarningCode::SegmentOfToday, answer.segment.is_some()),
        (WarningCode::KnownThenDiffers, both.is_some()),
        (WarningCode::TooGood, !too_good(answer).is_empty()),
        (WarningCode::FittedHere, answer.fitted_here),
    ];
    let told = found.into_iter().filter(|(_, holds)| *holds);
    told.map(|(code, _)| Warning { code, sentence: words::backtest_warning(code, answer) }).collect()
}

/// Returns what ranks too well to be true: the score, as `None`, and factors by their names. Empty where fewer than 10 left, or
/// fewer than 10 stayed.
pub fn too_good(answer: &Backtest) -> Vec<Option<&str>> {
    let factors = answer.factors.iter().map(|factor| (Some(factor.label.as_str()), factor.auc));
    let ranked = std::iter::once((None, answer.auc)).chain(factors).filter(|_| answer.verdict != Verdict::CountsOnly);
    ranked.filter(|(_, auc)| auc.is_some_and(|auc| auc.value > TOO_GOOD)).map(|(name, _)| name).collect()
}

/// Groups the places of cases by day, in order.
fn by_day(cases: &[Case]) -> BTreeMap<NaiveDate, Vec<usize>> {
    let mut days = BTreeMap::<_, Vec<_>>::new();
    for (place, case) in cases.iter().enumerate() {
        days.entry(case.day).or_default().push(place);
    }
    days
}
