//! `/month`: one printable page about a month or quarter, against the one before.

mod bands;
mod choose;
mod falls;
mod lists;
mod sentence;

use crate::app::components::Followed;
use crate::app::server_fns::load_month;
use crate::app::{format, until_answered};
use crate::domain::{Month, MonthQuery};
use bands::{BandsAtEnds, DaysSection, FlowSection};
use choose::Choose;
use falls::FallsSection;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;
use lists::Lists;
use sentence::headline;

#[component]
pub fn MonthPage() -> impl IntoView {
    let location = use_location();
    let search = Memo::new(move |last: Option<&String>| match last {
        // The page keeps its query while another one is being opened.
        Some(last) if location.pathname.get() != "/month" => last.clone(),
        _ => location.search.get(),
    });
    let month = Resource::new(
        move || search.get(),
        |search| async move { (search.clone(), until_answered(move || load_month(search.clone())).await) },
    );
    let title = move || {
        let text = parse(&search.read()).period.map_or_else(|| "Month".to_owned(), |period| period.label());
        view! { <Title text /> }
    };
    view! {
        {title}
        <Followed resource=month key=Month::clone view=|month| view! { <Report month=month.get_untracked() /> }.into_any() lines=14 />
    }
}

/// Parses a query string. Returns the default for one that is invalid, which the server reports.
fn parse(search: &str) -> MonthQuery {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(search).unwrap_or_default();
    MonthQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))).unwrap_or_default()
}

/// Returns the query that asks for a month again.
fn query_of(month: &Month) -> MonthQuery {
    MonthQuery { period: Some(month.period.period), owner: month.owner.clone(), segment: month.segment }
}

#[component]
fn Report(month: Month) -> impl IntoView {
    let sentence = headline(&month);
    let csv = query_of(&month).href("/month.csv");
    let pending = (month.pending > 0)
        .then(|| format!(" {} not counted: their past is being worked out.", format::count(month.pending, "customer")));
    view! {
        <div class="month">
            <Choose month=month.clone() />
            <p class="sentence">{sentence.before} <b>{sentence.figure}</b> {sentence.after}</p>
            {unknown(&month).map(|words| view! { <p class="notice month__unknown">{words}</p> })}
            <div class="month__pair">
                <BandsAtEnds month=month.clone() />
                <DaysSection month=month.clone() />
            </div>
            <FlowSection month=month.clone() />
            <FallsSection fell=month.fell.clone() currency=month.currency.clone() is_known=month.period.flow.is_some() />
            <Lists month=month.clone() />
            <p class="month__notes">
                "Every day with today’s ARR and rules, and all facts known now. "
                <a class="no-print" href="/help#month">"What that means"</a>
                {pending}
                " "
                <a class="no-print" href=csv rel="external" download="">"Figures as CSV"</a>
            </p>
        </div>
    }
}

/// Says which of the figures are not known, if any.
fn unknown(month: &Month) -> Option<String> {
    let known_from = format::day(month.known_from);
    let before = month.before.period.label();
    Some(match (&month.period.end, &month.period.begin, &month.before.begin) {
        (Some(_), Some(_), Some(_)) => return None,
        (Some(_), Some(_), None) => format!("Bands are known from {known_from} on, so the beginning of {before} is not."),
        _ => format!("Bands are known from {known_from} on. Whatever needs an earlier day is left out here."),
    })
}
