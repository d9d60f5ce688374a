//! A value from the server that is read again and again while the page is open. Its view is made once and follows the value,
//! so that typed text, opened parts and focus stay.

use super::{Failure, Skeleton};
use crate::app::live::mark_as_read;
use crate::app::sending::use_sending;
use crate::wire::AppError;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement};

/// An answer, with the key that it was asked for.
pub type Answer<K, T> = (K, Result<T, AppError>);

/// Returns the latest answer. It stays while the next one is loading, while a form waits for its own answer, and when the next
/// attempt for the same key fails for the moment. Call within a `Transition`, which waits for the first answer.
fn latest<K, T>(resource: Resource<Answer<K, T>>) -> Memo<Option<Answer<K, T>>>
where
    K: PartialEq + Clone + Send + Sync + 'static,
    T: PartialEq + Clone + Send + Sync + 'static,
{
    let sending = use_sending();
    let latest = Memo::new(move |last: Option<&Option<Answer<K, T>>>| {
        // Nothing has been rendered anew at this point.
        if is_browser() {
            keep_focus();
        }
        let stays = |answer: &Result<T, AppError>| sending.is_under_way() || answer.as_ref().is_err_and(passes);
        match (resource.get(), last) {
            (Some((asked, answer)), Some(Some((before, Ok(value))))) if *before == asked && stays(&answer) => {
                Some((asked, Ok(value.clone())))
            }
            (answer, _) => answer,
        }
    });
    Effect::new(move |first: Option<()>| {
        latest.with(|_| ());
        if first.is_some() {
            mark_as_read();
        }
    });
    latest
}

/// Returns whether the failure is temporary. Then the stream will soon report news, and the value is read again.
fn passes(error: &AppError) -> bool {
    matches!(error, AppError::Unavailable | AppError::Unreachable | AppError::Overloaded(_) | AppError::Internal)
}

/// Shows `view`, made once, as soon as `is_there`. Memos of the awaited data must be made inside `view`: on the server, a
/// memo that was read earlier may hear of an answer only after the page has stopped waiting.
fn when_there<V: IntoView + 'static>(
    is_there: impl Fn() -> bool + Clone + Send + Sync + 'static,
    view: impl Fn() -> V + Send + Sync + 'static,
) -> impl IntoView {
    let was_there = Memo::new({
        let is_there = is_there.clone();
        move |_| is_there()
    });
    move || (was_there.get() || !is_browser() && is_there()).then(&view)
}

/// Shows a resource through `view`, which runs once for each `key` and then follows the signal.
#[component]
pub fn Followed<K, T, I>(
    resource: Resource<Answer<K, T>>,
    key: fn(&T) -> I,
    view: impl Fn(Memo<T>) -> AnyView + Clone + Send + Sync + 'static,
    #[prop(optional)] failure: Option<Callback<AppError, AnyView>>,
    /// The number of lines of the skeleton.
    #[prop(default = 4)]
    lines: usize,
) -> impl IntoView
where
    K: PartialEq + Clone + Send + Sync + 'static,
    T: PartialEq + Clone + Send + Sync + 'static,
    I: PartialEq + Clone + Send + Sync + 'static,
{
    let followed = move || {
        let latest = latest(resource);
        let keys = Memo::new(move |_| latest.with(|answer| Some(answer.as_ref()?.1.as_ref().map(key).map_err(AppError::clone))));
        let view = view.clone();
        move || {
            let value = move || latest.with_untracked(|answer| answer.as_ref().and_then(|(_, value)| value.clone().ok()));
            match (keys.get()?, value()) {
                (Ok(_), Some(first)) => {
                    let follow = move |last: Option<&T>| {
                        let now = latest.with(|answer| answer.as_ref().and_then(|(_, value)| value.clone().ok()));
                        now.or_else(|| last.cloned()).unwrap_or_else(|| first.clone())
                    };
                    Some(view(Memo::new(follow)))
                }
                (Err(error), _) => Some(match failure {
                    Some(failure) => failure.run(error),
                    None => view! { <Failure error /> }.into_any(),
                }),
                (Ok(_), None) => None,
            }
        }
    };
    view! { <Transition fallback=move || view! { <Skeleton lines /> }>{when_there(move || resource.with(Option::is_some), followed.clone())}</Transition> }
}

/// Gives the focus back when its element is about to be moved or made anew.
pub fn keep_focus() {
    let focused = || document().active_element().filter(|element| element.tag_name() != "BODY");
    let Some(held) = focused() else { return };
    request_animation_frame(move || {
        if let Some(element) = focused().is_none().then(|| successor(held)).flatten() {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = element.focus_with_options(&options);
        }
    });
}

/// Returns the element itself if it is still on the page, else the one that replaces it.
fn successor(element: Element) -> Option<HtmlElement> {
    let same = |name: &str| {
        let value = element.get_attribute(name)?.replace(['\\', '"'], "");
        document().query_selector(&format!("#content {}[{name}=\"{value}\"]", element.tag_name())).ok()?
    };
    let found = if element.is_connected() {
        Some(element.clone())
    } else {
        ["id", "href", "aria-describedby"].into_iter().find_map(same)
    };
    found?.dyn_into().ok()
}
