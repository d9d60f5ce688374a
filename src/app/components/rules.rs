//! The rules of a scorecard in plain words, each with its reason.

use super::BandBadge;
use crate::domain::measure::Measure;
use crate::domain::phrases::capitalised;
use crate::domain::scorecard::FactorRule;
use crate::domain::{Band, FactorKey, MissingPolicy, Rulebook, Scorecard, Share};
use crate::scoring::weight_shares;
use leptos::prelude::*;

/// Shows all rules, scorecard by scorecard where there are several.
#[component]
pub fn Rules(rulebook: Rulebook) -> impl IntoView {
    let is_only = rulebook.only().is_some();
    let scorecards = rulebook.into_scorecards().enumerate().map(|(place, scorecard)| {
        let head = (!is_only).then(|| view! { <ScorecardHead scorecard=scorecard.clone() place=place + 1 /> });
        view! {
            <section class="rules__scorecard">
                {head}
                <FactorRules scorecard=scorecard.clone() folded=true />
                <h3>"Bands"</h3>
                <BandRules scorecard=scorecard.clone() />
                <h3>"Measured or assumed"</h3>
                <MissingDataRule scorecard />
            </section>
        }
    });
    scorecards.collect_view()
}

/// Says whom a scorecard scores. `place` counts from 1.
#[component]
pub fn ScorecardHead(scorecard: Scorecard, place: usize) -> impl IntoView {
    let customers = match &scorecard.condition {
        Some(condition) => condition.words(),
        None => "everybody who fulfils no condition above".to_owned(),
    };
    view! {
        <header class="rules__scorecard-head">
            <h3>{place} ". " {scorecard.name}</h3>
            <p class="muted">{capitalised(&customers)}</p>
        </header>
    }
}

/// Lists the scores at which bands begin.
#[component]
pub fn BandRules(scorecard: Scorecard) -> impl IntoView {
    let (healthy, at_risk) = (scorecard.bands.healthy, scorecard.bands.at_risk);
    let meaning = |band: Band| match band {
        Band::Healthy => format!("{healthy} and above"),
        Band::AtRisk => format!("from {at_risk} to below {healthy}"),
        Band::ChurnRisk => format!("below {at_risk}"),
        Band::Onboarding => "whatever the score".to_owned(),
        Band::NoData => "no event yet, before the start date, or too little measured".to_owned(),
    };
    let is_given = |band: &Band| if scorecard.onboarding { !band.tells_risk() } else { *band != Band::Onboarding };
    let rows = Band::ALL.into_iter().filter(is_given).map(|band| view! { <li><BandBadge band />{meaning(band)}</li> });
    let rows = rows.collect_view();
    view! { <ul class="rules__bands">{rows}</ul> }
}

/// Lists each factor's weight and measurement, with the reasons.
#[component]
pub fn FactorRules(
    scorecard: Scorecard,
    /// True when the reasons open on demand.
    #[prop(optional)]
    folded: bool,
) -> impl IntoView {
    let shares = weight_shares(&scorecard.factors.map(|_, rule| rule.weight));
    // Factors of everybody else are linked to by their names.
    let is_linked = scorecard.condition.is_none();
    let rows = scorecard.factors.into_iter().map(|(key, rule)| {
        let share = shares.get(key).copied().unwrap_or_default();
        view! { <FactorRow key_=key rule share folded is_linked /> }
    });
    let rows = rows.collect_view();
    view! { <div class="rules__factors">{rows}</div> }
}

#[component]
fn FactorRow(key_: FactorKey, rule: FactorRule, share: Share, folded: bool, is_linked: bool) -> impl IntoView {
    let window = rule.window_words();
    let window =
        if matches!(rule.measure, Measure::Trend { .. }) { format!("{window} against the {window} before") } else { window };
    let features = match &rule.measure {
        Measure::DistinctFeatures { features, .. } if !features.is_empty() => Some(format!("only {} count", features.join(", "))),
        _ => None,
    };
    let (share, label, scale) = (share.to_string(), rule.label.clone(), rule.scale_words());
    let reason = view! { <Reason key_ rule /> };
    let reason = match folded {
        true => view! { <details><summary>"Why"<span class="sr-only">": " {label.clone()}</span></summary>{reason}</details> }
            .into_any(),
        false => reason.into_any(),
    };
    view! {
        <article id=is_linked.then(|| key_.query_name())>
            <h3>{label}</h3>
            <p class="rules__rule">
                <span>{share} " of the score"</span>
                <span>{window}</span>
                <span>{scale}</span>
                {features.map(|features| view! { <span>{features}</span> })}
            </p>
            {reason}
        </article>
    }
}

/// Shows the reason for a factor's rule. Those of the first rules are written for the numbers that a new database starts with.
#[component]
pub fn Reason(key_: FactorKey, rule: FactorRule) -> impl IntoView {
    let first = Scorecard::default();
    let original = first.factors.get(key_).filter(|first| first.why == rule.why && **first != rule);
    let original = original.map(|first| {
        let numbers = format!("weight {}, {}, {}", first.weight, first.window_words(), first.scale_words());
        view! { <p class="muted">"This explains the original rule: " {numbers} "."</p> }
    });
    view! {
        <p>{rule.why}</p>
        {original}
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
