//! The timeline, newest first, day by day: events, each with a link to retract it, the API calls of a day in one line, notes, outcomes.

use super::place::Place;
use super::words::{event_sentence, reason_words};
use crate::app::components::icon::IconName;
use crate::app::components::{EmptyState, Pagination, Tab, Tabs};
use crate::app::format;
use crate::app::forms::RetractForm;
use crate::domain::timeline::Entry;
use crate::domain::{Event, EventFilter, EventId, EventKind, NaiveDate, Note, NoteId, Outcome, OutcomeId, Retraction, Window};
use crate::wire::pages::Timeline;
use chrono::SecondsFormat;
use leptos::prelude::*;

#[component]
pub fn TimelineSection(timeline: Memo<Timeline>, place: Memo<Place>) -> impl IntoView {
    let kind = Memo::new(move |_| timeline.read().filter.kind);
    let filter = Memo::new(move |_| timeline.read().filter);
    let pages = Memo::new(move |_| timeline.with(|timeline| (timeline.page.page, timeline.page.pages())));
    let total = Memo::new(move |_| timeline.read().page.total);
    let events = Memo::new(move |_| timeline.read().events);
    let empty = Memo::new(move |_| timeline.read().page.items.is_empty());
    let list = move || match empty.get() {
        true => view! { <NoEvents kind=kind.get() place beyond=total.get() != 0 /> }.into_any(),
        false => view! { <Days timeline place /> }.into_any(),
    };
    let pagination = move || {
        let (place, (number, pages)) = (place.get(), pages.get());
        let href = move |page| place.with_events_page(page).events_href();
        view! { <Pagination page=number pages href label="Pages of events" /> }
    };
    view! {
        <div class="panel__head">
            <h2 id="events-title">"Events"</h2>
            <p class="muted">
                {move || format::count(events.get(), "event")}{move || kind.get().map(|_| " of this kind")}
            </p>
        </div>
        {move || view! { <KindFilter kind=kind.get() place /> }}
        {move || view! { <DaysFilter filter=filter.get() place /> }}
        {list}
        {pagination}
        {move || timeline.read().kept_from.map(|day| view! {
            <p class="timeline__days">
                {format!("Events received before {} are not kept one by one. They still count in the scores.", format::day(day))}
            </p>
        })}
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

/// Says that only some days are listed, with a link to all.
#[component]
fn DaysFilter(filter: EventFilter, place: Memo<Place>) -> impl IntoView {
    let words = match (filter.from, filter.to) {
        (None, None) => return None,
        (Some(from), Some(to)) => format!("Only {}. ", format::days(from, to)),
        (Some(from), None) => format!("Only since {}. ", format::day(from)),
        (None, Some(to)) => format!("Only until {}. ", format::day(to)),
    };
    let all = move || place.read().with_kind(filter.kind).events_href();
    Some(view! { <p class="timeline__days">{words} <a href=all data-noscroll="true">"Show all days"</a></p> })
}

#[component]
fn NoEvents(
    kind: Option<EventKind>,
    place: Memo<Place>,
    /// True when there are events, but not on this page.
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

/// The identity of an entry, with whatever of it can change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Event(EventId, bool),
    Calls(NaiveDate, i64),
    Note(NoteId, String),
    Outcome(OutcomeId, bool),
}

impl Key {
    fn of(entry: &Entry) -> Self {
        match entry {
            Entry::Event(event) => Self::Event(event.id, event.retraction.is_some()),
            Entry::Calls { day, calls } => Self::Calls(*day, *calls),
            Entry::Note(note) => Self::Note(note.id, note.text.clone()),
            Entry::Outcome(outcome) => Self::Outcome(outcome.id, outcome.retraction.is_some()),
        }
    }
}

/// Shows the API calls of a day in one line, with a link to each of them.
#[component]
fn CallsItem(day: NaiveDate, calls: i64, place: Memo<Place>) -> impl IntoView {
    let href = move || place.read().with_events(Some(EventKind::ApiCall), Some(Window::ending(day, 1))).events_href();
    view! {
        <li class="event">
            <span class="event__time"></span>
            <div class="event__text">{format::count(calls, "API call")}</div>
            <span class="event__source"></span>
            <a class="event__retract no-print" href=href data-noscroll="true">
                "Each"
                <span class="sr-only">{format!(" of the API calls of {}", format::day(day))}</span>
            </a>
        </li>
    }
}

#[component]
fn NoteItem(note: Note) -> impl IntoView {
    let at = note.created_at;
    view! {
        <li class="event" data-kind="note">
            <time class="event__time" datetime=at.to_rfc3339_opts(SecondsFormat::Secs, true) title=format::time(at)>
                {at.format("%H:%M").to_string()}
            </time>
            <div class="event__text"><b>{note.author}": "</b>{note.text}</div>
            <span class="event__source">"note"</span>
            <a class="event__retract no-print" href=format!("#note-{}", note.id)>"Open"<span class="sr-only">" the note"</span></a>
        </li>
    }
}

#[component]
fn OutcomeItem(outcome: Outcome) -> impl IntoView {
    let Outcome { id, facts, retraction, .. } = outcome;
    let is_retracted = retraction.is_some();
    let retraction = retraction.map(|Retraction { reason, retracted_at }| {
        view! { <p class="event__note" title=format::time(retracted_at)>"Retracted: "{reason}</p> }
    });
    let label = facts.kind.label();
    let what = match is_retracted {
        true => view! { <del>{label}</del> }.into_any(),
        false => view! { <b class="outcome" data-kind=facts.kind.name()>{label}</b> }.into_any(),
    };
    view! {
        <li class="event" data-kind="outcome" data-retracted=is_retracted.to_string()>
            <span class="event__time"></span>
            <div class="event__text">{what}{reason_words(&facts).map(|words| format!(": {words}"))}{retraction}</div>
            <span class="event__source">"outcome"</span>
            <a class="event__retract no-print" href=format!("#outcome-{id}")>"Open"<span class="sr-only">" the outcome"</span></a>
        </li>
    }
}

/// Lists the entries under the days on which they happened. An event keeps its element when the list changes, so that an open
/// question about it stays open.
#[component]
fn Days(timeline: Memo<Timeline>, place: Memo<Place>) -> impl IntoView {
    let today = Memo::new(move |_| timeline.read().now.date_naive());
    let entries = Memo::new(move |_| timeline.with(|timeline| timeline.page.items.clone()));
    let days = move || {
        let mut days: Vec<_> = entries.read().iter().map(Entry::day).collect();
        days.dedup();
        days
    };
    let day = move |day: NaiveDate| {
        let of_day = move || entries.read().iter().filter(|entry| entry.day() == day).cloned().collect::<Vec<_>>();
        view! {
            <section class="timeline__group">
                <h3 class="timeline__day">{format::day(day)} " "<span>{move || format::days_ago(day, today.get())}</span></h3>
                <ol>
                    <For
                        each=of_day
                        key=Key::of
                        children=move |entry| match entry {
                            Entry::Event(event) => view! { <EventItem event place /> }.into_any(),
                            Entry::Calls { day, calls } => view! { <CallsItem day calls place /> }.into_any(),
                            Entry::Note(note) => view! { <NoteItem note /> }.into_any(),
                            Entry::Outcome(outcome) => view! { <OutcomeItem outcome /> }.into_any(),
                        }
                    />
                </ol>
            </section>
        }
    };
    view! { <div class="timeline"><For each=days key=|day| *day children=day /></div> }
}

#[component]
fn EventItem(event: Event, place: Memo<Place>) -> impl IntoView {
    let (id, at, received) = (event.id, event.occurred_at, event.received_at);
    let sentence = event_sentence(&event.body);
    let retracted = event.retraction.is_some();
    let text = match retracted {
        true => view! { <del>{sentence.clone()}</del> }.into_any(),
        false => view! { <span>{sentence.clone()}</span> }.into_any(),
    };
    let origin = format!("Event {id}, received {} from the source “{}”", format::time(received), event.source);
    let retraction = event.retraction.map(|Retraction { reason, retracted_at }| {
        view! { <p class="event__note" title=format::time(retracted_at)>"Retracted: " {reason}</p> }
    });
    view! {
        <li class="event" id=format!("event-{id}") data-retracted=retracted.to_string()>
            <time class="event__time" datetime=at.to_rfc3339_opts(SecondsFormat::Secs, true) title=format::time(at)>
                {at.format("%H:%M").to_string()}
            </time>
            <div class="event__text">{text} {retraction}</div>
            <span class="event__source" title=origin>{event.source}</span>
            {(!retracted).then(|| view! { <Retract event=id sentence place /> })}
        </li>
    }
}

/// Shows a link that asks whether to retract the event, or the question itself. Only one event at a time is asked about.
#[component]
fn Retract(event: EventId, sentence: String, place: Memo<Place>) -> impl IntoView {
    let asked = Memo::new(move |_| place.read().retract == Some(event.to_string()));
    let ask = move || place.read().with_retract(Some(event)).event_href(event);
    let leave = move || place.read().with_retract(None).event_href(event);
    move || {
        if asked.get() {
            view! {
                <div class="event__question">
                    <RetractForm event>
                        <a href=leave data-noscroll="true">"Cancel"</a>
                    </RetractForm>
                </div>
            }
            .into_any()
        } else {
            view! {
                <a class="event__retract no-print" href=ask data-noscroll="true">
                    "Retract"
                    <span class="sr-only">": " {sentence.clone()}</span>
                </a>
            }
            .into_any()
        }
    }
}
