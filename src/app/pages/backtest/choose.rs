//! The choice of what is tested. The form holds what the address says, right or wrong, and works without JavaScript.

use crate::app::components::{GetForm, SegmentSelect};
use crate::app::server_fns::list_segments;
use crate::app::until_answered;
use crate::domain::Segment;
use leptos::prelude::*;
use std::collections::HashMap;

/// Shows the form for a query string.
#[component]
pub fn Choose(search: String) -> impl IntoView {
    let pairs: HashMap<String, String> = serde_urlencoded::from_str(search.trim_start_matches('?')).unwrap_or_default();
    let value = |name: &str| pairs.get(name).cloned().unwrap_or_default();
    let option = |name: &str, default: &str, option: &str, label: &'static str| {
        let chosen = pairs.get(name).filter(|value| !value.is_empty()).map_or(default, String::as_str) == option;
        view! { <option value=option.to_owned() selected=chosen>{label.to_owned()}</option> }
    };
    let horizons = [("30", "30 days ahead"), ("60", "60 days ahead"), ("90", "90 days ahead"), ("180", "180 days ahead")];
    let horizons = horizons.map(|(days, label)| option("horizon", "90", days, label));
    let (segment, segments) = (Segment::named(&value("segment")), Resource::new(|| (), |()| until_answered(list_segments)));
    let known = [("now", "As known now"), ("then", "As known then")].map(|(known, label)| option("known", "now", known, label));
    let ages = [("0", "Customers of any age"), ("30", "30 days old or more"), ("90", "90 days old or more")];
    let ages = ages.map(|(days, label)| option("min_age", "0", days, label));
    let skipped = [("0", "Every departure"), ("14", "Not in the first 14 days")];
    let skipped = skipped.map(|(days, label)| option("skip_days", "0", days, label));
    let involuntary = value("exclude_involuntary") == "true";
    let has_more = ["days", "version", "min_age", "skip_days", "exclude_involuntary"].iter().any(|name| !value(name).is_empty());
    let (days, version) = (value("days"), value("version"));
    view! {
        <GetForm action="/backtest".to_owned() class="filters backtest__form no-print" scroll=false>
            <select name="horizon" aria-label="Horizon">{horizons}</select>
            <Transition>
                {move || {
                    Suspend::new(async move {
                        view! { <SegmentSelect chosen=segment segments=segments.await.unwrap_or_default() /> }
                    })
                }}
            </Transition>
            <select name="known" aria-label="Knowledge">{known}</select>
            <button type="submit" class="button button--secondary">"Test"</button>
            <details class="backtest__more" open=has_more>
                <summary>"More"</summary>
                <div class="backtest__fields">
                    <label>
                        "Test days"
                        <input type="text" name="days" value=days placeholder="2026-02-01,2026-05-02" autocomplete="off" spellcheck="false" />
                    </label>
                    <label>
                        "Version of the rules"
                        <input type="number" name="version" min="1" value=version placeholder="in force" />
                    </label>
                    <select name="min_age" aria-label="Age of customers">{ages}</select>
                    <select name="skip_days" aria-label="Departures that count">{skipped}</select>
                    <label class="check">
                        <input type="checkbox" name="exclude_involuntary" value="true" checked=involuntary />
                        "Without involuntary departures"
                    </label>
                </div>
            </details>
        </GetForm>
    }
}
