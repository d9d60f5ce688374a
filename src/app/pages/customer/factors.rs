//! The factors: measured value, score, reason, and the activity behind them.

use super::words::value_words;
use crate::app::components::charts::ActivityBars;
use crate::app::components::rules::Reason;
use crate::app::components::{SilentSourceLine, stands};
use crate::app::format;
use crate::domain::measure::Measure;
use crate::domain::scorecard::{EVERYBODY, FactorRule};
use crate::domain::{Factor, FactorKey, Points, Window};
use crate::scoring;
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;

use super::invoices::InvoiceStrip;

#[component]
pub fn FactorsSection(page: StoredValue<CustomerPage>) -> impl IntoView {
    // Without enough data, there is no score to improve.
    let weakest = page.with_value(|page| page.health.shown_score().and_then(|_| scoring::weakest(&page.health, &page.scorecard)));
    // What is young must not look like an alarm.
    let weakest = weakest.filter(|_| !page.with_value(CustomerPage::is_new));
    let row = |(key, rule)| {
        let factor = page.with_value(|page| page.health.factors.get(key).cloned())?;
        let next_step = weakest.as_ref().filter(|weakest| weakest.factor == key).map(|weakest| weakest.next_step.clone());
        Some(view! { <FactorRow page key rule factor next_step /> })
    };
    let rules = page.with_value(|page| page.scorecard.factors.clone());
    let rows = rules.into_iter().filter_map(row).collect_view();
    let scored_by = page.with_value(|page| page.health.scored_by.clone());
    // Where everybody is scored alike there is nothing to tell.
    let scored_by = (scored_by != EVERYBODY).then(|| {
        view! { <p class="muted">"Scored by: " <a href="/scorecard#rules-title">{scored_by}</a></p> }
    });
    view! {
        <section class="panel" aria-labelledby="factors-title">
            <div class="panel__head"><h2 id="factors-title">"What the score is made of"</h2>{scored_by}</div>
            <div class="factors">{rows}</div>
        </section>
    }
}

#[component]
fn FactorRow(
    page: StoredValue<CustomerPage>,
    key: FactorKey,
    rule: FactorRule,
    factor: Factor,
    next_step: Option<String>,
) -> impl IntoView {
    let limits = page.with_value(|page| page.scorecard.bands.clone());
    let stands = if page.with_value(CustomerPage::is_new) && factor.measured { "fine" } else { stands(&factor, &limits) };
    let (value, of) = value_words(&rule, &factor);
    let explanation = factor.explanation.clone();
    let (silent, sources) = (page.with_value(|page| page.silent_sources.clone()), rule.measure.sources().collect());
    let is_weakest = next_step.is_some();
    let drawing = match &rule.measure {
        Measure::OnTimeShare { .. } | Measure::DaysOverdue => view! { <InvoiceStrip page /> }.into_any(),
        measure => view! { <Activity page key measure=measure.clone() /> }.into_any(),
    };
    view! {
        <article class="factor" data-weakest=is_weakest.to_string() data-assumed=(!factor.measured).to_string()>
            <Standing factor=factor.clone() weakest=is_weakest stands />
            <div class="factor__story">
                <p class="factor__value"><strong>{value}</strong>" "<span>{of}</span></p>
                <p>{explanation}"."</p>
                <SilentSourceLine silent sources />
                {next_step.map(|step| view! { <p class="factor__step"><b>"Next step: "</b>{step}"."</p> })}
                {matches!(rule.measure, Measure::DistinctFeatures { .. }).then(|| view! { <Features page rule=rule.clone() /> })}
                <details class="factor__why">
                    <summary>"Why it is measured this way"</summary>
                    <Reason key_=key rule />
                </details>
            </div>
            <div class="factor__drawing">{drawing}</div>
        </article>
    }
}

/// Shows name, score with its bar, weight and contribution.
#[component]
fn Standing(factor: Factor, weakest: bool, stands: &'static str) -> impl IntoView {
    let possible = Points(factor.weight.0);
    view! {
        <div class="factor__standing">
            <div class="factor__name">
                <h3>{factor.label.clone()}</h3>
                {weakest.then(|| view! { <span class="tag" data-kind="weakest">"Costs most"</span> })}
                {(!factor.measured).then(|| view! { <span class="tag" data-kind="assumed">"Assumed"</span> })}
            </div>
            <p class="factor__score">
                <strong>{factor.score.to_string()}</strong>
                <span>" of 100"</span>
            </p>
            <div class="factor__bar" data-stands=stands style=format!("--score: {}", factor.score) aria-hidden="true"></div>
            <p class="factor__weight">
                "Adds "<b>{factor.contribution.to_string()}</b>" of "{possible.to_string()}" points"
                <span>"Weight "{factor.weight.to_string()}</span>
            </p>
        </div>
    }
}

/// Shows the factor's daily activity, with its window marked.
#[component]
fn Activity(page: StoredValue<CustomerPage>, key: FactorKey, measure: Measure) -> impl IntoView {
    let (counts, window) = page.with_value(|page| {
        // A factor over all history draws the last 90 days.
        let window = page.health.factors.get(key).and_then(|factor| factor.window);
        let window = window.unwrap_or_else(|| Window::ending(page.health.as_of, 90));
        (page.activity.get(key).cloned().unwrap_or_default(), window)
    });
    let noun = match &measure {
        Measure::DistinctFeatures { .. } => "feature use",
        // The bars are of events, whoever they name.
        Measure::DistinctUsers { kinds, .. } => {
            if let [kind] = kinds.as_slice() {
                kind.short_noun()
            } else {
                "event"
            }
        }
        measure => measure.short_noun(),
    };
    let compared = matches!(measure, Measure::Trend { .. });
    view! { <ActivityBars counts window noun compared /> }
}

/// Lists the features behind the adoption score, most used first.
#[component]
fn Features(page: StoredValue<CustomerPage>, rule: FactorRule) -> impl IntoView {
    let features = page.with_value(|page| page.features.clone());
    let items = features
        .into_iter()
        .map(|(feature, uses)| {
            let note = if rule.measure.counts_feature(&feature) { "" } else { ", not a key feature" };
            view! { <li>{feature}" "<span>{format::group(uses)}<span class="sr-only">" uses"</span>{note}</span></li> }
        })
        .collect_view();
    view! { <ul class="factor__features" aria-label="Features used in the window">{items}</ul> }
}
