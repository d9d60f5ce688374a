//! The renewals that the list shows, by month and band. It stands above the list while a filter on renewals is set.

use super::links::list_href;
use crate::app::format;
use crate::domain::list::{MonthOfRenewals, RenewalFilter, RenewalTotals};
use crate::domain::portfolio::Tally;
use crate::domain::{Band, CustomerQuery};
use crate::wire::AppError;
use leptos::prelude::*;

/// The totals; `None` while no filter asks for renewals.
pub type Totals = Option<Result<RenewalTotals, AppError>>;

/// Shows the table. A month links to its renewals.
#[component]
pub fn Renewals(query: CustomerQuery, totals: Totals) -> impl IntoView {
    let totals = totals.and_then(Result::ok).filter(|totals| !totals.months.is_empty());
    totals.map(|totals| table(totals, &query))
}

fn table(totals: RenewalTotals, query: &CustomerQuery) -> impl IntoView + use<> {
    let RenewalTotals { currency, all, months, .. } = totals;
    let bands = Band::ALL.into_iter().filter(|band| months.iter().any(|month| of_band(month, *band).customers > 0));
    let bands: Vec<_> = bands.collect();
    let sum = |band: Band| months.iter().map(|month| of_band(month, band)).sum::<Tally>();
    let sums: Vec<_> = bands.iter().map(|band| sum(*band)).chain([all]).map(|tally| cell(tally, &currency)).collect();
    let foot = (months.len() > 1).then(|| view! { <tr><th scope="row">"Together"</th>{sums}</tr> });
    let rows: Vec<_> = months
        .iter()
        .map(|month| {
            let renewal = Some(RenewalFilter::month_of(month.month));
            let href = list_href(&CustomerQuery { renewal, page: 1, ..query.clone() });
            let cells: Vec<_> =
                bands.iter().map(|band| of_band(month, *band)).chain([month.all]).map(|tally| cell(tally, &currency)).collect();
            let name = month.month.format("%b %Y").to_string();
            view! { <tr><th scope="row"><a href=href data-in-place="">{name}</a></th>{cells}</tr> }
        })
        .collect();
    let heads: Vec<_> = bands.iter().map(|band| view! { <th scope="col">{band.label()}</th> }).collect();
    view! {
        <table class="renewals" aria-label="Renewals by month and band">
            <thead><tr><th scope="col">"Renewals"</th>{heads}<th scope="col">"All"</th></tr></thead>
            <tbody>{rows}</tbody>
            <tfoot>{foot}</tfoot>
        </table>
    }
}

fn of_band(month: &MonthOfRenewals, band: Band) -> Tally {
    month.bands.iter().filter(|of| of.band == band).map(|of| of.tally).sum()
}

/// "$1.2M" over "12 customers"
fn cell(tally: Tally, currency: &str) -> impl IntoView + use<> {
    let arr = if tally.customers == 0 { "–".to_owned() } else { format::money_short(tally.arr_cents, currency) };
    let customers = (tally.customers > 0).then(|| format::count(tally.customers, "customer"));
    let customers = customers.map(|words| {
        // A phone has no room for the noun.
        let (number, noun) = words.split_once(' ').unwrap_or_default();
        view! { <small>{number.to_owned()} <span>" "{noun.to_owned()}</span></small> }
    });
    view! { <td>{arr} {customers}</td> }
}
