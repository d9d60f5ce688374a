//! Why a score changed between two days, in parts by cause and factor that sum to the difference exactly; and what would
//! change it next.

use super::{CustomerId, FactorKey, Factors, Health, NaiveDate, Points, Window};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What moved a score, in the order in which causes are told apart: each is what changes when it is added to those before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Other weights, targets or windows.
    ScorecardChange,
    /// The first fact of a source, of any customer: what was assumed is measured from then on.
    SourceConnected,
    /// Facts that were known on the first day and have been taken back since.
    Retracted,
    /// Facts of the first day or before that were not known then.
    LateArrived,
    /// Events that are too old for their window by now.
    LeftWindow,
    /// Days that went by: an invoice fell overdue.
    TimePassed,
    /// Events after the first day.
    NewEvents,
}

impl Cause {
    /// "Left the window"
    pub fn label(self) -> &'static str {
        match self {
            Self::ScorecardChange => "Scorecard changed",
            Self::SourceConnected => "Source connected",
            Self::Retracted => "Retracted",
            Self::LateArrived => "Arrived late",
            Self::LeftWindow => "Left the window",
            Self::TimePassed => "Time passed",
            Self::NewEvents => "New events",
        }
    }
}

/// One cause's part in a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CausePart {
    pub cause: Cause,
    /// The sum over the factors.
    pub change: Points,
    /// The change of each factor's contribution.
    pub factors: Factors<Points>,
    /// What happened, one for each factor concerned.
    pub facts: Vec<CauseFact>,
}

/// What a cause amounts to for one factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CauseFact {
    pub factor: FactorKey,
    /// "14 logins left the window"
    pub sentence: String,
    /// The days on which its events happened; null where no event is behind it.
    pub days: Option<Window>,
}

/// How a customer's score came from one day's to another's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthChange {
    pub customer_id: CustomerId,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Health of the first day: as it was known at its end, or as it is known now.
    pub before: Health,
    /// Health of the second day, under what is known now.
    pub after: Health,
    /// The score's change. Where one of the two days is `no_data`, the scores behind the dashes are compared.
    pub change: Points,
    /// The change of each factor's contribution; they sum to the change.
    pub factors: Factors<Points>,
    /// The causes that did something, in their fixed order; they sum to the change, for each factor too.
    pub causes: Vec<CausePart>,
    /// "-9.4 since 1 Oct 2026: login frequency -6.1 (14 logins left the window), support load -3.3 (2 new tickets)"
    pub sentence: String,
}

impl HealthChange {
    /// The factor that moved the score most in the direction of the change; `None` where the score did not move.
    pub fn main_cause(&self) -> Option<MainCause> {
        let along = self.factors.iter().filter(|(_, points)| points.0.signum() == self.change.0.signum());
        let (factor, change) = along.max_by_key(|(_, points)| points.0.abs())?;
        (self.change != Points::ZERO).then(|| MainCause { factor, change: *change, sentence: self.facts_of(factor) })
    }

    /// What happened to a factor, cause by cause: "13 logins left the window, 4 new logins".
    pub fn facts_of(&self, factor: FactorKey) -> String {
        let facts = self.causes.iter().flat_map(|part| &part.facts).filter(|fact| fact.factor == factor);
        facts.map(|fact| fact.sentence.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// What a change is mainly due to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MainCause {
    pub factor: FactorKey,
    /// The change of its contribution.
    pub change: Points,
    /// "13 logins left the window, 4 new logins"
    pub sentence: String,
}

/// Something that would raise the score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Driver {
    pub factor: FactorKey,
    /// By how many points.
    pub gain: Points,
    /// "2 more features"
    pub sentence: String,
}
