//! ARR by band: at the ends of the period and of the one before, on its days, and the flow between its ends.

use super::sentence::{measure, size, words};
use crate::app::components::SaveChart;
use crate::app::components::charts::{BandsChart, FlowChart};
use crate::app::format;
use crate::domain::band_history::{BandHistory, BandMove};
use crate::domain::list::Measure;
use crate::domain::month::PeriodFigures;
use crate::domain::portfolio::{BandTally, Tally};
use crate::domain::{AskedDay, Band, CustomerQuery, Month, NaiveDate};
use chrono::Duration;
use leptos::prelude::*;

/// Shows the bands at three days, and who came, went and renewed in both periods, and which renewals were won and lost.
#[component]
pub fn BandsAtEnds(month: Month) -> impl IntoView {
    let Month { period, before, currency, .. } = month.clone();
    let by = measure(&month);
    let day = |figures: &PeriodFigures| figures.from - Duration::days(1);
    let ends = [(day(&before), before.begin.clone()), (day(&period), period.begin.clone()), (period.to, period.end.clone())];
    let heads = ends.each_ref().map(|(day, _)| view! { <th scope="col" class="numeric">{format::day(*day)}</th> });
    let bands = ends.map(|(_, bands)| bands);
    let currency = StoredValue::new(currency);
    let figure = move |tally: Option<Tally>| {
        tally.map_or_else(|| "not known".to_owned(), |tally| currency.with_value(|currency| words(size(tally, by), by, currency)))
    };
    let row = move |label: &'static str, of: fn(&[BandTally], Band) -> Tally, band: Band, is_sum: bool| {
        let tallies = bands.each_ref().map(|bands| bands.as_ref().map(|bands| of(bands, band)));
        let change = tallies[1].zip(tallies[2]).map(|(then, now)| {
            let difference = size(now, by) - size(then, by);
            let sign = if difference > 0 {
                "+"
            } else if difference < 0 {
                "−"
            } else {
                ""
            };
            currency.with_value(|currency| format!("{sign}{}", words(difference.abs(), by, currency)))
        });
        view! {
            <tr data-sum=is_sum.then_some("")>
                <th scope="row">{label}</th>
                {tallies.map(|tally| view! { <td class="numeric">{figure(tally)}</td> })}
                <td class="numeric">{change}</td>
            </tr>
        }
    };
    let of_band: fn(&[BandTally], Band) -> Tally =
        |bands, band| bands.iter().filter(|told| told.band == band).map(|told| told.tally).sum();
    let ends = || [&month.before, &month.period].into_iter().flat_map(|figures| [&figures.begin, &figures.end]).flatten();
    let is_shown = |band: &Band| band.is_shown(ends().map(|bands| of_band(bands, *band).customers).sum());
    let rows = Band::ALL.into_iter().filter(is_shown).map(|band| row.clone()(band.label(), of_band, band, false)).collect_view();
    let sums = [
        row.clone()("Not healthy", |bands, _| PeriodFigures::at_risk(bands), Band::NoData, true),
        row("All", |bands, _| PeriodFigures::all(bands), Band::NoData, true),
    ];
    let traffic = move |label: &'static str, of: fn(&PeriodFigures) -> Tally| {
        let told = |figures: &PeriodFigures| {
            let tally = of(figures);
            let arr =
                (tally.arr_cents > 0).then(|| currency.with_value(|currency| format::money_short(tally.arr_cents, currency)));
            let customers = if tally.customers == 0 { "none".to_owned() } else { format::count(tally.customers, "customer") };
            view! { <td class="numeric">{customers} {arr.map(|arr| format!(", {arr}"))}</td> }
        };
        view! { <tr><th scope="row">{label}</th>{told(&before)}{told(&period)}</tr> }
    };
    let traffic = [
        traffic.clone()("Came", |figures| figures.came),
        traffic.clone()("Went", |figures| figures.went),
        traffic.clone()("Renewal date passed", |figures| figures.renewals),
        traffic.clone()("Renewals won", |figures| figures.renewals_won),
        traffic("Renewals lost", |figures| figures.renewals_lost),
    ];
    view! {
        <section class="panel" aria-labelledby="ends-title">
            <div class="panel__head">
                <h2 id="ends-title">{if by == Measure::Arr { "ARR by band" } else { "Customers by band" }}</h2>
            </div>
            <table class="month__table">
                <thead><tr><td></td>{heads}<th scope="col" class="numeric">"Change"</th></tr></thead>
                <tbody>{rows}{sums}</tbody>
            </table>
            <table class="month__table">
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col" class="numeric">{month.before.period.label()}</th>
                        <th scope="col" class="numeric">{month.period.period.label()}</th>
                    </tr>
                </thead>
                <tbody>{traffic}</tbody>
            </table>
            <p class="muted month__small">"Won: outcomes “renewed”. Lost: “churned” and “contracted”, with the ARR that they cost."</p>
        </section>
    }
}

