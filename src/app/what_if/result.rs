//! The effect of the tried rules, beside the form: mean, bands, ARR, segments, and who changes band.

use super::distribution::Distribution;
use super::load::Loading;
use super::shift::Shift;
use super::tested::Tested;
use super::{RULES_FORM, WhatIf};
use crate::app::components::{BandBadge, Skeleton};
use crate::app::form_fields::fire;
use crate::app::format::{count, group, money_short};
use crate::domain::{Band, Points, ScoreMove};
use crate::scoring::trial::{Moves, Outlook, SegmentOutlook, Standing};
use crate::wire::trial::MOST_TRIED;
use crate::wire::{FormValues, SCORECARD_PATH};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{HtmlFormElement, HtmlInputElement};

/// Describes an effect: "The mean score goes from 61.2 to 58.4. 3 customers change band: 1 to a better one, 2 to a worse one."
pub(super) fn sentence(outlook: &Outlook) -> String {
    let mean = match (outlook.before.mean(), outlook.after.mean()) {
        (Some(before), Some(after)) if before == after => format!("The mean score stays at {after}."),
        (Some(before), Some(after)) => format!("The mean score goes from {before} to {after}."),
        _ => "Nobody has a score.".to_owned(),
    };
    let Moves { better, worse, .. } = outlook.moves;
    let moves = match outlook.moves.all() {
        0 => "Nobody changes band.".to_owned(),
        all => {
            format!("{} change band: {} to a better one, {} to a worse one.", count(all, "customer"), group(better), group(worse))
        }
    };
    format!("{mean} {moves}")
}

/// Shows what is known of the effect. It stays in sight: beside the form, or as a bar at the bottom of a narrow screen.
#[component]
pub(super) fn Outcome(what_if: WhatIf) -> impl IntoView {
    let shown = move || what_if.outlook.get().map(|outlook| view! { <Effects what_if outlook /> });
    view! {
        <aside class="what-if__outcome" aria-labelledby="what-if-title" aria-busy=move || (what_if.loading.get() == Loading::Pending).to_string()>
            <div class="what-if__bar panel">
                <h2 id="what-if-title">"With these rules"</h2>
                <Headline what_if />
                <BackButton what_if />
                <Notice what_if />
            </div>
            <div class="what-if__effects panel" hidden=move || hides_effects(what_if)>
                {shown}
                {move || what_if.outlook.read().is_none().then(|| view! { <Skeleton lines=8 /> })}
                <Tested what_if />
            </div>
            <p class="sr-only" role="status">{move || what_if.announced.get()}</p>
        </aside>
    }
}

/// Returns whether there is no effect to show, nor one to wait for.
fn hides_effects(what_if: WhatIf) -> bool {
    let is_waiting = matches!(*what_if.loading.read(), Loading::Waiting | Loading::Pending);
    what_if.outlook.read().as_ref().map_or(!is_waiting, |outlook| outlook.before.customers() == 0)
}

/// Shows the mean and the number of those who change band.
#[component]
fn Headline(what_if: WhatIf) -> impl IntoView {
    move || {
        let outlook = what_if.outlook.get()?;
        if outlook.before.customers() == 0 {
            return Some(view! { <p class="muted">"No customer yet whom rules could be tried on."</p> }.into_any());
        }
        let (before, after) = (mean_words(&outlook.before), mean_words(&outlook.after));
        let moves = match outlook.moves.all() {
            0 => "nobody changes band".to_owned(),
            1 => "1 changes band".to_owned(),
            all => format!("{} change band", group(all)),
        };
        Some(view! { <p class="what-if__figures"><Shift before after /> " mean, " {moves}</p> }.into_any())
    }
}

fn mean_words(standing: &Standing) -> String {
    standing.mean().map_or_else(|| "–".to_owned(), |mean| mean.to_string())
}

/// Says why no effect is shown, or why the one that is shown is not that of the form.
#[component]
fn Notice(what_if: WhatIf) -> impl IntoView {
    move || {
        let errors = what_if.broken.read();
        if let Some(error) = errors.0.first() {
            let more = if errors.0.len() > 1 { format!(" (and {} more)", errors.0.len() - 1) } else { String::new() };
            let field = what_if.texts.with(|texts| words_of_field(texts, &error.field));
            return view! { <p class="what-if__notice">"Not tried: " {field} " " {error.message.clone()} {more} "."</p> }
                .into_any();
        }
        match what_if.loading.get() {
            Loading::Waiting | Loading::Here => ().into_any(),
            Loading::Pending => view! { <p class="what-if__notice" data-pending="">"Measuring …"</p> }.into_any(),
            Loading::TooMany(customers) => {
                let words = format!(
                    "With {} customers there is no live effect, which is for {} at most. The preview shows it.",
                    group(customers),
                    group(MOST_TRIED)
                );
                view! { <p class="what-if__notice">{words}</p> }.into_any()
            }
            Loading::Failed(why) => view! {
                <p class="what-if__notice">
                    {why} " "
                    <button type="button" class="button" on:click=move |_| what_if.ask_again()>"Try again"</button>
                </p>
            }
            .into_any(),
        }
    }
}

