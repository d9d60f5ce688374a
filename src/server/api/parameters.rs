//! The query parameters of each address. An extractor refuses every name that is not here, so that nothing undocumented can
//! be read. The domain parses the values.

use super::inputs::{TEXT_PATTERN, day, names};
use crate::domain::backtest_query::HORIZONS;
use crate::domain::band_history::{Moved, MovedBy, PERIODS};
use crate::domain::list::ChangeFilter;
use crate::domain::{Band, EventKind, Segment, Sort, SortDirection};
use crate::server::service::export;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::{AnyOfBuilder, Array, ArrayBuilder, Object, ObjectBuilder, OneOfBuilder, Schema, Type};

/// A pattern for the texts that `RenewalFilter` reads.
const RENEWAL_PATTERN: &str = concat!(
    r"^(next_30|next_60|next_90|overdue|(19[7-9][0-9]|2[01][0-9][0-9])-(Q[1-4]|0[1-9]|1[0-2])",
    r"|[0-9-]{10}\.\.([0-9-]{10})?|\.\.[0-9-]{10})$"
);

/// A pattern for the texts that `FactorFilter` reads, but that the second score must be higher.
const FACTOR_PATTERN: &str = concat!(
    r"^[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*:",
    r"(\.\.([0-9]{1,2}(\.[0-9])?|100)|([0-9]{1,2}(\.[0-9])?|100)\.\.([0-9]{1,2}(\.[0-9])?|100)?)$"
);

/// A pattern for months and quarters from 1970 to 2199.
const PERIOD_PATTERN: &str = r"^(19[7-9][0-9]|2[01][0-9][0-9])-(0[1-9]|1[0-2]|Q[1-4])$";

/// Parameters of `AskedDay`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct DayParameters {
    /// The UTC day to look at, not in the future. When absent: the day of `known_at`, else today.
    #[param(schema_with = day)]
    as_of: Option<String>,
    /// A UTC day not before `as_of`, or `then` for `as_of` itself. Only facts received by its end count, less those
    /// retracted by then, under the scorecard then in force, with the segment and the start date then known. When absent the day is restated: everything known now counts,
    /// under the current scorecard.
    #[param(schema_with = known_at)]
    known_at: Option<String>,
}

/// Filters of `CustomerQuery`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct FilterParameters {
    /// Customers by their ids, at most 500, separated by commas.
    #[param(style = Form, explode = false, schema_with = ids)]
    id: Option<Vec<i64>>,
    /// A part of the name or of the external id. Letter case and accents do not matter.
    #[param(schema_with = text)]
    search: Option<String>,
    segment: Option<Segment>,
    /// One or several bands, separated by commas.
    #[param(style = Form, explode = false)]
    band: Option<Vec<Band>>,
    /// The owner's name, or `none` for customers without an owner. An owner whose name is none is written `"none"`, in
    /// double quotes.
    #[param(schema_with = text)]
    owner: Option<String>,
    /// The renewal date: `next_30`, `next_60`, `next_90` (from today to so many days from now), `overdue` (before today), a
    /// calendar quarter such as `2026-Q4`, a calendar month such as `2027-01`, or the days of `2026-12-01..2027-01-15`, of
    /// which either may be absent.
    #[param(schema_with = renewals)]
    renewal: Option<String>,
    /// The score's change: `up_7`, `down_7`, `up_30`, `down_30` (by 2.0 points or more) or `new_churn_risk`.
    #[param(schema_with = changes)]
    change: Option<String>,
    /// The lowest score to list, in points.
    #[param(minimum = 0, maximum = 100)]
    score_from: Option<i64>,
    /// The score below which customers are listed, in points.
    #[param(minimum = 0, maximum = 101)]
    score_below: Option<i64>,
    /// The scores of a factor of the rules, measured or assumed: its snake_case name, the lowest score and the one below which
    /// customers are listed, of which either may be absent, as in `login_frequency:..40`.
    #[param(schema_with = factor_scores)]
    factor: Option<String>,
    /// The value `unknown` lists only customers whose ARR is unknown.
    #[param(schema_with = unknown)]
    arr: Option<String>,
    /// A move between two bands, such as `healthy_to_at_risk`: only customers that were in the one `days` days before and are
    /// in the other, both under today's rules, but for those of `moved_by_rules`.
    #[param(schema_with = moves)]
    moved: Option<String>,
    /// Such a move of customers whose changes of band noted in the period were all due to new rules, or to a source that was
    /// connected: by the band before the first of these changes and the one after the last. Not with `moved`.
    #[param(schema_with = moves)]
    moved_by_rules: Option<String>,
    /// The period of moves, and of figures by band, in days up to the day that is looked at; 90 when absent.
    #[param(schema_with = periods)]
    days: Option<String>,
    /// The value `true` lists the archived customers instead of the active ones.
    archived: Option<bool>,
}

