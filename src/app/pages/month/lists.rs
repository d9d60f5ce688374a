//! Who came, who went, and the renewals that passed.

use crate::app::components::BandBadge;
use crate::app::format;
use crate::domain::month::{Named, NamedCustomer};
use crate::domain::portfolio::Tally;
use crate::domain::{Band, Month, NaiveDate};
use leptos::prelude::*;

/// The customers that each list shows.
const SHOWN: usize = 10;

#[component]
pub fn Lists(month: Month) -> impl IntoView {
    let currency = month.currency;
    let came = rows(&month.came, &currency, |came| (came.customer.clone(), came.on, came.by.label().to_owned(), came.band));
    let first = rows(&month.first_scores, &currency, |first| {
        (first.customer.clone(), first.on, "first score".to_owned(), Some(first.band))
    });
    let went =
        rows(&month.went, &currency, |went| (went.customer.clone(), went.on, went.reason.label().to_lowercase(), went.band));
    let renewals = rows(&month.renewals, &currency, |renewal| {
        let then = renewal.band_then.filter(|then| Some(*then) != renewal.band_now).map(|then| format!("{} then", then.label()));
        let now = if renewal.band_now.is_none() { Some("archived since".to_owned()) } else { None };
        let words: Vec<_> = then.into_iter().chain(now).collect();
        (renewal.customer.clone(), renewal.on, words.join(", "), renewal.band_now)
    });
    let first = (month.first_scores.tally.customers > 0).then(|| {
        view! {
            <h3>{format!("First score: {}", told(month.first_scores.tally, &currency))}</h3>
            {first}
        }
    });
    view! {
        <div class="month__lists">
            <section class="panel" aria-labelledby="came-title">
                <h2 id="came-title">{format!("Came: {}", told(month.came.tally, &currency))}</h2>
                {came}
                {first}
            </section>
            <section class="panel" aria-labelledby="went-title">
                <h2 id="went-title">{format!("Went: {}", told(month.went.tally, &currency))}</h2>
                {went}
            </section>
            <section class="panel" aria-labelledby="renewals-title">
                <h2 id="renewals-title">{format!("Renewals: {}", told(month.renewals.tally, &currency))}</h2>
                {renewals}
                <p class="muted month__small">"By today’s renewal dates: one that has been moved on is not here."</p>
            </section>
        </div>
    }
}

/// "3 customers, $120k", or "nobody".
fn told(tally: Tally, currency: &str) -> String {
    match (tally.customers, tally.arr_cents) {
        (0, _) => "nobody".to_owned(),
        (customers, 0) => format::count(customers, "customer"),
        (customers, arr) => format!("{}, {}", format::count(customers, "customer"), format::money_short(arr, currency)),
    }
}

type Told = (NamedCustomer, NaiveDate, String, Option<Band>);

fn rows<T>(list: &Named<T>, currency: &str, tell: impl Fn(&T) -> Told) -> AnyView {
    let row = |item: &T| {
        let (customer, on, words, band) = tell(item);
        let arr = customer.arr_cents.map(|cents| format::money_short(cents, currency));
        let words = [format::day(on), words].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ");
        view! {
            <li>
                <a href=format!("/customers/{}", customer.id)>{customer.name}</a>
                <span class="named__arr">{arr}</span>
                <span class="named__words">{words}</span>
                {band.map(|band| view! { <span class="named__band"><BandBadge band /></span> })}
            </li>
        }
    };
    let items = list.items.iter().take(SHOWN).map(row).collect_view();
    let rest = (list.tally.customers > SHOWN as i64).then(
        || view! { <p class="muted">{format!("And {} with less ARR.", format::group(list.tally.customers - SHOWN as i64))}</p> },
    );
    (list.tally.customers > 0).then(|| view! { <ul class="named">{items}</ul> {rest} }).into_any()
}
