//! The weights of factors in two sets of rules, one bar above the other.

use crate::domain::Share;
use crate::domain::suggestion::FactorEvidence;
use leptos::prelude::*;

/// Draws one row for each factor. The bars are as long as the heaviest weight allows.
#[component]
pub fn WeightsChart(factors: Vec<FactorEvidence>) -> impl IntoView {
    let heaviest = factors.iter().flat_map(|factor| [factor.weight_now, factor.weight]).fold(Share(1), Share::max);
    let rows = factors.into_iter().map(|factor| {
        let FactorEvidence { label, auc, runs_against, weight_now, weight, .. } = factor;
        let bar = |weight: Share, is_now: bool| {
            let width = format!("--width: {}", weight.0 * 1000 / heaviest.0);
            view! { <span class="weights__bar" data-now=is_now.then_some("") style=width></span> }
        };
        let told = auc.map_or_else(|| "the same for all".to_owned(), |auc| format!("{} of 100 pairs", auc.value.of_hundred()));
        let against = runs_against.then(|| view! { <span class="ranks__backwards">"runs against its assumption"</span> });
        view! {
            <tr>
                <th scope="row">{label}<span class="ranks__small">{told}</span>{against}</th>
                <td class="ranks__cell">
                    <span class="weights__bars" aria-hidden="true">{bar(weight_now, true)}{bar(weight, false)}</span>
                </td>
                <td class="ranks__figure numeric">{weight_now.to_string()} " → " <b>{weight.to_string()}</b></td>
            </tr>
        }
    });
    view! {
        <table class="ranks weights">
            <thead>
                <tr>
                    <th scope="col"><span class="sr-only">"Factor"</span></th>
                    <td class="ranks__cell"></td>
                    <th scope="col">"Now → tried"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}