/// The order of `CustomerQuery`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct OrderParameters {
    /// The order; `urgency` when absent: first those that need somebody, most urgent first, then the others by score.
    /// `change` is over 30 days.
    #[param(schema_with = sorts)]
    sort: Option<String>,
    /// The direction of the order; `asc` when absent.
    #[param(schema_with = directions)]
    direction: Option<String>,
}

/// See `Paging`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct PagingParameters {
    /// The page's number, from 1. Rows beyond the first 10,000 are not served: after the first page, `page` times
    /// `page_size` is at most that.
    #[param(minimum = 1, maximum = 10_000)]
    page: Option<i64>,
    /// The rows of a page; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    page_size: Option<i64>,
}

/// See `EventQuery`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct EventFilterParameters {
    kind: Option<EventKind>,
    /// The first UTC day of the events.
    #[param(schema_with = day)]
    from: Option<String>,
    /// The last UTC day of the events, not before `from`.
    #[param(schema_with = day)]
    to: Option<String>,
}

/// See `OwnerFilter`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct OwnerParameters {
    /// The owner whose customers to look at, or `none` for customers without an owner. An owner whose name is none is written
    /// `"none"`, in double quotes.
    #[param(schema_with = text)]
    owner: Option<String>,
}

/// See `MonthQuery`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct PeriodParameters {
    /// A month such as `2026-10` or a quarter such as `2026-Q3`, which must not begin in the future. When absent: the last
    /// complete month.
    #[param(schema_with = calendar_period)]
    period: Option<String>,
    segment: Option<Segment>,
}

/// See `HistoryDays`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct HistoryParameters {
    /// The first day, less than 3,660 days before `to`. When absent: 89 days before `to`.
    #[param(schema_with = day)]
    from: Option<String>,
    /// The last day, not in the future. When absent: the day of `known_at`, else today.
    #[param(schema_with = day)]
    to: Option<String>,
    /// A UTC day not before `to`, or `then` for `to` itself: every day is scored from what was known at its end. When absent
    /// the history is restated: everything known now counts.
    #[param(schema_with = known_at)]
    known_at: Option<String>,
}

/// See `ChangeDays`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct ChangeParameters {
    /// The first day, not after `to`. When absent: 30 days before `to`.
    #[param(schema_with = day)]
    from: Option<String>,
    /// The second day, not in the future. When absent: today.
    #[param(schema_with = day)]
    to: Option<String>,
    /// The knowledge that the first day's health rests on: `then` for the facts, sources and scorecard known at its end
    /// (when absent), or `now` for those known now.
    #[param(schema_with = then_or_now)]
    known: Option<String>,
}

/// See `BacktestQuery`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct BacktestParameters {
    /// The days after a test day in which a departure counts; 90 when absent.
    #[param(schema_with = horizons)]
    horizon: Option<String>,
    /// The test days, at most 24, separated by commas: each a horizon or more before today, and before the next. When absent:
    /// the latest possible day, and as many before it, a horizon apart, as lie in the time of which departures are known. Customers
    /// times days are at most 500,000.
    #[param(style = Form, explode = false, schema_with = days)]
    days: Option<Vec<String>>,
    /// The version of the rules to score by. When absent: the one in force, or with `known=then` that of each day.
    #[param(minimum = 1)]
    version: Option<i64>,
    /// Only customers that are in this segment today, or were when they left.
    segment: Option<Segment>,
    /// The knowledge to score with: everything that is known `now` of what had happened by the test day (when absent), or what
    /// was known `then`, at its end.
    #[param(schema_with = then_or_now)]
    known: Option<String>,
    /// The least days since the start, or else the first fact, that a customer must have on a test day; 0 when absent.
    #[param(minimum = 0, maximum = 3650)]
    min_age: Option<i64>,
    /// The value `true` leaves out customers that left without deciding it.
    exclude_involuntary: Option<bool>,
    /// The first days after a test day whose departures are left out, since departures are often told late; 0 when absent.
    #[param(minimum = 0, maximum = 29)]
    skip_days: Option<i64>,
}

