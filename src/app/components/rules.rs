//! The rules of a scorecard in plain words, each with its reason.

use super::BandBadge;
use crate::domain::{Band, FactorKey, MissingPolicy, Scorecard, Share};
use crate::scoring::rationale;
use leptos::prelude::*;

/// From which scores the bands begin.
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

/// How each factor is weighed and measured, and why.
#[component]
pub fn FactorRules(scorecard: Scorecard) -> impl IntoView {
    let rows = FactorKey::ALL.map(|key| view! { <FactorRow key_=key scorecard=scorecard.clone() /> });
    view! { <div class="rules__factors">{rows}</div> }
}

#[component]
fn FactorRow(key_: FactorKey, scorecard: Scorecard) -> impl IntoView {
    let total: i64 = scorecard.factors.iter().map(|(_, rule)| rule.weight).sum();
    let rule = scorecard.factors.get(key_).clone();
    let default = Scorecard::default().factors.get(key_).clone();
    let share = Share::of(rule.weight, total).to_string();
    let window = rule.window_words();
    let window = if key_ == FactorKey::ApiTrend { format!("{window} against the {window} before") } else { window };
    let target = rule.target.zip(key_.target_noun()).map(|(target, noun)| {
        let points = if key_ == FactorKey::SupportLoad { 0 } else { 100 };
        format!("{target} {noun} score {points}")
    });
    let features = (!rule.key_features.is_empty()).then(|| format!("only {} count", rule.key_features.join(", ")));
    // The reasons are written for the numbers that a new database starts with.
    let differs = rule != default;
    let target_of = |target: i64| key_.target_noun().map(|noun| format!(", {target} {noun}")).unwrap_or_default();
    let original =
        format!("weight {}, {}{}", default.weight, default.window_words(), default.target.map(target_of).unwrap_or_default());
    view! {
        <article id=key_.query_name()>
            <h3>{key_.label()}</h3>
            <p class="rules__rule">
                <span>{share} " of the score"</span>
                <span>{window}</span>
                {target.map(|target| view! { <span>{target}</span> })}
                {features.map(|features| view! { <span>{features}</span> })}
            </p>
            <p>{rationale(key_)}</p>
            {differs.then(|| view! { <p class="muted">"This explains the original rule: " {original} "."</p> })}
        </article>
    }
}

/// What assumed factors do, and how little measured is too little.
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
