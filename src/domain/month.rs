//! The month: a calendar month or quarter against the one before, for people who were not there.

use super::band_history::{BandDays, BandMove};
use super::calendar::{CalendarPeriod, Length, PERIOD_RULE};
use super::change::{Cause, MainCause};
use super::list::OwnerFilter;
use super::portfolio::{BandTally, Tally};
use super::{ArchiveReason, Band, CustomerId, CustomerQuery, FactorKey, FieldErrors, NaiveDate, OutcomeKind, Points, Segment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The customers that each list names, those with most ARR.
pub const MOST_NAMED: usize = 100;
/// The customers whose fall is explained, those with most ARR.
pub const MOST_EXPLAINED: usize = 500;

/// The period that is asked for, and the filters of its customers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MonthQuery {
    /// The last complete month when absent.
    pub period: Option<CalendarPeriod>,
    pub owner: Option<OwnerFilter>,
    pub segment: Option<Segment>,
}

impl MonthQuery {
    /// Parses the pairs of a query string. Empty values count as absent; other names are ignored.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let (mut period, mut filters) = (None, Vec::new());
        for (name, value) in pairs {
            match (name, value.trim()) {
                ("period", "") => period = None,
                ("period", text) => {
                    period = CalendarPeriod::parse(text);
                    if period.is_none() {
                        errors.add(name, PERIOD_RULE);
                    }
                }
                ("owner" | "segment", _) => filters.push((name, value)),
                _ => {}
            }
        }
        let CustomerQuery { owner, segment, .. } = CustomerQuery::from_pairs(filters).unwrap_or_else(|refused| {
            errors.0.extend(refused.0);
            CustomerQuery::default()
        });
        errors.or(|| Self { period, owner, segment })
    }

    /// Returns the period that is meant: the one asked for, or the last complete month.
    pub fn resolve(&self, today: NaiveDate) -> Result<CalendarPeriod, FieldErrors> {
        let period = self.period.unwrap_or_else(|| CalendarPeriod::of(today, Length::Month).previous());
        match period.first() > today {
            true => Err(FieldErrors::one("period", format!("must not begin in the future (today is {today}, UTC)"))),
            false => Ok(period),
        }
    }

    /// Returns the query of the list for the customers that the filters select.
    pub fn filters(&self) -> CustomerQuery {
        CustomerQuery { owner: self.owner.clone(), segment: self.segment, ..CustomerQuery::default() }
    }

    /// Returns the address `path` with this query.
    pub fn href(&self, path: &str) -> String {
        let period = self.period.map(|period| ("period", period.name()));
        let pairs: Vec<_> = period.into_iter().chain(self.filters().to_pairs()).collect();
        match serde_urlencoded::to_string(&pairs) {
            Ok(query) if !query.is_empty() => format!("{path}?{query}"),
            _ => path.to_owned(),
        }
    }
}

/// A month or quarter of the customers that the filters select, beside the one before. Bands are restated: every day with today's
/// rules and ARR, and all facts known now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Month {
    /// The current UTC day.
    pub today: NaiveDate,
    /// The currency's code (ISO 4217).
    pub currency: String,
    /// The owner whose customers these are; `none` stands for customers without an owner. Null where nobody is asked for.
    #[schema(value_type = Option<String>)]
    pub owner: Option<OwnerFilter>,
    pub segment: Option<Segment>,
    /// The first day of which bands are known, 365 days ago. Figures that need an earlier day are null.
    pub known_from: NaiveDate,
    /// The number of customers whose past bands are not worked out yet, after an upgrade. Only renewals and lists count them.
    pub pending: i64,
    pub period: PeriodFigures,
    /// The figures of the period of the same length before. Of a period that is not over they are still those of the whole
    /// one before.
    pub before: PeriodFigures,
    /// The first day of `days`: the day before the period's first, or `knownFrom` if that is later.
    pub days_from: NaiveDate,
    /// Customers and ARR by band for each day up to `period.to`; empty lists where no day is known.
    pub days: Vec<BandDays>,
    /// The customers that are in a worse band at the end than at the beginning, though no rules or sources are new.
    pub fell: Falls,
    /// The customers that had a score for the first time.
    pub first_scores: Named<FirstScore>,
    pub came: Named<Came>,
    pub went: Named<Went>,
    pub renewals: Named<PassedRenewal>,
}

