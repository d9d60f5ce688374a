//! The query parameters of lists, for the documentation only: the domain reads and checks them.

use crate::domain::{Band, EventKind, Segment};
use utoipa::IntoParams;

/// See `AskedDay`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct DayParameters {
    /// The UTC day that is looked at, not in the future. When absent: the day of `known_at`, else today.
    as_of: Option<chrono::NaiveDate>,
    /// A UTC day, or `then` for `as_of` itself: only facts received by its end count, less those retracted by then, under the
    /// scorecard that was in force. Not before `as_of`. When absent the day is restated: everything known now counts,
    /// under the current scorecard.
    known_at: Option<String>,
}

/// See `CustomerQuery`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct ListParameters {
    /// Part of the name or of the external id, in any letter case, with or without accents.
    search: Option<String>,
    segment: Option<Segment>,
    /// One band or several, separated by commas.
    #[param(style = Form, explode = false)]
    band: Option<Vec<Band>>,
    /// The owner's name, or `none`: only customers without one. An owner who is called none is `"none"`, in double quotes.
    owner: Option<String>,
    /// `next_90` (from today to 90 days from now) or `overdue` (before today).
    renewal: Option<String>,
    /// `up_7`, `down_7`, `up_30`, `down_30` (by 2.0 points or more) or `new_churn_risk`.
    change: Option<String>,
    /// Scores from this many points on.
    #[param(minimum = 0, maximum = 100)]
    score_from: Option<i64>,
    /// Scores below this many points.
    #[param(minimum = 0, maximum = 101)]
    score_below: Option<i64>,
    /// `unknown`: only customers whose ARR is unknown.
    arr: Option<String>,
    /// The archived customers instead of the active ones.
    archived: Option<bool>,
    /// The UTC day whose list it is, not in the future. When absent: the day of `known_at`, else today.
    as_of: Option<chrono::NaiveDate>,
    /// A UTC day, or `then` for `as_of` itself: only facts received by its end count, less those retracted by then, under the
    /// scorecard that was in force. Not before `as_of`. When absent everything known now counts, under the current scorecard.
    known_at: Option<String>,
    /// `score` (when absent), `name`, `segment`, `owner`, `arr`, `renewal`, `change` (over 30 days), `change_7`, `band_since`,
    /// `last_activity` or a factor: `login_frequency`, `feature_adoption`, `support_load`, `invoice_timeliness`, `api_trend`.
    sort: Option<String>,
    /// `asc` (when absent) or `desc`.
    direction: Option<String>,
    /// From 1.
    #[param(minimum = 1)]
    page: Option<i64>,
    /// 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    page_size: Option<i64>,
}

/// See `service::events::list_events`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct EventParameters {
    kind: Option<EventKind>,
    /// The first day, UTC, on which they happened.
    from: Option<chrono::NaiveDate>,
    /// The last one.
    to: Option<chrono::NaiveDate>,
    /// From 1.
    #[param(minimum = 1)]
    page: Option<i64>,
    /// 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    page_size: Option<i64>,
}
