//! Read models: everything one page shows, loaded in one request.

use crate::domain::{
    AsOf, Customer, CustomerId, DayCount, Driver, Event, EventFilter, FactorKey, Factors, Health, HealthChange, HistoryPoint,
    InvoiceRow, NaiveDate, Note, Page, Points, Scorecard, ScorecardMark, ScorecardVersion,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    /// True when any fact about the customer counts by then. Factors can be measured without one: no ticket is a good sign.
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
    /// True when the event had been accepted before, by its message id or as the same invoice.
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
