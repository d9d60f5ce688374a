//! The text in place of empty content: why it is empty, and what to do about it.

use super::icon::{Icon, IconName};
use leptos::prelude::*;

#[component]
pub fn EmptyState(
    icon: IconName,
    #[prop(into)] title: String,
    /// The heading's level, 2 unless it is the page's only content.
    #[prop(default = 2)]
    level: u8,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let heading = match level {
        1 => view! { <h1>{title}</h1> }.into_any(),
        3 => view! { <h3>{title}</h3> }.into_any(),
        _ => view! { <h2>{title}</h2> }.into_any(),
    };
    view! {
        <div class="empty-state">
            <Icon name=icon />
            {heading}
            {children.map(|children| children())}
        </div>
    }
}
