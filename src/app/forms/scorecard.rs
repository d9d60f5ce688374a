//! The form for the rules of scoring, and the form that restores old rules.

use super::FormState;
use super::parts::{ActionForm, FormFoot, FormHead};
use super::scorecard_list::ScorecardList;
use super::scorecard_parts::{field, use_ask, use_ask_by_button};
use crate::app::components::{Choice, Field, SelectField, SubmitButton, TextArea};
use crate::app::server_fns::{RestoreScorecard, SaveScorecard};
use crate::app::state::use_preferences;
use crate::app::what_if::{FieldSlider, RULES_FORM, ScaleCurve, WeightSlider};
use crate::domain::measure_input::{measure_fields, measure_kinds};
use crate::domain::rulebook_input::MEASURE_TYPES;
use crate::domain::{FactorKey, MissingPolicy, Rulebook, Segments};
use crate::wire::rulebooks::{SCORECARDS, crowded_address, rulebook_values};
use crate::wire::rules::{self, FACTORS, SEGMENTS, factor_field};
use crate::wire::{FormValues, Rejection, SCORECARD_PATH};
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// Edits the current rules, which have these `segments`. `typed` are previewed values, `rejection` their errors; `scored` is the number of customers that each
/// scorecard scores, as far as it is known.
#[component]
pub fn ScorecardForm(
    current: Rulebook,
    segments: Segments,
    typed: Option<FormValues>,
    rejection: Option<Rejection>,
    scored: Vec<i64>,
) -> impl IntoView {
    let action = ServerAction::<SaveScorecard>::new();
    let is_typed = typed.is_some();
    let mut initial = typed.unwrap_or_else(|| rulebook_values(&current, current.scorecards().count() - 1, &current));
    if !is_typed {
        initial.0.insert("author".to_owned(), use_preferences().read_untracked().signature());
    }
    initial.0.entry(SEGMENTS.to_owned()).or_insert_with(|| rules::list_segments(&segments));
    let state = FormState::new(RULES_FORM.into(), initial, action).with_rejection(rejection);
    let sent = rules::parse_keys(&state.value(FACTORS));
    let keys = if sent.is_empty() { current.rest().factors.keys().collect() } else { sent };
    let listed = rules::list_keys(&keys);
    let factors = keys.into_iter().map(|key| view! { <FactorFields key_=key state /> }).collect_view();
    let save = format!("Save as version {}", current.version + 1);
    let crowded = is_typed.then(|| state.values()).and_then(|values| crowded_address(&values)).map(|kilobytes| {
        format!(
            "These texts make the address of the page {kilobytes} kB long, and it can have 64. Save them before they grow, or shorten \
             reasons: a longer address cannot be previewed without scripts, nor reloaded."
        )
    });
    view! {
        <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
            <FormHead state />
            {crowded.map(|words| view! { <p class="scoring__waiting">{words}</p> })}
            <input type="hidden" name="version" value=state.value("version") />
            <input type="hidden" name=SCORECARDS value=state.value(SCORECARDS) />
            <input type="hidden" name=FACTORS value=listed />
            <EnterPreviews />
            <ScorecardList state current segments scored />
            {factors}
            <AddFactor state />
            <BandFields state />
            <SegmentFields state />
            <fieldset class="scorecard-form__part">
                <legend>"Who and why"</legend>
                <div class="form__grid">
                    {field(state, "author".into(), "Your name", "", "text")}
                    {field(state, "note".into(), "Why this change", "Stands in the history of versions", "text")}
                </div>
            </fieldset>
            <div class="form__foot">
                <PreviewButton />
                <SubmitButton label=save pending=state.pending() />
                {is_typed.then(|| view! { <a href=SCORECARD_PATH>"Start over from the rules in force"</a> })}
            </div>
        </ActionForm>
    }
}

/// Shows a required number with a slider, which has a name of its own.
fn with_slider(
    state: FormState,
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    slider: &'static str,
) -> impl IntoView {
    view! {
        <div class="field">
            {field(state, name.into(), label, hint, "decimal")}
            <FieldSlider id=state.field_id(name) name=name.to_owned() label=slider.to_owned() />
        </div>
    }
}

