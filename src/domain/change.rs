//! Why a score changed between two days, split by cause and factor into parts that sum to the change exactly; and the steps
//! that would raise it next.

use super::{CustomerId, FactorKey, Factors, Health, NaiveDate, Points, Window};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The causes that move a score. Their order matters: a cause's part is the change when it is added to all the causes before
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The rules have other weights, targets or windows.
    ScorecardChange,
    /// The customer has another scorecard, since it has grown older or is in another segment.
    OtherScorecard,
    /// Any customer's first fact of a kind arrived. The factor was assumed until then and is measured from then on.
    SourceConnected,
    /// Facts known on the first day were retracted since.
    Retracted,
    /// Facts of the first day or before arrived after it.
    LateArrived,
    /// Events became too old for their window.
    LeftWindow,
    /// Days went by, and an invoice fell overdue.
    TimePassed,
    /// Events happened after the first day.
    NewEvents,
}

impl Cause {
    /// Returns whether events of the cause enter or leave a window as days go by.
    pub fn moves_windows(self) -> bool {
        matches!(self, Self::LeftWindow | Self::NewEvents)
    }

    /// Returns the cause's name for people: "No longer counts".
    pub fn label(self) -> &'static str {
        match self {
            Self::ScorecardChange => "Scorecard changed",
            Self::OtherScorecard => "Other scorecard",
            Self::SourceConnected => "Source connected",
            Self::Retracted => "Retracted",
            Self::LateArrived => "Arrived late",
            Self::LeftWindow => "No longer counts",
            Self::TimePassed => "Time passed",
            Self::NewEvents => "New events",
        }
    }
}

/// The part of a change that one cause explains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CausePart {
    pub cause: Cause,
    /// The sum of `factors`.
    pub change: Points,
    /// The change of each factor's contribution.
    #[schema(value_type = HashMap<String, Points>)]
    pub factors: Factors<Points>,
    /// The facts behind the part, one for each factor concerned.
    pub facts: Vec<CauseFact>,
}

/// The fact that explains one cause's effect on one factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CauseFact {
    pub factor: FactorKey,
    /// The fact in words: "14 logins from before 28 Oct 2026 no longer count".
    pub sentence: String,
    /// The days on which the events behind it happened; null when there are none.
    pub days: Option<Window>,
}

/// Events of a factor that left its window and others that entered it, told as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetFact {
    pub factor: FactorKey,
    /// The change of the factor's contribution by both.
    pub change: Points,
    /// The count before and after in words: "34 → 12 logins", or "57 logins, as before".
    pub sentence: String,
}

/// The change of a customer's score from one day to another, with its causes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthChange {
    pub customer_id: CustomerId,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Health on the first day, as known at its end or as known now.
    pub before: Health,
    /// Health on the second day, as known now.
    pub after: Health,
    /// The score's change. When either day has no data, the scores that would otherwise be hidden are compared.
    pub change: Points,
    /// The change of each factor's contribution. They sum to `change`.
    #[schema(value_type = HashMap<String, Points>)]
    pub factors: Factors<Points>,
    /// The causes that had an effect, in their fixed order. Their parts sum to `change`, and for each factor to its change.
    pub causes: Vec<CausePart>,
    /// The events that left a window and those that entered it, told as one, of each factor that has both.
    pub net: Vec<NetFact>,
    /// The change in words: "-9.4 since 1 Oct 2026: login frequency -6.1 (14 logins from before 12 Oct 2026 no longer count),
    /// support load -3.3 (2 new tickets)".
    pub sentence: String,
}

impl HealthChange {
    /// Returns the factor that moved the score furthest in the direction of the change. `None` when the score did not move.
    pub fn main_cause(&self) -> Option<MainCause> {
        let along = self.factors.iter().filter(|(_, points)| points.0.signum() == self.change.0.signum());
        let (factor, change) = along.max_by_key(|(_, points)| points.0.abs())?;
        let (label, sentence) = (self.label_of(factor), self.facts_of(factor));
        (self.change != Points::ZERO).then_some(MainCause { factor, label, change: *change, sentence })
    }

    /// Returns a factor's name for people.
    pub fn label_of(&self, factor: FactorKey) -> String {
        let named = self.after.factors.get(factor).or_else(|| self.before.factors.get(factor));
        named.map_or_else(|| factor.to_string(), |factor| factor.label.clone())
    }

    /// Returns both events that left a factor's window and those that entered it, told as one.
    pub fn net_of(&self, factor: FactorKey) -> Option<&NetFact> {
        self.net.iter().find(|net| net.factor == factor)
    }

    /// Returns a factor's facts in words, cause by cause: "3 logins retracted, 4 new logins". What left a window and what entered it
    /// is told as one.
    pub fn facts_of(&self, factor: FactorKey) -> String {
        let net = self.net_of(factor);
        let causes = self.causes.iter().filter(|part| net.is_none() || !part.cause.moves_windows());
        let facts = causes.flat_map(|part| &part.facts).filter(|fact| fact.factor == factor);
        let sentences = facts.map(|fact| fact.sentence.as_str()).chain(net.map(|net| net.sentence.as_str()));
        sentences.collect::<Vec<_>>().join(", ")
    }
}

/// The factor that explains most of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MainCause {
    pub factor: FactorKey,
    /// The factor's name for people.
    pub label: String,
    /// The change of the factor's contribution.
    pub change: Points,
    /// The facts behind it in words: "3 logins retracted, 4 new logins".
    pub sentence: String,
}

/// A fall of a score within its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fall {
    /// The last day before it.
    pub from: NaiveDate,
    /// The day on which the score had fallen.
    pub to: NaiveDate,
    /// The points, below 0.
    pub change: Points,
    /// The main causes in words: "1 invoice fell overdue".
    pub sentence: String,
}

/// A step that would raise the score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Driver {
    pub factor: FactorKey,
    /// The points that the score would gain.
    pub gain: Points,
    /// The step in words: "2 more features".
    pub sentence: String,
}
