//! A figure under the rules in force, and under those that are tried.

use leptos::prelude::*;

/// Shows a figure before and after, or once when it stays.
#[component]
pub fn Shift(before: String, after: String) -> impl IntoView {
    match before == after {
        true => view! { <span class="what-if__shift">{after}</span> }.into_any(),
        false => view! { <span class="what-if__shift" data-moves="">{before} <span class="sr-only">" to "</span><i aria-hidden="true">" → "</i> <b>{after}</b></span> }.into_any(),
    }
}
