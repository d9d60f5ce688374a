//! The portfolio's figures: bands, mean score, changes, renewals. Each links to the list that it counts.

use super::attention::{Renewals, ThisWeek};
use super::links::Links;
use super::score_panel::ScorePanel;
use crate::app::components::{BandBadge, band_attribute};
use crate::app::format;
use crate::domain::portfolio::{BandTally, Tally};
use crate::domain::{AsOf, Portfolio};
use leptos::prelude::*;

/// Shows the four panels above the list.
#[component]
pub fn Summary(portfolio: Portfolio) -> impl IntoView {
    let at = AsOf { day: portfolio.as_of, known_at: portfolio.known_at }.asked(portfolio.today);
    let links = Links { owner: portfolio.owner.clone(), at };
    let Portfolio { currency, as_of, all, bands, band_limits, mean, distribution, .. } = portfolio.clone();
    view! {
        <section class="summary" aria-label="How the portfolio stands">
            <BandPanel bands all archived=portfolio.archived currency=currency.clone() links=links.clone() />
            <ScorePanel mean distribution limits=band_limits links=links.clone() />
            <ThisWeek
                movers7=portfolio.movers7
                movers30=portfolio.movers30
                new_churn_risks=portfolio.new_churn_risks
                currency=currency.clone()
                links=links.clone()
            />
            <Renewals
                at_risk=portfolio.renewals_at_risk
                overdue=portfolio.renewals_overdue
                today=as_of
                currency
                links
            />
        </section>
    }
}

/// Shows customers and ARR for each band.
#[component]
fn BandPanel(bands: Vec<BandTally>, all: Tally, archived: i64, currency: String, links: Links) -> impl IntoView {
    let shares = bands.iter().filter(|BandTally { tally, .. }| tally.customers > 0).map(|BandTally { band, tally }| {
        view! { <span data-band=band_attribute(*band) style=format!("--customers: {}", tally.customers)></span> }
    });
    let shares = shares.collect_view();
    let archived_link = links.archived();
    let some_unknown = all.arr_unknown > 0;
    let total = tally_cells(all, &currency, links.all(), some_unknown.then(|| links.arr_unknown(None)));
    let rows = bands.into_iter().map(|BandTally { band, tally }| {
        let href = links.band(band);
        let unknown = some_unknown.then(|| links.arr_unknown(Some(band)));
        let cells = tally_cells(tally, &currency, href.clone(), unknown);
        view! {
            <tr>
                <th scope="row">
                    <a href=href>
                        <BandBadge band />
                    </a>
                </th>
                {cells}
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div class="panel summary__panel">
            <table class="bands">
                <caption class="sr-only">"Customers and ARR per band"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Band"</th>
                        <th scope="col" class="numeric">
                            "Customers"
                        </th>
                        <th scope="col" class="numeric">
                            "ARR"
                        </th>
                        {some_unknown
                            .then(|| {
                                view! {
                                    <th scope="col" class="numeric" title="Their ARR is unknown; the sums leave them out">
                                        "No ARR"
                                    </th>
                                }
                            })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
                <tfoot>
                    <tr>
                        <th scope="row">"All"</th>
                        {total}
                    </tr>
                </tfoot>
            </table>
            <div class="bands__shares" aria-hidden="true">
                {shares}
            </div>
            {(archived > 0)
                .then(|| {
                    view! {
                        <p class="summary__note">
                            "Not counted: " <a href=archived_link>{format!("{} archived", format::group(archived))}</a>
                        </p>
                    }
                })}
        </div>
    }
}

/// Shows the number of customers, their ARR and, as a link, how many customers have an unknown ARR, which the sum leaves
/// out.
fn tally_cells(tally: Tally, currency: &str, href: String, unknown_href: Option<String>) -> impl IntoView + use<> {
    let known = tally.arr_unknown < tally.customers || tally.customers == 0;
    let arr = if known { format::money(tally.arr_cents, currency) } else { "unknown".to_owned() };
    let arr_short = if known { format::money_short(tally.arr_cents, currency) } else { "–".to_owned() };
    let unknown = unknown_href.map(|unknown_href| {
        let customers = format::group(tally.arr_unknown);
        view! {
            <td class="numeric bands__unknown">
                {if tally.arr_unknown > 0 {
                    view! { <a href=unknown_href>{customers}</a> }.into_any()
                } else {
                    customers.into_any()
                }}
            </td>
        }
    });
    view! {
        <td class="numeric">
            <a href=href.clone()>{format::group(tally.customers)}</a>
        </td>
        <td class="numeric">
            <a href=href title=arr>
                {arr_short}
            </a>
        </td>
        {unknown}
    }
}
