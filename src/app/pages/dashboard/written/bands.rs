//! ARR by band over time, and what moved between bands.

use super::links::Links;
use crate::app::components::charts::BandsChart;
use crate::app::components::{SaveChart, Tab, Tabs};
use crate::app::format;
use crate::domain::band_history::{BandHistory, BandMove, Moved, MovedBy, PERIODS};
use crate::domain::list::Measure;
use crate::domain::{AskedDay, Band, CustomerQuery, MonthQuery, NaiveDate};
use leptos::prelude::*;

/// Shows the chart with the lengths to choose from, and the moves. `asked` are the filters of the figures.
#[component]
pub fn BandsSection(history: BandHistory, asked: CustomerQuery, today: NaiveDate) -> impl IntoView {
    let by = history.measure(asked.by);
    let title = match by {
        Measure::Arr => "ARR by band",
        Measure::Customers => "Customers by band",
    };
    let periods = PERIODS.map(|days| Tab {
        href: page_href(&CustomerQuery { days, ..asked.clone() }),
        label: format!("{days} days"),
        current: days == history.days,
    });
    let href = {
        let asked = asked.clone();
        move |day: NaiveDate| {
            let at = if day == today { AskedDay::default() } else { AskedDay { as_of: Some(day), ..asked.at } };
            page_href(&CustomerQuery { at, ..asked.clone() })
        }
    };
    let month = MonthQuery { period: None, owner: asked.owner.clone(), segment: asked.segment }.href("/month");
    let restated = match history.known_at {
        None => "Restated: every day with today’s ARR and rules. ",
        Some(_) => "Every day with today’s ARR, and the rules and facts known then. ",
    };
    let pending = (history.pending > 0)
        .then(|| format!(" {} not counted: their past is being worked out.", format::count(history.pending, "customer")));
    view! {
        <section class="panel bands-over-time" aria-labelledby="bands-title">
            <div class="panel__head">
                <h2 id="bands-title">{title}</h2>
                <div class="bands-over-time__tools">
                    <Tabs label="Length of the period" tabs=periods.into() />
                    <SaveChart of=".bands-chart" name="bands-over-time" title />
                </div>
            </div>
            <div class="bands-over-time__body">
                <div class="bands-over-time__chart">
                    <BandsChart history=history.clone() by href />
                    <p class="muted">
                        {restated} <a href="/help#bands-over-time">"What that means"</a> {pending} " "
                        <a href=month>"The last month, to print"</a>
                    </p>
                </div>
                <Moves history links=Links::new(asked) />
            </div>
        </section>
    }
}

fn page_href(query: &CustomerQuery) -> String {
    format!("/{}", CustomerQuery { page: 1, ..query.clone() }.to_query_string())
}

/// Lists the moves of the period, each with a link to the customers that made it.
#[component]
fn Moves(history: BandHistory, links: Links) -> impl IntoView {
    let mut moves = history.moves.clone();
    // Falls first, then what rose, then what has no band to compare.
    moves.sort_by_key(|told| place(told.from, told.to));
    let nothing = (moves.is_empty() && history.moves_by_rules.is_empty())
        .then(|| view! { <p class="muted">"Nobody is in another band than on the first day."</p> });
    let rows = |moves: Vec<BandMove>, by: MovedBy| {
        let row = |told: BandMove| {
            let href = links.moved(Moved { from: told.from, to: told.to, by });
            let arr = (told.tally.arr_cents > 0).then(|| format::money_short(told.tally.arr_cents, &history.currency));
            let (customers, words) = (format::count(told.tally.customers, "customer"), words(told.from, told.to));
            let text = view! { {words} " " <span class="moves__customers">{customers}</span> };
            let text = match href {
                Some(href) => view! { <a href=href>{text}</a> }.into_any(),
                None => text.into_any(),
            };
            view! { <li data-kind=kind(told.from, told.to)>{text} <b class="moves__arr">{arr}</b></li> }
        };
        (!moves.is_empty()).then(|| view! { <ul class="moves__list">{moves.into_iter().map(row).collect_view()}</ul> })
    };
    let by_rules = rows(history.moves_by_rules.clone(), MovedBy::Rules).map(|list| {
        view! {
            <h3>"By new rules or a new source"</h3>
            {list}
        }
    });
    view! {
        <div class="moves">
            <h3>{format!("Moved in {} days", history.days)}</h3>
            {nothing}
            {rows(moves, MovedBy::Facts)}
            {by_rules}
        </div>
    }
}

fn place(from: Band, to: Band) -> u8 {
    match kind(from, to) {
        "fell" => 0,
        "rose" => 1,
        _ => 2,
    }
}

fn kind(from: Band, to: Band) -> &'static str {
    if !from.tells_risk() || !to.tells_risk() {
        "other"
    } else if to > from {
        "fell"
    } else {
        "rose"
    }
}

fn words(from: Band, to: Band) -> String {
    match from {
        Band::NoData => format!("First score: {}", to.label()),
        _ => format!("{} → {}", from.label(), to.label()),
    }
}
