//! The customer list: the query that selects customers, and the rows that it shows.

mod factor_scores;
mod filters;
mod renewals;
mod rows;

pub use super::tally::Measure;
pub use factor_scores::FactorFilter;
pub use filters::{ChangeFilter, OwnerFilter, Sort, SortDirection};
pub use renewals::{MonthOfRenewals, RenewalFilter, RenewalTotals};
pub use rows::{CustomerList, CustomerRow, Page, Weakest};

use super::band_history::{DEFAULT_PERIOD, Moved, MovedBy, PERIODS};
use super::bulk::MAX_CHOSEN;
use super::customer::parse_date;
use super::segment::parse_segment;
use super::{AskedDay, Band, CustomerId, FieldErrors, NaiveDate, Points, Segment};
use chrono::Duration;
use serde::{Deserialize, Serialize};

/// The smallest change of a score that counts as a move.
pub const MOVE_POINTS: Points = Points(20);
/// The days after its start for which a customer is new.
pub const NEW_DAYS: i64 = 30;
/// Returns whether a customer is new, judged by its start date, or else by its first fact.
pub fn is_new(start_date: Option<NaiveDate>, first_fact_on: Option<NaiveDate>, today: NaiveDate) -> bool {
    new_until(start_date, first_fact_on, today).is_some()
}

/// Returns the last day on which a customer that is new today is new.
pub fn new_until(start_date: Option<NaiveDate>, first_fact_on: Option<NaiveDate>, today: NaiveDate) -> Option<NaiveDate> {
    let last = start_date.or(first_fact_on)? + Duration::days(NEW_DAYS - 1);
    (today <= last).then_some(last)
}

pub const DEFAULT_PAGE_SIZE: i64 = 50;
pub const MAX_PAGE_SIZE: i64 = 200;
/// The last row that page-by-page reading can reach.
pub const MAX_ROW: i64 = 10_000;

/// A query for customers: filters, order and page. The API's URLs and the dashboard's spell it alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerQuery {
    /// The customers to list by their ids; empty for all.
    pub ids: Vec<CustomerId>,
    /// A part of the name or of the external id. Letter case and accents do not matter.
    pub search: Option<String>,
    pub segment: Option<Segment>,
    /// The bands to list; empty for all.
    pub bands: Vec<Band>,
    pub owner: Option<OwnerFilter>,
    pub renewal: Option<RenewalFilter>,
    pub change: Option<ChangeFilter>,
    /// The lowest score to list, in points.
    pub score_from: Option<i64>,
    /// The score below which customers are listed, in points.
    pub score_below: Option<i64>,
    pub factor: Option<FactorFilter>,
    /// True to list only customers whose ARR is unknown.
    pub arr_unknown: bool,
    /// True to list the archived customers instead of the active ones.
    pub archived: bool,
    /// The move between bands, in the last `days` days, that customers must have made.
    pub moved: Option<Moved>,
    /// The period of moves and of bands over time: 30, 90, 180 or 365 days.
    pub days: i64,
    /// The measure that the dashboard draws bands and scores by. It selects nothing.
    pub by: Measure,
    /// The day to list customers as of.
    pub at: AskedDay,
    pub sort: Sort,
    pub direction: SortDirection,
    pub page: i64,
    pub page_size: i64,
}

impl Default for CustomerQuery {
    fn default() -> Self {
        Self {
            ids: Vec::new(),
            search: None,
            segment: None,
            bands: Vec::new(),
            owner: None,
            renewal: None,
            change: None,
            score_from: None,
            score_below: None,
            factor: None,
            arr_unknown: false,
            archived: false,
            moved: None,
            days: DEFAULT_PERIOD,
            by: Measure::default(),
            at: AskedDay::default(),
            sort: Sort::default(),
            direction: SortDirection::default(),
            page: 1,
            page_size: DEFAULT_PAGE_SIZE,
        }
    }
}

