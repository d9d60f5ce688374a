//! An amount of money, or a word when it is unknown.

use crate::app::format;
use leptos::prelude::*;

#[component]
pub fn Money(
    #[prop(into)] cents: Option<i64>,
    #[prop(into)] currency: String,
    /// True to show "$1.2M" instead of "$1,234,567", with the whole amount on hover.
    #[prop(optional)]
    short: bool,
) -> impl IntoView {
    match cents {
        None => view! { <span class="muted">"unknown"</span> }.into_any(),
        Some(cents) if short => {
            let whole = format::money(cents, &currency);
            view! { <span title=whole>{format::money_short(cents, &currency)}</span> }.into_any()
        }
        Some(cents) => view! { <span>{format::money(cents, &currency)}</span> }.into_any(),
    }
}