/// Shows the bands of the period's days.
#[component]
pub fn DaysSection(month: Month) -> impl IntoView {
    let count = month.days.first().map_or(0, |band| band.customers.len());
    if count < 2 {
        return None;
    }
    let history = BandHistory {
        as_of: month.period.to,
        known_at: None,
        currency: month.currency.clone(),
        days: count as i64 - 1,
        from: month.days_from,
        bands: month.days.clone(),
        moves: Vec::new(),
        moves_by_rules: Vec::new(),
        pending: month.pending,
    };
    let by = history.measure(Measure::Arr);
    let title = if by == Measure::Arr { "ARR by band" } else { "Customers by band" };
    if history.total(Measure::Customers, count - 1) == 0 {
        return None;
    }
    let (today, filters) =
        (month.today, CustomerQuery { owner: month.owner.clone(), segment: month.segment, ..CustomerQuery::default() });
    let href = move |day: NaiveDate| {
        let at = if day == today { AskedDay::default() } else { AskedDay { as_of: Some(day), known_at: None } };
        format!("/{}", CustomerQuery { at, ..filters.clone() }.to_query_string())
    };
    Some(view! {
        <section class="panel" aria-labelledby="days-title">
            <div class="panel__head"><h2 id="days-title">"At risk, day by day"</h2>
                <SaveChart of=".bands-chart" name="at-risk" title=format!("{title}: {}", month.period.period.label()) /></div>
            <BandsChart history by href />
        </section>
    })
}

/// Shows the flow between the period's ends, and its moves as a list.
#[component]
pub fn FlowSection(month: Month) -> impl IntoView {
    let by = measure(&month);
    let flow = month.period.flow.clone().filter(|flow| !flow.is_empty())?;
    let (from, to, currency) = (month.period.from - Duration::days(1), month.period.to, month.currency.clone());
    Some(view! {
        <section class="panel" aria-labelledby="flow-title">
            <div class="panel__head"><h2 id="flow-title">"Flow between bands"</h2>
                <SaveChart of=".flow-chart" name="flow" title=format!("Flow between bands: {}", month.period.period.label()) /></div>
            <div class="month__flow">
                <FlowChart flow by currency=currency.clone() from to />
                <div class="moves">
                    {moves(month.period.moves.unwrap_or_default(), &currency)
                        .unwrap_or_else(|| view! { <p class="muted">"Nobody is in another band than at the beginning."</p> }.into_any())}
                    {moves(month.period.moves_by_rules.unwrap_or_default(), &currency)
                        .map(|list| view! { <h3>"By new rules or a new source"</h3> {list} })}
                </div>
            </div>
        </section>
    })
}

/// Lists moves, falls first, then what rose, then first scores.
fn moves(mut moves: Vec<BandMove>, currency: &str) -> Option<AnyView> {
    moves.sort_by_key(|told| match kind(told) {
        "fell" => 0,
        "rose" => 1,
        _ => 2,
    });
    let row = |told: &BandMove| {
        let words = match told.from {
            Band::NoData => format!("First score: {}", told.to.label()),
            from => format!("{} → {}", from.label(), told.to.label()),
        };
        let arr = (told.tally.arr_cents > 0).then(|| format::money_short(told.tally.arr_cents, currency));
        let customers = format::count(told.tally.customers, "customer");
        view! {
            <li data-kind=kind(told)>
                <span>{words} " " <span class="moves__customers">{customers}</span></span>
                <b class="moves__arr">{arr}</b>
            </li>
        }
    };
    (!moves.is_empty()).then(|| view! { <ul class="moves__list">{moves.iter().map(row).collect_view()}</ul> }.into_any())
}

fn kind(told: &BandMove) -> &'static str {
    match (told.from, told.to) {
        (from, to) if !from.tells_risk() || !to.tells_risk() => "other",
        (from, to) if to > from => "fell",
        _ => "rose",
    }
}
