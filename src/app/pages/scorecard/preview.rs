//! The effect of the rules in the form.

use crate::app::components::{BandBadge, ChangeFigure, ScoreFigure};
use crate::app::format::{count, group};
use crate::domain::{Band, Points};
use crate::domain::{ScoreMove, ScorecardPreview};
use leptos::prelude::*;

/// Shows the preview in a region that is always there, so that screen readers announce it.
#[component]
pub fn PreviewSection(preview: Option<ScorecardPreview>) -> impl IntoView {
    let summary = preview.as_ref().map(summary);
    view! {
        <div id="preview">
            <p class="sr-only" role="status">{summary.clone()}</p>
            {preview.map(|preview| view! { <Preview preview summary=summary.unwrap_or_default() /> })}
        </div>
    }
}

/// Describes the effect: "3 of 60 active customers would change band; the mean score would go from 61.2 to 58.4."
fn summary(preview: &ScorecardPreview) -> String {
    let moving: i64 = preview.moves.iter().map(|(.., customers)| customers).sum();
    let customers = count(preview.customers, "active customer");
    let bands = match moving {
        0 => format!("None of {customers} would change band"),
        _ => format!("{} of {customers} would change band", group(moving)),
    };
    match (preview.mean_before, preview.mean_after) {
        _ if preview.changes.is_empty() => "These are the rules in force: nothing would change.".to_owned(),
        (Some(before), Some(after)) if before == after => format!("{bands}; the mean score would stay at {after}."),
        (Some(before), Some(after)) => format!("{bands}; the mean score would go from {before} to {after}."),
        _ => format!("{bands}."),
    }
}

#[component]
fn Preview(preview: ScorecardPreview, summary: String) -> impl IntoView {
    let ScorecardPreview { changes, bands, moves, movers, .. } = preview;
    let changed = !changes.is_empty();
    let changes = changes.into_iter().map(|change| view! { <li>{change}</li> }).collect_view();
    view! {
        <section class="panel preview" aria-labelledby="preview-title">
            <h2 id="preview-title">"What would change"</h2>
            <p>{summary}</p>
            {changed
                .then(|| {
                    view! {
                        <ul class="preview__changes">{changes}</ul>
                        <Bands bands moves />
                        <Movers movers />
                    }
                })}
        </section>
    }
}

#[component]
fn Bands(bands: Vec<(Band, i64, i64)>, moves: Vec<(Band, Band, i64)>) -> impl IntoView {
    let is_shown = |(band, before, after): &(Band, i64, i64)| band.is_shown(before + after);
    let rows = bands.into_iter().filter(is_shown).map(|(band, before, after)| {
        view! {
            <tr>
                <th scope="row"><BandBadge band /></th>
                <td class="numeric">{group(before)}</td>
                <td class="numeric">{group(after)}</td>
            </tr>
        }
    });
    let moves = moves.into_iter().map(|(from, to, customers)| {
        view! { <li>{group(customers)} " from " {from.label()} " to " {to.label()}</li> }
    });
    view! {
        <table class="preview__table">
            <caption class="sr-only">"Customers per band"</caption>
            <thead>
                <tr>
                    <th scope="col">"Band"</th>
                    <th scope="col" class="numeric">"Customers now"</th>
                    <th scope="col" class="numeric">"Then"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
        <ul class="preview__moves">{moves.collect_view()}</ul>
    }
}

#[component]
fn Movers(movers: Vec<ScoreMove>) -> impl IntoView {
    if movers.is_empty() {
        return view! { <p class="muted">"No customer’s score would change."</p> }.into_any();
    }
    let rows = movers.into_iter().map(|mover| {
        let change: Points = mover.after - mover.before;
        view! {
            <tr>
                <th scope="row"><a href=format!("/customers/{}", mover.id)>{mover.name}</a></th>
                <td class="numeric"><ScoreFigure score=mover.before band=mover.band_before /></td>
                <td class="numeric"><ScoreFigure score=mover.after band=mover.band_after /></td>
                <td class="numeric"><ChangeFigure change band=mover.band_after /></td>
            </tr>
        }
    });
    view! {
        <h3>"Who would move most"</h3>
        <table class="preview__table">
            <caption class="sr-only">"The customers whose score would change most"</caption>
            <thead>
                <tr>
                    <th scope="col">"Customer"</th>
                    <th scope="col" class="numeric">"Now"</th>
                    <th scope="col" class="numeric">"Then"</th>
                    <th scope="col" class="numeric">"Change"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}
