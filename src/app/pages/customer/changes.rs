//! Why the score changed: each factor's part, split into its causes, which lead to the events behind them.

use super::history::Lengths;
use super::place::{CHANGE_DAYS, Place};
use crate::app::components::ChangeFigure;
use crate::app::format;
use crate::domain::pages::CustomerPage;
use crate::domain::{EventKind, FactorKey, HealthChange, Points, Window};
use leptos::prelude::*;

#[component]
pub fn ChangesSection(page: StoredValue<CustomerPage>, place: Memo<Place>) -> impl IntoView {
    let change = page.with_value(|page| page.changes.clone());
    let factors = moved(&change);
    let nothing = factors.is_empty();
    let factors = factors.into_iter().map(|factor| view! { <FactorChange factor place /> }).collect_view();
    view! {
        <section class="panel" id="changes" aria-labelledby="changes-title">
            <div class="panel__head">
                <h2 id="changes-title">"What changed"</h2>
                <Lengths label="How far back" choices=CHANGE_DAYS shown=Place::change_days show=Place::changed_since place />
            </div>
            <Ends change />
            <Knowledge page place />
            {nothing.then(|| view! { <p class="muted">"No factor moved between the two days."</p> })}
            <ul class="changes">{factors}</ul>
        </section>
    }
}

/// "65.4 on 24 Oct 2026 → 45.4 on 23 Nov 2026"
#[component]
fn Ends(change: HealthChange) -> impl IntoView {
    let score = |score: Option<Points>| score.map_or("No data".to_owned(), |score| score.to_string());
    let (before, after) = (change.before.shown_score(), change.after.shown_score());
    let compared = before.is_some() && after.is_some();
    view! {
        <p class="changes__ends">
            <b>{score(before)}</b> " on " {format::day(change.from)} " → " <b>{score(after)}</b> " on " {format::day(change.to)}
            {compared.then(|| view! { ": " <ChangeFigure change=change.change band=change.after.band /> })}
            {(!compared).then_some(": the parts below compare the points that both days would have.")}
        </p>
    }
}

/// What the comparison rests on, with the way to the other one.
#[component]
fn Knowledge(page: StoredValue<CustomerPage>, place: Memo<Place>) -> impl IntoView {
    let (at, from) = page.with_value(|page| (page.at(), page.changes.from));
    let (words, link, known_at) = match at.known_at {
        None => ("Both days as they are known now. ".to_owned(), "Compare with what was known then", Some("then")),
        Some(_) => {
            let from = format::day(from);
            (
                format!("From what was known on {from}: with what arrived late, was retracted or connected since. "),
                "Compare as known now",
                None,
            )
        }
    };
    let href = move || Place { known_at: known_at.map(str::to_owned), ..place.get() }.changes_href();
    view! { <p class="muted changes__knowledge">{words} <a class="no-print" href=href data-noscroll="true">{link}</a></p> }
}

/// One factor's part of a change.
struct Moved {
    factor: FactorKey,
    points: Points,
    causes: Vec<MovedBy>,
}

/// What a cause did to a factor. `days`: when the events behind it happened.
struct MovedBy {
    sentence: String,
    points: Points,
    days: Option<Window>,
}

/// The factors that something happened to, the one that moved most first.
fn moved(change: &HealthChange) -> Vec<Moved> {
    let by = |factor: FactorKey| {
        let part = move |part: &crate::domain::CausePart| {
            let points = *part.factors.get(factor);
            let fact = part.facts.iter().find(|fact| fact.factor == factor);
            let sentence = fact.map_or_else(|| part.cause.label().to_owned(), |fact| format::capitalised(&fact.sentence));
            (fact.is_some() || points != Points::ZERO).then(|| MovedBy {
                sentence,
                points,
                days: fact.and_then(|fact| fact.days),
            })
        };
        change.causes.iter().filter_map(part).collect::<Vec<_>>()
    };
    let moved = |factor: FactorKey| Moved { factor, points: *change.factors.get(factor), causes: by(factor) };
    let mut moved: Vec<_> = FactorKey::ALL.into_iter().map(moved).filter(|moved| !moved.causes.is_empty()).collect();
    moved.sort_by_key(|moved| std::cmp::Reverse(moved.points.0.abs()));
    moved
}

#[component]
fn FactorChange(factor: Moved, place: Memo<Place>) -> impl IntoView {
    let Moved { factor, points, causes } = factor;
    let kind = only_kind(factor);
    let cause = |MovedBy { sentence, points, days }: MovedBy| {
        let sentence = match days {
            Some(days) => {
                let href = move || place.read().with_events(kind, Some(days)).events_href();
                view! { <a href=href>{sentence}</a> }.into_any()
            }
            None => view! { <span>{sentence}</span> }.into_any(),
        };
        view! { <li>{sentence} " " <span class="numeric">{points.signed()}</span></li> }
    };
    view! {
        <li class="changes__factor">
            <h3>{factor.label()}</h3>
            <ChangeFigure change=points band=crate::domain::Band::Healthy />
            <ul class="changes__causes">{causes.into_iter().map(cause).collect_view()}</ul>
        </li>
    }
}

/// The kind of events that feed a factor, where there is just one.
fn only_kind(factor: FactorKey) -> Option<EventKind> {
    let mut kinds = EventKind::ALL.into_iter().filter(|kind| FactorKey::fed_by(*kind) == factor);
    kinds.next().filter(|_| kinds.next().is_none())
}
