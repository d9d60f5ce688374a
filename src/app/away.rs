//! A server that is away for a moment. The page keeps what it shows, greyed; requests are repeated until they are answered;
//! and one line tells the visitor.

use super::format;
use super::live::Live;
use crate::wire::AppError;
use leptos::prelude::*;
use std::time::Duration;

/// The pause before an unanswered request is repeated.
const RETRY: Duration = Duration::from_secs(2);
/// The time for which the stream may be lost before the page says so. Proxies cut streams, and servers are restarted.
const PATIENCE: Duration = Duration::from_secs(3);

/// The number of requests that wait for an answer, and the result of the last attempt.
#[derive(Clone, Copy)]
pub(super) struct Away {
    waiting: RwSignal<u32>,
    because: RwSignal<AppError>,
}

impl Away {
    pub(super) fn new() -> Self {
        Self { waiting: RwSignal::new(0), because: RwSignal::new(AppError::Unreachable) }
    }
}

/// One waiting request.
struct Waiting(Away);

impl Waiting {
    fn begin(away: Away) -> Self {
        away.waiting.update(|waiting| *waiting += 1);
        Self(away)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.try_update(|waiting| *waiting -= 1);
    }
}

/// Asks the server. In the browser, asks again and again while nobody answers, so that the page keeps what it shows.
pub fn until_answered<T, F>(ask: impl Fn() -> F + Send + 'static) -> impl Future<Output = Result<T, AppError>> + Send + 'static
where
    F: Future<Output = Result<T, AppError>> + Send + 'static,
    T: Send + 'static,
{
    let away = use_context::<Away>().filter(|_| is_browser());
    async move {
        let mut waiting = None;
        loop {
            match (ask().await, away) {
                (Err(error), Some(away)) if passes(&error) => {
                    away.because.set(error);
                    waiting.get_or_insert_with(|| Waiting::begin(away));
                }
                (answer, _) => return answer,
            }
            pause().await;
        }
    }
}

/// Returns whether asking again may help.
fn passes(error: &AppError) -> bool {
    matches!(error, AppError::Unreachable | AppError::Unavailable | AppError::Overloaded(_))
}

async fn pause() {
    let (wake, woken) = futures::channel::oneshot::channel();
    set_timeout(
        move || {
            let _ = wake.send(());
        },
        RETRY,
    );
    let _ = woken.await;
}

/// Follows whether the code of the page that a visitor goes to is late. Its loader says so.
fn use_late_part() -> RwSignal<bool> {
    let is_late = RwSignal::new(false);
    Effect::new(move |_| {
        let listeners = [("part-is-late", true), ("part-came", false)]
            .map(|(name, late)| window_event_listener_untyped(name, move |_| is_late.set(late)));
        on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
    });
    is_late
}

/// Returns whether the page may show outdated data because the server is away.
pub(super) fn use_is_away() -> Memo<bool> {
    let (away, live) = (expect_context::<Away>(), expect_context::<Live>());
    let late_part = use_late_part();
    let lost_for_long = RwSignal::new(false);
    let is_lost = Memo::new(move |_| live.is_lost());
    Effect::new(move |_| {
        lost_for_long.set(false);
        let timer = is_lost.get().then(|| set_timeout_with_handle(move || lost_for_long.set(true), PATIENCE).ok());
        on_cleanup(move || timer.flatten().into_iter().for_each(|timer| timer.clear()));
    });
    Memo::new(move |_| away.waiting.get() > 0 || lost_for_long.get() || late_part.get())
}

/// Shows the line that says that the server is away.
#[component]
pub(super) fn AwayLine(is_away: Memo<bool>) -> impl IntoView {
    let (away, live) = (expect_context::<Away>(), expect_context::<Live>());
    let line = move || {
        let who = match (away.waiting.get(), &*away.because.read()) {
            (0, _) | (_, AppError::Unreachable) => "The server does not answer.",
            (_, AppError::Overloaded(_)) => "The server has more to do than it can at once.",
            _ => "The server answers, but not its database.",
        };
        let at = format::clock(live.read_at());
        view! { <p class="away">{who} " This is as of " {at} "; it goes on by itself."</p> }
    };
    move || is_away.get().then(line)
}
