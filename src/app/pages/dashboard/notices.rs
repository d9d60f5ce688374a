//! Notices to read before the figures: whose figures they are, which sources are not connected or have fallen silent,
//! which customers are invented.

use super::links::Links;
use crate::app::components::SilentSourcesNotice;
use crate::app::format;
use crate::domain::list::OwnerFilter;
use crate::domain::{AsOf, CustomerQuery, FactorKey, Portfolio};
use leptos::prelude::*;

/// Shows the notices. `query` is the list's: of its filters only the owner narrows the figures.
#[component]
pub fn Notices(portfolio: Portfolio, query: Memo<CustomerQuery>) -> impl IntoView {
    let Portfolio { today, as_of, known_at, owner, unconnected, silent_sources, has_demo, .. } = portfolio;
    let whole = Links { owner: None, at: AsOf { day: as_of, known_at }.asked(today) }.all();
    let narrowed = Memo::new(move |_| query.with(|query| CustomerQuery { owner: None, ..query.clone() }.is_filtered()));
    let whose = move || {
        let way_out = owner.is_some().then(|| view! { <a href=whole.clone()>"Show the whole portfolio"</a> });
        let whose = match &owner {
            None => "the whole portfolio".into_any(),
            Some(OwnerFilter::Named(name)) => view! { <strong>{name.clone()}</strong> "’s customers" }.into_any(),
            Some(OwnerFilter::Nobody) => "the customers without an owner".into_any(),
        };
        let narrowed = narrowed.get();
        (narrowed || way_out.is_some()).then(|| {
            view! {
                <p class="notice" data-kind="info">
                    "Figures of " {whose} {narrowed.then_some(", whatever the list is filtered by")} ". " {way_out}
                </p>
            }
        })
    };
    let missing = unconnected_words(&unconnected).map(|words| {
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

/// Names the unconnected sources: "Support tickets and API calls are not connected: these factors are assumed, not
/// measured."
fn unconnected_words(unconnected: &[FactorKey]) -> Option<String> {
    let names: Vec<_> = unconnected.iter().map(|key| key.source_in_sentence()).collect();
    let names = match names.as_slice() {
        [] => return None,
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    let names = format::capitalised(&names);
    let factors = if unconnected.len() == 1 { "this factor is" } else { "these factors are" };
    Some(format!("{names} are not connected: {factors} assumed, not measured, in every score."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_without_any_fact_are_named() {
        for (unconnected, words) in [
            (vec![], None),
            (
                vec![FactorKey::ApiTrend],
                Some("API calls are not connected: this factor is assumed, not measured, in every score."),
            ),
            (
                vec![FactorKey::SupportLoad, FactorKey::ApiTrend],
                Some("Support tickets and API calls are not connected: these factors are assumed, not measured, in every score."),
            ),
        ] {
            assert_eq!(unconnected_words(&unconnected).as_deref(), words);
        }
    }
}
