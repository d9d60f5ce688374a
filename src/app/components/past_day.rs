//! A notice that a past day is shown, and how much of it is known. It links to the neighbouring days, to the other
//! knowledge, and back to today.

use super::{Tab, Tabs};
use crate::app::format;
use crate::domain::{AsOf, AskedDay, KnownAt, NaiveDate};
use chrono::Duration;
use leptos::prelude::*;

/// Shows the notice. `href` returns the address of the same page on another day; `scope` says which parts are as of that
/// day.
#[component]
pub fn PastDay(
    at: AsOf,
    today: NaiveDate,
    scope: &'static str,
    /// The day since which segments and start dates have a history, when less is known of them.
    history_from: Option<NaiveDate>,
    href: impl Fn(AskedDay) -> String + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let asked = at.asked(today);
    let step = move |days: i64| {
        let day = at.day + Duration::days(days);
        let asked = if day >= today { AskedDay::default() } else { AskedDay { as_of: Some(day), ..asked } };
        move || href(asked)
    };
    let tabs = move || {
        let tab = |label: &str, known_at: Option<KnownAt>| Tab {
            href: href(AskedDay { known_at, ..asked }),
            label: label.to_owned(),
            current: known_at == asked.known_at,
        };
        vec![tab("As known now", None), tab("As known then", Some(KnownAt::Then))]
    };
    view! {
        <div class="banner" data-kind="past" role="status">
            <p>
                <strong>"As of "{format::day(at.day)}", "{format::days_ago(at.day, today)}". "</strong>
                {knowledge(at)}
                {scope}
                {history_from.map(|first| {
                    format!(" Segments and start dates are kept since {}: those of that day count here.", format::day(first))
                })}
            </p>
            <div class="banner__links no-print">
                {move || view! { <Tabs label="What is known of the day" tabs=tabs() /> }}
                <a href=step(-1) data-noscroll="true">"Day before"</a>
                <a href=step(1) data-noscroll="true">"Day after"</a>
                <a href=move || href(AskedDay::default()) data-noscroll="true">"Back to today"</a>
            </div>
        </div>
    }
}

fn knowledge(at: AsOf) -> String {
    match at.known_at {
        None => "With today’s knowledge: every fact known now, and the current scorecard. ".to_owned(),
        Some(day) if day == at.day => {
            "As it was known then: the facts received by the end of that day, and the scorecard in force. ".to_owned()
        }
        Some(day) => {
            let day = format::day(day);
            format!("As it was known at the end of {day}: the facts received by then, and the scorecard in force. ")
        }
    }
}
