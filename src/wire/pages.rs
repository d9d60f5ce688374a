//! Read models: everything that one page shows, loaded in one request.

use crate::domain::backtest::BacktestProgress;
use crate::domain::people::People;
use crate::domain::timeline::Entry;
use crate::domain::{
    AsOf, Backtest, Band, Customer, CustomerId, DayCount, Driver, Event, EventFilter, FactorKey, Factors, Fall, Health,
    HealthChange, HistoryPoint, InvoiceRow, NaiveDate, Note, Outcome, Page, Points, Reading, RulebookVersion, Scorecard,
    ScorecardMark, Segment, Segments, SilentSource,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The read model of the backtest's page: the result, or the progress of the work on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BacktestPage {
    pub backtest: Option<Backtest>,
    pub progress: Option<BacktestProgress>,
    /// True when anybody is known to have left.
    pub has_departures: bool,
    /// The currency's code (ISO 4217).
    pub currency: String,
}

/// The read model of a customer's page, without the timeline of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerPage {
    pub customer: Customer,
    /// The facts that matter most on the chosen day, in one sentence.
    pub headline: String,
    /// Another customer whose external id looks the same on screen. An older release may have stored the two in differently
    /// composed letters.
    pub same_external_id: Option<CustomerId>,
    pub today: NaiveDate,
    /// The day at whose end knowledge is cut; null for everything known now.
    pub known_at: Option<NaiveDate>,
    /// The day since which earlier segments and start dates are kept, where `knownAt` is before it: then those of that day count. Null
    /// otherwise.
    pub history_from: Option<NaiveDate>,
    /// Health on the chosen day.
    pub health: Health,
    /// True when the chosen day's health counts any fact. Factors can be measured without one: no ticket is a good sign.
    pub has_facts: bool,
    pub band_since: NaiveDate,
    /// The score's change over the 7 days up to the chosen day; null when either end has no data.
    pub change7: Option<Points>,
    pub change30: Option<Points>,
    pub change90: Option<Points>,
    /// The last day on which the customer is shown as new; null when it is not.
    pub new_until: Option<NaiveDate>,
    /// One point a day, earliest first, up to today or to the day at whose end knowledge is cut.
    pub history: Vec<HistoryPoint>,
    /// The days on which scorecards came into force, oldest first, without the first scorecard.
    pub scorecard_marks: Vec<ScorecardMark>,
    /// The steepest falls within the history, earliest first.
    pub falls: Vec<Fall>,
    /// Why the score changed up to the chosen day. Both days are seen either as known now, or each as known on that day.
    pub changes: HealthChange,
    /// Steps that would raise the chosen day's score, most helpful first.
    pub drivers: Vec<Driver>,
    /// Daily activity over twice each factor's window up to the chosen day, without the days that had none.
    pub activity: Factors<Vec<DayCount>>,
    /// Every invoice issued by the chosen day, latest first.
    pub invoices: Vec<InvoiceRow>,
    /// The features used in the adoption window, with the number of uses.
    pub features: Vec<(String, i64)>,
    pub notes: Vec<Note>,
    /// The customer's outcomes, latest first, with those that were taken back.
    pub outcomes: Vec<Outcome>,
    /// The reasons of outcomes to choose from.
    pub outcome_reasons: Vec<String>,
    pub people: People,
    /// The latest reading of each name as of the chosen day, by name.
    pub readings: Vec<Reading>,
    /// The scorecard that scores the customer on the chosen day.
    pub scorecard: Scorecard,
    /// Factors that are assumed because no customer has ever had a fact for them.
    pub unconnected: Vec<FactorKey>,
    /// Kinds of facts that have stopped coming, of any customer.
    pub silent_sources: Vec<SilentSource>,
    /// The portfolio's currency: that of ARR, and the default for invoices.
    pub currency: String,
}

impl CustomerPage {
    /// Returns whether there is anything to show on the chosen day. A past day shows that there was nothing.
    pub fn is_known(&self) -> bool {
        self.has_facts || self.health.as_of != self.today
    }

    pub fn is_new(&self) -> bool {
        self.new_until.is_some()
    }

    /// Returns the chosen day and the knowledge it is seen with.
    pub fn at(&self) -> AsOf {
        AsOf { day: self.health.as_of, known_at: self.known_at }
    }
}

/// A page of a customer's timeline, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    pub page: Page<Entry>,
    /// The number of events that the filter lets through.
    pub events: i64,
    pub filter: EventFilter,
    /// The day before which received events may have been dropped from the timeline, though they still count; null when none
    /// were.
    pub kept_from: Option<NaiveDate>,
    pub now: DateTime<Utc>,
}

/// The effect of an accepted event on the score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventEffect {
    pub event: Event,
    /// Today's health with the event counted.
    pub health: Health,
    /// Today's health just before the event.
    pub before: Health,
    /// True when the event had been accepted before, under its message id or as the same invoice.
    pub repeated: bool,
}

/// Customers that somebody has chosen to change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenRows {
    /// The first ones in the list's order, as many as can be changed at once.
    pub rows: Vec<ChosenRow>,
    /// The number of all that the list has.
    pub total: i64,
    /// The owners of all customers, in order.
    pub owners: Vec<String>,
    pub segments: Segments,
    pub currency: String,
}

/// A chosen customer, at the version that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenRow {
    pub id: CustomerId,
    pub version: i64,
    pub name: String,
    pub arr_cents: Option<i64>,
}

impl From<&Customer> for ChosenRow {
    fn from(customer: &Customer) -> Self {
        let Customer { id, version, ref fields, .. } = *customer;
        Self { id, version, name: fields.name.clone(), arr_cents: fields.arr_cents }
    }
}

/// The customers that a search has found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundCustomers {
    /// The first ones by name.
    pub items: Vec<FoundCustomer>,
    /// The number of all that match.
    pub total: i64,
}

/// A customer as a search shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundCustomer {
    pub id: CustomerId,
    pub name: String,
    pub external_id: Option<String>,
    pub segment: Segment,
    /// Shown unless the band is No data.
    pub score: Points,
    pub band: Band,
}

/// The read model of the form that creates or changes a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EditPage {
    /// The customer to change; `None` to create one.
    pub customer: Option<Customer>,
    /// The owners of all customers, as suggestions.
    pub owners: Vec<String>,
    pub segments: Segments,
    /// The currency of ARR.
    pub currency: String,
}

/// The read model of the scorecard's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScorecardPage {
    /// All versions, newest first. The first one is current.
    pub versions: Vec<RulebookVersion>,
    /// The reasons of outcomes to choose from.
    pub outcome_reasons: Vec<String>,
    /// The number of customers that are not scored under the current version yet.
    pub stale: i64,
    pub customers: i64,
    /// The number of active customers that each scorecard in force scores, in their order.
    pub scored: Vec<i64>,
    pub now: DateTime<Utc>,
}
