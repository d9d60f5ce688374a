//! A band as icon, word and colour.

use super::icon::{Icon, IconName};
use crate::domain::Band;
use leptos::prelude::*;

/// The band's name in `data-band` attributes, which stylesheets select on.
pub fn band_attribute(band: Band) -> &'static str {
    match band {
        Band::Healthy => "healthy",
        Band::AtRisk => "at-risk",
        Band::ChurnRisk => "churn-risk",
        Band::NoData => "no-data",
    }
}

#[component]
pub fn BandBadge(band: Band) -> impl IntoView {
    let icon = match band {
        Band::Healthy => IconName::Healthy,
        Band::AtRisk => IconName::AtRisk,
        Band::ChurnRisk => IconName::ChurnRisk,
        Band::NoData => IconName::NoData,
    };
    view! {
        <span class="band-badge" data-band=band_attribute(band)>
            <Icon name=icon />
            {band.label()}
        </span>
    }
}
