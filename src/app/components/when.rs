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

/// "5 minutes ago", the time on hover. `now` comes from the server.
#[component]
pub fn Ago(at: DateTime<Utc>, now: DateTime<Utc>) -> impl IntoView {
    view! {
        <time datetime=at.to_rfc3339_opts(SecondsFormat::Secs, true) title=format::time(at)>{format::ago(at, now)}</time>
    }
}
