//! Read models: everything one page shows, loaded in one request.

use super::{
    AsOf, Band, Customer, CustomerId, Driver, Event, EventFilter, FactorKey, Factors, Health, HealthChange, NaiveDate, Note,
    Page, Points, Scorecard, ScorecardVersion,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The score of one past day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HistoryPoint {
    pub day: NaiveDate,
    pub score: Points,
    pub band: Band,
}

impl HistoryPoint {
    /// The score, unless there was too little data to show one.
    pub fn shown_score(&self) -> Option<Points> {
        (self.band != Band::NoData).then_some(self.score)
    }
}

/// The scores of one customer, day by day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthHistory {
    pub customer_id: CustomerId,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// The day at whose end knowledge was cut, for every day of the history; null when it is restated: each day scored from
    /// everything known now, under the current scorecard.
    pub known_at: Option<NaiveDate>,
    /// The scorecard that every day was scored with.
    pub scorecard_version: i64,
    /// One for each day, the earliest first.
    pub days: Vec<HistoryPoint>,
}

/// How much of a factor's raw activity fell on one day: logins, feature uses, tickets, API calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayCount {
    pub day: NaiveDate,
    pub count: i64,
}

/// How an invoice stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    PaidOnTime,
    PaidLate,
    Overdue,
    Open,
    Voided,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceRow {
    pub number: String,
    pub amount_cents: i64,
    pub currency: String,
    pub issued_on: NaiveDate,
    pub due_on: NaiveDate,
    pub paid_on: Option<NaiveDate>,
    pub status: InvoiceStatus,
}

/// A day on which a newer scorecard came into force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScorecardMark {
    pub version: i64,
    pub day: NaiveDate,
}

/// Everything about one customer but its event timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerPage {
    pub customer: Customer,
    /// Another customer whose external id looks the same, where an older release has kept this one's in other letters.
    pub same_external_id: Option<CustomerId>,
    pub today: NaiveDate,
    /// The day at whose end knowledge was cut; null for everything known now.
    pub known_at: Option<NaiveDate>,
    /// As of the chosen day.
    pub health: Health,
    /// Whether any fact about the customer counts by then. Factors can be measured without one: no ticket is a good sign.
    pub has_facts: bool,
    pub band_since: NaiveDate,
    /// The score's change up to the chosen day; null where one of the two days has no data.
    pub change7: Option<Points>,
    pub change30: Option<Points>,
    pub change90: Option<Points>,
    pub is_new: bool,
    /// One point a day up to today, or to the day at whose end knowledge was cut; the earliest first.
    pub history: Vec<HistoryPoint>,
    /// Since when each scorecard but the first was in force, the oldest first.
    pub scorecard_marks: Vec<ScorecardMark>,
    /// Why the score changed up to the chosen day: as everything is known now, or from what was known on each of the two days.
    pub changes: HealthChange,
    /// What would raise the score of the chosen day, the most helpful first.
    pub drivers: Vec<Driver>,
    /// Daily activity up to the chosen day over twice each factor's window, days without activity left out.
    pub activity: Factors<Vec<DayCount>>,
    /// Every invoice issued by the chosen day, the latest first.
    pub invoices: Vec<InvoiceRow>,
    /// The features seen in the adoption window, with their uses.
    pub features: Vec<(String, i64)>,
    pub notes: Vec<Note>,
    pub scorecard: Scorecard,
    /// Factors for which no customer has ever had a fact.
    pub unconnected: Vec<FactorKey>,
    /// The portfolio's currency, for ARR and as the default of invoices.
    pub currency: String,
}

impl CustomerPage {
    /// The chosen day, and what is known of it.
    pub fn at(&self) -> AsOf {
        AsOf { day: self.health.as_of, known_at: self.known_at }
    }
}

/// A customer's events, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    pub page: Page<Event>,
    pub filter: EventFilter,
    /// Events received before this day may have been dropped, though they still count; null: none have.
    pub kept_from: Option<NaiveDate>,
    pub now: DateTime<Utc>,
}

/// What an accepted event did to the score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventEffect {
    pub event: Event,
    /// Today's health with the event in it.
    pub health: Health,
    /// Today's health right before the event.
    pub before: Health,
    /// Whether the event had been accepted before, by its message id or as the same invoice.
    pub repeated: bool,
}

/// What the form that creates or changes a customer begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EditPage {
    /// The customer to change; none to create one.
    pub customer: Option<Customer>,
    /// The owners of all customers, to choose from.
    pub owners: Vec<String>,
    /// The currency of ARR.
    pub currency: String,
}

/// The rules of scoring, and how they came to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScorecardPage {
    /// The newest first: that one is current.
    pub versions: Vec<ScorecardVersion>,
    /// Customers that are still to be scored under it, of how many.
    pub stale: i64,
    pub customers: i64,
    pub now: DateTime<Utc>,
}

/// What other rules would do to the active customers today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScorecardPreview {
    /// What the rules change, in words; empty when they are the current ones.
    pub changes: Vec<String>,
    pub customers: i64,
    /// How many customers each band has: now, and under the other rules.
    pub bands: Vec<(Band, i64, i64)>,
    /// How many would go from one band to another, most first.
    pub moves: Vec<(Band, Band, i64)>,
    /// Over the customers that have a score; now, and under the other rules.
    pub mean_before: Option<Points>,
    pub mean_after: Option<Points>,
    /// Those whose score would change most, at most ten.
    pub movers: Vec<ScoreMove>,
}

/// One customer's score under two scorecards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScoreMove {
    pub id: CustomerId,
    pub name: String,
    pub before: Points,
    pub after: Points,
    pub band_before: Band,
    pub band_after: Band,
}
