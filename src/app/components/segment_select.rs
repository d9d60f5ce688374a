//! The choice of a segment as a filter.

use crate::domain::{Segment, Segments};
use leptos::prelude::*;

/// Shows a select of the segments that the rules have.
#[component]
pub fn SegmentSelect(chosen: Option<Segment>, segments: Segments) -> impl IntoView {
    let option = |segment: Segment| {
        let selected = chosen.is_some_and(|chosen| chosen.is_like(&segment));
        view! { <option value=segment.to_string() selected=selected>{segment.to_string()}</option> }
    };
    view! {
        <select name="segment" aria-label="Segment">
            <option value="">"Any segment"</option>
            {segments.iter().map(option).collect_view()}
        </select>
    }
}
