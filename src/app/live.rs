//! Pages follow changes: the server tells over one stream that something they show has changed, and they read it again.
//! The stream is open while the page is seen, so that many tabs do not use up the browser's connections.

use super::format;
use crate::wire::PageStart;
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventSource, MessageEvent, VisibilityState};

/// How often the words about freshness are brought up to date.
const TICK: Duration = Duration::from_secs(5);
/// When a stream that the browser has given up on is tried again.
const RETRY: Duration = Duration::from_secs(5);

/// What the app knows about the stream and about the age of what it shows.
#[derive(Clone, Copy)]
pub(super) struct Live {
    news: RwSignal<u32>,
    stage: RwSignal<Stage>,
    /// Milliseconds since the page was opened.
    read_at: RwSignal<f64>,
    /// When the server rendered the page.
    rendered_at: DateTime<Utc>,
    /// The last message heard, by its id.
    mark: StoredValue<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// As the server rendered it; without JavaScript it stays so.
    Rendered,
    Open,
    Lost,
}

impl Live {
    pub(super) fn new(start: &PageStart) -> Self {
        Self {
            news: RwSignal::new(0),
            stage: RwSignal::new(Stage::Rendered),
            read_at: RwSignal::new(0.0),
            rendered_at: start.now,
            mark: StoredValue::new(start.mark.clone()),
        }
    }
}

/// Grows whenever something that this page shows has changed on the server. Loaders whose source reads it load again.
pub fn use_news() -> Signal<u32> {
    expect_context::<Live>().news.into()
}

/// Says that what the page shows has just been read.
pub fn mark_as_read() {
    expect_context::<Live>().read_at.set(milliseconds());
}

fn milliseconds() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// What the stream of the page at an address is asked for; `None` where nothing changes by itself: on a past day, in a form.
fn stream_of(path: &str, search: &str) -> Option<String> {
    let customer = path.strip_prefix("/customers/").and_then(|id| id.parse::<i64>().ok());
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(search).unwrap_or_default();
    let text = |asked: &str| pairs.iter().find(|(name, _)| name == asked).map(|(_, text)| text.clone());
    match customer {
        _ if !follows(&text("as_of"), &text("known_at")) => None,
        _ if path == "/" => Some(String::new()),
        Some(id) => Some(format!("customer={id}&")),
        None => None,
    }
}

/// Whether an address with these values, as typed, shows today and so follows. A past day stands still.
pub fn follows(as_of: &Option<String>, known_at: &Option<String>) -> bool {
    let names = |text: &Option<String>, today: &[&str]| text.as_deref().is_some_and(|text| !today.contains(&text.trim()));
    !names(as_of, &[""]) && !names(known_at, &["", "then"])
}

/// Opens the stream that the page wants, as long as it wants it and is seen. Call once for the app.
fn keep_following(live: Live, wanted: Memo<Option<String>>) {
    let (seen, attempt) = (RwSignal::new(true), RwSignal::new(0));
    Effect::new(move |_| {
        let is_seen = || document().visibility_state() == VisibilityState::Visible;
        seen.set(is_seen());
        let listeners =
            ["visibilitychange", "pageshow"].map(|name| window_event_listener_untyped(name, move |_| seen.set(is_seen())));
        let leaving = window_event_listener_untyped("pagehide", move |_| seen.set(false));
        on_cleanup(move || listeners.into_iter().chain([leaving]).for_each(WindowListenerHandle::remove));
    });
    let seen = Memo::new(move |_| seen.get());
    Effect::new(move |before: Option<Option<Stream>>| {
        attempt.track();
        drop(before);
        let query = wanted.get().filter(|_| seen.get())?;
        Stream::open(&query, live, move || set_timeout(move || attempt.update(|attempt| *attempt += 1), RETRY))
    });
}

/// An open stream; it ends when this goes away.
struct Stream {
    source: EventSource,
    _handlers: [Closure<dyn FnMut(Event)>; 3],
}

impl Stream {
    fn open(query: &str, live: Live, given_up: impl Fn() + 'static) -> Option<Self> {
        let source = EventSource::new(&format!("/api/live?{query}since={}", live.mark.get_value())).ok()?;
        let opened = Closure::new(move |_| live.stage.set(Stage::Open));
        let told = Closure::new(move |event: Event| {
            if let Some(message) = event.dyn_ref::<MessageEvent>() {
                live.mark.set_value(message.last_event_id());
            }
            live.news.update(|news| *news += 1);
        });
        let failing = source.clone();
        let failed = Closure::new(move |_| {
            live.stage.set(Stage::Lost);
            // Otherwise the browser itself tries again.
            if failing.ready_state() == EventSource::CLOSED {
                given_up();
            }
        });
        let handlers: [Closure<dyn FnMut(Event)>; 3] = [opened, told, failed];
        source.set_onopen(Some(handlers[0].as_ref().unchecked_ref()));
        source.set_onmessage(Some(handlers[1].as_ref().unchecked_ref()));
        source.set_onerror(Some(handlers[2].as_ref().unchecked_ref()));
        Some(Self { source, _handlers: handlers })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}

/// How fresh the page is, in a few quiet words. Not a live region: it would never stop talking.
#[component]
pub fn LiveStatus() -> impl IntoView {
    let (live, location) = (expect_context::<Live>(), use_location());
    let wanted = Memo::new(move |_| stream_of(&location.pathname.read(), &location.search.read()));
    keep_following(live, wanted);
    let now = RwSignal::new(0.0);
    Effect::new(move |_| {
        let tick = set_interval_with_handle(move || now.set(milliseconds()), TICK).ok();
        on_cleanup(move || tick.into_iter().for_each(|tick| tick.clear()));
    });
    let state = move || match live.stage.get() {
        Stage::Rendered => "rendered",
        Stage::Open => "open",
        Stage::Lost => "lost",
    };
    let words = move || match live.stage.get() {
        Stage::Rendered => format!("As of {}", format::clock(live.rendered_at)),
        Stage::Open => "Live".to_owned(),
        Stage::Lost => "Reconnecting…".to_owned(),
    };
    let age = move || match live.stage.get() {
        Stage::Open => format!(" · scored {}", format::seconds_ago((now.get() - live.read_at.get()) / 1000.0)),
        Stage::Rendered | Stage::Lost => String::new(),
    };
    view! {
        <p class="live" data-state=state hidden=move || wanted.read().is_none() title="This page follows new events by itself">
            <span class="live__dot" aria-hidden="true"></span>
            <span>{words}<span class="live__age">{age}</span></span>
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portfolio_and_customers_of_today_are_followed() {
        for (path, search, stream) in [
            ("/", "band=healthy", Some("")),
            ("/", "known_at=then&as_of=", Some("")),
            ("/", "as_of=2026-03-01&known_at=then", None),
            ("/", "known_at=2026-03-01", None),
            ("/customers/7", "", Some("customer=7&")),
            ("/customers/7", "days=30&as_of=", Some("customer=7&")),
            ("/customers/7", "as_of=2026-03-01", None),
            ("/customers/7/edit", "", None),
            ("/customers/new", "", None),
            ("/help", "", None),
        ] {
            assert_eq!(stream_of(path, search).as_deref(), stream, "{path}?{search}");
        }
    }
}
