//! Why customers fell: the points by factor together, and the customers with most ARR.

use crate::app::components::BandBadge;
use crate::app::format;
use crate::domain::month::{FactorSum, FallenCustomer, Falls};
use leptos::prelude::*;

/// The customers that are shown.
const SHOWN: usize = 8;

#[component]
pub fn FallsSection(fell: Falls, currency: String, is_known: bool) -> impl IntoView {
    if !is_known {
        return None;
    }
    let customers = format::count(fell.tally.customers, "customer");
    let title = match fell.tally.customers {
        0 => "Nobody fell to a worse band".to_owned(),
        _ => format!("Why {customers} fell to a worse band"),
    };
    let body = (fell.tally.customers > 0).then(|| {
        let furthest = fell.factors.first().map_or(1, |sum| sum.change.0.abs()).max(1);
        let factors = fell.factors.iter().filter(|sum| sum.change.0 < 0).map(|sum| factor(sum, furthest, &currency));
        let explained = (fell.explained < fell.tally.customers)
            .then(|| format!("Summed over the {} with most ARR.", format::count(fell.explained, "customer")));
        let rest = (fell.tally.customers > SHOWN as i64)
            .then(|| view! { <p class="muted">{format!("And {} with less ARR.", format::group(fell.tally.customers - SHOWN as i64))}</p> });
        view! {
            <div class="month__falls">
                <div>
                    <h3>{format!("{} points together", format::signed(fell.change))}</h3>
                    <ul class="fall-factors">{factors.collect_view()}</ul>
                    {explained.map(|words| view! { <p class="muted">{words}</p> })}
                </div>
                <div>
                    <ul class="fallen">{fell.items.iter().take(SHOWN).map(|fallen| item(fallen, &currency)).collect_view()}</ul>
                    {rest}
                </div>
            </div>
        }
    });
    Some(view! {
        <section class="panel" aria-labelledby="falls-title">
            <div class="panel__head"><h2 id="falls-title">{title}</h2></div>
            {body}
        </section>
    })
}

fn factor(sum: &FactorSum, furthest: i64, currency: &str) -> impl IntoView {
    let share = 100 * sum.change.0.abs() / furthest;
    let main = (sum.main_of.customers > 0).then(|| {
        let arr = (sum.main_of.arr_cents > 0).then(|| format!(", {}", format::money_short(sum.main_of.arr_cents, currency)));
        format!("most for {}{}", format::count(sum.main_of.customers, "customer"), arr.unwrap_or_default())
    });
    view! {
        <li>
            <span class="fall-factors__name">{sum.label.clone()}</span>
            <b>{format::signed(sum.change)}</b>
            <span class="fall-factors__bar" style=format!("--share: {share}")></span>
            <span class="fall-factors__main">{main}</span>
        </li>
    }
}

fn item(fallen: &FallenCustomer, currency: &str) -> impl IntoView {
    let FallenCustomer { customer, from, to, change, cause } = fallen;
    let arr = customer.arr_cents.map_or_else(|| "ARR unknown".to_owned(), |cents| format::money_short(cents, currency));
    let cause = cause.as_ref().map(|cause| format!("{}: {}", cause.label, cause.sentence));
    view! {
        <li>
            <a href=format!("/customers/{}", customer.id)>{customer.name.clone()}</a>
            <span class="fallen__arr">{arr}</span>
            <span class="fallen__move">{from.label()} " → " <BandBadge band=*to /></span>
            <span class="fallen__cause"><b>{format::signed(*change)}</b> " " {cause}</span>
        </li>
    }
}
