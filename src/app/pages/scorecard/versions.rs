//! Every version of the rules: its time, author, reason and changes.

use crate::app::components::{Ago, ConfirmDialog};
use crate::app::format;
use crate::app::forms::RestoreScorecardForm;
use crate::domain::{Rulebook, RulebookVersion};
use crate::wire::SCORECARD_PATH;
use crate::wire::rulebooks::rulebook_values;
use chrono::{DateTime, Utc};
use leptos::prelude::*;

#[component]
pub fn VersionsSection(versions: Vec<RulebookVersion>, now: DateTime<Utc>) -> impl IntoView {
    let current = versions.first().map(|version| version.rulebook.clone()).unwrap_or_default();
    let mut rows = Vec::with_capacity(versions.len());
    for (index, version) in versions.iter().enumerate() {
        let changes = versions.get(index + 1).map(|earlier| version.changes_since(earlier));
        let (version, current) = (version.clone(), current.clone());
        rows.push(view! { <VersionRow version changes=changes.unwrap_or_default() current now /> });
    }
    view! {
        <section class="panel scoring__versions" aria-labelledby="versions-title">
            <div class="panel__head">
                <h2 id="versions-title">"Versions"</h2>
            </div>
            <ol class="versions">{rows}</ol>
        </section>
    }
}

#[component]
fn VersionRow(version: RulebookVersion, changes: Vec<String>, current: Rulebook, now: DateTime<Utc>) -> impl IntoView {
    let RulebookVersion { rulebook, created_at, author, note, .. } = version;
    let number = rulebook.version;
    let in_force = number == current.version;
    let since = match created_at {
        Some(at) => view! { "since " {format::time(at)} " (" <Ago at now /> ")" }.into_any(),
        None => "from the start".into_any(),
    };
    let changes = changes.into_iter().map(|change| view! { <li>{change}</li> }).collect_view();
    let restore = (!rulebook.has_rules_of(&current)).then(|| view! { <Restore rulebook current /> });
    view! {
        <li class="versions__row">
            <div class="versions__what">
                <h3>
                    "Version " {number}
                    {in_force.then(|| view! { <span class="tag">"In force"</span> })}
                </h3>
                <p class="muted">{since} ", " {author}</p>
                <p>{note}</p>
                <ul class="versions__changes">{changes}</ul>
            </div>
            {restore}
        </li>
    }
}

/// Offers to try old rules in the form, or to put them in force again as they were.
#[component]
fn Restore(rulebook: Rulebook, current: Rulebook) -> impl IntoView {
    let (number, next) = (rulebook.version, current.version + 1);
    let changes = rulebook.changes_since(&current).into_iter().map(|change| view! { <li>{change}</li> }).collect_view();
    let tried = rulebook_values(&rulebook, rulebook.scorecards().count() - 1, &current);
    let query = serde_urlencoded::to_string(&tried).unwrap_or_default();
    view! {
        <div class="versions__actions">
            <a href=format!("{SCORECARD_PATH}?{query}#preview")>"Preview"<span class="sr-only">" of version " {number}</span></a>
            <ConfirmDialog id=format!("restore-{number}") trigger=format!("Restore {number}") title=format!("Restore version {number}?") let:cancel>
                <p class="muted">
                    "All scores are computed anew, past days included. The rules of version " {number} " become version " {next} ":"
                </p>
                <ul class="versions__changes">{changes}</ul>
                <RestoreScorecardForm version=number current=current.version>{cancel}</RestoreScorecardForm>
            </ConfirmDialog>
        </div>
    }
}
