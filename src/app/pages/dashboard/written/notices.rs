//! Notices to read before the figures: whose figures they are, which sources are not connected or have fallen silent,
//! which customers are invented.

use super::chips::filter_labels;
use super::links::Links;
use crate::app::components::SilentSourcesNotice;
use crate::app::format;
use crate::domain::phrases::listed;
use crate::domain::scorecard::FactorName;
use crate::domain::{CustomerQuery, FactorKey, Portfolio};
use leptos::prelude::*;

/// Shows the notices. `asked` are the filters of the figures.
#[component]
pub fn Notices(portfolio: Portfolio, asked: CustomerQuery) -> impl IntoView {
    let Portfolio { unconnected, factors, silent_sources, has_demo, .. } = portfolio;
    let filters = filter_labels(&asked, &factors);
    let whole = Links::new(asked).whole();
    let whose = (!filters.is_empty()).then(|| {
        view! {
            <p class="notice" data-kind="info">
                "All figures are of the customers in the list: " <strong>{filters.join(", ")}</strong> ". "
                <a href=whole>"Show the whole portfolio"</a>
            </p>
        }
    });
    let missing = unconnected_words(&unconnected, &factors).map(|words| {
        view! {
            <p class="notice" data-kind="warning">
                {words} " " <a href="/help#missing-data">"What that means"</a>
            </p>
        }
    });
    let demo = has_demo.then(|| {
        view! {
            <p class="notice" data-kind="info">
                "Demo customers are among these. " <code>"customer-health demo --remove"</code> " takes them out again."
            </p>
        }
    });
    view! { <div class="notices">{whose} <SilentSourcesNotice sources=silent_sources /> {missing} {demo}</div> }
}

/// Names the factors without a source: "Support load and API trend are not connected: these factors are assumed, not
/// measured."
fn unconnected_words(unconnected: &[FactorKey], factors: &[FactorName]) -> Option<String> {
    let names = factors.iter().filter(|name| unconnected.contains(&name.factor));
    let names: Vec<_> = names.map(|name| format::uncapitalised(&name.label)).collect();
    if names.is_empty() {
        return None;
    }
    let names = format::capitalised(&listed(&names));
    let (are, factors) = if unconnected.len() == 1 { ("is", "this factor is") } else { ("are", "these factors are") };
    Some(format!("{names} {are} not connected: {factors} assumed, not measured, in every score."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Scorecard;

    #[test]
    fn sources_without_any_fact_are_named() {
        for (unconnected, words) in [
            (vec![], None),
            (
                vec![FactorKey::API_TREND],
                Some("API trend is not connected: this factor is assumed, not measured, in every score."),
            ),
            (
                vec![FactorKey::SUPPORT_LOAD, FactorKey::API_TREND],
                Some("Support load and API trend are not connected: these factors are assumed, not measured, in every score."),
            ),
        ] {
            assert_eq!(unconnected_words(&unconnected, &Scorecard::default().names()).as_deref(), words);
        }
    }
}
