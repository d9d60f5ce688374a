//! The customer list: the query that selects it, the rows that it shows.

use super::{AskedDay, Band, Customer, FactorKey, FieldErrors, Health, NaiveDate, Points, Segment};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One page of a longer list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    pub items: Vec<T>,
    /// How many there are on all pages.
    pub total: i64,
    /// From 1.
    pub page: i64,
    pub page_size: i64,
}

impl<T> Page<T> {
    pub fn pages(&self) -> i64 {
        (self.total + self.page_size - 1) / self.page_size
    }
}

/// What the list is ordered by. Unknown values, and scores without data, come last both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    #[default]
    Score,
    Name,
    Segment,
    Owner,
    Arr,
    Renewal,
    /// The change of the score over 30 days.
    Change,
    /// The same over 7 days.
    #[serde(rename = "change_7")]
    Change7,
    BandSince,
    LastActivity,
    #[serde(untagged)]
    Factor(FactorKey),
}

impl Sort {
    const PLAIN: [(Self, &str); 10] = [
        (Self::Score, "score"),
        (Self::Name, "name"),
        (Self::Segment, "segment"),
        (Self::Owner, "owner"),
        (Self::Arr, "arr"),
        (Self::Renewal, "renewal"),
        (Self::Change, "change"),
        (Self::Change7, "change_7"),
        (Self::BandSince, "band_since"),
        (Self::LastActivity, "last_activity"),
    ];

    /// The name in a query string.
    pub fn name(self) -> &'static str {
        match self {
            Self::Factor(key) => key.query_name(),
            plain => Self::PLAIN.iter().find(|(sort, _)| *sort == plain).map_or("score", |(_, name)| name),
        }
    }

    pub fn all() -> impl Iterator<Item = Self> {
        Self::PLAIN.iter().map(|(sort, _)| *sort).chain(FactorKey::ALL.into_iter().map(Self::Factor))
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::all().find(|sort| sort.name() == text)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SortDirection {
    #[default]
    Asc,
    Desc,
}

impl SortDirection {
    pub fn name(self) -> &'static str {
        match self {
            Self::Asc => "asc",
            Self::Desc => "desc",
        }
    }
}

/// Selects customers by their renewal date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RenewalFilter {
    /// From today to 90 days from now.
    Next90,
    /// Before today.
    Overdue,
}

/// Selects customers by what changed. "Moved" is 2.0 points or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeFilter {
    Up7,
    Down7,
    Up30,
    Down30,
    /// In the churn-risk band now, in a better one seven days ago, and not new.
    NewChurnRisk,
}

/// Whose customers: somebody's, or nobody's. On the wire a name, or `none`; an owner who is called none is written in double
/// quotes, and one who has such quotes in the name in one pair more.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum OwnerFilter {
    Named(String),
    Nobody,
}

const NOBODY: &str = "none";

impl From<String> for OwnerFilter {
    fn from(text: String) -> Self {
        if text == NOBODY {
            return Self::Nobody;
        }
        match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(name) if is_called_nobody(name) => Self::Named(name.to_owned()),
            _ => Self::Named(text),
        }
    }
}

impl From<OwnerFilter> for String {
    fn from(owner: OwnerFilter) -> Self {
        match owner {
            OwnerFilter::Nobody => NOBODY.to_owned(),
            OwnerFilter::Named(name) if is_called_nobody(&name) => format!("\"{name}\""),
            OwnerFilter::Named(name) => name,
        }
    }
}

/// With or without double quotes around it.
fn is_called_nobody(name: &str) -> bool {
    name.trim_matches('"') == NOBODY
}

macro_rules! wire_names {
    ($type:ident { $($variant:ident = $name:literal),* $(,)? }) => {
        impl $type {
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            pub fn parse(text: &str) -> Option<Self> {
                match text { $($name => Some(Self::$variant),)* _ => None }
            }

            pub const NAMES: &'static [&'static str] = &[$($name),*];
        }
    };
}

wire_names!(RenewalFilter { Next90 = "next_90", Overdue = "overdue" });
wire_names!(ChangeFilter { Up7 = "up_7", Down7 = "down_7", Up30 = "up_30", Down30 = "down_30", NewChurnRisk = "new_churn_risk" });

/// A change of this many points or more counts as a move.
pub const MOVE_POINTS: Points = Points(20);
/// A customer that started less than this many days ago is new.
pub const NEW_DAYS: i64 = 30;
/// Returns whether a customer is new: by its start date, else by its first fact.
pub fn is_new(start_date: Option<NaiveDate>, first_fact_on: Option<NaiveDate>, today: NaiveDate) -> bool {
    start_date.or(first_fact_on).is_some_and(|start| (today - start).num_days() < NEW_DAYS)
}

