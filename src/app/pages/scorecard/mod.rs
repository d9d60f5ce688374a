//! `/scorecard`: the rules of scoring with their reasons, a preview of other rules, and every earlier version.

mod preview;
mod versions;

use crate::app::components::rules::{BandRules, FactorRules, MissingDataRule};
use crate::app::components::{Failure, Skeleton};
use crate::app::format::group;
use crate::app::forms::{ReasonsForm, ScorecardForm};
use crate::app::server_fns::{load_scorecard_page, preview_scorecard};
use crate::app::state::use_revision;
use crate::app::until_answered;
use crate::domain::Scorecard;
use crate::domain::templates::Template;
use crate::wire::pages::ScorecardPage as Page;
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
    if let Some(template) = values.filled("template").and_then(|name| Template::named(&name)) {
        let version = values.filled("version").unwrap_or_default();
        values = scorecard_values(&template.scorecard);
        values.0.insert("version".to_owned(), version);
        return Some(values);
    }
    if let Some(kind) = values.0.remove("add") {
        add_factor(&mut values, &kind);
    }
    values.0.contains_key("bands.healthy").then_some(values)
}

#[component]
fn Scoring(page: Page, previewed: Option<Previewed>, typed: Option<FormValues>) -> impl IntoView {
    let Page { versions, outcome_reasons, stale, customers, now } = page;
    let current = versions.first().map(|version| version.scorecard.clone()).unwrap_or_default();
    let segments = versions.first().map(|version| version.segments.clone()).unwrap_or_default();
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
    view! {
        <div class="page-head">
            <h1>"Scoring"</h1>
            <p class="page-head__note">"Version " {number} " is in force. " <a href="/backtest">"Does it hold?"</a></p>
        </div>
        {waiting}
        <div class="scoring">
            <RulesSection scorecard=current.clone() segments=segments.to_string() />
            <div class="stack">
                <section class="panel" aria-labelledby="edit-title">
                    <div class="panel__head">
                        <h2 id="edit-title">"Change the rules"</h2>
                        <p class="muted">"A change makes a new version and rescores everybody, past days included."</p>
                    </div>
                    <Templates version=number />
                    <ScorecardForm current=current.clone() segments typed rejection />
                </section>
                <PreviewSection preview />
            </div>
            <VersionsSection versions now />
            <ReasonsSection reasons=outcome_reasons />
        </div>
    }
}

/// Offers rules to begin with.
#[component]
fn Templates(version: i64) -> impl IntoView {
    let templates = Template::all().into_iter().map(|template| {
        let href = format!("/scorecard?template={}&version={version}#edit-title", template.name);
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
fn RulesSection(scorecard: Scorecard, segments: String) -> impl IntoView {
    view! {
        <section class="panel scoring__rules" aria-labelledby="rules-title">
            <h2 id="rules-title">"The rules in force"</h2>
            <FactorRules scorecard=scorecard.clone() />
            <h3>"Bands"</h3>
            <BandRules scorecard=scorecard.clone() />
            <h3>"Measured or assumed"</h3>
            <MissingDataRule scorecard />
            <h3>"Segments"</h3>
            <p>{segments}</p>
        </section>
    }
}