impl CustomerQuery {
    /// Parses the pairs of a query string. Empty values count as absent; unknown names are ignored.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, FieldErrors> {
        let mut query = Self::default();
        let mut errors = FieldErrors::default();
        let (mut renewal, mut days) = (None, (None, None));
        for (name, sent) in pairs {
            let value = sent.trim();
            match name {
                "search" => query.search = errors.optional_text("search", Some(sent), 200),
                "owner" => query.owner = errors.optional_text("owner", Some(sent), 200).map(OwnerFilter::from),
                _ if value.is_empty() => {}
                // A form with a checkbox per customer sends the name several times.
                "id" => add_ids(&mut errors, &mut query.ids, value),
                "segment" => query.segment = parse_segment(&mut errors, name, value),
                "band" => {
                    let names = "healthy, at_risk, churn_risk, onboarding, no_data";
                    // A form with a checkbox per band sends the name several times.
                    let bands = value.split(',').filter_map(|band| choice(&mut errors, name, band.trim(), Band::parse, names));
                    query.bands.extend(bands);
                }
                "renewal" => renewal = Some(value),
                // A form has two fields for them.
                "renewal_from" => days.0 = parse_date(&mut errors, name, value),
                "renewal_to" => days.1 = parse_date(&mut errors, name, value),
                "change" => query.change = choice(&mut errors, name, value, ChangeFilter::parse, &ChangeFilter::NAMES.join(", ")),
                "score_from" => query.score_from = Some(integer(&mut errors, name, value, 0, 100)),
                "score_below" => query.score_below = Some(integer(&mut errors, name, value, 0, 101)),
                "factor" => {
                    query.factor = FactorFilter::parse(value);
                    if query.factor.is_none() {
                        errors.add(name, FactorFilter::RULE);
                    }
                }
                "arr" => {
                    query.arr_unknown =
                        choice(&mut errors, name, value, |text| (text == "unknown").then_some(true), "unknown").is_some()
                }
                "archived" => {
                    query.archived = choice(&mut errors, name, value, |text| text.parse().ok(), "true, false").unwrap_or(false)
                }
                "moved" | "moved_by_rules" => {
                    let by = if name == "moved" { MovedBy::Facts } else { MovedBy::Rules };
                    let moved =
                        choice(&mut errors, name, value, |text| Moved::parse(text, by), "two bands such as healthy_to_at_risk");
                    if query.moved.is_some() {
                        errors.add("moved_by_rules", "must not be given with `moved`: nobody moved for both reasons");
                    }
                    query.moved = moved;
                }
                "days" => {
                    let parse = |text: &str| PERIODS.into_iter().find(|days| days.to_string() == text);
                    let names = PERIODS.map(|days| days.to_string()).join(", ");
                    query.days = choice(&mut errors, name, value, parse, &names).unwrap_or(DEFAULT_PERIOD);
                }
                "by" => query.by = choice(&mut errors, name, value, Measure::parse, "arr, customers").unwrap_or_default(),
                "sort" => {
                    let names: Vec<_> = Sort::all([]).map(Sort::name).collect();
                    let names = format!("{}, or a factor's name in snake_case", names.join(", "));
                    query.sort = choice(&mut errors, name, value, Sort::parse, &names).unwrap_or_default();
                }
                "direction" => {
                    let parse = |text: &str| {
                        [SortDirection::Asc, SortDirection::Desc].into_iter().find(|direction| direction.name() == text)
                    };
                    query.direction = choice(&mut errors, name, value, parse, "asc, desc").unwrap_or_default();
                }
                "page" => query.page = integer(&mut errors, name, value, 1, MAX_ROW),
                "page_size" => query.page_size = integer(&mut errors, name, value, 1, MAX_PAGE_SIZE),
                _ if query.at.set(&mut errors, name, value) => {}
                // Others add names to an address, such as advertisers' tracking. The API refuses unknown names before this.
                _ => {}
            }
        }
        let renewal = match days {
            (None, None) => renewal.map(str::to_owned),
            (from, to) => Some(RenewalFilter::Between(from, to).name()),
        };
        query.renewal = renewal.and_then(|text| {
            let parsed = RenewalFilter::parse(&text);
            if parsed.is_none() {
                errors.add("renewal", RenewalFilter::RULE);
            }
            parsed
        });
        if errors.0.is_empty() && query.page * query.page_size > MAX_ROW && query.page > 1 {
            errors.add("page", format!("reaches beyond row {MAX_ROW}; narrow the filter instead"));
        }
        errors.or(|| query)
    }

    /// Returns the pairs of the query string for this query, without defaults.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let default = Self::default();
        let mut pairs = Vec::new();
        let mut put = |name, value: Option<String>| pairs.extend(value.map(|value| (name, value)));
        put("id", (!self.ids.is_empty()).then(|| self.ids.iter().map(CustomerId::to_string).collect::<Vec<_>>().join(",")));
        put("search", self.search.clone());
        put("segment", self.segment.map(|segment| segment.label().to_owned()));
        put("band", (!self.bands.is_empty()).then(|| self.bands.iter().map(|band| band.name()).collect::<Vec<_>>().join(",")));
        put("owner", self.owner.clone().map(String::from));
        put("renewal", self.renewal.map(RenewalFilter::name));
        put("change", self.change.map(|change| change.name().to_owned()));
        put("score_from", self.score_from.map(|points| points.to_string()));
        put("score_below", self.score_below.map(|points| points.to_string()));
        put("factor", self.factor.map(FactorFilter::name));
        put("arr", self.arr_unknown.then(|| "unknown".to_owned()));
        put("moved", self.moved.filter(|moved| moved.by == MovedBy::Facts).map(Moved::name));
        put("moved_by_rules", self.moved.filter(|moved| moved.by == MovedBy::Rules).map(Moved::name));
        put("days", (self.days != default.days).then(|| self.days.to_string()));
        put("by", (self.by != default.by).then(|| self.by.name().to_owned()));
        put("archived", self.archived.then(|| "true".to_owned()));
        put("sort", (self.sort != default.sort).then(|| self.sort.name().into_owned()));
        put("direction", (self.direction != default.direction).then(|| self.direction.name().to_owned()));
        put("page", (self.page != 1).then(|| self.page.to_string()));
        put("page_size", (self.page_size != default.page_size).then(|| self.page_size.to_string()));
        pairs.extend(self.at.to_pairs());
        pairs
    }

    /// Returns the query string with its `?`, or an empty text for the default query.
    pub fn to_query_string(&self) -> String {
        let pairs = self.to_pairs();
        match serde_urlencoded::to_string(&pairs) {
            Ok(text) if !text.is_empty() => format!("?{text}"),
            _ => String::new(),
        }
    }

    /// Returns the query for everything that figures follow from: its filters, period and day, whatever its order and page.
    pub fn of_figures(&self) -> Self {
        let Self { sort, direction, page, page_size, by, .. } = Self::default();
        Self { sort, direction, page, page_size, by, ..self.clone() }
    }

    /// Returns the days over which rows show the score's change: 7 or 30, as the order asks, else as the filter asks.
    pub fn change_days(&self) -> i64 {
        use ChangeFilter::{Down7, NewChurnRisk, Up7};
        match (self.sort, self.change) {
            (Sort::Change7, _) => 7,
            (Sort::Change, _) => 30,
            (_, Some(Up7 | Down7 | NewChurnRisk)) => 7,
            _ => 30,
        }
    }

    /// Returns whether any filter is set.
    pub fn is_filtered(&self) -> bool {
        let Self { sort, direction, page, page_size, archived, days, by, at, .. } = self.clone();
        *self != Self { sort, direction, page, page_size, archived, days, by, at, ..Self::default() }
    }
}