pub const DEFAULT_PAGE_SIZE: i64 = 50;
pub const MAX_PAGE_SIZE: i64 = 200;
/// Rows beyond this one are not served page by page.
pub const MAX_ROW: i64 = 10_000;

/// Which customers, in which order, which page. The same in the API's and the dashboard's URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerQuery {
    /// Part of the name or of the external id, in any letter case, with or without accents.
    pub search: Option<String>,
    pub segment: Option<Segment>,
    /// Empty: every band.
    pub bands: Vec<Band>,
    pub owner: Option<OwnerFilter>,
    pub renewal: Option<RenewalFilter>,
    pub change: Option<ChangeFilter>,
    /// Scores from this many points on.
    pub score_from: Option<i64>,
    /// Scores below this many points.
    pub score_below: Option<i64>,
    /// Only customers whose ARR is unknown.
    pub arr_unknown: bool,
    /// Archived customers instead of the active ones.
    pub archived: bool,
    /// The day whose list it is.
    pub at: AskedDay,
    pub sort: Sort,
    pub direction: SortDirection,
    pub page: i64,
    pub page_size: i64,
}

impl Default for CustomerQuery {
    fn default() -> Self {
        Self {
            search: None,
            segment: None,
            bands: Vec::new(),
            owner: None,
            renewal: None,
            change: None,
            score_from: None,
            score_below: None,
            arr_unknown: false,
            archived: false,
            at: AskedDay::default(),
            sort: Sort::default(),
            direction: SortDirection::default(),
            page: 1,
            page_size: DEFAULT_PAGE_SIZE,
        }
    }
}

impl CustomerQuery {
    /// From the pairs of a query string. Empty values count as absent, unknown names are ignored.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, FieldErrors> {
        let mut query = Self::default();
        let mut errors = FieldErrors::default();
        for (name, sent) in pairs {
            let value = sent.trim();
            match name {
                "search" => query.search = errors.optional_text("search", Some(sent), 200),
                "owner" => query.owner = errors.optional_text("owner", Some(sent), 200).map(OwnerFilter::from),
                _ if value.is_empty() => {}
                "segment" => query.segment = choice(&mut errors, name, value, Segment::parse, "Enterprise, SMB, Startup"),
                "band" => {
                    let names = "healthy, at_risk, churn_risk, no_data";
                    // A form with a box per band sends the name several times.
                    let bands = value.split(',').filter_map(|band| choice(&mut errors, name, band.trim(), Band::parse, names));
                    query.bands.extend(bands);
                }
                "renewal" => {
                    query.renewal = choice(&mut errors, name, value, RenewalFilter::parse, &RenewalFilter::NAMES.join(", "))
                }
                "change" => query.change = choice(&mut errors, name, value, ChangeFilter::parse, &ChangeFilter::NAMES.join(", ")),
                "score_from" => query.score_from = Some(integer(&mut errors, name, value, 0, 100)),
                "score_below" => query.score_below = Some(integer(&mut errors, name, value, 0, 101)),
                "arr" => {
                    query.arr_unknown =
                        choice(&mut errors, name, value, |text| (text == "unknown").then_some(true), "unknown").is_some()
                }
                "archived" => {
                    query.archived = choice(&mut errors, name, value, |text| text.parse().ok(), "true, false").unwrap_or(false)
                }
                "sort" => {
                    let names: Vec<_> = Sort::all().map(Sort::name).collect();
                    query.sort = choice(&mut errors, name, value, Sort::parse, &names.join(", ")).unwrap_or_default();
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
                // An address may carry names of others, such as those of an advertisement. The API refuses them earlier.
                _ => {}
            }
        }
        if errors.0.is_empty() && query.page * query.page_size > MAX_ROW && query.page > 1 {
            errors.add("page", format!("reaches beyond row {MAX_ROW}; narrow the filter instead"));
        }
        errors.or(|| query)
    }

