//! Every other figure, on demand.

use crate::app::format;
use crate::domain::backtest::{Auc, LeftOut};
use crate::domain::{Backtest, Figure};
use leptos::prelude::*;

#[component]
pub fn Figures(backtest: Backtest) -> impl IntoView {
    let told =
        told(&backtest).into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect_view();
    let tenths = backtest.tenths.iter().map(|tenth| {
        let interval = format!("{} to {}", tenth.rate.low.percent(), tenth.rate.high.percent());
        view! {
            <tr>
                <th scope="row">{place(tenth.tenth)}</th>
                <td class="numeric">{one_decimal(tenth.n)}</td>
                <td class="numeric">{one_decimal(tenth.churned)}</td>
                <td class="numeric">{tenth.rate.rate.percent()}</td>
                <td class="numeric">{interval}</td>
            </tr>
        }
    });
    let tenths = tenths.collect_view();
    view! {
        <details class="panel backtest__figures">
            <summary>"All figures"</summary>
            <dl class="backtest__told">{told}</dl>
            <table class="backtest__tenths">
                <caption>"By tenths of the score, the lowest first. Customers of equal score are shared out."</caption>
                <thead>
                    <tr>
                        <th scope="col">"Tenth"</th>
                        <th scope="col" class="numeric">"Customers"</th>
                        <th scope="col" class="numeric">"Left"</th>
                        <th scope="col" class="numeric">"Rate"</th>
                        <th scope="col" class="numeric">"95 % interval"</th>
                    </tr>
                </thead>
                <tbody>{tenths}</tbody>
            </table>
        </details>
    }
}

fn place(tenth: i64) -> String {
    match tenth {
        1 => "1, lowest".to_owned(),
        10 => "10, highest".to_owned(),
        tenth => tenth.to_string(),
    }
}

fn one_decimal(figure: Figure) -> String {
    let tenths = (figure.0 + 500).div_euclid(1000);
    if tenths % 10 == 0 { format::group(tenths / 10) } else { format!("{}.{}", format::group(tenths / 10), tenths % 10) }
}

fn four_digits(auc: Option<Auc>) -> String {
    let digits = |figure: Figure| format!("{}.{:04}", figure.0 / 10_000, figure.0 % 10_000);
    auc.map_or_else(|| "–".to_owned(), |auc| format!("{} ({} to {})", digits(auc.value), digits(auc.low), digits(auc.high)))
}

fn told(backtest: &Backtest) -> Vec<(String, String)> {
    let known = |figure: Option<Figure>, words: fn(String) -> String| {
        figure.map_or_else(|| "–".to_owned(), |figure| words(one_decimal(figure)))
    };
    let mut told = vec![
        ("AUC of the score".to_owned(), four_digits(backtest.auc)),
        ("AUC as known then".to_owned(), four_digits(backtest.known_then)),
        ("Churn rate of the lowest tenth".to_owned(), known(backtest.lift, |lift| format!("{lift} times that of all"))),
        ("False alarms for each true one".to_owned(), known(backtest.false_alarms, |number| number)),
        (
            "From the last Healthy day to the departure".to_owned(),
            known(backtest.days_since_healthy, |days| format!("{days} days (median)")),
        ),
    ];
    told.extend(backtest.thirds.iter().map(|third| {
        let left = format::count(third.churners, "departure");
        (format!("AUC for days {} to {}", third.from, third.to), format!("{}, {left}", four_digits(third.auc)))
    }));
    told.push(("Left out".to_owned(), left_out(backtest.left_out)));
    told
}

fn left_out(left_out: LeftOut) -> String {
    let LeftOut { too_young, no_data, archived_otherwise, involuntary, skipped } = left_out;
    let parts = [
        (no_data, "without data"),
        (too_young, "too young"),
        (archived_otherwise, "archived for another reason than churn"),
        (involuntary, "left without deciding it"),
        (skipped, "left in the first days"),
    ];
    let told: Vec<_> =
        parts.iter().filter(|(number, _)| *number > 0).map(|(number, why)| format!("{} {why}", format::group(*number))).collect();
    if told.is_empty() { "nobody".to_owned() } else { told.join(", ") }
}