/// The part of `BacktestQuery` that a suggestion takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct SuggestionParameters {
    /// The days after a test day in which a departure counts; 90 when absent. Rules are learned two horizons before today, and
    /// tested one before.
    #[param(schema_with = horizons)]
    horizon: Option<String>,
    /// The least days since the start, or else the first fact, that a customer must have; 0 when absent.
    #[param(minimum = 0, maximum = 3650)]
    min_age: Option<i64>,
    /// The value `true` leaves out customers that left without deciding it.
    exclude_involuntary: Option<bool>,
    /// The first days after a test day whose departures are left out; 0 when absent.
    #[param(minimum = 0, maximum = 29)]
    skip_days: Option<i64>,
}

/// Parameters of `service::export::parse_name`.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code)]
pub struct FileParameters {
    /// The file: `customers`, `events`, `retracted_events`, `health`, `notes` or `outcomes`, with the ending `.csv` or `.ndjson`.
    #[param(schema_with = files)]
    file: String,
}

/// Joins several groups of parameters into one.
macro_rules! together {
    ($($name:ident = $($part:ident)*;)*) => {$(
        pub struct $name;

        impl IntoParams for $name {
            fn into_params(of: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                [$($part::into_params(&of)),*].concat()
            }
        }
    )*};
}

together! {
    ListParameters = FilterParameters OrderParameters DayParameters PagingParameters;
    CsvParameters = FilterParameters OrderParameters DayParameters;
    EventParameters = EventFilterParameters PagingParameters;
    TodayParameters = OwnerParameters DayParameters PagingParameters;
    PortfolioParameters = FilterParameters DayParameters;
    MonthParameters = PeriodParameters OwnerParameters;
}

fn text() -> Object {
    ObjectBuilder::new().schema_type(Type::String).max_length(Some(200)).pattern(Some(TEXT_PATTERN)).build()
}

fn ids() -> Array {
    let id = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    ArrayBuilder::new().items(id).build()
}

fn horizons() -> Object {
    names(HORIZONS.map(|days| days.to_string())).build()
}

fn days() -> Array {
    ArrayBuilder::new().items(day()).build()
}

fn known_at() -> Schema {
    OneOfBuilder::new().item(day()).item(names(["then"])).build().into()
}

fn then_or_now() -> Object {
    names(["then", "now"]).build()
}

fn renewals() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(RENEWAL_PATTERN))
        .examples(["next_90", "2026-Q4", "2027-01", "2026-12-01..2027-01-15"])
        .build()
}

fn factor_scores() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(FACTOR_PATTERN))
        .examples(["login_frequency:..40", "login_frequency:40..70", "login_frequency:70.."])
        .build()
}

fn changes() -> Object {
    names(ChangeFilter::NAMES.iter().copied()).build()
}

fn moves() -> Object {
    names(Moved::all(MovedBy::Facts).map(Moved::name)).build()
}

fn periods() -> Object {
    names(PERIODS.map(|days| days.to_string())).build()
}

fn calendar_period() -> Object {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(PERIOD_PATTERN)).examples(["2026-10", "2026-Q3"]).build()
}

fn unknown() -> Object {
    names(["unknown"]).build()
}

fn files() -> Object {
    names(export::file_names()).examples(["events.ndjson"]).build()
}

fn sorts() -> Schema {
    let factor =
        ObjectBuilder::new().schema_type(Type::String).description(Some("The snake_case name of a factor of the rules."));
    let sorts = AnyOfBuilder::new().item(names(Sort::all([]).map(Sort::name))).item(factor.examples(["login_frequency"])).build();
    Schema::AnyOf(sorts)
}

fn directions() -> Object {
    names([SortDirection::Asc, SortDirection::Desc].map(SortDirection::name)).build()
}