/// Returns a field's name for people: "weight of Login frequency", "Healthy from".
fn words_of_field(texts: &FormValues, field: &str) -> String {
    let Some((key, part)) = field.strip_prefix("factors.").and_then(|rest| rest.split_once('.')) else {
        return match field {
            "bands.healthy" => "Healthy from".to_owned(),
            "bands.atRisk" => "At risk from".to_owned(),
            "coverageFloor" => "Coverage floor".to_owned(),
            "segments" => "Segments".to_owned(),
            "scorecards" => "Scorecards".to_owned(),
            "name" => "Name of the scorecard".to_owned(),
            field if field.starts_with("condition") => "Condition".to_owned(),
            _ => "The factors".to_owned(),
        };
    };
    let label = texts.get(&format!("factors.{key}.label"));
    let part = match part {
        "points" => "scale",
        "assumed" => "assumed score",
        "days" => "window",
        "beforeDays" => "days before it",
        "kinds" => "events",
        part => part,
    };
    format!("{part} of {label}")
}

/// Takes everything in the form back to the rules in force, but the author's name and reason.
#[component]
fn BackButton(what_if: WhatIf) -> impl IntoView {
    let (navigate, search) = (use_navigate(), use_location().search);
    let go_back = move |_| match search.read_untracked().is_empty() {
        true => reset_form(),
        false => navigate(SCORECARD_PATH, NavigateOptions { scroll: false, ..NavigateOptions::default() }),
    };
    let is_useless = move || !what_if.differs() && what_if.broken.read().0.is_empty();
    view! { <button type="button" class="link-button what-if__back" disabled=is_useless on:click=go_back>"Back to the rules in force"</button> }
}

/// Gives the fields the values that they came with.
fn reset_form() {
    let form = document().get_element_by_id(RULES_FORM).and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    let Some(form) = form else { return };
    let signature = ["author", "note"].map(|name| {
        let field = form.query_selector(&format!("input[name={name}]")).ok().flatten()?.dyn_into::<HtmlInputElement>().ok()?;
        Some((field.value(), field))
    });
    form.reset();
    for (text, field) in signature.into_iter().flatten() {
        field.set_value(&text);
    }
    // A reset fires no `change` event, but whatever depends on a choice waits for one.
    let selects = form.query_selector_all("select:not([name=add])").ok();
    for select in selects.iter().flat_map(|list| (0..list.length()).filter_map(|place| list.item(place)?.dyn_into().ok())) {
        fire(&select, "change");
    }
}

#[component]
fn Effects(what_if: WhatIf, outlook: Arc<Outlook>) -> impl IntoView {
    let Outlook { before, after, segments, moves, movers } = (*outlook).clone();
    let limits = what_if.limits();
    let currency = what_if.currency.get_untracked();
    let is_shown = |band: &Band| band.is_shown(before.bands[*band as usize].0 + after.bands[*band as usize].0);
    let bands = Band::ALL.into_iter().filter(is_shown).map(|band| {
        let (customers, arr) = (before.bands[band as usize], after.bands[band as usize]);
        let shift = |before: String, after: String| view! { <Shift before after /> };
        view! {
            <tr>
                <th scope="row"><BandBadge band /></th>
                <td class="numeric">{shift(group(customers.0), group(arr.0))}</td>
                <td class="numeric">{shift(money_short(customers.1, &currency), money_short(arr.1, &currency))}</td>
            </tr>
        }
    });
    view! {
        <Distribution before=before.clone() after=after.clone() limits />
        <table class="what-if__table">
            <caption class="sr-only">"Customers and ARR by band, now and with these rules"</caption>
            <thead>
                <tr>
                    <th scope="col">"Band"</th>
                    <th scope="col" class="numeric">"Customers"</th>
                    <th scope="col" class="numeric">"ARR"</th>
                </tr>
            </thead>
            <tbody>{bands.collect_view()}</tbody>
        </table>
        <Segments segments />
        <Movers movers moves currency />
    }
}

#[component]
fn Segments(segments: Vec<SegmentOutlook>) -> impl IntoView {
    let shown = segments.into_iter().filter(|segment| segment.before.customers() > 0);
    let rows = shown.map(|SegmentOutlook { segment, before, after, moves }| {
        let (before, after) = (mean_words(&before), mean_words(&after));
        view! {
            <tr>
                <th scope="row">{segment}</th>
                <td class="numeric"><Shift before after /></td>
                <td class="numeric">{group(moves.all())}</td>
            </tr>
        }
    });
    view! {
        <table class="what-if__table">
            <caption class="sr-only">"Mean score by segment, now and with these rules"</caption>
            <thead>
                <tr>
                    <th scope="col">"Segment"</th>
                    <th scope="col" class="numeric">"Mean"</th>
                    <th scope="col" class="numeric">"Change band"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

/// Names those who change band, with their ARR.
#[component]
fn Movers(movers: Vec<ScoreMove>, moves: Moves, currency: String) -> impl IntoView {
    let more = moves.all() - movers.len() as i64;
    let rows = movers.into_iter().map(|ScoreMove { id, name, arr_cents, before, after, band_before, band_after }| {
        let arr = arr_cents.map(|cents| money_short(cents, &currency));
        let score = |score: Points, band: Band| if band == Band::NoData { "–".to_owned() } else { score.to_string() };
        view! {
            <li>
                <a href=format!("/customers/{id}")>{name}</a>
                <span class="muted">{arr}</span>
                <span>{score(before, band_before)} <i aria-hidden="true">" →"</i> <span class="sr-only">" to "</span></span>
                <BandBadge band=band_after score=after />
            </li>
        }
    });
    let rows = rows.collect_view();
    let title = match moves.all() {
        0 => "Nobody changes band".to_owned(),
        _ => format!("Who changes band: {} better, {} worse", group(moves.better), group(moves.worse)),
    };
    view! {
        <h3>{title}</h3>
        <ul class="what-if__movers">{rows}</ul>
        {(more > 0).then(|| view! { <p class="muted">{format!("and {} with less ARR", count(more, "other"))}</p> })}
    }
}
