//! A backtest: how well the scores of past days told the customers that left afterwards from those that stayed.

use super::tally::Tally;
use super::{Band, CustomerId, FactorKey, Figure, NaiveDate, Points, Segment, Share};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer to "does the score hold?". One customer on one test day is one case; a customer may be several, but leaves once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Backtest {
    /// The days after a test day in which a departure counts.
    pub horizon: i64,
    /// The test days, earliest first.
    pub days: Vec<NaiveDate>,
    /// The version of the rules that were tested; null when each day was scored by the rules of its time.
    pub version: Option<i64>,
    pub known: Known,
    pub segment: Option<Segment>,
    /// The least days since the start that a customer had on a test day.
    pub min_age: i64,
    pub exclude_involuntary: bool,
    /// The first days after a test day whose departures are left out.
    pub skip_days: i64,
    /// The number of cases.
    pub n: i64,
    /// The number of cases that left.
    pub churners: i64,
    /// Null where nobody left, nobody stayed, or all had the same score.
    pub auc: Option<Auc>,
    pub verdict: Verdict,
    /// The result in one sentence.
    pub sentence: String,
    /// The verdict and its figure in a sentence.
    pub verdict_sentence: String,
    /// The cases of each band, without No data.
    pub bands: Vec<BandRate>,
    /// The cases by score, the lowest tenth of each day first. A tenth shares out cases of equal score.
    pub tenths: Vec<TenthRate>,
    /// The churn rate of the lowest tenth over that of all; null where nobody left.
    pub lift: Option<Figure>,
    /// The cases with a score in each of [0, 5), [5, 10) ... [95, 100].
    pub distribution: Vec<ScoreCount>,
    /// Each factor's own AUC.
    pub factors: Vec<FactorAuc>,
    /// The days since the start as if they were a score: a control, not a measure of health.
    pub tenure: Option<Auc>,
    /// The AUC for departures in each third of the horizon.
    pub thirds: Vec<ThirdAuc>,
    /// The customers that left, with their ARR before.
    pub lost: Tally,
    /// The customers that left though they were Healthy on the test day.
    pub lost_healthy: Tally,
    /// The median number of days from the last Healthy day, restated, to the departure, over those that had been Healthy.
    pub days_since_healthy: Option<Figure>,
    /// The number of customers that stayed though they were not Healthy, for each that left and was not; null where none did.
    pub false_alarms: Option<Figure>,
    pub left_out: LeftOut,
    /// The AUC with each day as it was known then, beside the one as known now; null where nothing was known then.
    pub known_then: Option<Auc>,
    /// True when the rules were made after somebody had looked at these departures, which flatters them.
    pub fitted_here: bool,
    pub warnings: Vec<Warning>,
    /// The customers that left, those with the highest score first: the first 200.
    pub leavers: Vec<Leaver>,
}

/// The knowledge with which a test day is scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// Everything known now of what had happened by then, under the current rules.
    #[default]
    Now,
    /// The facts and sources known at the end of the day, under the rules in force.
    Then,
}

impl Known {
    pub const ALL: [Self; 2] = [Self::Now, Self::Then];

    /// Returns the name used on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Then => "then",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == text)
    }
}

/// The area under the ROC curve: the share of pairs, of one that left and one that stayed, in which the one that left had the
/// lower value. Equal values count half. `low` and `high` are the ends of the 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Auc {
    pub value: Figure,
    pub low: Figure,
    pub high: Figure,
}

/// The difference of two AUCs on the same cases, with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AucDifference {
    pub value: Figure,
    pub low: Figure,
    pub high: Figure,
    pub standard_error: Figure,
}

/// The judgement that so many departures allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Fewer than 10 left, or fewer than 10 stayed: only counts are told.
    CountsOnly,
    /// Fewer than 30.
    TooFew,
    /// The lower end of the interval is above 0.5.
    BetterThanChance,
    /// The upper end of the interval is below 0.5.
    Backwards,
    NoEvidence,
}

impl Verdict {
    pub const COUNTS_BELOW: i64 = 10;
    pub const FEW_BELOW: i64 = 30;
    pub const FIRM_FROM: i64 = 100;

    /// Judges by the lesser of the numbers that left and stayed.
    pub fn of(left: i64, stayed: i64, auc: Option<Auc>) -> Self {
        match (left.min(stayed), auc) {
            (..Self::COUNTS_BELOW, _) => Self::CountsOnly,
            (..Self::FEW_BELOW, _) => Self::TooFew,
            (_, Some(auc)) if auc.low > Figure::HALF => Self::BetterThanChance,
            (_, Some(auc)) if auc.high < Figure::HALF => Self::Backwards,
            _ => Self::NoEvidence,
        }
    }