#[component]
fn FactorFields(key_: FactorKey, state: FormState) -> impl IntoView {
    let name = move |field: &str| factor_field(key_, field);
    let kind = RwSignal::new(state.value(&name("type")));
    let choices: Vec<_> = MEASURE_TYPES.iter().map(|kind| Choice::new(*kind, rules::measure_label(kind))).collect();
    let label = state.value(&name("label"));
    let title = if label.is_empty() { key_.to_string() } else { label };
    // The fields of other measures stay in the form, hidden, so that a choice can be taken back.
    let part = move |field: &'static str| {
        let hidden = move || kind.with(|kind| !measure_fields(kind).contains(&field));
        let id = state.field_id(&name(field));
        view! { <div hidden=hidden>{measure_field(state, kind, field, id, name(field))}</div> }
    };
    let parts = ["days", "beforeDays", "reading", "over"].map(part).collect_view();
    let lists = ["kinds", "features", "scaledByAge"].map(part).collect_view();
    let scale_hint = "Value = score, two to six points";
    let folded = ["shortLabel", "nextStep", "why"].map(|field| state.error(name(field)));
    let open = move || folded.iter().any(|error| error.read().is_some());
    view! {
        <fieldset class="scorecard-form__part" id=format!("factor-{key_}")>
            <legend>{title}</legend>
            <div class="form__grid">
                {field(state, name("label"), "Name", "", "text")}
                <div class="field">
                    {field(state, name("weight"), "Weight", "", "numeric")}
                    <WeightSlider key_ id=state.field_id(&name("weight")) />
                </div>
                <div class="scorecard-form__wide" on:change=move |event| kind.set(event_target_value(&event))>
                    <SelectField
                        id=state.field_id(&name("type"))
                        name=name("type")
                        label="Measure"
                        choices
                        value=state.value(&name("type"))
                        error=state.error(name("type"))
                    />
                </div>
                {parts}
                <div class="scorecard-form__wide">{field(state, name("points"), "Scale", scale_hint, "text")}</div>
                {field(state, name("assumed"), "Assumed score", "Where nothing is measured", "decimal")}
            </div>
            <ScaleCurve key_ id=state.field_id(&name("points")) />
            {lists}
            <details class="scorecard-form__more" open=open>
                <summary>"Names, reason and next step"</summary>
                <div class="form__grid">
                    {text(state, name("shortLabel"), "Short name", "At most 12 characters")}
                    {text(state, name("nextStep"), "Next step", "Where this costs most; empty: the usual one")}
                </div>
                <TextArea
                    id=state.field_id(&name("why"))
                    name=name("why")
                    label="Why it is measured this way"
                    value=state.value(&name("why"))
                    error=state.error(name("why"))
                    rows=4
                />
                <label class="check">
                    <input type="checkbox" name=name("out") value="on" checked=!state.value(&name("out")).is_empty() />
                    " Take this factor out"
                </label>
            </details>
        </fieldset>
    }
}

/// Shows a field of a measure.
fn measure_field(state: FormState, of_type: RwSignal<String>, field: &'static str, id: String, name: String) -> AnyView {
    let (value, error) = (state.value(&name), state.error(name.clone()));
    match field {
        "days" => view! { <Field id name label="Window in days" value error inputmode="numeric" /> }.into_any(),
        "beforeDays" => {
            view! { <Field id name label="Days before it" value error inputmode="numeric" required=true /> }.into_any()
        }
        "reading" => {
            view! { <Field id name label="Reading" hint="Its name, such as seats used" value error required=true /> }.into_any()
        }
        "over" => view! { <Field id name label="In % of the reading" value error required=true /> }.into_any(),
        "features" => {
            let hint = "One a line; empty: every feature counts";
            view! { <TextArea id name label="Key features" hint value error rows=3 /> }.into_any()
        }
        "kinds" => {
            let kinds = measure_kinds("count").map(|kind| {
                let name = format!("{name}.{}", kind.name());
                let checked = !state.value(&name).is_empty();
                let hidden = move || of_type.with(|of_type| !measure_kinds(of_type).any(|counted| counted == kind));
                view! { <label class="check" hidden=hidden><input type="checkbox" name=name value="on" checked=checked /> {kind.label()}</label> }
            });
            let kinds = kinds.collect_view();
            let error = move || error.get().map(|error| view! { <p class="field__error">"Events " {error}</p> });
            view! { <div class="field"><span class="field__label">"Events that count"</span><div class="checks">{kinds}</div>{error}</div> }
                .into_any()
        }
        _ => {
            let checked = !value.is_empty();
            view! {
                <label class="check">
                    <input type="checkbox" name=name value="on" checked=checked />
                    " Carry a younger customer's count on to the whole window"
                </label>
            }
            .into_any()
        }
    }
}

