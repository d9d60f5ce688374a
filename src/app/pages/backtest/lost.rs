//! The customers that left, each with the way to its page on the test day.

use crate::app::components::BandBadge;
use crate::app::format;
use crate::domain::backtest::{Known, Leaver};
use crate::domain::{AskedDay, Backtest, KnownAt};
use leptos::prelude::*;

/// The customers that are shown before somebody asks for all.
const SHOWN: usize = 12;

#[component]
pub fn LostSection(backtest: Backtest, currency: String) -> impl IntoView {
    let Backtest { lost, leavers, known, .. } = backtest;
    if lost.customers == 0 {
        return None;
    }
    let arr = (lost.arr_cents > 0).then(|| format!(", {}", format::money_short(lost.arr_cents, &currency)));
    let total = lost.customers;
    let rows = leavers.into_iter().map(|leaver| row(leaver, known, &currency)).collect();
    Some(view! {
        <section class="panel" aria-labelledby="lost-title">
            <div class="panel__head">
                <h2 id="lost-title">{format!("Lost: {}", format::count(total, "customer"))} {arr}</h2>
                <p class="muted">"The highest score first. Each leads to its page on the test day."</p>
            </div>
            {first_of(rows, total)}
        </section>
    })
}

/// Lists the first customers, and on demand the others that are named, of so many in all.
pub fn first_of<V: IntoView + 'static>(mut rows: Vec<V>, total: i64) -> impl IntoView {
    let named = rows.len();
    let rest = rows.split_off(rows.len().min(SHOWN));
    let more = (!rest.is_empty()).then(|| {
        let label = match named as i64 == total {
            true => format!("All {}", format::group(total)),
            false => format!("The first {} of {}", format::group(named as i64), format::group(total)),
        };
        view! {
            <details class="backtest__rest">
                <summary>{label}</summary>
                <ul class="lost">{rest}</ul>
            </details>
        }
    });
    view! {
        <ul class="lost">{rows}</ul>
        {more}
    }
}

fn row(leaver: Leaver, known: Known, currency: &str) -> impl IntoView + use<> {
    let known_at = (known == Known::Then).then_some(KnownAt::Then);
    let href = AskedDay { as_of: Some(leaver.day), known_at }.href(&format!("/customers/{}", leaver.id));
    let arr = leaver.arr_cents.map_or_else(|| "–".to_owned(), |arr| format::money_short(arr, currency));
    let left = format!("left {}", format::day(leaver.left_on));
    let healthy = match leaver.last_healthy_on {
        Some(day) if (leaver.left_on - day).num_days() <= 1 => "Healthy to the end".to_owned(),
        Some(day) => format!("Healthy until {}", format::day(day)),
        None => "not Healthy in the year before".to_owned(),
    };
    view! {
        <li>
            <a href=href>{leaver.name}</a>
            <span class="lost__arr numeric">{arr}</span>
            <span class="lost__words">{left} ", " {healthy}</span>
            <span class="lost__band"><BandBadge band=leaver.band score=leaver.score /></span>
        </li>
    }
}
