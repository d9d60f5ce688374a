//! A band as a word, on a tint where somebody must act.

use super::icon::{Icon, IconName};
use crate::domain::{Band, Points};
use leptos::prelude::*;

/// Returns the band's name in `data-band` attributes, which stylesheets select on.
pub fn band_attribute(band: Band) -> &'static str {
    match band {
        Band::Healthy => "healthy",
        Band::AtRisk => "at-risk",
        Band::ChurnRisk => "churn-risk",
        Band::Onboarding => "onboarding",
        Band::NoData => "no-data",
    }
}

fn icon(band: Band) -> IconName {
    match band {
        Band::Healthy => IconName::Healthy,
        Band::AtRisk => IconName::AtRisk,
        Band::ChurnRisk => IconName::ChurnRisk,
        Band::Onboarding => IconName::Onboarding,
        Band::NoData => IconName::NoData,
    }
}

#[component]
pub fn BandBadge(
    band: Band,
    /// Stands before the word, unless there is too little data to show one.
    #[prop(optional)]
    score: Option<Points>,
) -> impl IntoView {
    let score = score.filter(|_| band != Band::NoData).map(|score| view! { <b>{score.to_string()}</b> });
    view! { <span class="band-badge" data-band=band_attribute(band)>{score} {band.label()}</span> }
}

/// Shows the badge without its word, for narrow places. The word appears on hover and is read by screen readers.
#[component]
pub fn BandIcon(band: Band) -> impl IntoView {
    view! {
        <span class="band-badge band-badge--icon" data-band=band_attribute(band) title=band.label()>
            <Icon name=icon(band) />
            <span class="sr-only">{band.label()}</span>
        </span>
    }
}
