//! The small header that stays while the page scrolls. It repeats what stands above, so screen readers are spared it.

use super::standing::pill;
use crate::app::components::renewal_words;
use crate::app::format;
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;

#[component]
pub fn SmallHeader(page: StoredValue<CustomerPage>) -> impl IntoView {
    page.with_value(|page| {
        let fields = &page.customer.fields;
        let arr = fields.arr_cents.map(|cents| format::money_short(cents, &page.currency) + " ARR");
        let renewal = fields.renewal_date.map(|date| format!("Renewal {}", renewal_words(date, page.health.as_of)));
        view! {
            <div class="customer-bar no-print" aria-hidden="true">
                <div class="customer-bar__line">
                    <b>{fields.name.clone()}</b>
                    {pill(page)}
                    <span class="customer-bar__facts">{[arr, renewal].into_iter().flatten().collect::<Vec<_>>().join(" · ")}</span>
                </div>
            </div>
        }
    })
}
