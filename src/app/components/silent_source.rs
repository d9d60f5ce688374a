//! Sources that have fallen silent: a notice above the portfolio, and a line at the factor that they feed.

use crate::app::format;
use crate::domain::{SilentSource, Source};
use leptos::prelude::*;

#[component]
pub fn SilentSourcesNotice(sources: Vec<SilentSource>) -> impl IntoView {
    let sentences: Vec<_> = sources.iter().map(|source| format!("{}. ", source.sentence)).collect();
    (!sources.is_empty()).then(|| {
        view! {
            <p class="notice silent-sources" data-kind="warning">
                <strong>{sentences.concat()}</strong>
                "Has a source stopped sending? To scores that looks like customers who left. "
                <a href="/help#silent-sources">"What that means"</a>
            </p>
        }
    })
}

/// Says of a factor that its facts have stopped coming, of anybody.
#[component]
pub fn SilentSourceLine(silent: Vec<SilentSource>, sources: Vec<Source>) -> impl IntoView {
    silent.into_iter().find(|silent| sources.contains(&silent.source)).map(|source| {
        view! {
            <p class="notice silent-source" data-kind="warning">
                <strong>{source.sentence}", the last on "{format::day(source.last_day)}". "</strong>
                "Its source may have stopped, rather than this customer. "
                <a href="/help#silent-sources">"What that means"</a>
            </p>
        }
    })
}
