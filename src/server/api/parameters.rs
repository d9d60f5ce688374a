//! The query parameters of each address. An extractor refuses every name that is not here, so nothing can be read that
//! is not documented; the domain reads and checks the values.

use super::inputs::{TEXT, day, names};
use crate::domain::list::{ChangeFilter, RenewalFilter};
use crate::domain::{Band, EventKind, Segment, Sort, SortDirection};
use crate::server::service::export;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, OneOfBuilder, Schema, Type};

/// See `AskedDay`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct DayParameters {
    /// The UTC day that is looked at, not in the future. When absent: the day of `known_at`, else today.
    #[param(schema_with = day)]
    as_of: Option<String>,
    /// A UTC day, or `then` for `as_of` itself: only facts received by its end count, less those retracted by then, under the
    /// scorecard that was in force. Not before `as_of`. When absent the day is restated: everything known now counts,
    /// under the current scorecard.
    #[param(schema_with = known_at)]
    known_at: Option<String>,
}

/// See `CustomerQuery`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct FilterParameters {
    /// Part of the name or of the external id, in any letter case, with or without accents.
    #[param(schema_with = text)]
    search: Option<String>,
    segment: Option<Segment>,
    /// One band or several, separated by commas.
    #[param(style = Form, explode = false)]
    band: Option<Vec<Band>>,
    /// The owner's name, or `none`: only customers without one. An owner who is called none is `"none"`, in double quotes.
    #[param(schema_with = text)]
    owner: Option<String>,
    /// `next_90` (from today to 90 days from now) or `overdue` (before today).
    #[param(schema_with = renewals)]
    renewal: Option<String>,
    /// `up_7`, `down_7`, `up_30`, `down_30` (by 2.0 points or more) or `new_churn_risk`.
    #[param(schema_with = changes)]
    change: Option<String>,
    /// Scores from this many points on.
    #[param(minimum = 0, maximum = 100)]
    score_from: Option<i64>,
    /// Scores below this many points.
    #[param(minimum = 0, maximum = 101)]
    score_below: Option<i64>,
    /// `unknown`: only customers whose ARR is unknown.
    #[param(schema_with = unknown)]
    arr: Option<String>,
    /// The archived customers instead of the active ones.
    archived: Option<bool>,
    /// `score` when absent. `change` is over 30 days.
    #[param(schema_with = sorts)]
    sort: Option<String>,
    /// `asc` when absent.
    #[param(schema_with = directions)]
    direction: Option<String>,
}

/// See `Paging`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct PagingParameters {
    /// From 1. Rows beyond the first 10,000 are not served: after the first page, `page` times `page_size` is at most that.
    #[param(minimum = 1, maximum = 10_000)]
    page: Option<i64>,
    /// 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    page_size: Option<i64>,
}

/// See `EventQuery`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct EventFilterParameters {
    kind: Option<EventKind>,
    /// The first day, UTC, on which they happened.
    #[param(schema_with = day)]
    from: Option<String>,
    /// The last one, not before `from`.
    #[param(schema_with = day)]
    to: Option<String>,
}

/// See `OwnerFilter`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct OwnerParameters {
    /// Only the customers of this owner, or with `none` those without one. An owner who is called none is `"none"`, in double quotes.
    #[param(schema_with = text)]
    owner: Option<String>,
}

/// See `HistoryDays`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct HistoryParameters {
    /// 89 days before `to` when absent, and less than 3,660 days before it.
    #[param(schema_with = day)]
    from: Option<String>,
    /// The last day, not in the future. When absent: the day of `known_at`, else today.
    #[param(schema_with = day)]
    to: Option<String>,
    /// A UTC day not before `to`, or `then` for `to` itself: every day is scored from what was known at its end. When absent
    /// the history is restated: from everything known now.
    #[param(schema_with = known_at)]
    known_at: Option<String>,
}

/// See `ChangeDays`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct ChangeParameters {
    /// 30 days before `to` when absent, and not after it.
    #[param(schema_with = day)]
    from: Option<String>,
    /// Today when absent; not in the future.
    #[param(schema_with = day)]
    to: Option<String>,
    /// What the first day's health rests on: the facts, sources and scorecard of `then`, at its end (when absent), or those
    /// of `now`.
    #[param(schema_with = then_or_now)]
    known: Option<String>,
}

/// See `service::export::parse_name`.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code)]
pub struct FileParameters {
    /// `customers`, `events`, `retracted_events`, `health` or `notes`, with the ending `.csv` or `.ndjson`.
    #[param(schema_with = files)]
    file: String,
}

/// Parameters that several groups of them make together.
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
    ListParameters = FilterParameters DayParameters PagingParameters;
    CsvParameters = FilterParameters DayParameters;
    EventParameters = EventFilterParameters PagingParameters;
    PortfolioParameters = OwnerParameters DayParameters;
}

fn text() -> Object {
    ObjectBuilder::new().schema_type(Type::String).max_length(Some(200)).pattern(Some(TEXT)).build()
}

fn known_at() -> Schema {
    OneOfBuilder::new().item(day()).item(names(["then"])).build().into()
}

fn then_or_now() -> Object {
    names(["then", "now"]).build()
}

fn renewals() -> Object {
    names(RenewalFilter::NAMES.iter().copied()).build()
}

fn changes() -> Object {
    names(ChangeFilter::NAMES.iter().copied()).build()
}

fn unknown() -> Object {
    names(["unknown"]).build()
}

fn files() -> Object {
    names(export::file_names()).examples(["events.ndjson"]).build()
}

fn sorts() -> Object {
    names(Sort::all().map(Sort::name)).build()
}

fn directions() -> Object {
    names([SortDirection::Asc, SortDirection::Desc].map(SortDirection::name)).build()
}