    /// The pairs of the query string that means this query; defaults are left out.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let default = Self::default();
        let mut pairs = Vec::new();
        let mut put = |name, value: Option<String>| pairs.extend(value.map(|value| (name, value)));
        put("search", self.search.clone());
        put("segment", self.segment.map(|segment| segment.label().to_owned()));
        put("band", (!self.bands.is_empty()).then(|| self.bands.iter().map(|band| band.name()).collect::<Vec<_>>().join(",")));
        put("owner", self.owner.clone().map(String::from));
        put("renewal", self.renewal.map(|renewal| renewal.name().to_owned()));
        put("change", self.change.map(|change| change.name().to_owned()));
        put("score_from", self.score_from.map(|points| points.to_string()));
        put("score_below", self.score_below.map(|points| points.to_string()));
        put("arr", self.arr_unknown.then(|| "unknown".to_owned()));
        put("archived", self.archived.then(|| "true".to_owned()));
        put("sort", (self.sort != default.sort).then(|| self.sort.name().to_owned()));
        put("direction", (self.direction != default.direction).then(|| self.direction.name().to_owned()));
        put("page", (self.page != 1).then(|| self.page.to_string()));
        put("page_size", (self.page_size != default.page_size).then(|| self.page_size.to_string()));
        pairs.extend(self.at.to_pairs());
        pairs
    }

    /// `?...`, or an empty text for the default query.
    pub fn to_query_string(&self) -> String {
        let pairs = self.to_pairs();
        match serde_urlencoded::to_string(&pairs) {
            Ok(text) if !text.is_empty() => format!("?{text}"),
            _ => String::new(),
        }
    }

    /// Over how many days its rows tell how scores changed: what it is sorted by decides, then what it is filtered by.
    pub fn change_days(&self) -> i64 {
        use ChangeFilter::{Down7, NewChurnRisk, Up7};
        match (self.sort, self.change) {
            (Sort::Change7, _) => 7,
            (Sort::Change, _) => 30,
            (_, Some(Up7 | Down7 | NewChurnRisk)) => 7,
            _ => 30,
        }
    }

    /// Returns whether anything narrows the list.
    pub fn is_filtered(&self) -> bool {
        let Self { sort, direction, page, page_size, archived, at, .. } = self.clone();
        *self != Self { sort, direction, page, page_size, archived, at, ..Self::default() }
    }
}

fn choice<T>(errors: &mut FieldErrors, field: &str, text: &str, parse: impl Fn(&str) -> Option<T>, names: &str) -> Option<T> {
    let value = parse(text);
    if value.is_none() {
        errors.add(field, format!("must be one of {names}"));
    }
    value
}

/// A whole number within bounds, both included; `min` after an error.
pub fn integer(errors: &mut FieldErrors, field: &str, text: &str, min: i64, max: i64) -> i64 {
    match text.parse() {
        Ok(number) if (min..=max).contains(&number) => number,
        _ => {
            errors.add(field, format!("must be a whole number between {min} and {max}"));
            min
        }
    }
}

/// The page and its size that a query asks for, of a list that has no filters. The names: `page`, `page_size`.
pub fn parse_paging<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(i64, i64), FieldErrors> {
    let (mut page, mut page_size) = (1, DEFAULT_PAGE_SIZE);
    let mut errors = FieldErrors::default();
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        match name {
            "page" => page = integer(&mut errors, name, value, 1, MAX_ROW),
            "page_size" => page_size = integer(&mut errors, name, value, 1, MAX_PAGE_SIZE),
            _ => {}
        }
    }
    errors.or(|| (page, page_size))
}

/// The measured factor that could add the most points, by its score and its weight, and the standard next step for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Weakest {
    pub factor: FactorKey,
    pub next_step: String,
}

/// One customer in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerRow {
    pub customer: Customer,
    pub health: Health,
    /// Since when the customer is in its band. It is looked for over 180 days: a day that far back means then or earlier.
    pub band_since: NaiveDate,
    /// Points over 7, 30 and 90 days; null where one of the two days has no data.
    pub change7: Option<Points>,
    pub change30: Option<Points>,
    pub change90: Option<Points>,
    /// Scores on 14 days, a week apart, the last one the as-of day; null where there was no data.
    pub trend: Vec<Option<Points>>,
    /// The time of the latest event that counts and is the customer's doing: all but invoices issued and voided.
    pub last_activity_at: Option<DateTime<Utc>>,
    /// Null when nothing was measured or every measured factor is at its best.
    pub weakest: Option<Weakest>,
    /// Started less than 30 days ago.
    pub is_new: bool,
}

/// The list of customers, and what its filters can offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerList {
    #[serde(flatten)]
    pub page: Page<CustomerRow>,
    pub as_of: NaiveDate,
    /// The day at whose end knowledge was cut; null for everything known now.
    pub known_at: Option<NaiveDate>,
    /// The owners of all customers, in order.
    pub owners: Vec<String>,
}