/// The figures of one period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PeriodFigures {
    #[schema(value_type = String)]
    pub period: CalendarPeriod,
    pub from: NaiveDate,
    /// The last day that counts: the period's last, or today.
    pub to: NaiveDate,
    /// True when the period has ended.
    pub is_over: bool,
    /// The four bands at the end of the day before `from`; null when that day is not known.
    pub begin: Option<Vec<BandTally>>,
    /// The four bands at the end of `to`; null when that day is not known.
    pub end: Option<Vec<BandTally>>,
    /// The way from `begin` to `end`, customer by customer: their sums by `from` are `begin`, those by `to` are `end`. Null
    /// when one of the two is.
    pub flow: Option<Vec<Flow>>,
    /// The customers that changed their band, most ARR first, without those of `movesByRules`. Null when `flow` is.
    pub moves: Option<Vec<BandMove>>,
    /// The customers whose changes of band, as they were noted, were all due to new rules or to a source that was connected: by
    /// the band before the first of these changes and the one after the last. Null when `flow` is.
    pub moves_by_rules: Option<Vec<BandMove>>,
    pub came: Tally,
    pub went: Tally,
    /// The customers whose renewal date was in the period.
    pub renewals: Tally,
    /// The outcomes `renewed` in the period, with the ARR that goes on.
    pub renewals_won: Tally,
    /// The outcomes `churned` and `contracted` in the period, with the ARR that was lost.
    pub renewals_lost: Tally,
    /// The outcomes of each kind in the period.
    pub outcomes: Vec<OutcomeSum>,
}

/// The outcomes of one kind. `customers` counts them; their ARR is what goes on for `renewed`, was won for `expanded`, and was lost
/// for `churned` and `contracted`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutcomeSum {
    pub outcome: OutcomeKind,
    #[serde(flatten)]
    pub tally: Tally,
}

impl PeriodFigures {
    /// Returns what is At risk or in Churn risk.
    pub fn at_risk(bands: &[BandTally]) -> Tally {
        bands.iter().filter(|told| matches!(told.band, Band::AtRisk | Band::ChurnRisk)).map(|told| told.tally).sum()
    }

    pub fn all(bands: &[BandTally]) -> Tally {
        bands.iter().map(|told| told.tally).sum()
    }
}

/// The customers that were in one band at the beginning and in another, or the same, at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Flow {
    /// Null for customers that came.
    pub from: Option<Band>,
    /// Null for customers that went.
    pub to: Option<Band>,
    #[serde(flatten)]
    pub tally: Tally,
}

/// A list that names the first 100 of its customers, those with most ARR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Named<T> {
    /// The sums of all of them.
    #[serde(flatten)]
    pub tally: Tally,
    pub items: Vec<T>,
}

/// A customer that a list names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamedCustomer {
    pub id: CustomerId,
    pub name: String,
    pub segment: Segment,
    pub owner: Option<String>,
    pub arr_cents: Option<i64>,
}

/// A customer that came: the earliest of its start date, the day it was added and its first fact is in the period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Came {
    #[serde(flatten)]
    pub customer: NamedCustomer,
    pub on: NaiveDate,
    pub by: CameBy,
    /// The band at the end; null when it has left, or that day is not known.
    pub band: Option<Band>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CameBy {
    StartDate,
    Added,
    FirstFact,
}

impl CameBy {
    /// Returns the name used on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::StartDate => "start_date",
            Self::Added => "added",
            Self::FirstFact => "first_fact",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::StartDate => "started",
            Self::Added => "added",
            Self::FirstFact => "first fact",
        }
    }
}

/// A customer that had no score at the beginning and has one at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FirstScore {
    #[serde(flatten)]
    pub customer: NamedCustomer,
    pub on: NaiveDate,
    /// The band at the end.
    pub band: Band,
}

/// A customer that was archived, and is so still.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Went {
    #[serde(flatten)]
    pub customer: NamedCustomer,
    pub on: NaiveDate,
    pub reason: ArchiveReason,
    /// The band on the day before; null when that day is not known.
    pub band: Option<Band>,
}

/// A customer whose renewal date, as it is today, was in the period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PassedRenewal {
    #[serde(flatten)]
    pub customer: NamedCustomer,
    pub on: NaiveDate,
    /// The band on that day; null when it is not known.
    pub band_then: Option<Band>,
    /// Today's band; null when the customer is archived.
    pub band_now: Option<Band>,
}

/// The customers that fell, and the causes of their falls together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Falls {
    #[serde(flatten)]
    pub tally: Tally,
    /// The number of customers whose causes are summed: all that fell, or the 500 with most ARR.
    pub explained: i64,
    /// The points that their scores lost together, below 0.
    pub change: Points,
    /// The points of each factor, furthest down first. They sum to `change`.
    pub factors: Vec<FactorSum>,
    /// The points of each cause, in their fixed order. They sum to `change`.
    pub causes: Vec<CauseSum>,
    /// The first 100, those with most ARR.
    pub items: Vec<FallenCustomer>,
}

/// The part of a factor in the falls of many customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FactorSum {
    pub factor: FactorKey,
    /// The factor's name for people.
    pub label: String,
    pub change: Points,
    /// The customers whose score it moved down furthest.
    pub main_of: Tally,
}

/// The part of a cause in the falls of many customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CauseSum {
    pub cause: Cause,
    pub change: Points,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FallenCustomer {
    #[serde(flatten)]
    pub customer: NamedCustomer,
    pub from: Band,
    pub to: Band,
    pub change: Points,
    /// The factor that explains most of the change, with its facts.
    pub cause: Option<MainCause>,
}
