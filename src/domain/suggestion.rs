//! A suggestion: other rules that were learned on one past day and tested on a later one, with the evidence for them.

use super::backtest::{Auc, AucDifference};
use super::preview::ScoreMove;
use super::rulebook_read::ScorecardOfRulebook;
use super::{Band, FactorKey, NaiveDate, Share};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The days of a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    pub learned_on: NaiveDate,
    pub tested_on: NaiveDate,
    pub drafted_on: NaiveDate,
}

/// The answer to "could it be better?".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Suggestion {
    /// The days after a test day in which a departure counts.
    pub horizon: i64,
    /// The day on which the weights are learned. Its departures are over by the day of the test.
    pub learned_on: NaiveDate,
    /// The day on which the rules are tested. Nothing of what came after it is in them.
    pub tested_on: NaiveDate,
    /// The day whose portfolio gives the draft its targets and its limits of bands: yesterday, the last whole day.
    pub drafted_on: NaiveDate,
    /// The version of the rules in force.
    pub version: i64,
    pub min_age: i64,
    pub exclude_involuntary: bool,
    pub skip_days: i64,
    /// The number of sets of rules that were tried on departures of the time after the test day, this suggestion included.
    pub variants: i64,
    /// True when the rules in force were made after somebody had looked at these departures, which flatters them.
    pub fitted_here: bool,
    /// One for each scorecard of the rulebook, in its order, but for those of onboarding customers.
    pub scorecards: Vec<ScorecardSuggestion>,
}

/// The suggestion for one scorecard, from its own customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScorecardSuggestion {
    /// The name of the scorecard.
    pub name: String,
    pub verdict: SuggestionVerdict,
    /// The result in one sentence.
    pub sentence: String,
    /// The figures behind it in a sentence or two.
    pub reason: String,
    pub learned: CaseCount,
    pub tested: CaseCount,
    /// The AUC of the rules in force on the day of the test.
    pub now: Option<Auc>,
    /// The AUC of the suggested rules there.
    pub suggested: Option<Auc>,
    /// The suggested rules less those in force; null where there is nothing to compare.
    pub together: Option<AucDifference>,
    /// The number of departures that would make a difference of this size certain enough; null where there is none.
    pub leavers_needed: Option<i64>,
    /// The three steps, each against the one before.
    pub steps: Vec<StepOfSuggestion>,
    pub factors: Vec<FactorEvidence>,
    /// The differences of the draft from the rules in force, each in words.
    pub changes: Vec<String>,
    /// The rules that were tried, with the targets of today's portfolio; null where there is not enough history to try any.
    pub draft: Option<ScorecardOfRulebook>,
    /// The customers that would change band under the draft, by the band they leave and the one they come to.
    pub moves: Vec<BandMoves>,
    /// The first 100 of those customers, the highest ARR first.
    pub movers: Vec<ScoreMove>,
}

/// The judgement about other rules. Only `better` comes with the advice to use them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionVerdict {
    /// The facts do not go back as far as the rules look from the day on which they are learned.
    NotEnoughHistory,
    /// On one of the days fewer than 30 left, or fewer than 30 stayed.
    TooFew,
    /// The difference, or the suggested rules' own figure, may be due to chance.
    NoEvidence,
    Better,
}

/// The customers with a score on a day, and those of them that left within the horizon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseCount {
    pub n: i64,
    pub churners: i64,
}

impl CaseCount {
    /// Returns the lesser of the numbers that left and stayed, which decides how much can be told.
    pub fn fewer(self) -> i64 {
        self.churners.min(self.n - self.churners)
    }
}

/// A step from the rules in force to the suggested ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Each factor has 0 and 100 points at the portfolio's own 10th and 90th percentile.
    Targets,
    /// Days of silence weigh a quarter, counts are scaled by age, and windows fit the rhythm of use.
    Kinds,
    /// Weights by what each factor told.
    Weights,
}

impl Step {
    pub const ALL: [Self; 3] = [Self::Targets, Self::Kinds, Self::Weights];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepOfSuggestion {
    pub step: Step,
    /// The AUC after this step, on the day of the test.
    pub auc: Option<Auc>,
    /// The figure after the step less the one before it.
    pub difference: Option<AucDifference>,
}

/// A factor of the suggested rules: what it told on the day on which they were learned, and its weight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FactorEvidence {
    pub key: FactorKey,
    /// The factor's name for people.
    pub label: String,
    pub auc: Option<Auc>,
    /// True when those that left had clearly better scores: its weight is not raised.
    pub runs_against: bool,
    /// The share of the weights in the rules in force; 0 for a factor that they do not have.
    pub weight_now: Share,
    pub weight: Share,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BandMoves {
    pub from: Band,
    pub to: Band,
    pub customers: i64,
    /// Their known ARR.
    pub arr_cents: i64,
}
