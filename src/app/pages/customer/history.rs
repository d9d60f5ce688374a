//! The score over time, and the ways to choose a day.

use super::place::{HISTORY_DAYS, Place};
use crate::app::components::charts::HistoryChart;
use crate::app::components::{GetForm, SaveChart, Tab, Tabs};
use crate::domain::{NaiveDate, Outcome};
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;

#[component]
pub fn HistorySection(page: Memo<CustomerPage>, place: Memo<Place>) -> impl IntoView {
    // Text typed into the form stays while the chart follows changes.
    let days = Memo::new(move |_| page.with(|page| (page.health.as_of, page.today)));
    let chart = move || {
        let CustomerPage { history: points, scorecard, scorecard_marks: marks, falls, notes, outcomes, health, today, .. } =
            page.get();
        let noted = notes.into_iter().map(|note| note.created_at.date_naive()).collect();
        let stands = |outcome: &Outcome| outcome.retraction.is_none().then_some((outcome.facts.day, outcome.facts.kind));
        let outcomes = outcomes.iter().filter_map(stands).collect();
        let as_of = health.as_of;
        let outside = points.first().is_some_and(|first| as_of < first.day);
        let href = move |day| place.with(|place| if day == today { place.today().href() } else { place.on(day).href() });
        view! {
            <HistoryChart points limits=scorecard.bands marks scorecard=scorecard.version falls noted outcomes selected=as_of href />
            {outside.then(|| view! { <p class="muted">"The chosen day is earlier than this chart reaches."</p> })}
        }
    };
    view! {
        <section class="panel customer__seven" aria-labelledby="history-title">
            <div class="panel__head">
                <h2 id="history-title">"Score over time"</h2>
                <Lengths label="Length of the history" choices=HISTORY_DAYS shown=Place::history_days show=Place::over place />
                <SaveChart of=".history" name="score-over-time" title="Score over time" />
            </div>
            {chart}
            {move || {
                let (as_of, today) = days.get();
                view! { <PickDay place as_of today /> }
            }}
        </section>
    }
}

/// Shows lengths to choose from. One function tells which of them a place shows, the other returns the place that shows
/// another.
#[component]
pub fn Lengths(
    label: &'static str,
    choices: [i64; 3],
    shown: fn(&Place) -> i64,
    show: fn(&Place, i64) -> Place,
    place: Memo<Place>,
) -> impl IntoView {
    let tabs = move || {
        let place = place.get();
        let shown = shown(&place);
        let tab = |days: i64| Tab { href: show(&place, days).href(), label: format!("{days} days"), current: days == shown };
        choices.map(tab).into()
    };
    view! { {move || view! { <Tabs label tabs=tabs() /> }} }
}

/// Asks for a day by its date, for days outside of the chart and for visitors who prefer to type.
#[component]
fn PickDay(place: Memo<Place>, as_of: NaiveDate, today: NaiveDate) -> impl IntoView {
    let hidden = move || {
        let Place { known_at, days, since, kind, .. } = place.get();
        let kept = [("known_at", known_at), ("days", days), ("since", since), ("kind", kind)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        kept.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()
    };
    view! {
        <GetForm action=Signal::derive(move || place.read().path()) class="pick-day no-print" scroll=false>
            {hidden}
            <label for="as-of">"Pick a day in the chart, or by date, to see the breakdown as of then (days are UTC)"</label>
            <input
                id="as-of" class="field__input" type="date" name="as_of" required=true
                value=as_of.to_string() prop:value=as_of.to_string() max=today.to_string()
            />
            <button type="submit" class="button">"Show"</button>
        </GetForm>
    }
}