    /// Returns the name used on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::CountsOnly => "counts_only",
            Self::TooFew => "too_few",
            Self::BetterThanChance => "better_than_chance",
            Self::Backwards => "backwards",
            Self::NoEvidence => "no_evidence",
        }
    }
}

/// A share of cases that left, with the ends of its 95 % interval (Wilson's).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rate {
    pub rate: Figure,
    pub low: Figure,
    pub high: Figure,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BandRate {
    pub band: Band,
    pub n: i64,
    pub churned: i64,
    /// The known ARR of those that churned.
    pub churned_arr_cents: i64,
    #[serde(flatten)]
    pub rate: Rate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TenthRate {
    /// 1 for the lowest scores, 10 for the highest.
    pub tenth: i64,
    pub n: Figure,
    pub churned: Figure,
    #[serde(flatten)]
    pub rate: Rate,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScoreCount {
    pub stayed: i64,
    pub churned: i64,
}

/// The AUC of one factor's own score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FactorAuc {
    pub key: FactorKey,
    /// The factor's name for people.
    pub label: String,
    /// Null where nobody left, nobody stayed, or all had the same value.
    pub auc: Option<Auc>,
    /// The share of cases in which it was measured.
    pub measured: Share,
}

/// The AUC for departures `from` to `to` days after a test day, against all that stayed for the whole horizon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ThirdAuc {
    pub from: i64,
    pub to: i64,
    pub churners: i64,
    pub auc: Option<Auc>,
}

/// The cases that were left out, by the first reason that holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// Started less than `minAge` days before.
    pub too_young: i64,
    pub no_data: i64,
    /// Archived as a duplicate or for another reason within the horizon.
    pub archived_otherwise: i64,
    /// Left against the will of both, and `excludeInvoluntary` was asked for.
    pub involuntary: i64,
    /// Left within the first `skipDays` days.
    pub skipped: i64,
}

impl LeftOut {
    pub fn add(&mut self, other: Self) {
        self.too_young += other.too_young;
        self.no_data += other.no_data;
        self.archived_otherwise += other.archived_otherwise;
        self.involuntary += other.involuntary;
        self.skipped += other.skipped;
    }
}

/// The state of a backtest that is being worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BacktestProgress {
    pub customers_done: i64,
    /// The number of all customers; 0 while it waits for its turn.
    pub customers: i64,
}

/// A reason to doubt the figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Warning {
    pub code: WarningCode,
    pub sentence: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WarningCode {
    /// The segment is that of today, or of when a customer left; not that of the test days.
    SegmentOfToday,
    /// Known then, the figure is another one.
    KnownThenDiffers,
    /// The AUC of the score, or of a factor, is above 0.95.
    TooGood,
    /// The rules were made after a look at the same departures.
    FittedHere,
}

/// A customer that left, as it was on its test day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Leaver {
    pub id: CustomerId,
    pub name: String,
    pub day: NaiveDate,
    pub score: Points,
    pub band: Band,
    pub left_on: NaiveDate,
    pub arr_cents: Option<i64>,
    /// Its last Healthy day up to its departure, restated; null when there was none in the year before.
    pub last_healthy_on: Option<NaiveDate>,
}

/// The factors' scores of the cases of one test day, under the rules in force: what the figure of other weights follows from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestedScores {
    pub horizon: i64,
    pub day: NaiveDate,
    /// The number of cases.
    pub n: usize,
    /// The places of the cases that left, in order.
    pub left: Vec<usize>,
    pub factors: Vec<TestedFactor>,
}

/// A factor's score of each case, as [`TestedScores::write`] writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestedFactor {
    pub key: FactorKey,
    pub scores: Vec<i64>,
}

impl TestedScores {
    /// Returns the scores of a factor.
    pub fn of(&self, key: FactorKey) -> Option<&[i64]> {
        self.factors.iter().find(|factor| factor.key == key).map(|factor| factor.scores.as_slice())
    }

    /// Returns a score as one number: tenths of points, and one less than their negative where nothing is measured.
    pub fn write((score, measured): (Points, bool)) -> i64 {
        if measured { score.0 } else { -score.0 - 1 }
    }

    /// Reads what [`Self::write`] wrote.
    pub fn read(number: i64) -> (Points, bool) {
        if number < 0 { (Points(-number - 1), false) } else { (Points(number), true) }
    }
}