/// Shows an input that may stay empty.
fn text(state: FormState, name: String, label: &'static str, hint: &'static str) -> AnyView {
    let (id, value, error) = (state.field_id(&name), state.value(&name), state.error(name.clone()));
    view! { <Field id name label hint value error /> }.into_any()
}

/// Adds a factor to the form: at once, or with the next preview where there is no JavaScript.
#[component]
fn AddFactor(state: FormState) -> impl IntoView {
    let ask = use_ask();
    let measures = MEASURE_TYPES.iter().map(|kind| Choice::new(*kind, rules::measure_label(kind)));
    let choices: Vec<_> = std::iter::once(Choice::new("", "None")).chain(measures).collect();
    let error = state.error("factors");
    let hint = "At most 12 in all";
    view! {
        <div class="scorecard-form__part" on:change=move |event| _ = ask(event_target(&event))>
            <SelectField id=state.field_id("add") name="add" label="One more factor" choices value="" error hint />
        </div>
    }
}

#[component]
fn BandFields(state: FormState) -> impl IntoView {
    let policies = MissingPolicy::ALL.map(|policy| Choice::new(policy.name(), policy.label())).to_vec();
    view! {
        <fieldset class="scorecard-form__part">
            <legend>"Bands and missing data"</legend>
            <div class="form__grid">
                {with_slider(state, "bands.healthy", "Healthy from", "", "Least score of Healthy")}
                {with_slider(state, "bands.atRisk", "At risk from", "", "Least score of At risk")}
                <SelectField
                    id=state.field_id("missingPolicy")
                    name="missingPolicy"
                    label="Assumed factors"
                    choices=policies
                    value=state.value("missingPolicy")
                    error=state.error("missingPolicy")
                />
                {with_slider(
                    state,
                    "coverageFloor",
                    "Coverage floor in %",
                    "With less measured there is no score",
                    "Least measured share",
                )}
            </div>
        </fieldset>
    }
}

/// Shows the segments as lines of a text, in which they are added, taken out and moved.
#[component]
fn SegmentFields(state: FormState) -> impl IntoView {
    let hint = "One a line, in the order in which they are offered. One that a customer is in, archived ones included, cannot be taken out.";
    view! {
        <fieldset class="scorecard-form__part" id="segments">
            <legend>"Segments"</legend>
            <TextArea
                id=state.field_id(SEGMENTS)
                name=SEGMENTS
                label="Segments"
                hint
                value=state.value(SEGMENTS)
                error=state.error(SEGMENTS)
                rows=5
                required=true
            />
        </fieldset>
    }
}

/// Makes Enter in any field ask for a preview: the first button of a form is the one that Enter presses.
#[component]
fn EnterPreviews() -> impl IntoView {
    let press = use_ask_by_button();
    view! {
        <button type="submit" hidden formmethod="get" formaction=format!("{SCORECARD_PATH}#preview") on:click=move |event| _ = press(event)>
            "Preview"
        </button>
    }
}

/// Previews the rules in the form.
#[component]
fn PreviewButton() -> impl IntoView {
    let press = use_ask_by_button();
    let asking = RwSignal::new(false);
    let preview = move |event: MouseEvent| asking.set(press(event));
    view! {
        <button
            type="submit"
            class="button"
            formmethod="get"
            formaction=format!("{SCORECARD_PATH}#preview")
            aria-busy=move || asking.get().then_some("true")
            on:click=preview
        >
            {move || if asking.get() { "Computing …" } else { "Preview" }}
        </button>
    }
}

/// Asks who restores an old version's rules, and why. Put it into a `ConfirmDialog`, with the link that closes it as the
/// child.
#[component]
pub fn RestoreScorecardForm(version: i64, current: i64, children: Children) -> impl IntoView {
    let action = ServerAction::<RestoreScorecard>::new();
    let author = use_preferences().read_untracked().signature();
    let note = format!("Back to version {version}");
    let initial = FormValues([("author".to_owned(), author), ("note".to_owned(), note)].into());
    let state = FormState::new(format!("restore-scorecard-{version}"), initial, action);
    view! {
        <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
            <FormHead state />
            <input type="hidden" name="version" value=current.to_string() />
            <input type="hidden" name="restored" value=version.to_string() />
            {field(state, "author".into(), "Your name", "", "text")}
            {field(state, "note".into(), "Why", "", "text")}
            <FormFoot state label=format!("Restore version {version}")>{children()}</FormFoot>
        </ActionForm>
    }
}
