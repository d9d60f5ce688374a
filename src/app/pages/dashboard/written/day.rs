//! The day that the dashboard shows: the form to choose one, the notice about a past day, and the texts for a day without
//! content.

use super::sentence::Sentence;
use crate::app::components::icon::IconName;
use crate::app::components::{EmptyState, PastDay};
use crate::app::format;
use crate::domain::{AsOf, AskedDay, CustomerQuery, FieldErrors, NaiveDate, Portfolio};
use leptos::prelude::*;

/// Returns the dashboard's address on another day, with the same filters.
fn day_href(query: &CustomerQuery, at: AskedDay) -> String {
    format!("/{}", CustomerQuery { at, page: 1, ..query.clone() }.to_query_string())
}

/// The day that a portfolio was computed for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ShownDay {
    pub at: AsOf,
    pub today: NaiveDate,
    history_from: Option<NaiveDate>,
    /// The day of the earliest known fact.
    first_fact_on: Option<NaiveDate>,
}

impl ShownDay {
    pub fn of(portfolio: &Portfolio) -> Self {
        let Portfolio { today, as_of, known_at, history_from, first_fact_on, .. } = *portfolio;
        Self { at: AsOf { day: as_of, known_at }, today, history_from, first_fact_on }
    }
}

/// Shows the page's heading, the form to choose a day and, on a past day, the notice about it.
#[component]
pub fn DayBar(
    day: ShownDay,
    query: CustomerQuery,
    /// The page's heading.
    heading: Sentence,
    /// Views to stand beside the form.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let ShownDay { at, today, history_from, first_fact_on } = day;
    let past = (!at.is_today(today)).then(|| {
        let query = StoredValue::new(query.clone());
        let href = move |at| query.with_value(|query| day_href(query, at));
        view! { <PastDay at today href history_from scope="Names, owners, ARR and renewal dates are today’s." /> }
    });
    view! {
        <div class="day-bar">
            {past}
            <div class="day-bar__row">
                <h1 class="sentence">{heading.before} <b>{heading.figure}</b> {heading.after}</h1>
                <PickDay query as_of=at.day today first=first_fact_on />
            </div>
            {children.map(|children| children())}
        </div>
    }
}

#[component]
fn PickDay(query: CustomerQuery, as_of: NaiveDate, today: NaiveDate, first: Option<NaiveDate>) -> impl IntoView {
    let pairs = query.to_pairs().into_iter().filter(|(name, _)| !["as_of", "page"].contains(name));
    let kept = pairs.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view();
    view! {
        <form method="get" action="/" class="day-bar__form no-print">
            {kept}
            <label for="as-of">"As of (UTC)"</label>
            <input
                id="as-of" class="field__input" type="date" name="as_of" required=true
                value=as_of.to_string()
                min=first.map(|day| day.to_string()) max=today.to_string()
            />
            <button type="submit" class="button">"Show"</button>
        </form>
    }
}

/// Replaces figures and list on a day when no customer existed yet.
#[component]
pub fn NothingYet(day: ShownDay, query: CustomerQuery) -> impl IntoView {
    let first = day.first_fact_on.map(|day| {
        let href = day_href(&query, AskedDay { as_of: Some(day), known_at: None });
        view! { <p>"The first fact known now is of " <a href=href>{format::day(day)}</a> "."</p> }
    });
    view! {
        <EmptyState icon=IconName::Search title="There were no facts yet on that day">
            <p>"No customer existed by then, as far as that is known."</p>
            {first}
            <p><a href="/">"Back to today"</a></p>
        </EmptyState>
    }
}

/// Replaces the figures when the address asks for a day that cannot be shown.
#[component]
pub fn RefusedDay(errors: FieldErrors, query: CustomerQuery) -> impl IntoView {
    let sentences = errors.0.into_iter().map(|error| {
        let what = if error.field == "as_of" { "The day" } else { "The day at whose end knowledge is cut" };
        view! { <p>{what} " " {error.message} "."</p> }
    });
    view! {
        <EmptyState icon=IconName::Search title="This day cannot be shown" level=1>
            {sentences.collect_view()}
            <p><a href=day_href(&query, AskedDay::default())>"Back to today"</a></p>
        </EmptyState>
    }
}
