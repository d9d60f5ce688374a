//! The events, newest first, day by day: filtered by kind, paged, each with the way to take it back.

use super::place::Place;
use super::words::event_sentence;
use crate::app::components::icon::IconName;
use crate::app::components::{EmptyState, Pagination, Tab, Tabs};
use crate::app::format;
use crate::domain::pages::Timeline;
use crate::domain::{Event, EventKind, NaiveDate};
use leptos::prelude::*;

#[component]
pub fn TimelineSection(timeline: Timeline, place: Memo<Place>) -> impl IntoView {
    let Timeline { page, kind, now } = timeline;
    let (number, pages, total) = (page.page, page.pages(), page.total);
    let beyond = total > 0;
    let list = if page.items.is_empty() {
        view! { <NoEvents kind place beyond /> }.into_any()
    } else {
        view! { <Days events=page.items today=now.date_naive() /> }.into_any()
    };
    let pagination = move || {
        let place = place.get();
        let href = move |page| place.with_events_page(page).events_href();
        view! { <Pagination page=number pages href label="Pages of events" /> }
    };
    view! {
        <div class="panel__head">
            <h2 id="events-title">"Events"</h2>
            <p class="muted">{format::count(total, "event")}{kind.map(|_| " of this kind")}</p>
        </div>
        <KindFilter kind place />
        {list}
        {pagination}
    }
}

#[component]
fn KindFilter(kind: Option<EventKind>, place: Memo<Place>) -> impl IntoView {
    let tabs = move || {
        let place = place.get();
        let tab = |this: Option<EventKind>| Tab {
            href: place.with_kind(this).events_href(),
            label: this.map_or("All", EventKind::label).to_owned(),
            current: this == kind,
        };
        std::iter::once(None).chain(EventKind::ALL.map(Some)).map(tab).collect::<Vec<_>>()
    };
    view! { {move || view! { <Tabs label="Kinds of events" tabs=tabs() /> }} }
}

#[component]
fn NoEvents(
    kind: Option<EventKind>,
    place: Memo<Place>,
    /// There are events, but not on this page.
    beyond: bool,
) -> impl IntoView {
    let newest = move || place.read().with_events_page(1).events_href();
    let all = move || place.read().with_kind(None).events_href();
    match kind {
        _ if beyond => view! {
            <EmptyState icon=IconName::Search title="There are not that many pages" level=3>
                <p><a href=newest data-noscroll="true">"Go to the newest events"</a></p>
            </EmptyState>
        }
        .into_any(),
        Some(kind) => view! {
            <EmptyState icon=IconName::Search title=format!("No events of the kind “{}”", kind.label()) level=3>
                <p><a href=all data-noscroll="true">"Show all kinds"</a></p>
            </EmptyState>
        }
        .into_any(),
        None => view! {
            <EmptyState icon=IconName::LogEvent title="No events yet" level=3>
                <p>"They appear here as soon as they are logged or sent."</p>
            </EmptyState>
        }
        .into_any(),
    }
}

/// The events under the days they happened on.
#[component]
fn Days(events: Vec<Event>, today: NaiveDate) -> impl IntoView {
    let days = events
        .chunk_by(|a, b| a.occurred_at.date_naive() == b.occurred_at.date_naive())
        .map(|events| {
            let day = events.first().map(|event| event.occurred_at.date_naive()).unwrap_or_default();
            let items = events.iter().map(|event| view! { <EventItem event=event.clone() /> }).collect_view();
            view! {
                <section class="timeline__group">
                    <h3 class="timeline__day">{format::day(day)}<span>{format::days_ago(day, today)}</span></h3>
                    <ol>{items}</ol>
                </section>
            }
        })
        .collect_view();
    view! { <div class="timeline">{days}</div> }
}

#[component]
fn EventItem(event: Event) -> impl IntoView {
    let at = event.occurred_at;
    let kind = event.body.kind();
    let sentence = event_sentence(&event.body);
    let retracted = event.retraction.is_some();
    let text = match retracted {
        true => view! { <del>{sentence}</del> }.into_any(),
        false => view! { <span>{sentence}</span> }.into_any(),
    };
    let came_late = (event.received_at.date_naive() != at.date_naive())
        .then(|| view! { <span class="event__source" title=format::time(event.received_at)>"received "{format::day_short(event.received_at.date_naive())}</span> });
    view! {
        <li class="event" data-kind=kind.name() data-retracted=retracted.to_string()>
            <time class="event__time" datetime=at.to_rfc3339() title=format::time(at)>{at.format("%H:%M").to_string()}</time>
            <div class="event__text">
                {text}
                {event.retraction.clone().map(|retraction| view! {
                    <p class="event__retraction" title=format::time(retraction.retracted_at)>"Retracted: "{retraction.reason}</p>
                })}
            </div>
            <span class="event__source">{event.source}</span>
            {came_late}
        </li>
    }
}
