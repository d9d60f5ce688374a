//! The quiet strip of figures: bands, mean score and its distribution, changes, renewals. Each links to the list that it counts.

use super::histogram::Histogram;
use super::links::{Links, list_href};
use crate::app::components::{BandBadge, ChangeFigure, SaveChart};
use crate::app::format;
use crate::domain::list::{ChangeFilter, Measure};
use crate::domain::portfolio::{BandTally, MeanScore, Tally};
use crate::domain::{Band, CustomerQuery, Portfolio, Sort};
use leptos::prelude::*;

/// Shows the strip. `asked` are the filters of the figures, and what they are drawn by.
#[component]
pub fn Summary(portfolio: Portfolio, asked: CustomerQuery) -> impl IntoView {
    let links = Links::new(asked.clone());
    let Portfolio { bands, all, currency, mean, .. } = portfolio.clone();
    let unknown = (all.arr_unknown > 0).then(|| {
        let customers = format::count(all.arr_unknown, "customer");
        let words =
            if all.arr_unknown == 1 { " has no ARR, which the sums leave out" } else { " have no ARR, which the sums leave out" };
        view! { <li>{linked(links.arr_unknown(), format!("{customers}{words}"))}</li> }
    });
    let archived = (portfolio.archived > 0 && !asked.archived).then(|| {
        view! { <li>{linked(links.archived(), format!("{} archived", format::group(portfolio.archived)))} ", not counted"</li> }
    });
    let has_arr = all.arr_cents > 0;
    let by = if has_arr { asked.by } else { Measure::Customers };
    view! {
        <section class="strip" aria-label="How the portfolio stands">
            <BandTable bands all currency links=links.clone() />
            <div class="strip__scores">
                <Mean mean links=links.clone() />
                <Histogram portfolio=portfolio.clone() by links=links.clone() />
                <div class="strip__foot">
                    <SaveChart of=".histogram" name="scores" title=if by == Measure::Arr { "ARR by score" } else { "Customers by score" } />
                    {has_arr.then(|| view! { <ByChoice asked /> })}
                </div>
            </div>
            <Movements portfolio links />
            <ul class="strip__notes">{unknown} {archived}</ul>
        </section>
    }
}

/// Shows a figure as a link, or as a text where it has none.
pub fn linked(href: Option<String>, text: impl IntoView + 'static) -> AnyView {
    match href {
        Some(href) => view! { <a href=href>{text}</a> }.into_any(),
        None => text.into_any(),
    }
}

/// Shows customers and ARR for each band.
#[component]
fn BandTable(bands: Vec<BandTally>, all: Tally, currency: String, links: Links) -> impl IntoView {
    let cells = move |tally: Tally, href: Option<String>| {
        let known = tally.arr_unknown < tally.customers || tally.customers == 0;
        let arr = if known { format::money_short(tally.arr_cents, &currency) } else { "–".to_owned() };
        let whole = if known { format::money(tally.arr_cents, &currency) } else { "unknown".to_owned() };
        view! {
            <td class="numeric">{linked(href, format::group(tally.customers))}</td>
            <td class="numeric" title=whole>{arr}</td>
        }
    };
    let is_shown = |told: &BandTally| told.band.is_shown(told.tally.customers);
    let rows = bands.into_iter().filter(is_shown).map(|BandTally { band, tally }| {
        view! {
            <tr>
                <th scope="row"><BandBadge band /></th>
                {cells(tally, links.band(band))}
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <table class="bands">
            <caption class="sr-only">"Customers and ARR per band"</caption>
            <thead>
                <tr>
                    <th scope="col">"Band"</th>
                    <th scope="col" class="numeric">"Customers"</th>
                    <th scope="col" class="numeric">"ARR"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
            <tfoot>
                <tr>
                    <th scope="row">"All"</th>
                    {cells(all, links.all())}
                </tr>
            </tfoot>
        </table>
    }
}

#[component]
fn Mean(mean: MeanScore, links: Links) -> impl IntoView {
    let score = mean.score.map_or("–".to_owned(), |score| score.to_string());
    let score = view! { <span class="mean__score">{score}</span> };
    let changes = [(7, mean.change7, Sort::Change7), (30, mean.change30, Sort::Change)].map(|(days, change, sort)| {
        let figure = view! { <ChangeFigure change band=Band::NoData /> {format!(" in {days} days")} };
        linked(links.scored(sort), figure)
    });
    view! {
        <p class="mean" title="Changes are over the customers scored on both days">
            "Mean score " {linked(links.scored(Sort::Score), score)} {changes.collect_view()}
        </p>
    }
}

/// Lets the charts show ARR or customers.
#[component]
fn ByChoice(asked: CustomerQuery) -> impl IntoView {
    let choices = [(Measure::Arr, "ARR"), (Measure::Customers, "Customers")].map(|(by, label)| {
        let current = (asked.by == by).then_some("true");
        let href = list_href(&CustomerQuery { by, ..asked.clone() });
        let href = href.split('#').next().unwrap_or_default().to_owned();
        view! { <a href=href aria-current=current data-noscroll="true">{label}</a> }
    });
    view! { <nav class="by" aria-label="What the charts show">"By " {choices.collect_view()}</nav> }
}

/// Counts those who moved, and renewals to look at.
#[component]
fn Movements(portfolio: Portfolio, links: Links) -> impl IntoView {
    let Portfolio { movers7, movers30, new_churn_risks, renewals_at_risk, renewals_overdue, currency, .. } = portfolio;
    let line = |tally: Tally, one: &str, many: &str, href: Option<String>| {
        let words = if tally.customers == 1 { one } else { many };
        let arr = (tally.arr_cents > 0).then(|| format!(", {}", format::money_short(tally.arr_cents, &currency)));
        let text = format!("{} {words}", format::group(tally.customers));
        view! { <li data-none=tally.customers == 0>{linked(href, text)} <span>{arr}</span></li> }
    };
    view! {
        <ul class="strip__moves">
            {line(new_churn_risks.tally, "new churn risk this week", "new churn risks this week", links.change(ChangeFilter::NewChurnRisk))}
            {line(movers7.down.tally, "down 2.0 or more in 7 days", "down 2.0 or more in 7 days", links.change(ChangeFilter::Down7))}
            {line(movers7.up.tally, "up 2.0 or more in 7 days", "up 2.0 or more in 7 days", links.change(ChangeFilter::Up7))}
            {line(movers30.down.tally, "down in 30 days", "down in 30 days", links.change(ChangeFilter::Down30))}
            {line(movers30.up.tally, "up in 30 days", "up in 30 days", links.change(ChangeFilter::Up30))}
        </ul>
        <ul class="strip__moves">
            {line(renewals_at_risk.tally, "renewal in 90 days is not healthy", "renewals in 90 days are not healthy", links.renewals_at_risk())}
            {line(renewals_overdue.tally, "renewal is overdue", "renewals are overdue", links.renewals_overdue())}
        </ul>
    }
}
