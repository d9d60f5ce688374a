//! The rules of a scorecard in plain words, each with its reason.

use super::BandBadge;
use crate::domain::scorecard::FactorRule;
use crate::domain::{Band, FactorKey, Factors, MissingPolicy, Scorecard};
use crate::scoring::{rationale, weight_shares};
use leptos::prelude::*;

/// Lists the scores at which bands begin.
#[component]
pub fn BandRules(scorecard: Scorecard) -> impl IntoView {
    let (healthy, at_risk) = (scorecard.bands.healthy, scorecard.bands.at_risk);
    let meaning = |band: Band| match band {
        Band::Healthy => format!("{healthy} and above"),
        Band::AtRisk => format!("from {at_risk} to below {healthy}"),
        Band::ChurnRisk => format!("below {at_risk}"),
        Band::NoData => "no event yet, before the start date, or too little measured".to_owned(),
    };
    let rows = Band::ALL.map(|band| view! { <li><BandBadge band />{meaning(band)}</li> });
    view! { <ul class="rules__bands">{rows}</ul> }
}

/// Lists each factor's weight and measurement, with the reasons.
#[component]
pub fn FactorRules(scorecard: Scorecard) -> impl IntoView {
    let rows = FactorKey::ALL.map(|key| view! { <FactorRow key_=key scorecard=scorecard.clone() /> });
    view! { <div class="rules__factors">{rows}</div> }
}

#[component]
fn FactorRow(key_: FactorKey, scorecard: Scorecard) -> impl IntoView {
    let rule = scorecard.factors.get(key_).clone();
    let weights = Factors::from_fn(|key| scorecard.factors.get(key).weight);
    let share = weight_shares(&weights).get(key_).to_string();
    let window = rule.window_words();
    let window = if key_ == FactorKey::ApiTrend { format!("{window} against the {window} before") } else { window };
    let target = rule.target.zip(key_.target_noun()).map(|(target, noun)| {
        let points = if key_ == FactorKey::SupportLoad { 0 } else { 100 };
        format!("{target} {noun} score {points}")
    });
    let features = (!rule.key_features.is_empty()).then(|| format!("only {} count", rule.key_features.join(", ")));
    view! {
        <article id=key_.query_name()>
            <h3>{key_.label()}</h3>
            <p class="rules__rule">
                <span>{share} " of the score"</span>
                <span>{window}</span>
                {target.map(|target| view! { <span>{target}</span> })}
                {features.map(|features| view! { <span>{features}</span> })}
            </p>
            <Reason key_ rule />
        </article>
    }
}

/// Shows the reason for a factor's rule. Reasons are written for the numbers that a new database starts with.
#[component]
pub fn Reason(key_: FactorKey, rule: FactorRule) -> impl IntoView {
    let original = Scorecard::default().factors.get(key_).clone();
    let target = |target: i64| key_.target_noun().map(|noun| format!(", {target} {noun}")).unwrap_or_default();
    let numbers =
        format!("weight {}, {}{}", original.weight, original.window_words(), original.target.map(target).unwrap_or_default());
    view! {
        <p>{rationale(key_)}</p>
        {(rule != original).then(|| view! { <p class="muted">"This explains the original rule: " {numbers} "."</p> })}
    }
}

/// Explains the effect of assumed factors, and the coverage below which there is no score.
#[component]
pub fn MissingDataRule(scorecard: Scorecard) -> impl IntoView {
    let floor = scorecard.coverage_floor.to_string();
    let policy = match scorecard.missing_policy {
        MissingPolicy::Neutral => "It counts with the neutral value that its rule gives to nothing.",
        MissingPolicy::Exclude => "It is left out, and the other weights share its place.",
    };
    view! {
        <p>
            "A factor is measured when a fact stands behind it. Where none does, its value is assumed, and marked with a hatch \
             and the word: for example the support load before any ticket system is connected. " {policy}
        </p>
        <p>
            "Coverage is the share of the weight that is measured. Below " {floor} " no score is shown, since it would say more \
             about what is assumed than about the customer."
        </p>
    }
}
