//! The scorecards of the rulebook in the form: which of them is edited, whom it scores, and their order.

use super::FormState;
use super::scorecard_parts::{field, use_ask_by_button};
use crate::app::components::{ConfirmDialog, Field};
use crate::app::format::count;
use crate::domain::rulebook_input::MOST_SCORECARDS;
use crate::domain::{Rulebook, Segments};
use crate::wire::rulebooks::{ACT, Cards, SCORECARDS};
use crate::wire::rules::{DAYS, OF_SEGMENTS};
use crate::wire::{FormValues, SCORECARD_PATH};
use leptos::prelude::*;

/// Lists the scorecards in the order in which they are tried, and shows the fields that say whom the edited one scores.
#[component]
pub fn ScorecardList(state: FormState, current: Rulebook, segments: Segments, scored: Vec<i64>) -> impl IntoView {
    let values = state.values();
    let cards = Cards::of(&values);
    let (edited, last) = (cards.edited(), cards.count() - 1);
    let fields = cards.fields(&values, &current);
    let rows = fields.iter().enumerate().map(|(place, fields)| {
        let customers = scored.get(place).filter(|_| scored.len() == cards.count()).map(|number| count(*number, "customer"));
        view! { <ScorecardRow place name=name_of(fields, place) customers=customers_of(fields, place == last) scored=customers edited=place == edited /> }
    });
    let rows = (last > 0).then(|| view! { <ol class="scorecards">{rows.collect_view()}</ol> });
    let error = state.error(SCORECARDS);
    let add = (cards.count() < MOST_SCORECARDS).then(|| view! { <Act act="add" label="Add a scorecard" /> });
    let order = (edited < last).then(|| {
        let name = fields.get(edited).map(|fields| name_of(fields, edited)).unwrap_or_default();
        view! {
            {(edited > 0).then(|| view! { <Act act="up" label="Move up" /> })}
            {(edited + 1 < last).then(|| view! { <Act act="down" label="Move down" /> })}
            <ConfirmDialog id="remove-scorecard" trigger="Remove" title=format!("Remove the scorecard {name}?") let:cancel>
                <p class="muted">"Its customers are scored by the first of the others whose condition they fulfil, once the rules are saved."</p>
                <div class="form__foot"><Act act="remove" label="Remove it" />{cancel}</div>
            </ConfirmDialog>
        }
    });
    view! {
        <fieldset class="scorecard-form__part" id="scorecards">
            <legend>"Scorecards"</legend>
            <p class="muted">
                {if last > 0 {
                    "A customer is scored by the first whose condition it fulfils."
                } else {
                    "All customers are scored alike. Another scorecard can score newcomers, or a segment, by rules of their own."
                }}
            </p>
            {rows}
            {move || error.get().map(|error| view! { <p class="field__error" role="alert">"Scorecards " {error}</p> })}
            <div class="scorecards__acts">{add} {order}</div>
            {match last {
                0 => view! { <input type="hidden" name="name" value=state.value("name") /> }.into_any(),
                _ => view! { <WhomFields state segments is_last=edited == last /> }.into_any(),
            }}
            <Onboarding state />
        </fieldset>
    }
}

/// Shows a scorecard of the list, with the button that chooses it.
#[component]
fn ScorecardRow(place: usize, name: String, customers: String, scored: Option<String>, edited: bool) -> impl IntoView {
    let title = match edited {
        true => view! { <strong aria-current="true">{name}</strong> }.into_any(),
        false => view! { <Act act=format!("edit:{place}") label=name /> }.into_any(),
    };
    view! {
        <li class="scorecards__row" data-edited=edited.then_some("true")>
            {title}
            <span class="muted">{customers}</span>
            <span class="scorecards__scored">{scored}</span>
        </li>
    }
}

/// Shows a button that changes the list: with the address, so that it works without JavaScript too.
#[component]
fn Act(#[prop(into)] act: String, #[prop(into)] label: String) -> impl IntoView {
    let press = use_ask_by_button();
    view! {
        <button
            type="submit"
            class="button"
            name=ACT
            value=act
            formmethod="get"
            formaction=format!("{SCORECARD_PATH}#edit-title")
            on:click=move |event| _ = press(event)
        >
            {label}
        </button>
    }
}

/// Shows the fields that say whom the edited scorecard scores. The last scores everybody else.
#[component]
fn WhomFields(state: FormState, segments: Segments, is_last: bool) -> impl IntoView {
    let error = state.error("condition");
    let of_segments = state.error("condition.segments");
    let condition = (!is_last).then(|| {
        let segments = segments.iter().map(|segment| {
            let name = format!("{OF_SEGMENTS}{}", segment.label());
            let checked = !state.value(&name).is_empty();
            let label = segment.label().to_owned();
            view! { <label class="check"><input type="checkbox" name=name value="on" checked=checked /> " " {label}</label> }
        });
        let (id, value, days_error) = (state.field_id(DAYS), state.value(DAYS), state.error(DAYS));
        view! {
            <Field id name=DAYS label="Started less than … days ago" hint="Empty: of any age" value error=days_error inputmode="numeric" />
            <div class="field scorecard-form__wide">
                <span class="field__label">"In one of the segments"</span>
                <div class="checks">{segments.collect_view()}</div>
                {move || of_segments.get().map(|error| view! { <p class="field__error">"Segments " {error}</p> })}
                {move || error.get().map(|error| view! { <p class="field__error">"The condition " {error}</p> })}
            </div>
        }
    });
    view! {
        <div class="form__grid">
            <div class="scorecard-form__wide">{field(state, "name".into(), "Name of the scorecard", "Shown as “Scored by”", "text")}</div>
            {condition}
        </div>
    }
}

#[component]
fn Onboarding(state: FormState) -> impl IntoView {
    let checked = !state.value("onboarding").is_empty();
    view! {
        <label class="check">
            <input type="checkbox" name="onboarding" value="on" checked=checked />
            " Its customers are onboarding: they have a score, and no band that tells a risk"
        </label>
    }
}

fn name_of(fields: &FormValues, place: usize) -> String {
    fields.filled("name").unwrap_or_else(|| format!("Scorecard {}", place + 1))
}

/// Returns the customers of a scorecard in words, as they are typed: "Startup or SMB, started less than 90 days ago".
fn customers_of(fields: &FormValues, is_last: bool) -> String {
    if is_last {
        return "Everybody else".to_owned();
    }
    let segments: Vec<_> = fields.0.keys().filter_map(|name| name.strip_prefix(OF_SEGMENTS)).collect();
    let segments = (!segments.is_empty()).then(|| segments.join(" or "));
    let days = fields.filled(DAYS).map(|days| format!("started less than {days} days ago"));
    let parts: Vec<_> = segments.into_iter().chain(days).collect();
    if parts.is_empty() { "No condition yet".to_owned() } else { crate::domain::phrases::capitalised(&parts.join(", ")) }
}
