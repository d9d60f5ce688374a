//! `/scorecard`: the rules of scoring with their reasons, a preview of other rules, and every earlier version.

mod preview;
mod versions;

use crate::app::components::rules::Rules;
use crate::app::components::{Failure, Skeleton};
use crate::app::format::group;
use crate::app::forms::{ReasonsForm, ScorecardForm};
use crate::app::server_fns::{load_scorecard_page, preview_scorecard};
use crate::app::state::use_revision;
use crate::app::until_answered;
use crate::app::what_if::{WhatIf, WhatIfArea};
use crate::domain::Rulebook;
use crate::domain::templates::Template;
use crate::wire::pages::ScorecardPage as Page;
use crate::wire::rulebooks::{ACT, Cards, SCORECARDS, act};
use crate::wire::rules::{add_factor, scorecard_values};
use crate::wire::{FormValues, Previewed};
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;
use preview::PreviewSection;
use versions::VersionsSection;

#[component]
pub fn ScorecardPage() -> impl IntoView {
    WhatIf::provide();
    let (query, revision) = (use_query_map(), use_revision());
    let typed = Memo::new(move |_| tried_values(query.get()));
    let page = Resource::new(move || revision.get(), |_| until_answered(load_scorecard_page));
    let preview = Resource::new(
        move || typed.get(),
        |typed| async move {
            match typed {
                Some(typed) => until_answered(move || preview_scorecard(typed.clone())).await.map(Some),
                None => Ok(None),
            }
        },
    );
    let shown = move || {
        Suspend::new(async move {
            match (page.await, preview.await) {
                (Ok(page), Ok(previewed)) => Either::Left(view! { <Scoring page previewed typed=typed.get_untracked() /> }),
                (Err(error), _) | (_, Err(error)) => Either::Right(view! { <Failure error /> }),
            }
        })
    };
    view! {
        <Title text="Scoring" />
        <Transition fallback=|| view! { <Skeleton lines=12 /> }>{shown}</Transition>
    }
}

/// Returns the form's values in the address; `None` when there are none.
fn tried_values(query: ParamsMap) -> Option<FormValues> {
    let mut values = FormValues(query.into_iter().map(|(name, value)| (name.into_owned(), value)).collect());
    if let Some(template) = values.0.remove("template").and_then(|name| Template::named(&name)) {
        let of_template = scorecard_values(&template.scorecard).0;
        let kept = ["name", "version"].into_iter().filter(|name| values.0.contains_key(*name)).collect::<Vec<_>>();
        values.0.extend(of_template.into_iter().filter(|(name, _)| !kept.contains(&name.as_str())));
        return Some(values);
    }
    if let Some(kind) = values.0.remove("add") {
        add_factor(&mut values, &kind);
    }
    ["bands.healthy", ACT].into_iter().any(|name| values.0.contains_key(name)).then_some(values)
}

#[component]
fn Scoring(page: Page, previewed: Option<Previewed>, typed: Option<FormValues>) -> impl IntoView {
    let Page { versions, outcome_reasons, stale, customers, scored, now } = page;
    let current = versions.first().map(|version| version.rulebook.clone()).unwrap_or_default();
    let segments = versions.first().map(|version| version.segments.clone()).unwrap_or_default();
    let typed = typed.map(|typed| act(typed, &current));
    let number = current.version;
    let waiting = (stale > 0).then(|| {
        view! {
            <p class="scoring__waiting">
                {group(stale)} " of " {group(customers)} " customers are still to be rescored; this takes a moment. "
                <a href="/scorecard" rel="external">"Look again"</a>
            </p>
        }
    });
    let (preview, rejection) = match previewed {
        Some(Previewed::Preview(preview)) => (Some(preview), None),
        Some(Previewed::Rejected(rejection)) => (None, Some(rejection)),
        None => (None, None),
    };
    let scored = preview.as_ref().map_or(scored, |preview| preview.scored.clone());
    let edited = typed.clone().unwrap_or_default();
    let (in_force, listed_segments) = (current.clone(), segments.to_string());
    view! {
        <div class="page-head">
            <h1>"Scoring"</h1>
            <p class="page-head__note">"Version " {number} " is in force. " <a href="/backtest">"Does it hold?"</a></p>
        </div>
        {waiting}
        <div class="scoring">
            <WhatIfArea current=current.clone() typed=typed.clone()>
                <div class="stack">
                    <section class="panel" aria-labelledby="edit-title">
                        <div class="panel__head">
                            <h2 id="edit-title">"Change the rules"</h2>
                            <p class="muted">"A change makes a new version and rescores everybody, past days included."</p>
                        </div>
                        <Templates version=number edited=edited.clone() />
                        <ScorecardForm current=current.clone() segments=segments.clone() typed=typed.clone() rejection=rejection.clone() scored=scored.clone() />
                    </section>
                    <PreviewSection preview=preview.clone() />
                </div>
            </WhatIfArea>
            <RulesSection rulebook=in_force segments=listed_segments />
            <VersionsSection versions now />
            <ReasonsSection reasons=outcome_reasons />
        </div>
    }
}

/// Offers rules to begin with. They take the place of the scorecard that is edited; the others stay.
#[component]
fn Templates(version: i64, edited: FormValues) -> impl IntoView {
    let is_kept = |name: &str| ["name", "onboarding", SCORECARDS].contains(&name) || name.starts_with("condition");
    let kept = FormValues(edited.0.into_iter().filter(|(name, value)| is_kept(name) && !value.is_empty()).collect());
    let kept = if Cards::of(&kept).count() > 1 { serde_urlencoded::to_string(&kept).unwrap_or_default() } else { String::new() };
    let kept = if kept.is_empty() { kept } else { format!("&{kept}") };
    let templates = Template::all().into_iter().map(|template| {
        let href = format!("/scorecard?template={}&version={version}{kept}#edit-title", template.name);
        view! { <li><a href=href>{template.label}</a> " " <span class="muted">{template.about}</span></li> }
    });
    view! {
        <details class="scoring__templates">
            <summary>"Begin with other rules"</summary>
            <ul>{templates.collect_view()}</ul>
        </details>
    }
}

/// Shows the reasons that outcomes are told with.
#[component]
fn ReasonsSection(reasons: Vec<String>) -> impl IntoView {
    view! {
        <section class="panel scoring__versions" id="reasons" aria-labelledby="reasons-title">
            <div class="panel__head">
                <h2 id="reasons-title">"Reasons of outcomes"</h2>
                <p class="muted">"To choose from when a customer has churned, contracted, renewed or expanded."</p>
            </div>
            <ReasonsForm reasons />
        </section>
    }
}

#[component]
fn RulesSection(rulebook: Rulebook, segments: String) -> impl IntoView {
    view! {
        <section class="panel scoring__rules" aria-labelledby="rules-title">
            <h2 id="rules-title">"The rules in force"</h2>
            <Rules rulebook />
            <h3>"Segments"</h3>
            <p>{segments}</p>
        </section>
    }
}
