//! Outcomes of the customer, latest first: each outcome can be retracted, and others can be added.

use super::words::{arr_step, reason_words};
use crate::app::components::Day;
use crate::app::format;
use crate::app::forms::{OutcomeForm, RetractOutcomeForm};
use crate::domain::{Outcome, OutcomeFacts, Retraction};
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;

#[component]
pub fn OutcomesSection(page: Memo<CustomerPage>) -> impl IntoView {
    let outcomes = Memo::new(move |_| page.with(|page| page.outcomes.clone()));
    let currency = StoredValue::new(page.with_untracked(|page| page.currency.clone()));
    let empty = Memo::new(move |_| outcomes.read().is_empty());
    let list = move || {
        match empty.get() {
        true => view! { <p class="empty-note">"None yet. Renewed, expanded, contracted or churned: what the score is tested against."</p> }.into_any(),
        false => view! {
            <ol>
                <For
                    each=move || outcomes.get()
                    key=|outcome| (outcome.id, outcome.retraction.is_some())
                    children=move |outcome| view! { <OutcomeItem outcome currency=currency.get_value() /> }
                />
            </ol>
        }
        .into_any(),
    }
    };
    // The form begins with what is stored of the customer.
    let stored = Memo::new(move |_| page.with(|page| (page.customer.clone(), page.outcome_reasons.clone())));
    let form = move || {
        stored.track();
        view! { <OutcomeForm page=StoredValue::new(page.get_untracked()) /> }
    };
    view! {
        <section class="panel" id="outcomes" aria-labelledby="outcomes-title">
            <div class="panel__head">
                <h2 id="outcomes-title">"Outcomes"</h2>
            </div>
            {list}
            <div class="no-print">{form}</div>
        </section>
    }
}

#[component]
fn OutcomeItem(outcome: Outcome, currency: String) -> impl IntoView {
    let Outcome { id, facts, retraction, received_at, .. } = outcome;
    let OutcomeFacts { kind, day, .. } = facts;
    let told = format!("Told on {}", format::time(received_at));
    let is_retracted = retraction.is_some();
    let retracted = retraction.map(|Retraction { reason, retracted_at }| {
        view! { <p class="event__note" title=format::time(retracted_at)>"Retracted: "{reason}</p> }
    });
    view! {
        <li class="note" id=format!("outcome-{id}") data-retracted=is_retracted.to_string()>
            <p class="note__head" title=told>
                <b class="outcome" data-kind=kind.name()>{kind.label()}</b>
                <Day day />
                {arr_step(&facts, &currency).map(|step| view! { <span class="numeric">{step}</span> })}
            </p>
            {reason_words(&facts).map(|words| view! { <p class="note__text">{words}</p> })}
            {retracted}
            {(!is_retracted).then(|| view! {
                <div class="note__actions no-print">
                    <details class="inline-form">
                        <summary>"Retract"<span class="sr-only">" this outcome"</span></summary>
                        <RetractOutcomeForm outcome=id />
                    </details>
                </div>
            })}
        </li>
    }
}
