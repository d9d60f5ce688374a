//! The form for the rules of scoring, and the form that restores old rules.

use super::FormState;
use super::parts::{ActionForm, FormFoot, FormHead};
use crate::app::components::{Choice, Field, SelectField, SubmitButton, TextArea};
use crate::app::server_fns::{RestoreScorecard, SaveScorecard};
use crate::app::state::use_preferences;
use crate::domain::five::FiveRules;
use crate::domain::scorecard_input::{factor_field, has_target};
use crate::domain::{FactorKey, MissingPolicy, Scorecard};
use crate::wire::{FUNCTION, FormValues, Rejection, SCORECARD_PATH};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_navigate};
use wasm_bindgen::JsCast;

/// Returns a scorecard as the values of the form's fields.
pub fn scorecard_values(scorecard: &Scorecard) -> FormValues {
    let mut values = FormValues::default();
    let mut set = |name: &str, value: String| values.0.insert(name.to_owned(), value);
    let text = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let rules = FiveRules::of(scorecard).unwrap_or_default();
    for (key, rule) in rules.factors.by_key() {
        set(&factor_field(key, "weight"), rule.weight.to_string());
        set(&factor_field(key, "windowDays"), text(rule.window_days));
        if has_target(key) {
            set(&factor_field(key, "target"), text(rule.target));
        }
        if key == FactorKey::FEATURE_ADOPTION {
            set(&factor_field(key, "keyFeatures"), rule.key_features.join("\n"));
        }
    }
    set("version", scorecard.version.to_string());
    set("bands.healthy", scorecard.bands.healthy.to_string());
    set("bands.atRisk", scorecard.bands.at_risk.to_string());
    set("missingPolicy", scorecard.missing_policy.name().to_owned());
    set("coverageFloor", scorecard.coverage_floor.percent());
    values
}

/// Edits the current rules. `typed` are previewed values, `rejection` their errors.
#[component]
pub fn ScorecardForm(current: Scorecard, typed: Option<FormValues>, rejection: Option<Rejection>) -> impl IntoView {
    let action = ServerAction::<SaveScorecard>::new();
    let is_typed = typed.is_some();
    let mut initial = typed.unwrap_or_else(|| scorecard_values(&current));
    if !is_typed {
        initial.0.insert("author".to_owned(), use_preferences().read_untracked().signature());
    }
    let state = FormState::new("scorecard".into(), initial, action).with_rejection(rejection);
    let factors = FactorKey::FIVE.map(|key| view! { <FactorFields key_=key state /> });
    let save = format!("Save as version {}", current.version + 1);
    view! {
        <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
            <FormHead state />
            <input type="hidden" name="version" value=state.value("version") />
            {factors}
            <BandFields state />
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

/// Shows a required input.
fn field(state: FormState, name: String, label: &'static str, hint: &'static str, mode: &'static str) -> AnyView {
    let (id, value, error) = (state.field_id(&name), state.value(&name), state.error(name.clone()));
    view! { <Field id name label hint value error inputmode=mode required=true /> }.into_any()
}

#[component]
fn FactorFields(key_: FactorKey, state: FormState) -> impl IntoView {
    let name = |field| factor_field(key_, field);
    let target = match key_ {
        FactorKey::LOGIN_FREQUENCY => Some("Logins for 100 points"),
        FactorKey::FEATURE_ADOPTION => Some("Features for 100 points"),
        FactorKey::SUPPORT_LOAD => Some("Tickets for 0 points"),
        _ => None,
    };
    let window = match key_ {
        FactorKey::INVOICE_TIMELINESS => {
            let name = name("windowDays");
            let (id, value, error) = (state.field_id(&name), state.value(&name), state.error(name.clone()));
            let hint = "By the day of issue; empty: all history";
            view! { <Field id name label="Window in days" hint value error inputmode="numeric" /> }.into_any()
        }
        FactorKey::API_TREND => field(state, name("windowDays"), "Window in days", "Against as many days before", "numeric"),
        _ => field(state, name("windowDays"), "Window in days", "", "numeric"),
    };
    let features = (key_ == FactorKey::FEATURE_ADOPTION).then(|| {
        let name = name("keyFeatures");
        let (id, value, error) = (state.field_id(&name), state.value(&name), state.error(name.clone()));
        let hint = "One a line; empty: every feature counts";
        view! { <TextArea id name label="Key features" hint value error rows=3 /> }
    });
    view! {
        <fieldset class="scorecard-form__part">
            <legend>{Scorecard::default().factors.get(key_).map(|rule| rule.label.clone())}</legend>
            <div class="form__grid">
                {field(state, name("weight"), "Weight", "", "numeric")}
                {window}
                {target.map(|label| field(state, name("target"), label, "", "numeric"))}
            </div>
            {features}
        </fieldset>
    }
}

#[component]
fn BandFields(state: FormState) -> impl IntoView {
    let policies = MissingPolicy::ALL.map(|policy| Choice::new(policy.name(), policy.label())).to_vec();
    view! {
        <fieldset class="scorecard-form__part">
            <legend>"Bands and missing data"</legend>
            <div class="form__grid">
                {field(state, "bands.healthy".into(), "Healthy from", "", "decimal")}
                {field(state, "bands.atRisk".into(), "At risk from", "", "decimal")}
                <SelectField
                    id=state.field_id("missingPolicy")
                    name="missingPolicy"
                    label="Assumed factors"
                    choices=policies
                    value=state.value("missingPolicy")
                    error=state.error("missingPolicy")
                />
                {field(state, "coverageFloor".into(), "Coverage floor in %", "With less measured there is no score", "decimal")}
            </div>
        </fieldset>
    }
}

/// Previews the rules in the form. They travel in the address, so that a preview can be reloaded and shared.
#[component]
fn PreviewButton() -> impl IntoView {
    let (navigate, search) = (use_navigate(), use_location().search);
    let asking = RwSignal::new(false);
    let ask = move |event: MouseEvent| {
        let button = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let form = button.and_then(|button| button.closest("form").ok().flatten());
        let form = form.and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok());
        let data = form.and_then(|form| web_sys::FormData::new_with_form(&form).ok());
        let Some(data) = data else { return };
        for name in [FUNCTION, "form", "messageId"] {
            data.delete(name);
        }
        let Ok(query) = web_sys::UrlSearchParams::new_with_str_sequence_sequence(&data) else { return };
        event.prevent_default();
        let query = String::from(query.to_string());
        asking.set(query != search.read_untracked().trim_start_matches('?'));
        let options = leptos_router::NavigateOptions { scroll: false, ..Default::default() };
        navigate(&format!("{SCORECARD_PATH}?{query}"), options);
    };
    view! {
        <button
            type="submit"
            class="button"
            formmethod="get"
            formaction=format!("{SCORECARD_PATH}#preview")
            aria-busy=move || asking.get().then_some("true")
            on:click=ask
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