/// Adds the ids in a list with commas, each once.
fn add_ids(errors: &mut FieldErrors, ids: &mut Vec<CustomerId>, text: &str) {
    for id in text.split(',') {
        let id = CustomerId(integer(errors, "id", id.trim(), 1, i64::MAX));
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.len() > MAX_CHOSEN {
        errors.add("id", format!("must be at most {MAX_CHOSEN} ids"));
        ids.truncate(MAX_CHOSEN);
    }
}

fn choice<T>(errors: &mut FieldErrors, field: &str, text: &str, parse: impl Fn(&str) -> Option<T>, names: &str) -> Option<T> {
    let value = parse(text);
    if value.is_none() {
        errors.add(field, format!("must be one of {names}"));
    }
    value
}

/// Parses a whole number from `min` to `max`. Returns `min` after an error.
pub fn integer(errors: &mut FieldErrors, field: &str, text: &str, min: i64, max: i64) -> i64 {
    match text.parse() {
        Ok(number) if (min..=max).contains(&number) => number,
        _ => {
            errors.add(field, format!("must be a whole number between {min} and {max}"));
            min
        }
    }
}

/// Which page of a list is asked for, and how many rows it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// The page's number, from 1.
    pub page: i64,
    pub page_size: i64,
}

impl Default for Paging {
    fn default() -> Self {
        Self { page: 1, page_size: DEFAULT_PAGE_SIZE }
    }
}

impl Paging {
    /// Parses the pairs `page` and `page_size` of a query string. Other names are ignored.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, FieldErrors> {
        let mut paging = Self::default();
        let mut errors = FieldErrors::default();
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            paging.set(&mut errors, name, value);
        }
        errors.or(|| paging)
    }

    /// Parses and keeps `value` if `name` is `page` or `page_size`.
    pub fn set(&mut self, errors: &mut FieldErrors, name: &str, value: &str) {
        match name {
            "page" => self.page = integer(errors, name, value, 1, MAX_ROW),
            "page_size" => self.page_size = integer(errors, name, value, 1, MAX_PAGE_SIZE),
            _ => {}
        }
    }
}
