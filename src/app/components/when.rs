//! Days and times, with the exact value in the markup.

use crate::app::format;
use crate::domain::NaiveDate;
use chrono::{DateTime, SecondsFormat, Utc};
use leptos::prelude::*;

/// Shows a day: "7 Mar 2026".
#[component]
pub fn Day(day: NaiveDate) -> impl IntoView {
    view! { <time datetime=day.to_string()>{format::day(day)}</time> }
}

/// Shows the distance of a day, with the day on hover: "3 weeks ago".
#[component]
pub fn DayAgo(day: NaiveDate, today: NaiveDate) -> impl IntoView {
    view! { <time datetime=day.to_string() title=format::day(day)>{format::days_ago(day, today)}</time> }
}

/// Shows the age of a time, with the time on hover: "5 minutes ago". `now` comes from the server.
#[component]
pub fn Ago(at: DateTime<Utc>, now: DateTime<Utc>) -> impl IntoView {
    view! {
        <time datetime=at.to_rfc3339_opts(SecondsFormat::Secs, true) title=format::time(at)>{format::ago(at, now)}</time>
    }
}
