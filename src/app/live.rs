//! Following changes: the server tells a page that something it shows has changed, and the page reads it again. A shared
//! worker (`public/live.js`) holds one stream for all pages of the browser, as long as one of them is visible.

use super::format;
use crate::wire::PageStart;
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget, MessageEvent, MessagePort, SharedWorker, VisibilityState, Worker};

/// The pause between updates of the words about freshness.
const TICK: Duration = Duration::from_secs(5);
/// The pause before a worker that could not be loaded is tried again.
const RETRY: Duration = Duration::from_secs(5);

/// The state of the stream, and the age of what the page shows.
#[derive(Clone, Copy)]
pub(super) struct Live {
    news: RwSignal<u32>,
    stage: RwSignal<Stage>,
    /// The time when the page's data was read, in milliseconds since the page was opened.
    read_at: RwSignal<f64>,
    /// The time when the server rendered the page.
    rendered_at: DateTime<Utc>,
    /// The mark of the latest change that the page has heard of.
    mark: StoredValue<String>,
    /// The address of the worker's script.
    script: StoredValue<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Rendered by the server. Without JavaScript it stays so.
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
            script: StoredValue::new(start.live_script.clone()),
        }
    }

    /// Returns whether the stream is broken.
    pub(super) fn is_lost(self) -> bool {
        self.stage.get() == Stage::Lost
    }

    /// Returns the time when the page's data was read.
    pub(super) fn read_at(self) -> DateTime<Utc> {
        self.rendered_at + chrono::Duration::milliseconds(self.read_at.get() as i64)
    }

    /// Handles a message from the worker.
    fn hear(self, message: &str) {
        let (word, mark) = message.split_once(' ').unwrap_or((message, ""));
        match word {
            "open" => self.stage.set(Stage::Open),
            "lost" => self.stage.set(Stage::Lost),
            _ => self.mark.set_value(mark.to_owned()),
        }
        if word == "news" {
            self.news.update(|news| *news += 1);
        }
    }
}

/// Returns a signal that grows whenever something on this page has changed on the server. Loaders whose source reads it load
/// again.
pub fn use_news() -> Signal<u32> {
    expect_context::<Live>().news.into()
}

/// Notes that the page's data has just been read.
pub fn mark_as_read() {
    expect_context::<Live>().read_at.set(milliseconds());
}

fn milliseconds() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// Returns the customer that a page follows; empty for all customers. `None` for a page that does not change by itself: of a
/// past day, or with a form.
fn stream_of(path: &str, search: &str) -> Option<String> {
    let customer = path.strip_prefix("/customers/").and_then(|id| id.parse::<i64>().ok());
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(search).unwrap_or_default();
    let text = |asked: &str| pairs.iter().find(|(name, _)| name == asked).map(|(_, text)| text.clone());
    match customer {
        _ if !follows(&text("as_of"), &text("known_at")) => None,
        _ if ["/", "/today"].contains(&path) => Some(String::new()),
        Some(id) => Some(id.to_string()),
        None => None,
    }
}

/// Returns whether an address with these values (as typed) shows today, and so follows changes. A past day does not.
pub fn follows(as_of: &Option<String>, known_at: &Option<String>) -> bool {
    let names = |text: &Option<String>, today: &[&str]| text.as_deref().is_some_and(|text| !today.contains(&text.trim()));
    !names(as_of, &[""]) && !names(known_at, &["", "then"])
}

/// Follows the stream that the page wants, while the page is visible. Call once for the app.
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
        let customer = wanted.get().filter(|_| seen.get())?;
        Stream::open(&customer, live, move || set_timeout(move || attempt.update(|attempt| *attempt += 1), RETRY))
    });
}

/// The page's share of the browser's stream, ended when it is dropped.
struct Stream {
    port: MessagePort,
    worker: EventTarget,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    failed: Closure<dyn FnMut(Event)>,
}

impl Stream {
    fn open(customer: &str, live: Live, given_up: impl Fn() + 'static) -> Option<Self> {
        let script = live.script.get_value();
        let (worker, port): (EventTarget, MessagePort) = match SharedWorker::new(&script) {
            Ok(shared) => (shared.clone().into(), shared.port()),
            // A worker of the page's own takes messages like a port.
            Err(_) => Worker::new(&script).map(|own| (own.clone().into(), own.unchecked_into())).ok()?,
        };
        let heard = Closure::new(move |event: MessageEvent| {
            live.hear(&event.data().as_string().unwrap_or_default());
        });
        let failed = Closure::new(move |_| {
            live.stage.set(Stage::Lost);
            given_up();
        });
        // Setting the handler starts the port as well.
        port.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        let _ = worker.add_event_listener_with_callback("error", failed.as_ref().unchecked_ref());
        let _ = port.post_message(&format!("{customer} {}", live.mark.get_value()).into());
        Some(Self { port, worker, _heard: heard, failed })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
        let _ = self.worker.remove_event_listener_with_callback("error", self.failed.as_ref().unchecked_ref());
        let _ = self.port.post_message(&"".into());
    }
}

/// Shows how fresh the page is, in a few quiet words. They are no live region, which would never stop talking.
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
            ("/today", "owner=Ada", Some("")),
            ("/customers/7", "", Some("7")),
            ("/customers/7", "days=30&as_of=", Some("7")),
            ("/customers/7", "as_of=2026-03-01", None),
            ("/customers/7/edit", "", None),
            ("/customers/new", "", None),
            ("/help", "", None),
        ] {
            assert_eq!(stream_of(path, search).as_deref(), stream, "{path}?{search}");
        }
    }
}
