//! Health: score, band, the factor breakdown, coverage, the day it is as of.

use super::{CustomerId, Factors, NaiveDate, Points, Share};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the score means, in one word; or that there is too little to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    Healthy,
    AtRisk,
    ChurnRisk,
    NoData,
}

impl Band {
    pub const ALL: [Self; 4] = [Self::Healthy, Self::AtRisk, Self::ChurnRisk, Self::NoData];

    /// The wire name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::AtRisk => "at_risk",
            Self::ChurnRisk => "churn_risk",
            Self::NoData => "no_data",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Healthy => "Healthy",
            Self::AtRisk => "At risk",
            Self::ChurnRisk => "Churn risk",
            Self::NoData => "No data",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|band| band.name() == text)
    }
}

/// Whole UTC days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Window {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Window {
    /// The `days` days that end on `to`.
    pub fn ending(to: NaiveDate, days: i64) -> Self {
        Self { from: to - chrono::Duration::days(days - 1), to }
    }

    /// The window of the same length right before this one.
    pub fn before(self) -> Self {
        let last = self.from - chrono::Duration::days(1);
        Self::ending(last, (self.to - self.from).num_days() + 1)
    }

    pub fn contains(self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

/// One factor's part in a health.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Factor {
    /// 0 to 100.
    pub score: Points,
    /// The effective weight as a fraction of 1.
    pub weight: Share,
    /// The points this factor adds to the score; the five sum to it exactly.
    pub contribution: Points,
    /// What was measured: logins, distinct features, tickets, invoices on time, or percent change of API calls
    /// (null when there were none before). Null also where the source is not connected.
    pub value: Option<i64>,
    /// What the value is held against: the target, the ticket limit, the invoices that count, or 100 percent.
    pub target: Option<i64>,
    /// The days that count; null for all history.
    pub window: Option<Window>,
    /// False when the value rests on no fact and is assumed.
    pub measured: bool,
    /// One plain sentence for a CS person.
    pub explanation: String,
}

/// A customer's health as of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    pub customer_id: CustomerId,
    pub as_of: NaiveDate,
    /// 0 to 100, also when the band is `no_data`.
    pub score: Points,
    pub band: Band,
    /// The share of total weight whose factor was measured.
    pub coverage: Share,
    pub factors: Factors<Factor>,
    pub scorecard_version: i64,
}

impl Health {
    /// The score, unless there is too little data to show one.
    pub fn shown_score(&self) -> Option<Points> {
        (self.band != Band::NoData).then_some(self.score)
    }
}
