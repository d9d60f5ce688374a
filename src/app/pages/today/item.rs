//! A customer that needs somebody, in a few lines: who, what is at stake, why, and what would help.

use crate::app::components::{BandBadge, renewal_urgency, renewal_words};
use crate::app::format;
use crate::domain::{NaiveDate, NeededCustomer};
use leptos::prelude::*;

/// Shows the customer's lines on a day. Its place is the number of its list item.
#[component]
pub fn Face(item: NeededCustomer, as_of: NaiveDate, currency: String) -> impl IntoView {
    let (arr, arr_title) = arr_words(&item, &currency);
    let NeededCustomer { customer, score, band, band_since, renewal_date, reason, help, .. } = item;
    let about = [Some(customer.fields.segment.label().to_owned()), customer.fields.owner];
    let about = about.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let since = format!("In this band since {}", format::day(band_since));
    let renewal = renewal_date.map(|date| {
        let urgency = renewal_urgency(date, as_of);
        let words = if date < as_of { renewal_words(date, as_of) } else { format!("renews {}", renewal_words(date, as_of)) };
        view! {
            <time class="needed__renewal" datetime=date.to_string() data-urgency=urgency title=format::day(date)>
                {words}
            </time>
        }
    });
    let help = help.map(|help| {
        view! { <p class="needed__help">{format!("Would help: {} ({})", format::uncapitalised(&help.sentence), format::signed(help.gain))}</p> }
    });
    view! {
        <div class="needed__face">
            <p class="needed__name">
                <a href=format!("/customers/{}", customer.id)>{customer.fields.name}</a>
                <span class="needed__about">{about}</span>
            </p>
            <span class="needed__arr" title=arr_title>
                {arr}
            </span>
            {renewal}
            <span class="needed__band" title=since>
                <BandBadge band score />
            </span>
            <p class="needed__reason">{reason}</p>
            {help}
        </div>
    }
}

/// Returns the ARR that counts in a few words, and in full.
pub fn arr_words(item: &NeededCustomer, currency: &str) -> (String, String) {
    let segment = item.customer.fields.segment.label();
    match (item.arr_cents, item.arr_assumed) {
        (Some(cents), false) => {
            (format!("{} ARR", format::money_short(cents, currency)), format!("{} a year", format::money(cents, currency)))
        }
        (Some(cents), true) => (
            format!("about {} ARR, assumed", format::money_short(cents, currency)),
            format!("Its ARR is unknown: {}, the median of {segment}, stands in for it", format::money(cents, currency)),
        ),
        (None, _) => ("ARR unknown".to_owned(), "No customer's ARR is known: all count alike".to_owned()),
    }
}
