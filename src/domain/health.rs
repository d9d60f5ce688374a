//! Health: score, band, coverage, and the breakdown by factor, as of a day.

use super::{CustomerId, Factors, NaiveDate, Points, Share};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The meaning of a score in one word, `Onboarding` where the scorecard tells none, or `NoData` when too little is measured to show
/// a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    Healthy,
    AtRisk,
    ChurnRisk,
    /// The customer has a score, but its scorecard tells no risk: it has just begun.
    Onboarding,
    NoData,
}

impl Band {
    pub const ALL: [Self; 5] = [Self::Healthy, Self::AtRisk, Self::ChurnRisk, Self::Onboarding, Self::NoData];
    pub const COUNT: usize = Self::ALL.len();

    /// Returns the name used on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::AtRisk => "at_risk",
            Self::ChurnRisk => "churn_risk",
            Self::Onboarding => "onboarding",
            Self::NoData => "no_data",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Healthy => "Healthy",
            Self::AtRisk => "At risk",
            Self::ChurnRisk => "Churn risk",
            Self::Onboarding => "Onboarding",
            Self::NoData => "No data",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|band| band.name() == text)
    }

    /// Returns whether a list of bands names it, of so many customers: who never gives Onboarding need not see it.
    pub fn is_shown(self, customers: i64) -> bool {
        self != Self::Onboarding || customers > 0
    }

    /// Returns whether it follows from the score, so that one is better or worse than another.
    pub fn tells_risk(self) -> bool {
        matches!(self, Self::Healthy | Self::AtRisk | Self::ChurnRisk)
    }
}

/// A range of whole UTC days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Window {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Window {
    /// Returns the window of `days` days that ends on `to`.
    pub fn ending(to: NaiveDate, days: i64) -> Self {
        Self { from: to - chrono::Duration::days(days - 1), to }
    }

    /// Returns the window of the same length that ends the day before this one begins.
    pub fn before(self) -> Self {
        let last = self.from - chrono::Duration::days(1);
        Self::ending(last, (self.to - self.from).num_days() + 1)
    }

    /// Returns the number of its days.
    pub fn days(self) -> i64 {
        (self.to - self.from).num_days() + 1
    }

    pub fn contains(self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

/// The part of one factor in a customer's health.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Factor {
    /// The name for people: "Login frequency".
    pub label: String,
    /// The factor's own score, 0 to 100.
    pub score: Points,
    /// The effective weight as a fraction of 1.
    pub weight: Share,
    /// The points that the factor adds to the score. The contributions sum to the score exactly.
    pub contribution: Points,
    /// The measured value, such as the number of logins, of invoices on time, or the percent by which API calls changed. Null when
    /// a change starts from nothing, and when the factor's source is not connected.
    pub value: Option<i64>,
    /// The value's yardstick: the target, the ticket limit, the number of invoices that count, or 100 percent.
    pub target: Option<i64>,
    /// The window of days that count; null for all history.
    pub window: Option<Window>,
    /// False when no fact supports the value, so that it is assumed.
    pub measured: bool,
    /// One plain sentence that explains the factor's score.
    pub explanation: String,
}

/// A customer's health as of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    pub customer_id: CustomerId,
    pub as_of: NaiveDate,
    /// The score, 0 to 100. Computed also when the band is `no_data`.
    pub score: Points,
    pub band: Band,
    /// The share of total weight whose factor was measured.
    pub coverage: Share,
    #[schema(value_type = HashMap<String, Factor>)]
    pub factors: Factors<Factor>,
    pub scorecard_version: i64,
    /// The name of the scorecard that scores the customer on the day: "Everybody", "Startups, first 90 days".
    pub scored_by: String,
}

impl Health {
    /// Returns the score, or `None` when there is too little data to show one.
    pub fn shown_score(&self) -> Option<Points> {
        (self.band != Band::NoData).then_some(self.score)
    }
}
